"""Looking people up from the command line of the installation, where there is no signed-in person."""

from __future__ import annotations

from sqlalchemy import select

from engine.services.access import current
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.services.sessions import revoke_all
from engine.store.database import db
from engine.store.people import Person, School, SchoolRole
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


def only_school(school_id: int | None = None) -> School:
    """The school of the installation, or the named one. NotFound when there is none, Invalid when there are several
    and none is named."""
    query = select(School).order_by(School.id)
    schools = list(db.session.scalars(query if school_id is None else query.where(School.id == school_id)))
    if not schools:
        raise NotFound("Такой школы нет", "There is no such school")
    if len(schools) > 1:
        named = "; ".join(f"{school.id} — {school.name}" for school in schools)
        raise Invalid(f"Школ несколько, укажите номер: {named}", "Several schools: name one")
    return schools[0]


def colleague(last_name: str, first_name: str, patronymic: str = "", school_id: int | None = None) -> Person:
    """Somebody who has not joined yet, found by name or added to the school.

    NotFound when there is no such school, Invalid when it has to be named or the person has a login already.
    """
    school = only_school(school_id)
    name = {"last_name": last_name.strip(), "first_name": first_name.strip(), "patronymic": patronymic.strip()}
    with unit_of_work():
        found = db.session.scalars(select(Person).filter_by(school_id=school.id, **name)).first()
        if found is not None and found.login:
            raise Invalid(
                f"У этого человека уже есть логин «{found.login}». Новый пароль даёт users reset",
                "This person has a login already; use reset",
            )
        if found is None:
            found = Person(school_id=school.id, **name)
            db.session.add(found)
            db.session.flush()
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
            revoke_all(person)


def colleagues(person: Person) -> list[Person]:
    """Everybody active in the person's school, by name, the person included."""
    query = select(Person).where(Person.school_id == person.school_id, Person.active.is_(True))
    return list(db.session.scalars(query.order_by(Person.last_name, Person.first_name, Person.id)))
