"""The verbs of a cycle: open, explain, fire, waive. ``fire`` is the one primitive that moves anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.machine import Verdict, judge, machine_for
from engine.core.process import Action
from engine.core.text import Text
from engine.core.view import CycleView
from engine.extension.hookspecs import Attempt
from engine.services import contributions, effects, journal, opening
from engine.services.access import NO_CYCLE, relations
from engine.services.definitions import definition_of, quarantined, readable_only
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.firing import Fired, fire
from engine.services.host import host, now
from engine.services.programs import messages
from engine.services.seen import Seen, Unread
from engine.services.views import seen_of
from engine.store.cycles import Cycle, RuleAcceptance, Waiver
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person
from engine.store.unit import driver_unit, lock, unit_of_work

__all__ = ["WAIVERS", "Fired", "accept_rules", "explain", "fire", "open_cycle", "open_cycles", "waive"]
#: Who may lift a waivable rule.
WAIVERS = frozenset({"group_leader", "lab_member"})


def open_cycle(triad: Triad, by: Person, *, title: str = "", previous: Cycle | None = None, period: str = "") -> Cycle:
    """Open a cycle of the triad's group type on the newest definition.

    Raises Invalid when the type is not enabled in the school, the triad is not whole, or a cycle is still open.
    """
    with unit_of_work():
        db.session.flush()  # the triad may have been founded in this very unit
        of, before = (triad.id, by.id, now()), previous.id if previous else None
        with driver_unit() as hand:
            opened = opening.open_cycle(hand, *of, store=opening.store, title=title, previous=before, period=period)
            opening.lessons(hand, opened, {})
        cycle = db.session.get_one(Cycle, opened.id)
        messages.of_cycle("cycle.opened", cycle, by)
        return cycle


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
    return told(cycle.type_key, definition, view, stopped, asked)


def told(
    type_key: str, definition: GroupType, view: CycleView, stopped: bool, asked: Callable[[Action], bool] | None = None
) -> tuple[Verdict, ...]:
    """The same of a cycle that is read already."""
    if type_key in quarantined():
        leaving = filter(asked, definition.process.leaving(view.stage))
        return tuple(_at_rest(definition, action, view, stopped) for action in leaving)
    found: tuple[Verdict, ...] = ()
    with suppress(Unread):
        verdicts = machine_for(definition).explain(view, asked)
        found = tuple([_with_objections(type_key, verdict, view, stopped) for verdict in verdicts])
    if isinstance(view, Seen) and view.missed is not None:
        raise view.missed
    return found


def _with_objections(type_key: str, verdict: Verdict, view: CycleView, stopped: bool) -> Verdict:
    more = host().registry.objections(type_key, Attempt(verdict.action, view))
    if stopped:
        more = [effects.DISABLED, *more]
    return Verdict(verdict.action, (*verdict.refusals, *more), verdict.waived) if more else verdict


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
