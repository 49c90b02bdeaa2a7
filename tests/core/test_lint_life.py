"""Wrong steps between versions: each has its finding; right ones have none."""

from __future__ import annotations

import dataclasses

import pytest

from engine.core.definition import Upgrade
from engine.core.lint.life import upgrades
from tests.life.pieces import TO_V2, TO_V3, V2, V3


def codes(*steps: Upgrade) -> set[str]:
    return {f.code for f in upgrades(dataclasses.replace(V3, upgrades=steps))}


def test_right_steps_have_no_findings() -> None:
    assert list(upgrades(V2)) == list(upgrades(V3)) == []
    assert codes() == set()


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("upgrade_itself", Upgrade("3")),
        ("unknown_stage", Upgrade("2", stages=(("collect", "nowhere"),))),
        ("unknown_form", Upgrade("2", forms=(("record", "nothing"),))),
        ("unknown_field", Upgrade("2", fields=(("log.goal", "log.nothing"),))),
        ("upgrade_field", Upgrade("2", fields=(("log.goal", "card.word"),))),
        ("upgrade_field", Upgrade("2", fields=(("goal", "purpose"),))),
        ("upgrade_ambiguous", Upgrade("2", stages=(("collect", "harvest"), ("collect", "check")))),
        ("upgrade_ambiguous", Upgrade("2", forms=(("record", "log"),), retired=("record",))),
        ("upgrade_merge", Upgrade("2", forms=(("record", "log"), ("notes", "log")))),
        ("upgrade_reuse", Upgrade("2", forms=(("log", "card"), ("card", "log")))),
        ("retired_lives", Upgrade("2", retired=("card",))),
        ("retired_lives", Upgrade("2", retired=("log.purpose",))),
    ],
)
def test_a_wrong_step_is_found(code: str, step: Upgrade) -> None:
    assert code in codes(step)


def test_two_steps_from_one_version_are_found() -> None:
    assert "upgrade_twice" in codes(TO_V2, TO_V2, TO_V3)


def test_a_step_in_the_middle_is_judged_by_where_it_ends() -> None:
    lost = dataclasses.replace(TO_V2, stages=(("gather", "gone"),))
    assert codes(lost, TO_V3) == {"unknown_stage"}
    assert codes(lost, dataclasses.replace(TO_V3, stages=(*TO_V3.stages, ("gone", "check")))) == set()
