"""The author's kit itself: it says what is wrong, and cannot be talked into calling a broken type sound."""

from __future__ import annotations

import types
from dataclasses import replace
from typing import Any

import pytest

from engine.api import (
    Action,
    CycleView,
    Field,
    Form,
    GroupType,
    Process,
    Refusal,
    Section,
    Stage,
    Text,
    hookimpl,
    refuse,
    rule,
)
from engine.testing import GroupTypeContract, World, assert_allows, assert_refuses, states, walk

MEMBER = ("triad_member",)


@rule("two.goal", "Цель записана", en="The goal is written")
def goal_written(view: CycleView) -> Refusal | None:
    """The sheet of this round has a goal."""
    if view.values("sheet").get("goal"):
        return None
    return refuse("Запишите цель", "Write the goal", roles=MEMBER, form="sheet", round_=view.round)


FORM = Form("sheet", Text("Лист", en="Sheet"), (Section("a", "А", (Field("goal", "Цель"),)),), roles=MEMBER)
START = Stage("start", Text("Начало", en="Start"), forms=("sheet",))
END = Stage("end", Text("Конец", en="End"), final=True)
FINISH = Action("finish", Text("Закончить", en="Finish"), ("start",), "end", MEMBER, rules=(goal_written,))


def made(**changes: Any) -> GroupType:
    """A small sound type, but for ``changes`` of its process."""
    process = replace(Process((START, END), (FINISH,), "start"), **changes)
    return GroupType("two", Text("Два", en="Two"), "Проверка", "1", process, forms=(FORM,))


def plugin(definition: GroupType) -> types.SimpleNamespace:
    """A plugin that brings it."""

    class Brings:
        @hookimpl
        def plc_group_type(self) -> GroupType:
            return definition

    return Brings()  # type: ignore[return-value]


class TestTheSmallType(GroupTypeContract):
    plugin = plugin(made())


def test_a_button_is_closed_for_a_reason_and_opens() -> None:
    world = World(made())
    assert_refuses(world, "finish", "two.goal")
    assert_refuses(world, "finish", "role", actor=9)
    world.write("sheet", {"goal": "слышать тихих"})
    assert_allows(world, "finish")
    assert world.view().values("sheet") == {"goal": "слышать тихих"}


def test_what_is_asserted_may_be_wrong() -> None:
    world = World(made())
    with pytest.raises(AssertionError, match="not because of"):
        assert_refuses(world, "finish", "two.other")
    with pytest.raises(AssertionError, match="is closed"):
        assert_allows(world, "finish")
    with pytest.raises(AssertionError, match="does not leave"):
        assert_allows(world, "begin")
    world.write("sheet")
    with pytest.raises(AssertionError, match="is open"):
        assert_refuses(world, "finish")


def test_a_walk_stops_where_it_is_told_or_says_why_it_cannot_go_on() -> None:
    assert walk(made()).stage == "end"
    assert walk(made(), to="start").stage == "start"
    with pytest.raises(AssertionError, match="does not come by"):
        walk(made(), to="middle")

    @rule("two.never", "Никогда", en="Never")
    def never(view: CycleView) -> Refusal | None:
        """Nothing helps."""
        return refuse("Нельзя", "No", roles=MEMBER, form="sheet")

    with pytest.raises(AssertionError, match=r"two\.never"):
        walk(made(actions=(replace(FINISH, rules=(never,)),)))


def test_the_states_of_a_loop() -> None:
    again = Action("again", "Ещё", ("start",), "start", MEMBER, next_round=True, when="more")
    hold = Action("hold", "Пауза", ("start",), "", MEMBER, kind="side", hold=True)
    resume = Action("resume", "Дальше", ("start",), "", MEMBER, kind="side", hold=False)
    last = replace(FINISH, when="last")
    known = states(made(actions=(last, again, hold, resume), rounds=2, loop=("start",)))
    assert set(known) == {("start", n, held) for n in (1, 2) for held in (False, True)} | {("end", 2, False)}
    assert known["start", 1, True] == {("start", 1, False)}


def test_the_clock_goes_on() -> None:
    world = World(made())
    before = world.view().now
    world.later(days=2, minutes=5)
    assert (world.view().now - before).total_seconds() == (2 * 24 * 60 + 5) * 60


@rule("two.fails", "Падает", en="Fails")
def fails(view: CycleView) -> Refusal | None:
    """A rule that expects what is not there."""
    return view.values("sheet")["goal"]


@rule("two.nowhere", "Никуда", en="Nowhere")
def nowhere(view: CycleView) -> Refusal | None:
    """A reason without a place."""
    return refuse("Нельзя", "No", roles=MEMBER)


LOST = Stage("lost", Text("Тупик", en="Lost"))
LOSE = Action("lose", Text("Потерять", en="Lose"), ("start",), "lost", MEMBER, kind="side")


@pytest.mark.parametrize(
    ("definition", "test", "wrong"),
    [
        (made(stages=(START, END, LOST)), "test_it_loads_without_findings", "lost"),
        (made(actions=(replace(FINISH, rules=(fails,)),)), "test_every_reason_says_who_and_where", "fails"),
        (made(actions=(replace(FINISH, rules=(nowhere,)),)), "test_every_reason_says_who_and_where", "leads nowhere"),
        (
            made(stages=(replace(START, title="Начало"), END)),
            "test_buttons_and_reasons_are_told_in_both_languages",
            "start",
        ),
        (made(stages=(START, LOST, END), actions=(FINISH, LOSE)), "test_it_loads_without_findings", "lost"),
    ],
)
def test_a_broken_type_breaks_its_contract(definition: GroupType, test: str, wrong: str) -> None:
    contract = type("Contract", (GroupTypeContract,), {"plugin": plugin(definition)})
    with pytest.raises(AssertionError, match=wrong):
        getattr(contract(), test)()


def test_a_plugin_must_be_named() -> None:
    with pytest.raises(AssertionError, match="name the plugin"):
        GroupTypeContract().test_it_loads_without_findings()
