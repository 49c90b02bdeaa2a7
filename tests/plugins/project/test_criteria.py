"""Group type «Проектная деятельность»: its criteria, met, missed and not known yet."""

from __future__ import annotations

import pytest

from engine.api import CycleView, Tally
from tests.plugins.project.scene import THEIRS, commission, met, watched
from tests.plugins.triad import shared, view


def test_idea_shown() -> None:
    assert met("idea_shown", view()) is None
    assert met("idea_shown", view(watched(1, pd1={"A": 2}, pd2={"A": 3}, pd3={"A": 1}))) is True
    assert met("idea_shown", view(watched(1, pd1={"A": 2}, pd2={"A": 2}, pd3={"A": 1}))) is False


def test_product_changed() -> None:
    change = {"what": "подписи", "proof": "версия 2"}
    assert met("product_changed", view(round=3)) is None
    assert met("product_changed", view(shared("critique", changes=[]), round=3)) is False
    assert met("product_changed", view(shared("critique", changes=[change]), round=3)) is True


@pytest.mark.parametrize(
    ("marks", "verdict"), [("2221", True), ("1111", False), ("3330", False), ("3211", True), ("222", None)]
)
def test_defended(marks: str, verdict: bool | None) -> None:
    assert met("defended", view(commission(*THEIRS, marks=marks), round=3)) is verdict


def test_support() -> None:
    assert met("support", view(round=3)) is None
    assert met("support", view(watched(1, pd12=2), watched(2, pd12=1), round=3)) is False
    assert met("support", view(watched(1, pd12=2), watched(2, pd12=1), watched(3, pd12=3), round=3)) is True


def test_our_project() -> None:
    def asked(n: int, yes: int) -> CycleView:
        return view(tallies=(Tally("class_survey", 1, False, n, counts={"q2": {"3": yes, "2": n - yes}}),))

    assert [met("our_project", asked(n, yes)) for n, yes in ((10, 7), (10, 6), (4, 4))] == [True, False, None]
