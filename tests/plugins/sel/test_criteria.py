"""Group type «СЭР»: its criteria, from sheets, check-ins and answers of the class."""

from __future__ import annotations

import pytest

from engine.api import CycleView, Sheet, Tally
from engine.core.criteria import findings
from engine.core.results import Results
from tests.plugins.sel.scene import AFTER, BEFORE, TYPE, checkin, shared, view
from tests.plugins.triad import BELLA


def watched(round_: int = 1, **scores: int | None) -> Sheet:
    return Sheet("observation", round_, BELLA, scores)


def met(key: str, seen: CycleView) -> bool | None:
    return next(f.met for f in findings(Results(TYPE, seen)) if f.criterion.key == key)


def test_environment() -> None:
    assert met("sel_k1", view()) is None
    assert met("sel_k1", view(watched(se1=2, se2=2, se3=2))) is True
    assert met("sel_k1", view(watched(se1=3, se2=2, se3=None))) is True
    assert met("sel_k1", view(watched(se1=2, se2=2, se3=1))) is False


def test_checkin_of_the_demo_school() -> None:
    seen = view(tallies=(checkin("before", BEFORE), checkin("after", AFTER)))
    results = Results(TYPE, seen)
    (test,) = next(c for c in TYPE.criteria if c.key == "sel_k2").tests
    assert test.measure.minus.value(results, 1) == pytest.approx(0.35)
    assert test.measure.measure.value(results, 1) == pytest.approx(0.15)
    assert test.measure.value(results, 1) == pytest.approx(-0.20)
    assert (met("sel_k2", seen), met("sel_k3", seen)) == (True, True)


@pytest.mark.parametrize(("heavy", "verdict"), [(7, True), (8, True), (9, False)])
def test_state_may_worsen_by_five_points(heavy: int, verdict: bool) -> None:
    after = (20 - heavy, 0, heavy, 0, 0)
    assert met("sel_k2", view(tallies=(checkin("before", BEFORE), checkin("after", after)))) is verdict


def test_state_is_unknown_without_both_checkins() -> None:
    assert met("sel_k2", view()) is None
    assert met("sel_k2", view(tallies=(checkin("before", BEFORE),))) is None
    assert met("sel_k2", view(tallies=(checkin("after", AFTER),))) is None


def test_four_cards_say_nothing_about_the_state() -> None:
    def judged(n: int) -> bool | None:
        return met("sel_k2", view(tallies=(checkin("before", (n, 0, 0, 0, 0)), checkin("after", (0, 0, n, 0, 0)))))

    assert judged(4) is None
    assert judged(5) is False


def test_passing_counts_as_taking_part() -> None:
    def judged(before: int, after: int, present: int | None = 20) -> bool | None:
        cards = (checkin("before", (0, 0, 0, 0, before), present), checkin("after", (0, 0, 0, 0, after), present))
        return met("sel_k3", view(tallies=cards))

    assert judged(14, 14) is True
    assert judged(20, 13) is False
    assert judged(13, 20) is False
    assert judged(14, 14, None) is None
    assert met("sel_k3", view(tallies=(checkin("before", BEFORE),))) is None


def test_skill_of_the_session() -> None:
    plan = shared("plan", lead_skill="se5")
    assert met("sel_k4", view(watched(se5=3))) is None
    assert met("sel_k4", view(plan)) is None
    assert met("sel_k4", view(plan, watched(se5=2, se4=0))) is True
    assert met("sel_k4", view(plan, watched(se5=1, se4=3))) is False


def test_safety_in_the_eyes_of_the_class() -> None:
    def asked(n: int, yes: int) -> bool | None:
        counts = {"q1": {"4": yes, "2": n - yes}}
        return met("sel_k5", view(tallies=(Tally("class_survey", 1, False, n, counts=counts),)))

    assert asked(10, 8) is True
    assert asked(10, 7) is False
    assert asked(4, 4) is None
