"""Which document is meant, and what lies there: found in whatever words it was written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.services.editions import Editions
from engine.store.database import db
from engine.store.documents import Draft, Submission
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Place:
    """Which document: a form of a cycle, its round (0: once per cycle) and whose (0: shared)."""

    cycle_id: int
    form: str
    round: int
    owner: int = 0


def stored(editions: Editions, place: Place, *, locked: bool = False) -> Submission | None:
    """The document as it stands; None when nobody has saved it yet."""
    query = select(Submission).where(
        Submission.cycle_id == place.cycle_id, Submission.round == place.round, Submission.owner == place.owner
    )
    if not editions.cycle.upgrades:
        query = query.where(Submission.form_key == place.form)
    rows = db.session.scalars(query.with_for_update() if locked else query)
    return next((row for row in rows if editions.means(row, place.form)), None)


def draft(editions: Editions, person: Person, place: Place) -> Draft | None:
    """What the person is typing there."""
    query = select(Draft).where(
        Draft.person_id == person.id, Draft.cycle_id == place.cycle_id, Draft.round == place.round
    )
    if not editions.cycle.upgrades:
        query = query.where(Draft.form_key == place.form)
    return next((row for row in db.session.scalars(query) if editions.means(row, place.form)), None)
