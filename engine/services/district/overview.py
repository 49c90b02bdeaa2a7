"""What a coordinator sees: totals of schools and what they have published. No sheets, no people, no comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from engine.services import indicators
from engine.services.district.schools import NO_DISTRICT, district_of, is_coordinator, schools_of
from engine.services.errors import NotFound
from engine.services.indicators.scope import Indicator
from engine.store.database import db
from engine.store.district import Publication
from engine.store.people import Person, School

#: What a school shows of itself; counts of people below this are not told.
SHOWN = (
    "staff_in_triads",
    "lessons_held",
    "cycles_finished",
    "bank_works",
    "teacher_participations",
    "pupil_participations",
    "visits_held",
    "techniques_transferred",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A school with its totals and the number of its open publications."""

    school: School
    totals: tuple[Indicator, ...]
    published: int


def overview(person: Person, begins: date, ends: date) -> list[Part]:
    """Every school of the district by name. For its coordinator; NotFound for others."""
    if not is_coordinator(person):
        raise NotFound(*NO_DISTRICT)
    district = district_of(person)
    published = dict(
        db.session.execute(
            select(Publication.school_id, func.count())
            .where(Publication.district_id == district.id, Publication.withdrawn_at.is_(None))
            .group_by(Publication.school_id)
        ).all()
    )
    return [
        Part(school, indicators.of_school(school.id, begins, ends, SHOWN), published.get(school.id, 0))
        for school in schools_of(district)
    ]
