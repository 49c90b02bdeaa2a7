"""Closed notes: read by the holders of their role alone. The cycle keeps only that there was one."""

from __future__ import annotations

from sqlalchemy import select

from engine.services.errors import NotFound
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.growth import ClosedNote
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work


def for_person(person: Person) -> list[tuple[ClosedNote, Cycle]]:
    """The notes to the psychologist of the groups this person is the psychologist of, unread first."""
    rows = db.session.execute(
        select(ClosedNote, Cycle)
        .join(Cycle, Cycle.id == ClosedNote.cycle_id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(ClosedNote.role == "psychologist", Group.psychologist_id == person.id)
        .order_by(ClosedNote.read_at.is_not(None), ClosedNote.id.desc())
        .limit(200)
    )
    return [(note, cycle) for note, cycle in rows]


def mark_read(person: Person, note_id: int) -> None:
    """The psychologist has read the note. NotFound for anybody else."""
    with unit_of_work():
        if note_id not in {note.id for note, _ in for_person(person)}:
            raise NotFound("Такой записи нет", "There is no such note")
        note = lock(ClosedNote, note_id)
        if note.read_at is None:
            note.read_at, note.read_by = now(), person.id
