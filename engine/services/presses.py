"""A form that adds something adds it once, however often one press of it arrives: by a double click, by the back
button, or sent again because the answer was lost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from engine.services.host import now
from engine.store.database import db
from engine.store.people import Person
from engine.store.presses import PRESS, Press, Repeated
from engine.store.unit import unit_of_work

__all__ = ["Repeated", "begin", "end", "forget", "leads_to"]

#: For how long a press is known again: longer than anybody leaves a page open and presses it twice.
KEPT = timedelta(days=7)


def leads_to(key: str) -> str | None:
    """The page this press has led to (empty: no other one); None when it has not been carried out."""
    return db.session.scalar(select(Press.leads_to).where(Press.key == key))


def begin(key: str, person: Person) -> None:
    """The next unit of work of this request carries the press out: both are written, or neither.

    What the form does is therefore done in one unit. That unit raises ``Repeated`` when another request was faster.
    """
    db.session().info[PRESS] = {"key": key, "person_id": person.id, "at": now()}


def end(key: str, address: str) -> None:
    """End what ``begin`` began; where a unit has carried the press out, note the page it has led to."""
    if db.session().info.pop(PRESS, None) is None and address:
        with unit_of_work():
            db.session.execute(update(Press).where(Press.key == key).values(leads_to=address))


def forget() -> int:
    """Throw old presses away. Returns how many."""
    with unit_of_work():
        gone = db.session.execute(delete(Press).where(Press.at < now() - KEPT))
        return int(getattr(gone, "rowcount", 0))
