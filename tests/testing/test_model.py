"""The model check finds what a definition promises and cannot keep; the school in memory has a clock and people."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from engine.api import Action, Link, Stage, Text, refuse, rule
from engine.testing import World, assert_allows, assert_refuses, cycle_view, day, explore, go_on, states, walk
from engine.testing.world import START
from plugins.lesson_study import lesson_study
from tests.testing.test_kit import END, FINISH, MEMBER, made
from tests.testing.test_kit import START as FIRST

READING = lesson_study(key="reading", title="Чтение", purpose="Читаем", version="1")


def says(key: str, **given: Any):
    @rule(key, "Правило", en="Rule")
    def check(view):
        """Always says the same."""
        return refuse("Нельзя", "No", **{"roles": MEMBER, "form": "sheet", **given})

    return check


def guarded(check, **changes: Any):
    return made(actions=(dataclasses.replace(FINISH, rules=(check,), **changes),))


def test_a_sound_type_has_no_faults() -> None:
    model = explore(made())
    assert model.faults == [] and set(model.worlds) == {("start", 1, False), ("end", 1, False)}


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        (guarded(says("two.never")), "action finish: can be pressed nowhere, whatever is done: two.never: Нельзя"),
        (guarded(says("two.never")), "start, round 1: no way to a final stage"),
        (guarded(says("two.never")), "stage end: no press leads to it"),
        (guarded(says("two.who", roles=())), "two.who belongs to nobody"),
        (guarded(says("two.where", form="")), "two.where leads nowhere"),
        (guarded(says("two.lab", roles=("psychologist",))), "asks for what nobody it names can do here (form sheet)"),
        (guarded(says("two.other", form="other")), "asks for what nobody it names can do here (form other)"),
        (guarded(says("two.asked", form="", survey="pupils")), "nobody it names can do here (survey pupils)"),
        (guarded(says("two.odd", form="", link=Link("moon"))), "nobody it names can do here (moon )"),
    ],
)
def test_a_fault_is_named(definition, told: str) -> None:
    assert any(told in fault for fault in explore(definition).faults), explore(definition).faults


def test_a_rule_that_fails_is_named() -> None:
    @rule("two.fails", "Падает", en="Fails")
    def fails(view):
        return 1 / 0

    assert any("fails instead of answering" in fault for fault in explore(guarded(fails)).faults)


def test_a_document_of_another_stage_is_no_help() -> None:
    """The reason points to a sheet that cannot be written where the team stands."""
    late = Stage("late", Text("Позже", en="Later"))
    ahead = dataclasses.replace(FINISH, key="ahead", title="Вперёд", target="late", rules=())
    last = dataclasses.replace(FINISH, source=("late",))
    faults = explore(made(stages=(FIRST, late, END), actions=(ahead, last))).faults
    assert any(f.startswith("late, round 1, finish: two.goal asks for what nobody") for f in faults)


def test_every_button_of_lesson_study_is_pressed_somewhere() -> None:
    model = explore(READING)
    assert model.faults == [] and model.pressed == {a.key for a in READING.process.actions}
    assert len(model.worlds) == len(states(READING)) == 42


def test_a_copy_goes_its_own_way() -> None:
    world = World(made())
    other = world.copy()
    other.write("sheet")
    other.press("finish", 1)
    assert (world.stage, other.stage, world.sheets) == ("start", "end", {})


# -- a scenario with a clock -------------------------------------------------------------------------------------------


def test_terms_are_working_days_and_stand_still_while_suspended() -> None:
    run = walk(READING, to="conducting")
    assert START.weekday() == 0 and run.late == 0
    run.until(date(2026, 9, 14))
    term = READING.process.stage("conducting").days
    assert run.late == 5 - term
    run.press("hold", 1, {"reason": "карантин"})
    assert run.late == 0
    with pytest.raises(AssertionError, match="does not go back"):
        run.until(0)


def test_a_newcomer_takes_the_tasks_and_leaves_the_sheets() -> None:
    run = walk(READING, to="conducting")
    observer = next(p.id for p in run.roles()["observer"])
    run.write("observation", owner=observer)
    run.replace(run.team.index(observer), 7)
    assert ("observation", 1, observer) in run.sheets
    assert_refuses(run, "lesson_done", "submitted_by_each.observation.observer")
    go_on(run)
    assert run.stage == "closed"


def test_a_lesson_may_be_given_by_somebody_else() -> None:
    run = walk(READING, to="planning", round=2)
    run.rounds[2]["lead"] = 3
    assert run.lead == 3 and [p.id for p in run.roles()["observer"]] == [1, 2]


def test_settings_and_waivers_reach_the_rules() -> None:
    run = World(made(), settings={"least": 3})
    assert run.view().settings == {"least": 3}
    with pytest.raises(AssertionError, match="cannot be lifted"):
        run.waive("two.goal")


def test_a_view_made_by_hand() -> None:
    view = cycle_view(
        "plan", round=2, team=2, documents={"a": {"x": 1}}, whole={"b": {"y": 2}}, answers={"s": 7}, given={"q": 1}
    )
    assert (view.values("a"), view.values("b", 0), view.tally("s").answers) == ({"x": 1}, {"y": 2}, 7)
    assert [p.id for p in view.holders("lead_teacher")] == [2] and [p.id for p in view.holders("observer")] == [1]
    assert view.sheet("a").confirmed == {1, 2} and view.given == {"q": 1}


def test_days_are_counted_from_the_beginning() -> None:
    assert (day(0), day(30)) == ("2026-09-07", "2026-10-07")


def test_the_walk_finds_the_answer_a_rule_waits_for() -> None:
    @rule("two.choice", "Верный ответ", en="The right answer")
    def right(view):
        if view.values("sheet").get("goal") == "":
            return None
        return refuse("Оставьте поле пустым", "Leave the field empty", roles=MEMBER, form="sheet", round_=view.round)

    assert walk(guarded(right)).stage == "end"
    assert_allows(World(made(actions=(Action("go", "Идти", ("start",), "end", MEMBER),))), "go")
