"""Work that is done by the hand of the driver, and begun anew in a session where it asks for more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm.attributes import instance_state

from engine.core.errors import Loud
from engine.store.database import db
from engine.store.people import Person
from engine.store.prepared import Hand
from engine.store.presses import PRESS
from engine.store.unit import driver_unit, unit_of_work

Done = TypeVar("Done")


class Elsewhere(Loud):
    """The work asks for more than prepared statements do: it is carried out in a session, which writes more, and
    where more is read too (``reading``) reads the view. What was written in a unit of its own goes with that unit;
    where a session is at hand, it is raised before anything is written."""

    def __init__(self, *, reading: bool) -> None:
        super().__init__()
        self.reading = reading


def by_hand(person: Person, work: Callable[[Hand, Person | None, bool], Done]) -> Done:
    """What ``work`` returns, in a unit of its own (inside a unit of work: in that one).

    It is given the hand, the person where a session is at hand as well, and whether it is to read the view in it. Most
    work needs no session; what does is begun anew in one.
    """
    whole = False
    session = db.session()
    if not (session.info.get("unit") or session.info.get(PRESS)):
        try:
            with driver_unit(session) as hand:
                return work(hand, None, False)
        except Elsewhere as more:
            whole = more.reading
    with unit_of_work():
        if not whole:
            try:
                with driver_unit() as hand:
                    return work(hand, person, False)
            except Elsewhere:
                pass
        with driver_unit() as hand:
            return work(hand, person, True)


def id_of(person: Person) -> int:
    """The id of a person without reading the row anew: it is read under the lock."""
    known = instance_state(person).key
    assert known is not None
    return int(known[1][0])
