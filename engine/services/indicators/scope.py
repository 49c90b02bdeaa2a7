"""What an indicator is, whose records it counts, and over which days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select

from engine.core.text import Text
from engine.services.access import LAB
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.people import School, StaffCount


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was counted: what it is, a remark, and where it can be seen (may be empty)."""

    title: str
    note: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure with everything it stands on.

    ``value`` is a count, or a share (0 to 1) when ``unit`` is share; None when its denominator is nothing.
    ``breakdown`` counts the records by something that matters, label → number.
    """

    key: str
    title: Text
    formula: Text
    unit: str
    value: float | None
    numerator: int
    denominator: int | None = None
    breakdown: dict[str, int] = field(default_factory=dict)
    warning: str = ""
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records are counted: a school, or one group of it; from which day to which."""

    school_id: int
    begins: date
    ends: date
    group_id: int | None = None

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The first moment of the period and the first one after it."""
        return datetime.combine(self.begins, time()), datetime.combine(self.ends + timedelta(days=1), time())


def staff_on(school_id: int, day: date) -> int:
    """How many teachers the school had on a day: the last number stated by then, else the number stated at all."""
    stated = db.session.scalar(
        select(StaffCount.staff)
        .where(StaffCount.school_id == school_id, StaffCount.since <= day)
        .order_by(StaffCount.since.desc())
        .limit(1)
    )
    if stated is not None:
        return stated
    school = db.session.get(School, school_id)
    return school.staff if school else 0


def people_of(scope: Scope) -> Select[Any]:
    """Ids of everybody who sat in a triad of the scope on at least one day of the period."""
    seats = (
        select(Membership.person_id)
        .join(Triad, Triad.id == Membership.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(
            Group.school_id == scope.school_id,
            Membership.since <= scope.ends,
            or_(Membership.until.is_(None), Membership.until > scope.begins),
            or_(Membership.until.is_(None), Membership.until > Membership.since),
        )
    )
    return seats.where(Group.id == scope.group_id) if scope.group_id else seats


def of_lessons(scope: Scope) -> Any:
    """Condition on cycles of the scope that run lessons; needs a join with Triad and Group."""
    here = and_(Cycle.school_id == scope.school_id, Group.type_key != LAB)
    return and_(here, Group.id == scope.group_id) if scope.group_id else here


def count(key: str, title: Text, formula: Text, found: list[Record], **more: Any) -> Indicator:
    breakdown = dict(more.pop("breakdown", {}))
    return Indicator(
        key, title, formula, "count", len(found), len(found), breakdown=breakdown, records=tuple(found), **more
    )


def share(key: str, title: Text, formula: Text, part: int, whole: int, found: list[Record], **more: Any) -> Indicator:
    value = part / whole if whole else None
    return Indicator(key, title, formula, "share", value, part, whole, records=tuple(found), **more)
