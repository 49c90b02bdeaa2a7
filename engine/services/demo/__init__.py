"""The demo school: invented people, loaded by doing what they would do. It never appears in a real installation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine.services.access import school_roles
from engine.services.demo import bank, district, events, formative, growth, others, school, year
from engine.services.demo.driver import at
from engine.services.host import host
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person, School, SchoolRole

TODAY = datetime(2026, 11, 23, 10, 0)


def is_loaded() -> bool:
    """Whether the installation holds a school already."""
    return db.session.scalar(select(School.id).limit(1)) is not None


def load(moment: datetime = TODAY, *, whole_year: bool = False) -> None:
    """Load the demo school once; the clock then runs on from ``moment`` (of a whole year: from its end)."""
    if not is_loaded():
        at(datetime(2026, 9, 1, 9, 0))
        cast = school.found()
        formative.load(cast)
        others.fourk(cast)
        others.project(cast)
        others.sel(cast)
        others.criterion(cast)
        others.laboratory(cast)
        events.load(cast)
        growth.load(cast)
        bank.load(cast)
        district.load(cast)
        if whole_year:
            year.play(cast)
    host().clock.set(year.TODAY if whole_year else moment, frozen=False)


def people() -> list[tuple[str, list[tuple[Person, str]]]]:
    """Everybody one can step in as, by group, with a note on who they are."""
    rows = db.session.execute(
        select(Group, Triad, Person)
        .join(Triad, Triad.group_id == Group.id)
        .join(Membership, Membership.triad_id == Triad.id)
        .join(Person, Person.id == Membership.person_id)
        .join(School, School.id == Group.school_id)
        .where(School.is_demo.is_(True), Membership.until.is_(None))
        .order_by(Group.id, Triad.id, Membership.seat)
    )
    found: dict[str, list[tuple[Person, str]]] = {}
    for group, triad, person in rows:
        notes = [triad.title.split(" ")[0], person.subject or person.position]
        if group.leader_id == person.id:
            notes.append("руководитель ПОС")
        if "school_admin" in school_roles(person):
            notes.append("администратор школы")
        found.setdefault(group.title, []).append((person, ", ".join(notes)))
    for person in _neighbours():
        found.setdefault(person.school.name, []).append((person, person.position))
    return list(found.items())


def _neighbours() -> list[Person]:
    """Those who hold a role in a demo school and sit in no triad."""
    seated = select(Membership.person_id).where(Membership.until.is_(None))
    query = (
        select(Person)
        .join(School, School.id == Person.school_id)
        .join(SchoolRole, SchoolRole.person_id == Person.id)
        .where(School.is_demo.is_(True), Person.id.not_in(seated), Person.active.is_(True))
        .order_by(School.id, Person.id)
    )
    return list(db.session.scalars(query).unique())


def home_school() -> int:
    """The number of the school the demo is about."""
    found = db.session.scalar(select(School.id).where(School.is_demo.is_(True)).order_by(School.id).limit(1))
    assert found is not None
    return found
