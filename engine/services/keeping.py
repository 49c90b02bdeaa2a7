"""Which document is meant, and what lies there: found in whatever words it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select

from engine.services.editions import Editions
from engine.store.cycles import Cycle
from engine.store.documents import Draft, Submission
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct


@dataclass(frozen=True, slots=True)
class Place:
    """Which document: a form of a cycle, its round (0: once per cycle) and whose (0: shared)."""

    cycle_id: int
    form: str
    round: int
    owner: int = 0

    @property
    def named(self) -> dict[str, Any]:
        """What the statements about its text call it."""
        return {"cycle": self.cycle_id, "n": self.round, "whose": self.owner, "form": self.form}


class Written(NamedTuple):
    """A document as it stands, column by column."""

    id: int
    cycle_id: int
    form_key: str
    round: int
    owner: int
    person_id: int | None
    state: str
    version: int
    values: dict[str, Any]
    content_hash: str
    fingerprint: str
    updated_at: datetime
    updated_by: int
    submitted_at: datetime | None


class Kept(NamedTuple):
    """What somebody is typing, column by column."""

    id: int
    form_key: str
    base: int
    raw: list[list[str]]
    fingerprint: str
    aside: list[list[str]]
    updated_at: datetime


_submissions: Any = Submission.__table__
#: In a cycle that was upgraded a document may lie there by an older name.
STORED = (
    select(*(_submissions.c[name] for name in Written._fields))
    .join(Cycle, Cycle.id == Submission.cycle_id)
    .where(
        Submission.cycle_id == bindparam("cycle"),
        Submission.round == bindparam("n"),
        Submission.owner == bindparam("whose"),
        or_(Submission.form_key == bindparam("form"), Cycle.upgrades > 0),
    )
)
_drafts: Any = Draft.__table__
KEPT = (
    select(*(_drafts.c[name] for name in Kept._fields))
    .join(Cycle, Cycle.id == Draft.cycle_id)
    .where(
        Draft.person_id == bindparam("person"),
        Draft.cycle_id == bindparam("cycle"),
        Draft.round == bindparam("n"),
        or_(Draft.form_key == bindparam("form"), Cycle.upgrades > 0),
    )
)
_STORED, _KEPT = Statement(STORED), Statement(KEPT)


def stored(editions: Editions, place: Place) -> Written | None:
    """The document as it stands; None when nobody has saved it yet."""
    rows = (Written(*row) for row in direct(_STORED, **place.named))
    return next((row for row in rows if editions.means(row, place.form)), None)


def draft(editions: Editions, person: Person, place: Place) -> Kept | None:
    """What the person is typing there."""
    rows = direct(_KEPT, person=person.id, cycle=place.cycle_id, n=place.round, form=place.form)
    return next((row for row in map(Kept._make, rows) if editions.means(row, place.form)), None)
