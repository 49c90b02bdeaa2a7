"""The board: where every triad stands, who needs help first, whose move it is. An order of need, never a ranking."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engine.core.diagram import Step, road
from engine.services import moves, years
from engine.services.access import LAB
from engine.services.definitions import STILL, switches
from engine.services.host import now
from engine.services.laboratory.rights import groups_seen
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Row:
    """A triad with its open cycle, if it has one. ``late`` counts the working days past the term of the stage; ``days``
    is that term (0: none); ``waits`` names whose move it is."""

    triad: Triad
    cycle: Cycle | None
    standing: moves.Standing | None
    stage: str
    steps: tuple[Step, ...]
    days: int
    late: int
    waits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A group with its triads, those who need help first; ``columns`` are the steps of its road, by lesson."""

    group: Group
    rows: tuple[Row, ...]
    columns: tuple[tuple[int, tuple[Step, ...]], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The groups; ``help_first`` are the rows past the term of their stage, the longest waiting first."""

    parts: tuple[Part, ...]
    help_first: tuple[Row, ...]
    groups: tuple[Group, ...]


def board(person: Person, group_id: int = 0) -> Board:
    """The school for the Laboratory, the led groups for a leader; ``group_id`` narrows it. NotFound for others.

    The Laboratory itself is not on it: its own periods stand among its tasks.
    """
    led = groups_seen(person)
    query = (
        select(Group)
        .where(Group.school_id == person.school_id, Group.type_key != LAB, Group.closed_on.is_(None))
        .options(joinedload(Group.triads))
        .order_by(Group.id)
    )
    if led is not None:
        query = query.where(Group.id.in_([g.id for g in led]))
    groups = list(db.session.scalars(query).unique())
    wanted = [g for g in groups if group_id in (0, g.id)]
    going = select(Cycle).where(Cycle.triad_id.in_([t.id for g in wanted for t in g.triads]), Cycle.closed_at.is_(None))
    by_triad = {c.triad_id: c for c in db.session.scalars(going)}
    calendar, states = years.calendar(person.school_id), switches(person.school_id)
    off = {key for key, state in states.items() if state in STILL}
    parts = []
    for group in wanted:
        rows = sorted((_row(person, t, by_triad.get(t.id), calendar, off) for t in group.triads), key=_need)
        parts.append(Part(group, tuple(rows), _columns(rows)))
    late = sorted((row for part in parts for row in part.rows if row.late), key=_need)
    return Board(tuple(parts), tuple(late), tuple(groups))


def _need(row: Row) -> tuple[int, int]:
    return (-row.late, row.triad.id)


def _row(person: Person, triad: Triad, cycle: Cycle | None, calendar: years.Calendar, off: set[str]) -> Row:
    if cycle is None:
        return Row(triad, None, None, "", (), 0, 0, ())
    standing = moves.standing(cycle, person, cycle.type_key in off)
    process = standing.definition.process
    stage = process.stage(cycle.stage)
    passed = calendar.working_days(cycle.stage_since.date(), now().date()) if stage.days else 0
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


def _columns(rows: list[Row]) -> tuple[tuple[int, tuple[Step, ...]], ...]:
    longest = max((row.steps for row in rows), key=len, default=())
    return tuple((n, tuple(part)) for n, part in groupby(longest, key=lambda step: step.round))
