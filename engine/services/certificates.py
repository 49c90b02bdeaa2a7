"""The certificate or diploma of a participation: one file, for the person it speaks of and those who keep the list."""

from __future__ import annotations

from sqlalchemy import select

from engine.services import files
from engine.services.access import oversees
from engine.services.errors import Forbidden, NotFound
from engine.services.storage import Kept
from engine.store.database import db
from engine.store.documents import StoredFile
from engine.store.events import Event, Participation
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

_NONE = ("Такой записи нет", "There is no such record")


def _participation(person: Person, participation_id: int) -> Participation:
    row = db.session.get(Participation, participation_id)
    if row is None or row.event.school_id != person.school_id:
        raise NotFound(*_NONE)
    if row.person_id != person.id and not oversees(person):
        raise Forbidden("Чужой документ видят те, кто ведёт список", "It is open to those who keep the list")
    return row


def attach(person: Person, participation_id: int, name: str, content: bytes) -> StoredFile:
    """Put the document to a participation; one that was there goes. Raises Invalid, NotFound, Forbidden."""
    _participation(person, participation_id)
    media, kept = files.check(content)
    with files.stored(kept) as stored_as, unit_of_work():
        lock(Participation, participation_id)
        participation = _participation(person, participation_id)
        gone = take_off(participation.id)
        row = files.describe(person, name, media, kept, stored_as)
        row.participation_id = participation.id
        db.session.add(row)
        db.session.flush()
    for old in gone:
        files.discard(old)
    return row


def take_off(participation_id: int) -> list[str]:
    """Delete the file rows of a participation, in a unit of work. Returns what to take off the disk afterwards."""
    rows = db.session.scalars(select(StoredFile).where(StoredFile.participation_id == participation_id)).all()
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    return [row.stored_as for row in rows]


def of_event(person: Person, event: Event) -> dict[int, StoredFile]:
    """The documents of an event that the person may open, by participation."""
    ids = [p.id for p in event.participations if p.person_id == person.id or oversees(person)]
    rows = db.session.scalars(select(StoredFile).where(StoredFile.participation_id.in_(ids)))
    return {row.participation_id: row for row in rows if row.participation_id}


def read(person: Person, participation_id: int) -> tuple[StoredFile, Kept]:
    """The document with its bytes. Raises NotFound, Forbidden."""
    participation = _participation(person, participation_id)
    row = db.session.scalar(select(StoredFile).where(StoredFile.participation_id == participation.id))
    path = files.place(row.stored_as) if row else None
    if row is None or path is None or not path.exists():
        raise NotFound("Документа нет", "There is no document")
    return row, path
