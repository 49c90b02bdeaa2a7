"""Schools of an installation and who is who in a district. Set up from the command line: no school makes another."""

from __future__ import annotations

from sqlalchemy import select

from engine.services.access import current, is_admin, is_lab_member, school_roles
from engine.services.directory import person_by_login
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.services.sessions import revoke_all
from engine.store.database import db
from engine.store.district import District
from engine.store.people import Person, School, SchoolRole
from engine.store.unit import unit_of_work

NO_DISTRICT = ("Ваша школа не входит в РПОС", "Your school is in no district community")


def listing() -> list[tuple[School, str]]:
    """Every school of the installation with the name of its district community."""
    rows = db.session.execute(
        select(School, District.name).outerjoin(District, District.id == School.district_id).order_by(School.id)
    )
    return [(school, name or "") for school, name in rows]


def add(name: str, district: str, admin: tuple[str, str, str]) -> Person:
    """A new school with its first administrator (last name, first name, patronymic), who has no password yet.

    Raises Invalid for an empty name, or for a school of that name.
    """
    title, last, first = name.strip()[:200], admin[0].strip(), admin[1].strip()
    if not title or not last or not first:
        raise Invalid("Нужны название школы, фамилия и имя администратора", "Name the school and its administrator")
    with unit_of_work():
        if db.session.scalar(select(School.id).where(School.name == title)) is not None:
            raise Invalid("Такая школа уже есть", "This school is already there")
        school = School(name=title, district_id=_district(district).id if district.strip() else None)
        db.session.add(school)
        db.session.flush()
        person = Person(
            school_id=school.id, last_name=last[:80], first_name=first[:80], patronymic=admin[2].strip()[:80]
        )
        db.session.add(person)
        db.session.flush()
        db.session.add(SchoolRole(person_id=person.id, role="school_admin", since=now().date()))
        return person


def join(school_id: int, district: str) -> None:
    """Put a school into a district community; an empty name takes it out. NotFound when there is no such school."""
    with unit_of_work():
        school = db.session.get(School, school_id)
        if school is None:
            raise NotFound("Такой школы нет", "There is no such school")
        school.district_id = _district(district).id if district.strip() else None


def _district(name: str) -> District:
    title = name.strip()[:200]
    found = db.session.scalar(select(District).where(District.name == title))
    if found is None:
        found = District(name=title)
        db.session.add(found)
        db.session.flush()
    return found


def appoint(login: str) -> None:
    """Make somebody the coordinator of the district their school belongs to. Raises NotFound, Invalid."""
    with unit_of_work():
        person = person_by_login(login)
        school = db.session.get(School, person.school_id)
        if school is None or school.district_id is None:
            raise Invalid("Школа этого человека не входит в РПОС", "The school of this person is in no district")
        held = select(SchoolRole.id).where(
            SchoolRole.person_id == person.id,
            SchoolRole.role == "district_coordinator",
            current(SchoolRole, now().date()),
        )
        if db.session.scalar(held) is None:
            db.session.add(SchoolRole(person_id=person.id, role="district_coordinator", since=now().date()))
            revoke_all(person)


def district_of(person: Person) -> District:
    """The district community of the person's school. NotFound when it is in none."""
    school = db.session.get(School, person.school_id)
    found = db.session.get(District, school.district_id) if school and school.district_id else None
    if found is None or not person.active:
        raise NotFound(*NO_DISTRICT)
    return found


def in_district(person: Person) -> bool:
    """Whether the person's school belongs to a district community."""
    return person.school.district_id is not None


def is_coordinator(person: Person) -> bool:
    """Whether the person coordinates the district of their school."""
    return person.active and "district_coordinator" in school_roles(person) and in_district(person)


def speaks(person: Person) -> bool:
    """Whether the person speaks for the school in the district: its Laboratory and its administrators."""
    return is_lab_member(person) or is_admin(person)


def schools_of(district: District) -> list[School]:
    """The schools of a district by name: an order, never a ranking."""
    return list(db.session.scalars(select(School).where(School.district_id == district.id).order_by(School.name)))
