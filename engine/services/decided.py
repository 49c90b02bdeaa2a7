"""What a triad has decided, as a row: for whoever tells of it or carries it out."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select

from engine.store.growth import Decision
from engine.store.prepared import Read, Statement


class Made(NamedTuple):
    """A decision."""

    choice: str
    grounds: str
    next_question: str
    what_changes: str
    target_group_id: int | None
    movers: list[int]


_MADE = Statement(
    select(
        Decision.choice,
        Decision.grounds,
        Decision.next_question,
        Decision.what_changes,
        Decision.target_group_id,
        Decision.movers,
    ).where(Decision.cycle_id == bindparam("cycle"))
)


def made_in(read: Read, cycle_id: int) -> Made | None:
    """The decision of a cycle, or None."""
    rows = read(_MADE, cycle=cycle_id)
    return Made(*rows[0]) if rows else None
