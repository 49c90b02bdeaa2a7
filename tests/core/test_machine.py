"""The machine: what may be done now, why not, and where a run stands after it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from engine.api import Action, CycleView, GroupType, Link, Person, Process, Refusal, Rule, Stage, refuse
from engine.core.errors import Refused, TrefoilError, UnknownAction
from engine.core.machine import Machine, Move, Verdict, machine_for
from engine.core.text import localise
from tests.core.intake import ANNA, BORIS, CLERK, HEAD, HOLDERS, INTAKE, application, opinion, tally, view

FULL = application(confirmed=(ANNA, BORIS), subject="Ограда", grounds=["закон", "обычай"])
OPINIONS = (opinion(ANNA), opinion(BORIS))


def verdicts(seen: CycleView, definition: GroupType = INTAKE) -> dict[str, Verdict]:
    return {v.action.key: v for v in Machine(definition).explain(seen)}


def codes(verdict: Verdict) -> list[str]:
    return [r.code for r in verdict.refusals]


# -- explaining -------------------------------------------------------------------------------------------------------


def test_every_reason_is_told_at_once_and_in_order(machine: Machine) -> None:
    seen = view(actor=ANNA, held=True, sheets=(application("draft", confirmed=(ANNA,)),))
    accept = machine.explain(seen)[0]
    assert not accept.allowed
    assert [(r.code, str(r.text)) for r in accept.refusals] == [
        ("held", "Цикл приостановлен. Сначала возобновите его"),
        ("role", "Это делает: Клерк К."),
        ("complete.application", "Заполните заявку"),
        ("confirmed_by_each.application.expert", "Ждём: Анна А., Борис Б."),
        ("intake.fee_paid", "Сбор не уплачен"),
    ]


def test_every_reason_names_somebody_and_speaks_english(machine: Machine) -> None:
    seen = view("hearing", 1, ANNA, held=True)
    refusals = [r for v in machine.explain(seen) for r in v.refusals]
    assert {"held", "role", "round"} <= {r.code for r in refusals}
    for refusal in refusals:
        assert refusal.roles or refusal.people, refusal
        if refusal.code in ("held", "role", "round", "nobody", "not_held"):
            assert refusal.link is not None and not refusal.waivable
            assert localise(refusal.text, "en") != str(refusal.text)


@pytest.mark.parametrize(
    ("stage", "actions"),
    [
        ("filing", ["accept", "hold", "resume", "withdraw"]),
        ("hearing", ["again", "grant", "back", "hold", "resume", "withdraw"]),
        ("granted", []),
        ("nowhere", []),
    ],
)
def test_the_actions_of_the_stage_and_no_others_are_explained(machine: Machine, stage: str, actions: list[str]) -> None:
    assert [v.action.key for v in machine.explain(view(stage))] == actions


@pytest.mark.parametrize(
    ("actor", "roles", "code", "people", "link"),
    [
        (CLERK, HOLDERS, "", (), None),
        (dataclasses.replace(CLERK, name="К."), HOLDERS, "", (), None),
        (HEAD, HOLDERS, "role", (CLERK,), Link("run")),
        (None, HOLDERS, "role", (CLERK,), Link("run")),
        (CLERK, {"clerk": ()}, "nobody", (), Link("people")),
        (None, {}, "nobody", (), Link("people")),
    ],
)
def test_an_action_is_for_those_who_hold_its_role_now(
    actor: Person | None, roles: Any, code: str, people: tuple[Person, ...], link: Link | None
) -> None:
    withdraw = verdicts(view(actor=actor, roles=roles))["withdraw"]
    found = [(r.code, r.people, r.roles, r.link) for r in withdraw.refusals]
    assert found == ([(code, people, ("clerk",), link)] if code else [])


def test_whoever_holds_two_of_the_roles_is_named_once() -> None:
    both = {"head": (HEAD, CLERK), "clerk": (CLERK,)}
    (refusal,) = [r for r in verdicts(view("hearing", 2, ANNA, roles=both))["grant"].refusals if r.code == "role"]
    assert (refusal.people, refusal.text) == ((HEAD, CLERK), "Это делает: Глава Г., Клерк К.")


@pytest.mark.parametrize(
    ("action", "round_", "text"),
    [
        ("again", 1, None),
        ("again", 2, "Это последний круг"),
        ("again", 3, "Это последний круг"),
        ("grant", 1, "Откроется позже: Круг второй"),
        ("grant", 2, None),
        ("grant", 3, None),
        ("back", 1, None),
        ("back", 2, None),
    ],
)
def test_an_action_of_other_rounds_says_when_it_opens(action: str, round_: int, text: str | None) -> None:
    verdict = verdicts(view("hearing", round_, tallies=(tally(round_),), sheets=(FULL,)))[action]
    assert [r.text for r in verdict.refusals] == ([text] if text else [])


def test_a_last_round_without_a_title_is_named_by_its_number() -> None:
    definition = dataclasses.replace(INTAKE, process=dataclasses.replace(INTAKE.process, round_titles=("Один",)))
    (refusal,) = [r for r in verdicts(view("hearing"), definition)["grant"].refusals if r.code == "round"]
    assert (str(refusal.text), localise(refusal.text, "en")) == ("Откроется позже: Круг 2", "Opens later: Round 2")


@pytest.mark.parametrize(("held", "hold", "resume"), [(False, [], ["not_held"]), (True, ["held"], [])])
def test_what_is_suspended_can_only_be_resumed(held: bool, hold: list[str], resume: list[str]) -> None:
    found = verdicts(view(actor=HEAD, held=held))
    assert (codes(found["hold"]), codes(found["resume"])) == (hold, resume)


def _one(*rules: Rule, forms: tuple[Any, ...] = (), loop: tuple[str, ...] = ()) -> Machine:
    """A process of one action with these rules."""
    process = Process(
        (Stage("a", "А"), Stage("b", "Б", final=True)),
        (Action("go", "Дальше", ("a",), "b", ("clerk",), rules),),
        "a",
        loop=loop,
        rounds=5 if loop else 1,
    )
    return Machine(GroupType("one", "Тип", "Цель", "1", process, forms=forms))


def _says(key: str, text: str, link: Link | None = None) -> Rule:
    return Rule(key, "Правило", lambda seen: refuse(text, roles=("clerk",), link=link) if text else None)


def test_a_rule_that_holds_does_not_keep_the_others_from_being_asked() -> None:
    machine = _one(_says("one", ""), _says("two", "Второе"), _says("three", ""), _says("four", "Четвёртое"))
    (verdict,) = machine.explain(view("a"))
    assert codes(verdict) == ["two", "four"]


@pytest.mark.parametrize("value", [Verdict(INTAKE.process.actions[0]), Move(INTAKE.process.actions[0], "a", 1, False)])
def test_what_the_machine_says_is_a_value(value: Any) -> None:
    with pytest.raises(AttributeError):
        value.action = None
    assert not hasattr(value, "__dict__")


# -- waiving ----------------------------------------------------------------------------------------------------------


def test_a_waived_rule_is_reported_and_refuses_no_more() -> None:
    open_, waived = (
        verdicts(view("hearing", waived=w))["again"] for w in (frozenset(), frozenset({"answers.visitors.5"}))
    )
    assert (codes(open_), open_.waived) == (["answers.visitors.5"], ())
    assert waived.allowed
    assert [(r.code, r.text) for r in waived.waived] == [("answers.visitors.5", "Ответов 0 из 5")]
    assert [r.code for r in Machine(INTAKE).fire("again", view("hearing", waived={"answers.visitors.5"})).waived] == [
        "answers.visitors.5"
    ]


def test_a_rule_that_may_not_be_lifted_refuses_whatever_was_waived() -> None:
    everything = frozenset({"held", "role", *INTAKE.rules})
    assert codes(verdicts(view(actor=ANNA, held=True, waived=everything))["accept"]) == [
        "held", "role", "complete.application", "confirmed_by_each.application.expert", "intake.fee_paid",
    ]  # fmt: skip


def test_a_waiver_of_a_rule_that_holds_is_not_reported() -> None:
    seen = view("hearing", tallies=(tally(),), waived=frozenset({"answers.visitors.5"}))
    assert verdicts(seen)["again"].waived == ()


# -- links ------------------------------------------------------------------------------------------------------------


def test_a_link_leads_to_the_one_document_of_the_run_or_to_that_of_the_round() -> None:
    once = verdicts(view())["accept"].refusals[0]
    each = verdicts(view("review", 2))["hear"].refusals[0]
    survey = verdicts(view("hearing", 2))["grant"].refusals[0]
    assert once.link == Link("form", "application", 0)
    assert each.link == Link("form", "opinion", 2)
    assert survey.link == Link("survey", "visitors", 2)


@pytest.mark.parametrize("kind", ["action", "run", "survey"])
def test_only_links_to_documents_are_placed(kind: Any) -> None:
    """In a process without rounds every document is one of the run; other places keep what the rule said."""
    link = Link(kind, "application", 4)
    (other,) = _one(_says("one", "Нет", link)).explain(view("a"))
    (form,) = _one(_says("one", "Нет", Link("form", "opinion", 4))).explain(view("a"))
    assert other.refusals[0].link == link
    assert form.refusals[0].link == Link("form", "opinion", 0)


def test_a_document_of_the_run_beside_says_nothing_of_that_of_the_round() -> None:
    forms, link = {form.key: form for form in INTAKE.forms}, Link("form", "opinion", 4)
    for run in ("zebra", "apple"):
        pair = (dataclasses.replace(forms["application"], key=run), forms["opinion"])
        (verdict,) = _one(_says("one", "Нет", link), forms=pair, loop=("a",)).explain(view("a"))
        assert verdict.refusals[0].link == link, run


# -- firing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "seen", "after"),
    [
        ("accept", view(sheets=(FULL,), facts={"fee": 100}), ("review", 1, False)),
        ("hear", view("review", 2, sheets=(opinion(ANNA, 2), opinion(BORIS, 2))), ("hearing", 2, False)),
        ("again", view("hearing", tallies=(tally(),)), ("review", 2, False)),
        ("grant", view("hearing", 2, HEAD, tallies=(tally(2),), sheets=(FULL,)), ("granted", 2, False)),
        ("back", view("hearing", 2), ("review", 2, False)),
        ("hold", view("review", 2, HEAD), ("review", 2, True)),
        ("resume", view("hearing", 2, HEAD, held=True), ("hearing", 2, False)),
        ("withdraw", view("review"), ("withdrawn", 1, False)),
    ],
)
def test_an_action_moves_the_run(machine: Machine, action: str, seen: CycleView, after: tuple[str, int, bool]) -> None:
    move = machine.fire(action, seen)
    assert (move.stage, move.round, move.held) == after
    assert (move.action, move.waived) == (INTAKE.process.action(action), ())


def test_rounds_are_counted_one_by_one() -> None:
    more = Machine(dataclasses.replace(INTAKE, process=dataclasses.replace(INTAKE.process, rounds=5)))
    assert [more.fire("again", view("hearing", n, tallies=(tally(n),))).round for n in (1, 2, 3, 4)] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("action", "stage"), [("nothing", "filing"), ("accept", "review"), ("accept", "nowhere"), ("grant", "granted")]
)
def test_an_action_that_does_not_leave_the_stage_is_unknown(machine: Machine, action: str, stage: str) -> None:
    for _ in range(2):
        with pytest.raises(UnknownAction, match=f"'{action}' does not leave '{stage}'"):
            machine.fire(action, view(stage, actor=None))


@pytest.mark.parametrize("trick", ["to_granted", "to_review", "__class__", "trigger", "", "may_grant"])
def test_there_is_no_way_past_the_rules(machine: Machine, trick: str) -> None:
    with pytest.raises(UnknownAction):
        machine.fire(trick, view())


def test_a_refused_action_raises_with_every_reason(machine: Machine) -> None:
    with pytest.raises(Refused) as caught:
        machine.fire("hear", view("review", actor=ANNA, held=True, sheets=OPINIONS[:1]))
    assert [r.code for r in caught.value.refusals] == ["held", "role", "submitted_by_each.opinion.expert"]
    assert str(caught.value).endswith("Это делает: Клерк К.; Ждём: Борис Б.")
    assert isinstance(caught.value, TrefoilError)


def test_an_action_of_several_stages_without_a_target_stays_where_it_was_pressed(machine: Machine) -> None:
    assert [machine.fire("hold", view(s, actor=HEAD)).stage for s in ("filing", "review", "hearing")] == [
        "filing",
        "review",
        "hearing",
    ]


# -- one machine, many runs -------------------------------------------------------------------------------------------


def test_a_machine_is_compiled_once_for_a_definition() -> None:
    other = dataclasses.replace(INTAKE, version="2")
    assert machine_for(INTAKE) is machine_for(INTAKE)
    assert machine_for(other) is not machine_for(INTAKE)
    assert machine_for(other).definition is other


def test_a_machine_keeps_nothing_of_a_run(machine: Machine) -> None:
    before = machine.explain(view())
    machine.fire("withdraw", view())
    with pytest.raises(Refused):
        machine.fire("accept", view())
    assert machine.explain(view()) == before
    assert machine._machine.models == []
    assert machine.fire("again", view("hearing", tallies=(tally(),))).stage == "review"


def test_two_machines_share_nothing(machine: Machine) -> None:
    process = INTAKE.process.changing("withdraw", target="granted", roles=("head",))
    other = Machine(dataclasses.replace(INTAKE, process=process))
    assert machine.fire("withdraw", view()).stage == "withdrawn"
    assert other.fire("withdraw", view(actor=HEAD)).stage == "granted"
    with pytest.raises(Refused):
        other.fire("withdraw", view())


# -- rules that are ill -----------------------------------------------------------------------------------------------


def _raises(seen: CycleView) -> Refusal | None:
    raise LookupError("нет")


SICK = [_raises, lambda seen: True, lambda seen: refuse("Ждём: {nobody}")]


@pytest.mark.parametrize("check", SICK, ids=["raises", "returns a bool", "names what is not given"])
def test_a_rule_that_cannot_answer_closes_its_action_and_no_other(check: Any) -> None:
    actions = (
        Action("sick", "Больная", ("a",), "b", ("clerk",), (Rule("sick", "Больна", check),)),
        Action("well", "Здоровая", ("a",), "b", ("clerk",)),
    )
    process = Process((Stage("a", "А"), Stage("b", "Б", final=True)), actions, "a")
    machine = Machine(GroupType("sick", "Тип", "Цель", "1", process))
    assert machine.fire("well", view("a")).stage == "b"
    assert {v.action.key: v.allowed for v in machine.explain(view("a"))} == {"sick": False, "well": True}
    with pytest.raises(Refused):
        machine.fire("sick", view("a"))
