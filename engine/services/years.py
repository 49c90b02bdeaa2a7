"""The school itself: its name, the number of its staff, school years and holidays; working days between dates."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, literal, select, union_all

from engine.core.text import Text
from engine.services.access import require_admin
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.people import Holiday, Person, School, SchoolYear, StaffCount
from engine.store.prepared import Statement
from engine.store.reading import direct
from engine.store.unit import unit_of_work


def school_of(person: Person) -> School:
    """The person's school."""
    found = db.session.get(School, person.school_id)
    assert found is not None
    return found


def set_school(admin: Person, name: str, district: str, staff: int, since: date | None = None) -> None:
    """Name, district, and how many teachers work here from ``since`` (default: today) on: the denominator of the
    school's shares."""
    require_admin(admin)
    if not name.strip() or not 0 <= staff <= 2000:
        text = Text("Проверьте название и число педагогов", en="Check the name and the number of teachers")
        raise Invalid(text, text.en, {"name": [text]})
    with unit_of_work():
        school = school_of(admin)
        school.name, school.district, school.staff = name.strip()[:200], district.strip()[:200], staff
        _count_staff(school.id, since or now().date(), staff)


def _count_staff(school_id: int, since: date, staff: int) -> None:
    known = db.session.scalar(select(StaffCount).where(StaffCount.school_id == school_id, StaffCount.since == since))
    if known is None:
        known = StaffCount(school_id=school_id, since=since)
        db.session.add(known)
    known.staff = staff


def staff_counts(person: Person) -> list[StaffCount]:
    """How many teachers the school had from which day on, newest first."""
    rows = select(StaffCount).where(StaffCount.school_id == person.school_id)
    return list(db.session.scalars(rows.order_by(StaffCount.since.desc())))


def years(person: Person) -> list[SchoolYear]:
    """School years, newest first."""
    return list(
        db.session.scalars(
            select(SchoolYear).where(SchoolYear.school_id == person.school_id).order_by(SchoolYear.begins.desc())
        )
    )


def holidays(person: Person) -> list[Holiday]:
    """Holidays of the school, in order."""
    return list(
        db.session.scalars(select(Holiday).where(Holiday.school_id == person.school_id).order_by(Holiday.begins))
    )


def _period(begins: date | None, ends: date | None) -> tuple[date, date]:
    if begins is None or ends is None or begins > ends:
        text = Text("Проверьте даты: начало раньше конца", en="Check the dates: the first comes before the last")
        raise Invalid(text, text.en, {"begins": [text]})
    return begins, ends


def add_year(admin: Person, begins: date | None, ends: date | None) -> SchoolYear:
    """Add a school year, titled like 2026/2027."""
    require_admin(admin)
    first, last = _period(begins, ends)
    title = f"{first.year}/{last.year}"
    with unit_of_work():
        known = select(SchoolYear.id).where(SchoolYear.school_id == admin.school_id, SchoolYear.title == title)
        if db.session.scalar(known) is not None:
            raise Invalid("Такой учебный год уже есть", "This school year is already there")
        year = SchoolYear(school_id=admin.school_id, title=title, begins=first, ends=last)
        db.session.add(year)
        return year


def add_holiday(admin: Person, title: str, begins: date | None, ends: date | None) -> Holiday:
    """Add days without lessons."""
    require_admin(admin)
    first, last = _period(begins, ends)
    with unit_of_work():
        row = Holiday(school_id=admin.school_id, title=title.strip()[:120] or "Каникулы", begins=first, ends=last)
        db.session.add(row)
        return row


def remove_holiday(admin: Person, holiday_id: int) -> None:
    """Take a holiday out of the calendar."""
    require_admin(admin)
    with unit_of_work():
        row = db.session.get(Holiday, holiday_id)
        if row is None or row.school_id != admin.school_id:
            raise NotFound("Таких каникул нет", "There is no such holiday")
        db.session.delete(row)


def odd_day(school_id: int, day: date) -> Text | None:
    """Why a lesson is hardly held on ``day``: a holiday, a Sunday, a day that has passed, outside the school year."""
    free = db.session.scalars(select(Holiday).where(Holiday.school_id == school_id)).all()
    known = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == school_id)).all()
    for holiday in free:
        if holiday.begins <= day <= holiday.ends:
            return Text("Это каникулы или выходной: «{title}»", en="These are holidays: {title}").fill(
                {"title": holiday.title}
            )
    if day.weekday() == 6:
        return Text("Это воскресенье", en="This is a Sunday")
    if day < now().date():
        return Text("Этот день уже прошёл", en="This day has passed")
    if known and not any(year.begins <= day <= year.ends for year in known):
        return Text("Этот день вне учебного года", en="This day is outside the school year")
    return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays and school years of a school, read once: working days between any two dates without asking the
    database again. Days off of the whole country (Labour Code, article 112, with the days moved each year) come from a
    library. Outside the school years nothing is due; a school that has entered none works all the year round."""

    holidays: tuple[tuple[date, date], ...]
    years: tuple[tuple[date, date], ...] = ()

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        if day.weekday() >= 5 or day in days_off(day.year):
            return False
        for first, last in self.holidays:
            if first <= day <= last:
                return False
        for first, last in self.years:
            if first <= day <= last:
                return True
        return not self.years

    def working_days(self, begins: date, ends: date) -> int:
        """How many working days lie after ``begins`` up to and with ``ends``."""
        return sum([self.works(begins + _DAY * n) for n in range(1, (ends - begins).days + 1)])

    def before(self, day: date, count: int) -> date:
        """The day ``count`` working days before ``day``; at most 60 days back where there are none."""
        found = day
        for back in range(1, 61):
            if count <= 0:
                break
            if self.works(day - timedelta(days=back)):
                found, count = day - timedelta(days=back), count - 1
        return found


_DAY = timedelta(days=1)


@functools.lru_cache(maxsize=16)
def days_off(year: int) -> frozenset[date]:
    """Public holidays of Russia in a year."""
    from holidays import country_holidays  # with the first plan: a start needs none

    return frozenset(country_holidays("RU", years=year))


_CALENDAR = Statement(
    union_all(
        select(literal("holiday").label("kind"), Holiday.begins, Holiday.ends).where(
            Holiday.school_id == bindparam("school")
        ),
        select(literal("year").label("kind"), SchoolYear.begins, SchoolYear.ends).where(
            SchoolYear.school_id == bindparam("school")
        ),
    )
)


def calendar(school_id: int) -> Calendar:
    """The calendar of a school."""
    told: dict[str, list[tuple[date, date]]] = {"holiday": [], "year": []}
    for kind, first, last in direct(_CALENDAR, school=school_id):
        told[kind].append((first, last))
    return Calendar(tuple(told["holiday"]), tuple(told["year"]))


def working_days(school_id: int, begins: date, ends: date) -> int:
    """How many working days lie after ``begins`` up to and with ``ends``: no Sundays, no Saturdays, no holidays."""
    return calendar(school_id).working_days(begins, ends)


def year_span(person: Person) -> tuple[date, date]:
    """The days of the school year that is under way, else of the newest one, else of the usual one (1 September to
    31 August)."""
    today = now().date()
    known = years(person)
    for year in (*(y for y in known if y.begins <= today <= y.ends), *known):
        return year.begins, year.ends
    first = date(today.year if today.month >= 9 else today.year - 1, 9, 1)
    return first, date(first.year + 1, 8, 31)


def term_of(person: Person) -> tuple[date, date]:
    """The term today lies in: from the end of one holidays of the school year to the beginning of the next."""
    today = now().date()
    begins, ends = year_span(person)
    for holiday in holidays(person):
        if holiday.ends < today:
            begins = max(begins, holiday.ends + timedelta(days=1))
        elif holiday.begins > today:
            ends = min(ends, holiday.begins - timedelta(days=1))
    return begins, ends
