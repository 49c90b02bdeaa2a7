"""The verbs of a cycle: open, explain, fire, waive. ``fire`` is the one primitive that moves anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select

from engine.core import pauses
from engine.core.definition import GroupType
from engine.core.machine import Verdict, judge, machine_for
from engine.core.process import Action
from engine.core.rules import Refusal, Rule, missing
from engine.core.snapshot import to_data
from engine.core.text import Text, localise
from engine.core.view import CycleView
from engine.extension.hookspecs import Attempt, Change
from engine.services import contributions, effects, journal, pressing, runs
from engine.services.access import LAB, NO_CYCLE, members, relations
from engine.services.definitions import STILL, definition_of, may_open, offered, pin, pinned, quarantined, readable_only
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound, Refused, UnknownAction
from engine.services.host import host, now
from engine.services.programs import messages
from engine.services.teams import worded
from engine.services.views import lead_of, view_of
from engine.services.words import not_whole
from engine.store.cycles import DONE, Cycle, JournalEntry, Round, RuleAcceptance, Waiver
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person
from engine.store.unit import driver_unit, lock, unit_of_work

#: Who may lift a waivable rule.
WAIVERS = frozenset({"group_leader", "lab_member"})


_MOVED = (
    "Пока вы смотрели, цикл изменился. Посмотрите, что нового, и повторите, если ещё нужно",
    "The cycle has changed meanwhile. Look what is new and repeat if it is still needed",
)


@dataclass(frozen=True, slots=True)
class Fired:
    """The outcome of ``fire``: where the cycle stands; ``repeated`` when this very button had been pressed before."""

    cycle_id: int
    stage: str
    round: int
    seq: int
    repeated: bool = False


def open_cycle(triad: Triad, by: Person, *, title: str = "", previous: Cycle | None = None, period: str = "") -> Cycle:
    """Open a cycle of the triad's group type on the newest definition.

    Raises Invalid when the type is not enabled in the school, the triad is not whole, or a cycle is still open.
    """
    with unit_of_work():
        lock(Triad, triad.id)  # two members may open the next cycle at once
        group = triad.group
        if group.type_key in quarantined():
            raise Invalid(effects.QUARANTINED.text, localise(effects.QUARANTINED.text, "en"))
        definition = offered(group.school_id, group.type_key)
        if definition is None or not may_open(group.school_id, group.type_key):
            raise Invalid(
                "Этот тип группы сейчас не включён. Его включает администратор школы",
                "This group type is not enabled now. The school administrator enables it",
            )
        if len(members(triad)) != definition.team:
            whole = not_whole(definition.team)
            raise Invalid(whole, whole.en)
        if open_cycles(triad):
            raise Invalid("У тройки уже идёт цикл", "The triad already has a cycle under way")
        moment = now()
        count = len(db.session.scalars(select(Cycle.id).where(Cycle.triad_id == triad.id)).all())
        cycle = Cycle(
            triad=triad,
            school_id=group.school_id,
            type_key=group.type_key,
            version=definition.version,
            fingerprint=pin(definition),
            title=title or f"{triad.title} · {count + 1}",
            stage=definition.process.initial,
            seq=0,
            round=1,
            held=False,
            opened_at=moment,
            stage_since=moment,
            previous_id=previous.id if previous else None,
            period=period,
        )
        if definition.process.loop:
            kind = definition.kinds[0].key if definition.kinds else ""
            cycle.rounds = [Round(n=n, kind=kind) for n in range(1, definition.process.rounds + 1)]
        db.session.add(cycle)
        db.session.flush()
        journal.record(cycle, by, "open", _opened(definition), source="")
        messages.of_cycle("cycle.opened", cycle, by)
        runs.enter(cycle, definition)
        return cycle


def _opened(definition: GroupType) -> Text:
    """What the journal says first: also what is in force beside the type."""
    text, more = Text("Цикл открыт", en="The cycle is opened"), contributions.in_force(definition.additions)
    return Text(f"{text}. {more}", en=f"{text.en}. {more.en}") if more else text


def open_cycles(triad: Triad) -> list[Cycle]:
    """The cycles of a triad that are not finished."""
    return list(
        db.session.scalars(
            select(Cycle).where(Cycle.triad_id == triad.id, Cycle.closed_at.is_(None)).order_by(Cycle.id)
        )
    )


def explain(
    cycle: Cycle, person: Person | None, view: CycleView | None = None, stopped: bool | None = None
) -> tuple[Verdict, ...]:
    """Every action of the current stage for ``person``, each with all the reasons why not.

    ``stopped`` tells whether the type is switched off, where the caller knows it already.
    """
    definition = definition_of(cycle)
    view = view or view_of(cycle, definition, person)
    if stopped is None:
        stopped = readable_only(cycle.school_id, cycle.type_key)
    if cycle.type_key in quarantined():
        leaving = definition.process.leaving(view.stage)
        return tuple(_at_rest(definition, action, view, stopped) for action in leaving)
    return tuple(_with_objections(cycle, verdict, view, stopped) for verdict in machine_for(definition).explain(view))


def _with_objections(cycle: Cycle, verdict: Verdict, view: CycleView, stopped: bool) -> Verdict:
    refusals = list(verdict.refusals)
    if stopped:
        refusals.append(effects.DISABLED)
    refusals += host().registry.objections(cycle.type_key, Attempt(verdict.action, view))
    return dataclasses.replace(verdict, refusals=tuple(refusals))


def _at_rest(definition: GroupType, action: Action, view: CycleView, stopped: bool) -> Verdict:
    """What is known of an action while its type is in quarantine: none of the plugin's code is asked."""
    bare = judge(definition, dataclasses.replace(action, rules=()), view)
    why = (effects.QUARANTINED, *((effects.DISABLED,) if stopped else ()))
    return Verdict(action, (*bare.refusals, *why))


def fire(
    cycle_id: int,
    action_key: str,
    person: Person,
    seen: int,
    given: Mapping[str, Any] | None = None,
    *,
    once: str = "",
) -> Fired:
    """Press a button.

    The row is locked and read anew; the pinned definition judges; state, round, journal and effects are written in
    one transaction. ``seen`` is the version (``seq``) of the cycle the person looked at. Raises NotFound for
    strangers, Conflict when the cycle has moved on meanwhile, Refused with every reason, Invalid for missing answers.
    """
    pauses.reached("fire.asked")
    key = _id(person)
    if not db.session().info.get("unit"):
        with suppress(_MoreToDo):
            return _plain(cycle_id, action_key, key, seen, given or {}, once)
    with unit_of_work():
        cycle = lock(Cycle, cycle_id)
        pauses.reached("fire.locked")
        if cycle is None or not relations(person, cycle) & {
            "triad_member",
            "group_leader",
            "psychologist",
            "lab_member",
        }:
            raise NotFound(*NO_CYCLE)
        if once and _pressed(cycle, once):
            return Fired(cycle.id, cycle.stage, cycle.round, cycle.seq, repeated=True)
        if cycle.seq != seen:
            raise Conflict(*_MOVED)
        if cycle.type_key in quarantined():
            raise Refused((effects.QUARANTINED,))
        definition = definition_of(cycle)
        action = _action(definition, cycle, action_key)
        given = _answers(action, given or {})
        before = view_of(cycle, definition, person, given)
        verdict = _with_objections(cycle, Verdict(action), before, readable_only(cycle.school_id, cycle.type_key))
        try:
            move = machine_for(definition).fire(action_key, before)
        except Refused as error:
            raise Refused((*error.refusals, *verdict.refusals)) from None
        if verdict.refusals:
            raise Refused(verdict.refusals)
        pauses.reached("fire.judged")
        _mark(cycle, before, action, given)
        source = cycle.stage
        if move.stage != source:
            runs.leave(cycle, definition)
            cycle.stage, cycle.stage_since = move.stage, now()
        cycle.round, cycle.held = move.round, move.held
        if definition.process.stage(move.stage).final:
            cycle.closed_at = now()
        if move.stage != source:
            runs.enter(cycle, definition)
        kept = effects.confide(cycle, person, action, given)
        journal.record(
            cycle,
            person,
            action_key,
            action.done or action.title,
            source=source,
            given=kept,
            once=once,
            waived=[{"rule": r.code, "title": to_data(_named(definition, r)), "owner": r.owner} for r in move.waived],
        )
        pauses.reached("fire.recorded")
        messages.of_cycle("cycle.fired", cycle, person, action=action_key, source=source)
        if cycle.closed_at is not None and move.stage != source:
            messages.of_cycle("cycle.closed", cycle, person)
        change = Change(action, before, move.stage, move.round)
        effects.carry_out(cycle, definition, person, action, host().registry.effects(cycle.type_key, change))
        return Fired(cycle.id, cycle.stage, cycle.round, cycle.seq)


def _id(person: Person) -> int:
    """The id of a person without reading the row anew: the press reads who it is under its own lock."""
    known = inspect(person).identity
    assert known is not None
    return int(known[0])


class _MoreToDo(Exception):
    """The press asks for more than its two rows: it is carried out in a unit of work."""


def _plain(cycle_id: int, action_key: str, person_id: int, seen: int, given: Mapping[str, Any], once: str) -> Fired:
    """A press that writes two rows, where the cycle stands and the journal entry, by prepared statements."""
    with driver_unit() as hand:
        cycle = pressing.lock(hand, cycle_id)
        pauses.reached("fire.locked")
        if cycle is None:
            raise NotFound(*NO_CYCLE)
        definition = pinned(cycle.fingerprint, cycle.type_key)
        around = pressing.around(hand, cycle, person_id, once)
        if around is None or not around.active or around.school_id != cycle.school_id:
            raise NotFound(*NO_CYCLE)
        moment = now()
        team = pressing.team(hand, cycle, moment)
        action = next((a for a in definition.process.leaving(cycle.stage) if a.key == action_key), None)
        known = person_id in team or any(p and p.id == person_id for p in (around.leader, around.psychologist))
        if action is None or not known or around.programs or _more(definition, cycle, action):
            raise _MoreToDo
        if around.pressed:
            return Fired(cycle.id, cycle.stage, cycle.round, cycle.seq, repeated=True)
        if cycle.seq != seen:
            raise Conflict(*_MOVED)
        if cycle.type_key in quarantined():
            raise Refused((effects.QUARANTINED,))
        given = _answers(action, given)
        view = pressing.view(hand, cycle, definition, around, team, moment, given)
        refusals = [effects.DISABLED] if around.switch in STILL else []
        refusals += host().registry.objections(cycle.type_key, Attempt(action, view))
        try:
            move = machine_for(definition).fire(action_key, view)
        except Refused as error:
            raise Refused((*error.refusals, *refusals)) from None
        if refusals:
            raise Refused(tuple(refusals))
        pauses.reached("fire.judged")
        change = Change(action, view, move.stage, move.round)
        if host().registry.effects(cycle.type_key, change):
            raise _MoreToDo
        final = definition.process.stage(move.stage).final
        pressing.move(hand, cycle, move.stage, move.round, move.held, moment, final=final)
        pressing.enter(
            hand,
            cycle_id=cycle.id,
            seq=cycle.seq + 1,
            at=moment,
            actor_id=person_id,
            action=action_key,
            label={"text": to_data(worded(action.done or action.title, definition.team))},
            source=cycle.stage,
            target=move.stage,
            round=move.round,
            held=move.held,
            given=given,
            waived=[{"rule": r.code, "title": to_data(_named(definition, r)), "owner": r.owner} for r in move.waived],
            once=once or None,
            fingerprint=cycle.fingerprint,
        )
        pauses.reached("fire.recorded")
        return Fired(cycle.id, move.stage, move.round, cycle.seq + 1)


def _more(definition: GroupType, cycle: pressing.Locked, action: Action) -> bool:
    """Whether the host has more to read or to write for this press than its two rows."""
    process = definition.process
    stages = (cycle.stage, action.target or cycle.stage)
    return bool(
        action.effects
        or action.mark
        or action.confidential_to
        or cycle.upgrades
        or cycle.type_key == LAB
        or any(process.stage(key).surveys for key in stages)
    )


def _named(definition: GroupType, item: Rule | Refusal) -> Text:
    """A rule as the journal names it: with whose it is, where it is not the type's own."""
    title, owner = Text(item.title), contributions.whose(definition, item.owner)
    return Text(f"{title}{owner}", en=f"{localise(title, 'en')}{owner.en}") if owner else title


def _pressed(cycle: Cycle, once: str) -> bool:
    return (
        db.session.scalar(select(JournalEntry.id).where(JournalEntry.cycle_id == cycle.id, JournalEntry.once == once))
        is not None
    )


def _action(definition: GroupType, cycle: Cycle, key: str) -> Action:
    for action in definition.process.leaving(cycle.stage):
        if action.key == key:
            return action
    raise UnknownAction(f"{key!r} does not leave {cycle.stage!r}")


def _answers(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked beside the button and nothing else; Invalid when a required answer is missing."""
    errors = {
        f.key: [Text("Заполните это поле", en="Fill in this field")]
        for f in action.asks
        if f.required and missing(given, f.key)
    }
    if errors:
        raise Invalid("Ответьте на вопросы рядом с кнопкой", "Answer the questions beside the button", errors)
    return {f.key: given[f.key] for f in action.asks if f.key in given}


def _mark(cycle: Cycle, view: CycleView, action: Action, given: Mapping[str, Any]) -> None:
    """The status of the current round after the action; its observers are frozen when it is done."""
    round_ = next((r for r in cycle.rounds if r.n == cycle.round), None)
    if not action.mark or round_ is None:
        return
    round_.status = action.mark
    if action.mark in DONE and round_.done_at is None:
        round_.done_at = now()
        team = {p.id: p for p in view.holders("triad_member")}
        round_.lead_id = lead_of(round_, team)
        round_.observers = [i for i in team if i != round_.lead_id]
    elif action.mark not in DONE:
        round_.done_at, round_.observers = None, []
    if action.mark in ("rescheduled", "cancelled"):
        round_.at = effects.moment(given) if action.mark == "rescheduled" else None
        runs.clear(cycle)


def accept_rules(cycle_id: int, person: Person) -> None:
    """The person accepts the ground rules for this cycle. Accepting twice is accepting once."""
    with unit_of_work():
        cycle = lock(Cycle, cycle_id)
        if cycle is None or "triad_member" not in relations(person, cycle):
            raise NotFound(*NO_CYCLE)
        known = select(RuleAcceptance.id).where(
            RuleAcceptance.cycle_id == cycle.id, RuleAcceptance.person_id == person.id
        )
        if db.session.scalar(known) is None:
            db.session.add(RuleAcceptance(cycle_id=cycle.id, person_id=person.id, at=now()))
            journal.record(cycle, person, "accept_rules", Text("Приняты правила тройки", en="Ground rules accepted"))


def waive(cycle_id: int, person: Person, rule_key: str, reason: str) -> None:
    """Lift a waivable rule for the current round, with a reason that stays in the journal.

    A rule that a plugin added to somebody else's type can be lifted while that plugin is in quarantine. Raises
    Forbidden for anybody but the group's leader and the Laboratory, Invalid without a reason or for a rule that cannot
    be lifted.
    """
    with unit_of_work():
        cycle = lock(Cycle, cycle_id)
        held = relations(person, cycle) if cycle else set()
        if cycle is None or not held & {"triad_member", "group_leader", "lab_member"}:
            raise NotFound(*NO_CYCLE)
        if not held & WAIVERS:
            raise Forbidden(
                "Снять ограничение может руководитель ПОС или Лаборатория",
                "The group leader or the Laboratory may lift a rule",
            )
        definition = definition_of(cycle)
        rule = definition.rules.get(rule_key)
        if rule is None or not (rule.waivable or (rule.owner and rule.owner in quarantined())):
            raise Invalid("Это ограничение снять нельзя", "This rule cannot be lifted")
        if not reason.strip():
            raise Invalid("Укажите причину", "Give a reason", {"reason": [Text("Укажите причину", en="Give a reason")]})
        known = select(Waiver.id).where(
            Waiver.cycle_id == cycle.id, Waiver.rule == rule_key, Waiver.round == cycle.round
        )
        if db.session.scalar(known) is None:
            db.session.add(
                Waiver(
                    cycle_id=cycle.id,
                    rule=rule_key,
                    title=str(rule.title),
                    round=cycle.round,
                    reason=reason.strip(),
                    by_id=person.id,
                    at=now(),
                )
            )
            text = Text("Снято ограничение «{rule}»{whose}", en="Rule lifted: “{rule}”{whose}")
            text = text.fill({"rule": rule.title, "whose": contributions.whose(definition, rule.owner)})
            given = {"reason": reason.strip()} | ({"owner": rule.owner} if rule.owner else {})
            journal.record(cycle, person, "waive", text, given=given)
