"""The board: where every triad stands, who needs help first, whose move it is. An order of need, never a ranking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import and_, bindparam, select

from engine.core.diagram import Step, road
from engine.services import moves, years
from engine.services.access import LAB
from engine.services.going import Going, ListedCycle, ListedGroup, ListedTriad
from engine.services.host import now
from engine.services.laboratory.rights import groups_seen
from engine.store.cycles import Cycle
from engine.store.groups import Group, Triad
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct

#: A row for each triad with the cycle it goes through, if it does; one for a group without triads.
_TRIADS = Statement(
    select(
        *(getattr(Group, name) for name in ListedGroup._fields),
        *(getattr(Triad, name) for name in ListedTriad._fields[:-1]),
        *(getattr(Cycle, name) for name in ListedCycle._fields[:-1]),
    )
    .select_from(Group)
    .outerjoin(Triad, Triad.group_id == Group.id)
    .outerjoin(Cycle, and_(Cycle.triad_id == Triad.id, Cycle.closed_at.is_(None)))
    .where(Group.school_id == bindparam("school"), Group.type_key != LAB, Group.closed_on.is_(None))
    .order_by(Group.id, Triad.id)
)
#: Where in a row its triad begins, and its cycle.
_TRIAD = len(ListedGroup._fields)
_CYCLE = _TRIAD + len(ListedTriad._fields) - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A triad with its open cycle, if it has one. ``late`` counts the working days past the term of the stage; ``days``
    is that term (0: none); ``waits`` names whose move it is."""

    triad: ListedTriad
    cycle: Going | None
    standing: moves.Standing | None
    stage: str
    steps: tuple[Step, ...]
    days: int
    late: int
    waits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A group with its triads, those who need help first."""

    group: ListedGroup
    rows: tuple[Row, ...]

    @property
    def longest(self) -> Row | None:
        """The row whose road has the most steps; None where no triad goes through a cycle."""
        found = max(self.rows, key=_length, default=None)
        return found if found is not None and found.steps else None

    @property
    def columns(self) -> tuple[tuple[int, tuple[Step, ...]], ...]:
        """The steps of its road, by lesson."""
        steps = self.longest.steps if self.longest else ()
        return tuple((n, tuple(part)) for n, part in groupby(steps, key=lambda step: step.round))


@dataclass(frozen=True, slots=True)
class Board:
    """The groups; ``help_first`` are the rows past the term of their stage, the longest waiting first."""

    parts: tuple[Part, ...]
    help_first: tuple[Row, ...]
    groups: tuple[ListedGroup, ...]


def board(person: Person, group_id: int = 0) -> Board:
    """The school for the Laboratory, the led groups for a leader; ``group_id`` narrows it. NotFound for others.

    The Laboratory itself is not on it: its own periods stand among its tasks.
    """
    listed = _listed(person)
    wanted = {group: there for group, there in listed.items() if group_id in (0, group.id)}
    going = [cycle for there in wanted.values() for _, cycle in there if cycle is not None]
    standings = {s.cycle.triad.id: s for s in moves.standings(going, person)}
    calendar, today = years.calendar(person.school_id), now().date()
    parts = []
    for group, there in wanted.items():
        rows = sorted([_row(triad, standings.get(triad.id), calendar, today) for triad, _ in there], key=_need)
        parts.append(Part(group, tuple(rows)))
    late = sorted([row for part in parts for row in part.rows if row.late], key=_need)
    return Board(tuple(parts), tuple(late), tuple(listed))


def _listed(person: Person) -> dict[ListedGroup, list[tuple[ListedTriad, ListedCycle | None]]]:
    """The groups the person looks at, each with its triads and their open cycles."""
    seen = groups_seen(person)
    only = None if seen is None else {group.id for group in seen}
    found: dict[ListedGroup, list[tuple[ListedTriad, ListedCycle | None]]] = {}
    for row in direct(_TRIADS, school=person.school_id):
        if only is not None and row[0] not in only:
            continue
        group = ListedGroup(*row[:_TRIAD])
        there = found.setdefault(group, [])
        if row[_TRIAD] is not None:
            triad = ListedTriad._make((*row[_TRIAD:_CYCLE], group))
            there.append((triad, None if row[_CYCLE] is None else ListedCycle._make((*row[_CYCLE:], triad))))
    return found


def _need(row: Row) -> tuple[int, int]:
    return (-row.late, row.triad.id)


def _row(triad: ListedTriad, standing: moves.Standing | None, calendar: years.Calendar, today: date) -> Row:
    if standing is None:
        return Row(triad, None, None, "", (), 0, 0, ())
    cycle, process = standing.cycle, standing.definition.process
    stage = process.stage(cycle.stage)
    passed = calendar.working_days(cycle.stage_since.date(), today) if stage.days else 0
    late = 0 if standing.stopped else max(0, passed - stage.days) if stage.days else 0
    people = {p.id: p.name for task in (*standing.mine, *standing.others) for p in task.people}
    return Row(
        triad,
        cycle,
        standing,
        stage.title,
        road(process, cycle.stage, cycle.round),
        stage.days,
        late,
        tuple(people.values()),
    )


def _length(row: Row) -> int:
    return len(row.steps)
