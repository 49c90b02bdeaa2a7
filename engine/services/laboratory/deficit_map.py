"""The map of deficits: kind of deficit × group, in different teachers, from three up (rule lab.small_groups).

Only what the teacher has confirmed and opened to the Laboratory is counted. There is no filter by period or triad: two
such pages side by side would give the difference away.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.core.text import Text
from engine.services.deficits import GROUPS
from engine.services.laboratory.rights import require_lab
from engine.services.laboratory.small import beside_total, shown, total
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.growth import Deficit
from engine.store.people import Person

#: How a teacher stands with a kind of deficit: the least advanced of what is named.
STATES = {
    "found": Text("выявлено", en="found"),
    "work": Text("в работе", en="in work"),
    "closed": Text("устранено", en="closed"),
}
_PLACE = {"found": 0, "remains": 0, "planned": 1, "in_work": 1, "closed": 2}


@dataclass(frozen=True, slots=True)
class MapRow:
    """One kind of deficit. ``cells`` go with the groups, ``states`` with STATES; None: not shown."""

    key: str
    title: Text
    cells: tuple[int | None, ...]
    whole: int | None
    states: tuple[int | None, ...]

    @property
    def told(self) -> bool:
        """Whether the row shows any number."""
        return self.whole is not None or any(cell is not None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class DeficitMap:
    """The groups of the school that run lessons, and a row for each kind of deficit."""

    groups: tuple[str, ...]
    rows: tuple[MapRow, ...]


def deficit_map(person: Person) -> DeficitMap:
    """For the Laboratory alone; NotFound for others."""
    require_lab(person)
    return of_school(person.school_id)


def of_school(school_id: int) -> DeficitMap:
    """The map of a school, in two statements. Each teacher counts once in a kind: in the group of the latest cycle, in
    the least advanced state."""
    groups = db.session.execute(
        select(Group.id, Group.title)
        .where(Group.school_id == school_id, Group.type_key != "lab", Group.closed_on.is_(None))
        .order_by(Group.id)
    ).all()
    named = db.session.execute(
        select(Deficit.group_key, Deficit.person_id, Triad.group_id, Deficit.status)
        .join(Cycle, Cycle.id == Deficit.cycle_id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .where(
            Cycle.school_id == school_id,
            Deficit.person_id.is_not(None),
            Deficit.confirmed.is_(True),
            Deficit.visibility == "lab",
            Deficit.status != "withdrawn",
        )
        .order_by(Deficit.id)
    ).all()
    where: dict[tuple[str, int], int] = {}
    how: dict[tuple[str, int], int] = {}
    for kind, person_id, group_id, status in named:
        assert person_id is not None
        where[kind, person_id] = group_id
        how[kind, person_id] = min(_PLACE[status], how.get((kind, person_id), 2))
    rows = []
    for kind, (title, _) in GROUPS.items():
        places = [group for (k, _p), group in where.items() if k == kind]
        counts = [places.count(group_id) for group_id, _t in groups]
        states = [place for (k, _p), place in how.items() if k == kind]
        found = beside_total([states.count(n) for n in range(len(STATES))])
        rows.append(MapRow(kind, title, tuple(shown(counts)), total(counts), tuple(found)))
    return DeficitMap(tuple(title for _, title in groups), tuple(rows))
