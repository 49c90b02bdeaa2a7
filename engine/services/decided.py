"""What a triad has decided, as a row: for whoever tells of it or carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from engine.store.cycles import Cycle
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


def beside(*columns: Any) -> Statement:
    """Those columns of a cycle and, after them, what was decided in it: one statement for whoever needs both."""
    decision = (
        Decision.choice,
        Decision.grounds,
        Decision.next_question,
        Decision.what_changes,
        Decision.target_group_id,
        Decision.movers,
    )
    core = select(*columns, *decision).select_from(Cycle).outerjoin(Decision, Decision.cycle_id == Cycle.id)
    return Statement(core.where(Cycle.id == bindparam("cycle")))


def made(columns: Sequence[Any]) -> Made | None:
    """The decision by its columns, or None."""
    return Made(*columns) if columns[0] is not None else None


_MADE = beside(Cycle.id)


def made_in(read: Read, cycle_id: int) -> Made | None:
    """The decision of a cycle, or None."""
    rows = read(_MADE, cycle=cycle_id)
    return made(rows[0][1:]) if rows else None
