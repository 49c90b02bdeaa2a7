"""The sandbox of authors: its steps, taken back and played again on a definition that was changed."""

from __future__ import annotations

import types
from dataclasses import replace
from typing import Any

import pytest

from engine.api import (
    Action,
    Attempt,
    Change,
    CycleView,
    Field,
    Form,
    GroupType,
    Notify,
    Option,
    Process,
    Refusal,
    Rows,
    Section,
    Stage,
    Text,
    hookimpl,
    refuse,
    rule,
)
from engine.extension.loader import Source, entry_points
from engine.extension.registry import Registry
from engine.testing.sandbox import Failed, Sandbox, Step

MEMBER = ("triad_member",)


@rule("two.agreed", "Согласовано", en="Agreed")
def agreed(view: CycleView) -> Refusal | None:
    """The sheet says yes, a guest from outside is named, and nothing is kept secret."""
    sheet = view.values("sheet")
    if sheet.get("status") == "yes" and sheet.get("secret") is False:
        return None
    return refuse("Не согласовано", "Not agreed", roles=MEMBER, form="sheet", round_=view.round)


@rule("two.guest", "Гость есть", en="There is a guest")
def guest(view: CycleView) -> Refusal | None:
    """At least one guest does not belong to the team."""
    if any(not row["ours"] for row in view.values("sheet").get("guests", ())):
        return None
    return refuse("Нет гостя", "No guest", roles=MEMBER, form="sheet", round_=view.round)


SHEET = Form(
    "sheet",
    Text("Лист", en="Sheet"),
    (
        Section(
            "a",
            "А",
            (
                Field("status", "Решение", "choice", options=(Option("no", "Нет"), Option("yes", "Да"))),
                Field("secret", "Тайно", "flag"),
                Rows("guests", "Гости", (Field("name", "Имя"), Field("ours", "Свой", "flag"))),
            ),
        ),
    ),
    roles=MEMBER,
    confirm=MEMBER,
)
START = Stage("start", Text("Начало", en="Start"), forms=("sheet",))
MIDDLE = Stage("middle", Text("Середина", en="Middle"))
END = Stage("end", Text("Конец", en="End"), final=True)
GO = Action("go", Text("Дальше", en="Go on"), ("start",), "middle", MEMBER)
FINISH = Action("finish", Text("Закончить", en="Finish"), ("middle",), "end", ("group_leader",))


def two(*rules: Any, **changes: Any) -> GroupType:
    process = replace(Process((START, MIDDLE, END), (replace(GO, rules=rules), FINISH), "start"), **changes)
    return GroupType("two", Text("Два", en="Two"), "Проверка", "1", process, forms=(SHEET,))


def registry(definition: GroupType, **hooks: Any) -> Registry:
    @hookimpl
    def plc_group_type() -> GroupType:
        return definition

    module = types.SimpleNamespace(plc_group_type=plc_group_type, **hooks)
    found = Registry([Source("two", "tests", lambda: module)])
    assert not found.plugins[0].quarantined, found.plugins[0].reason + found.plugins[0].detail
    return found


def sandbox(definition: GroupType, **hooks: Any) -> Sandbox:
    return Sandbox(definition, registry(definition, **hooks))


@pytest.mark.parametrize("key", ["fourk", "project", "formative", "sel", "lab"])
def test_every_type_comes_to_its_end_without_being_told_what_it_wants_to_hear(key: str) -> None:
    found = Registry(entry_points())
    made = Sandbox(found.types[key], found)
    made.walk("")
    assert made.definition.process.stage(made.world.stage).final
    assert [s.kind for s in made.steps] == ["walk"] and made.steps[0].complete


def test_other_answers_are_tried_where_plausible_ones_are_not_enough() -> None:
    made = sandbox(two(guest))
    made.do(Step("resolve", "go", code="two.guest"))
    assert not made.verdicts()[0].refusals
    assert {row["ours"] for row in made.world.view().values("sheet")["guests"]} == {False}


def test_what_two_answers_at_once_would_need_is_left_to_the_author_and_learned() -> None:
    made = sandbox(two(agreed))
    made.do(Step("resolve", "go", code="two.agreed"))
    assert [r.code for r in made.verdicts()[0].refusals] == ["two.agreed"]
    with pytest.raises(Failed) as stuck:
        made.walk("middle")
    assert "two.agreed" in stuck.value.detail and made.world.stage == "start"
    made.do(Step("write", "sheet", values={"status": "yes", "secret": False}, complete=True))
    made.restart()
    made.walk("middle")
    assert made.world.stage == "middle" and len(made.steps) == 1


def test_steps_are_taken_back_one_by_one() -> None:
    made = sandbox(two())
    made.do(Step("press", "go"))
    made.do(Step("press", "finish", actor=9))
    made.back()
    assert made.world.stage == "middle"
    made.back()
    assert made.world.stage == "start" and made.steps == []
    made.back()
    assert made.world.stage == "start"


def test_a_step_that_is_refused_changes_nothing_and_is_not_kept() -> None:
    made = sandbox(two(guest))
    with pytest.raises(Failed) as failed:
        made.do(Step("press", "go"))
    assert (failed.value.text, failed.value.text.en) == ("Нет гостя", "No guest")
    assert made.steps == [] and made.world.stage == "start"
    for step in (Step("press", "finish", actor=9), Step("write", "nothing"), Step("waive", "two.guest")):
        with pytest.raises(Failed):
            made.do(step)
    assert made.steps == []


def test_documents_are_agreed_with_by_each() -> None:
    made = sandbox(two())
    made.do(Step("write", "sheet", actor=2, round=0, values={"status": "yes"}, complete=True))
    made.do(Step("agree", "sheet", actor=3, round=0))
    assert made.world.sheets["sheet", 0, 0].confirmed == {2, 3}


def test_a_changed_definition_replays_or_says_which_step_no_longer_holds() -> None:
    made = sandbox(two())
    made.do(Step("press", "go"))
    made.do(Step("press", "finish", actor=9))
    guarded = two(guest)
    made.replay(guarded, registry(guarded))
    assert made.broken is not None and made.broken[0] == 0
    assert made.broken[1].text == "Нет гостя" and made.world.stage == "start"
    made.replay(two(), registry(two()))
    assert made.broken is None and made.world.stage == "end"
    gone = two(actions=(GO, replace(FINISH, key="close")))
    made.replay(gone, registry(gone))
    assert made.broken is not None and made.broken[0] == 1 and made.world.stage == "middle"
    made.do(Step("press", "close", actor=9))
    assert made.broken is None and [s.key for s in made.steps] == ["go", "close"]


def test_a_walk_that_arrived_must_arrive_again() -> None:
    made = sandbox(two())
    made.walk("end")
    closed = two(agreed)
    made.replay(closed, registry(closed))
    assert made.broken is not None and "two.agreed" in made.broken[1].detail


def test_hooks_are_asked_before_and_after() -> None:
    @hookimpl
    def plc_before(attempt: Attempt) -> list[Refusal]:
        secret = attempt.view.values("sheet").get("secret")
        return [refuse("Сначала откройте", "Open it first", roles=MEMBER, form="sheet")] if secret else []

    @hookimpl
    def plc_after(change: Change) -> list[Notify]:
        return [Notify(("group_leader",), f"Теперь {change.stage}")]

    made = sandbox(two(), plc_before=plc_before, plc_after=plc_after)
    made.do(Step("write", "sheet", values={"secret": True}, complete=True))
    assert [r.text for r in made.verdicts()[0].refusals] == ["Сначала откройте"]
    with pytest.raises(Failed, match="Сначала откройте"):
        made.do(Step("press", "go"))
    made.do(Step("write", "sheet", values={"secret": False}, complete=True))
    made.do(Step("press", "go"))
    assert made.world.told == [(1, Notify(("group_leader",), "Теперь middle"))]


def test_a_rule_that_raises_is_told_with_its_traceback() -> None:
    @rule("two.fails", "Падает", en="Fails")
    def fails(view: CycleView) -> Refusal | None:
        """It expects what is not there."""
        return view.values("sheet")["status"]

    made = sandbox(two(fails))
    (fault,) = made.faults()
    assert fault.rule.key == "two.fails" and "KeyError: 'status'" in fault.fault
    assert [a.key for a in fault.guards] == ["go"] and fault.now and not fault.ready
    made.do(Step("write", "sheet", values={"status": None}))
    assert made.faults() == []


def test_a_team_of_two_has_two_people() -> None:
    made = sandbox(replace(two(), team=2))
    assert made.world.team == [1, 2]
    assert [p.id for p in made.world.roles()["observer"]] == [2]
