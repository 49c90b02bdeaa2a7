"""From rows to the read-only view that rules, criteria and pages look at. A fixed number of statements a cycle."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Date, bindparam, inspect, select

from engine.core.definition import GroupType
from engine.core.frozen import FrozenDict, frozen
from engine.core.view import CycleView, Person, RoundFacts
from engine.services import feeds, parts, settings, tallies
from engine.services.access import actor as as_actor
from engine.services.access import current, lab_members, members
from engine.services.editions import Editions
from engine.services.host import now
from engine.services.seen import Facts, Seen, Unread
from engine.store import people as store
from engine.store.cycles import Cycle
from engine.store.groups import Membership, Triad
from engine.store.memo import once
from engine.store.prepared import Row, Statement
from engine.store.reading import direct


def view_of(
    cycle: Cycle, definition: GroupType, actor: store.Person | None, given: Mapping[str, Any] | None = None
) -> CycleView:
    """Everything a rule may know about ``cycle`` now, as ``actor`` sees it."""
    seen = seen_of(cycle, definition, actor, given)
    try:
        return CycleView(**{name: getattr(seen, name) for name in _FIELDS} | {"facts": dict(seen.facts)})
    except Unread:
        raise seen.missed or Unread from None


_FIELDS = tuple(field.name for field in dataclasses.fields(CycleView))


def seen_of(
    cycle: Cycle, definition: GroupType, actor: store.Person | None, given: Mapping[str, Any] | None = None
) -> Seen:
    """The same for a page: each part is read when somebody looks at it, so nothing may be changed meanwhile."""
    group, person = cycle.triad.group, as_actor(actor) if actor else None
    team = _team(cycle.triad)
    names = parts.Names(_kept, team if person is None else {**team, person.id: person})
    rounds = _rounds(cycle, team, names)
    held = next((r for r in rounds if r.n == cycle.round), None)
    lead = parts.lead_of(held.n, held.facts["lead"].id if held.facts["lead"] else None, team) if held else None
    sheets = documents(cycle, names)
    seen = Seen(
        sheets,
        {
            "sheets": sheets.all,
            "tallies": lambda: tallies.of_cycle(cycle.id),
            "facts": lambda: Facts(seen, definition.process.feeds, lambda name: feeds.fact(cycle, name)),
            "thresholds": lambda: parts.thresholds(direct, group.id),
            "waived": lambda: parts.waived(direct, cycle.id, cycle.round),
            "settings": lambda: frozen(settings.of(cycle.school_id, definition)),
        },
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=now(),
        actor=person,
        roles=_roles(cycle, team, lead, names),
        rounds=rounds,
        given=frozen(given or {}),
    )
    return seen


def _kept(statement: Statement, /, **given: Any) -> Sequence[Row]:
    """A page of many cycles meets the same leaders over and over."""
    return once((statement, *given.items()), lambda: direct(statement, **given))


def documents(cycle: Cycle, names: parts.Names | None = None) -> parts.Sheets:
    """The documents of a cycle alone, in today's words."""
    rows = direct(parts.SHEETS, cycle=cycle.id)
    return parts.Sheets(rows, names or parts.Names(direct, {}), today=_today(cycle))


_TEAM = Statement(
    select(store.Person.id, store.Person.last_name, store.Person.first_name, store.Person.patronymic)
    .join(Membership, Membership.person_id == store.Person.id)
    .where(Membership.triad_id == bindparam("triad"), current(Membership, bindparam("day", type_=Date)))
    .order_by(Membership.seat, Membership.since)
)


def _team(triad: Triad) -> dict[int, Person]:
    """Who sits in the triad today, by seat; no statement where a page has read it already."""
    if "memberships" not in inspect(triad).unloaded:
        return {m.person_id: as_actor(m.person) for m in members(triad)}
    rows = direct(_TEAM, triad=triad.id, day=now().date())
    return {id_: Person(id_, store.short_name(*name)) for id_, *name in rows}


def _rounds(cycle: Cycle, team: Mapping[int, Person], names: parts.Names) -> tuple[RoundFacts, ...]:
    if "memberships" not in inspect(cycle.triad).unloaded:  # the page is about this cycle and reads them as objects
        return tuple(parts.facts(r, team, names) for r in cycle.rounds)
    return parts.rounds(direct, cycle.id, team, names)


def _today(cycle: Cycle) -> Any:
    return Editions(cycle).today if cycle.upgrades else None


def _roles(cycle: Cycle, team: Mapping[int, Person], lead: int | None, names: parts.Names) -> FrozenDict:
    group = cycle.triad.group
    roles = {
        "triad_member": tuple(team.values()),
        "lead_teacher": (team[lead],) if lead is not None else (),
        "observer": tuple(p for i, p in team.items() if i != lead),
        "group_leader": (names(group.leader_id),) if group.leader_id else (),
        "psychologist": (names(group.psychologist_id),) if group.psychologist_id else (),
    }
    if group.type_key == "lab":
        roles["lab_member"] = tuple(as_actor(p) for p in lab_members(cycle.school_id))
    return FrozenDict(roles)
