"""The verbs of a cycle: open, explain, fire, waive. ``fire`` is the one primitive that moves anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.machine import Verdict, judge, machine_for
from engine.core.process import Action
from engine.core.text import Text, localise
from engine.core.view import CycleView
from engine.extension.hookspecs import Attempt
from engine.services import contributions, effects, journal, runs
from engine.services.access import NO_CYCLE, members, relations
from engine.services.definitions import definition_of, may_open, offered, pin, quarantined, readable_only
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.firing import Fired, fire
from engine.services.host import host, now
from engine.services.programs import messages
from engine.services.seen import Seen, Unread
from engine.services.views import seen_of
from engine.services.words import not_whole
from engine.store.cycles import Cycle, Round, RuleAcceptance, Waiver
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

__all__ = ["WAIVERS", "Fired", "accept_rules", "explain", "fire", "open_cycle", "open_cycles", "waive"]
#: Who may lift a waivable rule.
WAIVERS = frozenset({"group_leader", "lab_member"})


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
    cycle: Cycle,
    person: Person | None,
    view: CycleView | None = None,
    stopped: bool | None = None,
    asked: Callable[[Action], bool] | None = None,
) -> tuple[Verdict, ...]:
    """Every action of the current stage for ``person``, each with all the reasons why not.

    ``stopped`` tells whether the type is switched off, where the caller knows it already; ``asked`` which actions are
    to be told of, where that is not all of them.
    """
    definition = definition_of(cycle)
    view = view or seen_of(cycle, definition, person)
    if stopped is None:
        stopped = readable_only(cycle.school_id, cycle.type_key)
    if cycle.type_key in quarantined():
        leaving = filter(asked, definition.process.leaving(view.stage))
        return tuple(_at_rest(definition, action, view, stopped) for action in leaving)
    told: tuple[Verdict, ...] = ()
    with suppress(Unread):
        verdicts = machine_for(definition).explain(view, asked)
        told = tuple(_with_objections(cycle, verdict, view, stopped) for verdict in verdicts)
    if isinstance(view, Seen) and view.missed is not None:
        raise view.missed
    return told


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
