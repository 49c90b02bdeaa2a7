"""The cycles somebody may open, filtered and in pages that stay where they are while new cycles come."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from engine.services.access import current, is_lab_member
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted; None and "" mean any. ``open`` tells running cycles from finished ones."""

    open: bool | None = None
    group_id: int | None = None
    triad_id: int | None = None
    type_key: str = ""
    stage: str = ""


def readable(person: Person) -> ColumnElement[bool]:
    """Who may open a cycle at all, as an SQL condition over Cycle joined with its triad and group: its triad, the
    leader and the psychologist of its group, the Laboratory (``access.cycle_for`` asks the same of one cycle)."""
    seated = select(Membership.triad_id).where(Membership.person_id == person.id, current(Membership, now().date()))
    concerned = or_(Triad.id.in_(seated), Group.leader_id == person.id, Group.psychologist_id == person.id)
    return (Cycle.school_id == person.school_id) & (true() if is_lab_member(person) else concerned)


def cycles(person: Person, wanted: Filters, after: int = 0, limit: int = 50) -> list[Cycle]:
    """Up to ``limit`` cycles open to the person whose id is past ``after``, the oldest first."""
    query = (
        select(Cycle)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .options(joinedload(Cycle.triad).joinedload(Triad.group), selectinload(Cycle.rounds))
        .where(readable(person), Cycle.id > after)
    )
    if wanted.open is not None:
        query = query.where(Cycle.closed_at.is_(None) if wanted.open else Cycle.closed_at.is_not(None))
    if wanted.group_id is not None:
        query = query.where(Group.id == wanted.group_id)
    if wanted.triad_id is not None:
        query = query.where(Triad.id == wanted.triad_id)
    if wanted.type_key:
        query = query.where(Cycle.type_key == wanted.type_key)
    if wanted.stage:
        query = query.where(Cycle.stage == wanted.stage)
    return list(db.session.scalars(query.order_by(Cycle.id).limit(limit)))
