"""The verbs of a process: each returns a new one and leaves the original alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from engine.api import Action, Process, Rule, Stage
from engine.core.errors import DefinitionError
from engine.core.lint import lint
from engine.core.process import rules_of
from engine.core.snapshot import dumps
from tests.core.intake import INTAKE, PROCESS, ROLES, fee_paid, view

EXTRA = Stage("extra", "Ещё")
LEAVE = Action("leave_extra", "Дальше", roles=("clerk",))


def keys(process: Process) -> list[str]:
    return [s.key for s in process.stages]


def arrow(process: Process, action: str) -> tuple[tuple[str, ...], str, bool]:
    found = process.action(action)
    return found.source, found.target, found.next_round


# -- a stage on the way -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "place", "enters", "leaves", "looped"),
    [
        ("accept", 1, (("filing",), "extra", False), (("extra",), "review", False), ("review", "hearing")),
        ("hear", 2, (("review",), "extra", False), (("extra",), "hearing", False), ("review", "extra", "hearing")),
        ("back", 3, (("hearing",), "extra", False), (("extra",), "review", False), ("review", "hearing", "extra")),
        ("again", 3, (("hearing",), "extra", False), (("extra",), "review", True), ("review", "hearing", "extra")),
        ("grant", 3, (("hearing",), "extra", False), (("extra",), "granted", False), ("review", "hearing")),
    ],
    ids=["before the loop", "middle of the loop", "end of the loop", "between two rounds", "after the last round"],
)
def test_a_stage_is_put_on_the_way_of_an_action(
    on: str,
    place: int,
    enters: tuple[tuple[str, ...], str, bool],
    leaves: tuple[tuple[str, ...], str, bool],
    looped: tuple[str, ...],
) -> None:
    process = PROCESS.with_stage(EXTRA, on=on, leave=LEAVE)
    assert keys(process).index("extra") == place
    assert arrow(process, on) == enters
    assert arrow(process, "leave_extra") == leaves
    assert process.looped == looped
    assert lint(dataclasses.replace(INTAKE, process=process), ROLES) == []


def test_side_actions_of_the_stage_before_leave_the_new_stage_too() -> None:
    process = PROCESS.with_stage(EXTRA, on="hear", leave=LEAVE)
    leaving = [a.key for a in process.leaving("extra")]
    assert leaving == ["hold", "resume", "withdraw", "leave_extra"]
    assert "extra" not in process.action("back").source


def test_a_side_action_of_another_stage_stays_where_it_is() -> None:
    process = PROCESS.with_action(Action("recess", "Перерыв", ("hearing",), roles=("clerk",), kind="side"))
    assert process.with_stage(EXTRA, on="hear", leave=LEAVE).action("recess").source == ("hearing",)


def test_a_stage_on_the_way_of_an_action_of_two_stages_comes_after_both() -> None:
    process = PROCESS.changing("hear", source=("filing", "review")).with_stage(EXTRA, on="hear", leave=LEAVE)
    assert keys(process)[:4] == ["filing", "review", "extra", "hearing"]


def test_stages_can_be_put_one_after_the_other() -> None:
    second = Stage("second", "И ещё")
    process = PROCESS.with_stage(EXTRA, on="hear", leave=LEAVE).with_stage(
        second, on="leave_extra", leave=Action("leave_second", "Дальше", roles=("clerk",))
    )
    assert process.looped == ("review", "extra", "second", "hearing")
    assert arrow(process, "leave_second") == (("second",), "hearing", False)


def test_a_process_without_a_loop_takes_a_stage_and_stays_without_one() -> None:
    straight = dataclasses.replace(PROCESS, loop=(), rounds=1).with_stage(EXTRA, on="grant", leave=LEAVE)
    assert straight.loop == straight.looped == ()
    assert Process(PROCESS.stages, PROCESS.actions, "filing").rounds == 1


# -- the other verbs --------------------------------------------------------------------------------------------------


def test_a_guard_comes_after_the_rules_that_are_there() -> None:
    before = [r.key for r in PROCESS.action("hear").rules]
    assert [r.key for r in PROCESS.guarded("hear", fee_paid).action("hear").rules] == [*before, "intake.fee_paid"]


@pytest.mark.parametrize(("roles", "expected"), [((), ("clerk",)), (("head",), ("head",))])
def test_requiring_adds_the_rule_of_a_whole_document(roles: tuple[str, ...], expected: tuple[str, ...]) -> None:
    process = PROCESS.requiring("hear", "application", "Цела", "Заполните", text_en="Fill in", roles=roles)
    refusal = process.action("hear").rules[-1](view())
    assert refusal is not None
    assert (refusal.code, refusal.roles, refusal.text.en) == ("complete.application", expected, "Fill in")  # type: ignore[attr-defined]


def test_fields_of_actions_and_stages_are_replaced() -> None:
    process = PROCESS.changing("hear", title="Иначе", when="last").staging("review", days=3)
    assert (process.action("hear").title, process.action("hear").when) == ("Иначе", "last")
    assert process.stage("review") == dataclasses.replace(PROCESS.stage("review"), days=3)
    assert process.action("accept") is PROCESS.action("accept")


def test_showing_adds_documents_to_a_stage() -> None:
    process = PROCESS.showing("hearing", "opinion", "application")
    assert process.stage("hearing").forms == ("opinion", "application")
    assert process.open_stages("opinion") == ("review", "hearing")
    assert PROCESS.open_stages("application") == ("filing", "review")


def test_feeding_adds_each_feed_once_and_in_order() -> None:
    assert PROCESS.feeding("alerts", "fee", "alerts").feeds == ("fee", "alerts")


def test_actions_of_a_stage_keep_the_order_of_the_definition() -> None:
    added = PROCESS.with_action(Action("late", "Позже", ("hearing",), roles=("clerk",)))
    hearing = ["again", "grant", "back", "hold", "resume", "withdraw"]
    assert [a.key for a in added.leaving("hearing")] == [*hearing, "late"]
    assert list(PROCESS.leaving("granted")) == list(PROCESS.leaving("nowhere")) == []


CALLS: list[Callable[[Process], object]] = [
    lambda p: p.stage("nowhere"),
    lambda p: p.action("nothing"),
    lambda p: p.guarded("nothing", fee_paid),
    lambda p: p.requiring("nothing", "application", "a", "b"),
    lambda p: p.changing("nothing", title="x"),
    lambda p: p.staging("nowhere", title="x"),
    lambda p: p.showing("nowhere", "opinion"),
    lambda p: p.with_stage(EXTRA, on="nothing", leave=LEAVE),
]


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_key_is_named(call: Callable[[Process], object]) -> None:
    with pytest.raises(KeyError, match=r"unknown (stage|action): '(nowhere|nothing)'"):
        call(PROCESS)


@pytest.mark.parametrize("verb", ["changing", "staging"])
def test_an_unknown_field_is_an_error(verb: str) -> None:
    with pytest.raises(TypeError):
        getattr(PROCESS, verb)({"changing": "hear", "staging": "review"}[verb], colour="red")


VERBS: list[Callable[[Process], Process]] = [
    lambda p: p.with_stage(EXTRA, on="again", leave=LEAVE),
    lambda p: p.with_action(LEAVE),
    lambda p: p.guarded("hear", fee_paid),
    lambda p: p.requiring("hear", "application", "a", "b"),
    lambda p: p.changing("hear", roles=("head",)),
    lambda p: p.staging("review", final=True),
    lambda p: p.showing("review", "application"),
    lambda p: p.feeding("alerts"),
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_leaves_the_original_alone(verb: Callable[[Process], Process]) -> None:
    before = dumps(PROCESS)
    assert verb(PROCESS) != PROCESS
    assert dumps(PROCESS) == before


def test_a_process_cannot_be_changed() -> None:
    for part, name in ((PROCESS, "rounds"), (PROCESS.stages[0], "final"), (PROCESS.actions[0], "target")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, name, None)


# -- rules ------------------------------------------------------------------------------------------------------------


def test_a_rule_used_twice_is_one_rule() -> None:
    found = rules_of(PROCESS.actions)
    assert list(found) == [
        "complete.application",
        "confirmed_by_each.application.expert",
        "intake.fee_paid",
        "submitted_by_each.opinion.expert",
        "answers.visitors.5",
        "filled.application.grounds.2",
    ]


def test_two_rules_of_one_key_are_an_error() -> None:
    other = Rule("intake.fee_paid", "Иной смысл", lambda _: None)
    with pytest.raises(DefinitionError, match=r"intake\.fee_paid") as caught:
        rules_of(PROCESS.guarded("hear", other).actions)
    assert caught.value.findings == ()
