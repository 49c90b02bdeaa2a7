"""«Смысловое чтение»: the contract every type keeps, its two rules, its figures."""

from __future__ import annotations

import trefoil_reading
from trefoil_reading.rules import every_level, text_named

from engine.testing import GroupTypeContract, assert_allows, assert_refuses, cycle_view, walk

TYPE = trefoil_reading.plc_group_type()
QUESTIONS = [{"level": key, "question": "Что здесь сказано?"} for key in ("find", "conclude", "judge")]


class TestContract(GroupTypeContract):
    plugin = trefoil_reading


def test_a_plan_without_a_text_waits() -> None:
    world = walk(TYPE, to="planning")
    world.write("plan", {"text_title": ""})
    assert_refuses(world, "approve_plan", "reading.text_named")


def test_every_level_is_asked_or_lifted() -> None:
    world = walk(TYPE, to="planning", round=2)
    world.write("plan", {"text_questions": QUESTIONS[:2]})
    assert_refuses(world, "approve_plan", "reading.every_level")
    world.waive("reading.every_level")
    for refusal in world.verdicts(world.lead)[0].refusals:
        world.resolve(refusal)
    world.write("plan", {"text_questions": QUESTIONS[:2]})
    assert_allows(world, "approve_plan")


def test_the_rules_alone() -> None:
    view = cycle_view("planning", documents={"plan": {"text_title": "Притча", "text_questions": QUESTIONS}})
    assert str(text_named(view).text).startswith("Назовите текст")
    assert every_level(view) is None


def test_the_sheet_watches_nine_things_on_four_levels() -> None:
    assert [i.code for i in TYPE.indicators.values()] == [f"СЧ{n}" for n in range(1, 10)]
    assert all(len(set(i.levels)) == 4 for i in TYPE.indicators.values())
    assert {h.indicator for h in TYPE.hints} == set(TYPE.indicators)
