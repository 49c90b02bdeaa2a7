"""Looking people up from the command line of the installation, where there is no signed-in person."""

from __future__ import annotations

from sqlalchemy import select

from engine.services.access import current
from engine.services.errors import NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.people import Person, SchoolRole
from engine.store.unit import unit_of_work


def people_of_installation() -> list[Person]:
    """Everybody, by school and name."""
    return list(db.session.scalars(select(Person).order_by(Person.school_id, Person.last_name)))


def person_by_login(login: str) -> Person:
    """The person with this login. NotFound when there is none."""
    found = db.session.scalar(select(Person).where(Person.login == login.strip().lower()))
    if found is None:
        raise NotFound(f"Логина «{login}» нет", "There is no such login")
    return found


def add_admin(login: str) -> None:
    """Give the rights of an administrator, from the command line."""
    with unit_of_work():
        person = person_by_login(login)
        today = now().date()
        held = select(SchoolRole.id).where(
            SchoolRole.person_id == person.id, SchoolRole.role == "school_admin", current(SchoolRole, today)
        )
        if db.session.scalar(held) is None:
            db.session.add(SchoolRole(person_id=person.id, role="school_admin", since=today))
