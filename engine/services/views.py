"""From rows to the read-only view that rules, criteria and pages look at. A fixed number of statements a cycle."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Date, bindparam, inspect, select

from engine.core.definition import GroupType
from engine.core.frozen import frozen
from engine.core.view import CycleView, Person
from engine.services import feeds, parts, settings, tallies
from engine.services.access import actor as as_actor
from engine.services.access import current, lab_members, members
from engine.services.editions import Editions
from engine.services.going import Going
from engine.services.host import now
from engine.services.names import Names
from engine.services.seen import Seen, Unread
from engine.store import people as store
from engine.store.cycles import Cycle
from engine.store.groups import Membership
from engine.store.memo import once
from engine.store.prepared import Read, Row, Statement
from engine.store.reading import RowsOf, Values, direct, rows_of
from engine.store.together import Keyed, Together


def view_of(
    cycle: Cycle, definition: GroupType, actor: store.Person | None, given: Mapping[str, Any] | None = None
) -> CycleView:
    """Everything a rule may know about ``cycle`` now, as ``actor`` sees it."""
    seen = seen_of(cycle, definition, actor, given)
    try:
        for tally in seen.tallies:
            tally.counts  # noqa: B018 - read here: whoever looked later would have nobody to tell of a failure
        return CycleView(**{name: getattr(seen, name) for name in _FIELDS} | {"facts": dict(seen.facts)})
    except Unread:
        raise seen.missed or Unread from None


_lesson, _LESSON = attrgetter(*parts.LESSON), len(parts.LESSON)
_FIELDS = tuple(field.name for field in dataclasses.fields(CycleView))


def seen_of(
    cycle: Cycle, definition: GroupType, actor: store.Person | None, given: Mapping[str, Any] | None = None
) -> Seen:
    """The same for a page: each part is read when somebody looks at it, so nothing may be changed meanwhile."""
    person, moment = as_actor(actor) if actor else None, now()
    if "memberships" in inspect(cycle.triad).unloaded:
        rows = direct(_TEAM, triad=cycle.triad_id, day=moment.date())
        at = _At(cycle, definition, person, moment, _seated(rows))
        return at.seen(*rows_of(parts.ROUNDS, cycle=cycle.id), given=given)
    at = _At(cycle, definition, person, moment, {m.person_id: as_actor(m.person) for m in members(cycle.triad)})
    return at.seen([_lesson(r) for r in cycle.rounds], tuple, given=given)  # a page about it has read the objects


class Among(Together):
    """The views of several cycles: what somebody looks at in one of them is read of all, by one statement."""

    def __init__(self, cycles: Collection[Going], actor: store.Person) -> None:
        groups = {c.triad.group.id: c.triad.group for c in cycles}
        super().__init__(
            cycle=[c.id for c in cycles],
            triad=[c.triad.id for c in cycles],
            group=groups,
            person={id_ for g in groups.values() for id_ in (g.leader_id, g.psychologist_id) if id_},
        )
        self._actor, self._now = as_actor(actor), now()

    def seen_of(self, cycle: Going, definition: GroupType) -> Seen:
        """The view of one of them."""
        team = _seated(self(_TEAM, triad=cycle.triad.id, day=self._now.date()))
        at = _At(cycle, definition, self._actor, self._now, team, self, self.rows_of, self)
        return at.seen(*self.rows_of(parts.ROUNDS, cycle=cycle.id))


def _kept(statement: Statement, /, **given: Any) -> Sequence[Row]:
    """A page of many cycles meets the same leaders over and over."""
    return once((statement, *given.items()), lambda: direct(statement, **given))


class _At(NamedTuple):
    """A cycle at a moment for somebody, who sits in its triad, and how the rest is read."""

    cycle: Going
    definition: GroupType
    actor: Person | None
    now: datetime
    team: Mapping[int, Person]
    read: Read = direct
    rows_of: RowsOf = rows_of
    who: Read = _kept

    def seen(self, lessons: Sequence[Row], values: Values, given: Mapping[str, Any] | None = None) -> Seen:
        """The view; ``lessons`` are the rows of its rounds."""
        cycle, definition, actor, moment, team, read, rows_of, who = self
        group = cycle.triad.group
        lab = {p.id: as_actor(p) for p in lab_members(cycle.school_id)} if group.type_key == "lab" else None
        names = Names(who, {**(lab or {}), **team, **({} if actor is None else {actor.id: actor})})
        lead = parts.teaches(lessons, cycle.round, team)
        held = parts.holders(team, lead, group.leader_id, group.psychologist_id)
        documents = _sheets(rows_of, cycle, names)
        return Seen(
            documents,
            lambda: {
                "rounds": lambda: parts.rounds_of([values(row)[:_LESSON] for row in lessons], team, names),
                "tallies": lambda: tallies.of_cycle(cycle.id, read, documents.within),
                "thresholds": lambda: parts.thresholds(read, group.id),
                "waived": lambda: parts.waived(read, cycle.id, cycle.round),
                "settings": lambda: frozen(settings.of(cycle.school_id, definition, read)),
            },
            definition.process.feeds,
            lambda name: feeds.fact(cycle, name, read),
            held if lab is None else {**held, "lab_member": tuple(lab)},
            None if actor is None else actor.id,
            cycle.stage,
            cycle.round,
            cycle.held,
            moment,
            frozen(given or {}),
        )


_TEAM = Keyed(
    select(store.Person.id, store.Person.last_name, store.Person.first_name, store.Person.patronymic)
    .join(Membership, Membership.person_id == store.Person.id)
    .where(current(Membership, bindparam("day", type_=Date)))
    .order_by(Membership.seat, Membership.since),
    Membership.triad_id,
    "triad",
)


def _seated(rows: Iterable[Row]) -> dict[int, Person]:
    """Who sits in a triad, by seat."""
    return {id_: Person(id_, store.short_name(*name)) for id_, *name in rows}


def documents(cycle: Cycle) -> parts.Sheets:
    """The documents of a cycle alone, in today's words."""
    return _sheets(rows_of, cycle, Names(direct, {}))


def _sheets(rows_of: RowsOf, cycle: Going, names: Names) -> parts.Sheets:
    rows, values = rows_of(parts.SHEETS, cycle=cycle.id)
    return parts.Sheets(rows, names, values, _today(cycle))


def _today(cycle: Going) -> Any:
    return Editions(cycle).today if cycle.upgrades else None
