"""The demo school's neighbours: a district of two schools and a methodical centre, one material given, taken, one
invitation answered. All invented."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from engine.services import years
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.services.district import invitations, publications, schools
from engine.store.bank import Material
from engine.store.database import db
from engine.store.people import Person, School, SchoolRole
from engine.store.unit import unit_of_work

DISTRICT = "РПОС «Вместе к мастерству»"
GIVEN = "Карточка задания «Спор о реформе»"


def load(cast: Cast) -> None:
    """Make the neighbours; the demo school's own numbers stay as they are."""
    at(datetime(2026, 9, 2, 9, 0))
    home = cast.people["Журналова"]
    schools.join(home.school_id, DISTRICT)
    neighbour = schools.add("Заречная основная школа (демонстрационная)", DISTRICT, ("Заречнов", "Пётр", "Демович"))
    centre = schools.add("Методический центр района (демонстрационный)", DISTRICT, ("Окружнова", "Ада", "Демовна"))
    with unit_of_work():
        for person, work in ((neighbour, "заместитель директора"), (centre, "методист района")):
            school = db.session.get(School, person.school_id)
            assert school is not None
            school.is_demo = True
            row = db.session.get(Person, person.id)
            assert row is not None
            row.position = work
        role = SchoolRole(person_id=centre.id, role="district_coordinator", since=date(2026, 9, 2))
        db.session.add(role)
    for person in (neighbour, centre):
        years.add_year(person, date(2026, 9, 1), date(2027, 5, 31))
    at(datetime(2026, 11, 22, 12, 0))
    material = db.session.scalars(select(Material).where(Material.title == GIVEN)).one()
    for author in material.authors:
        publications.agree(author.person, material.id)
    given = publications.publish(cast.people["Графикова"], material.id)
    at(datetime(2026, 11, 23, 9, 0))
    publications.take(neighbour, given.id)
    invitation = invitations.invite(
        cast.people["Графикова"],
        {
            "kind": "open_lesson",
            "title": "Открытый урок: критерии вместе с классом",
            "at": datetime(2026, 12, 9, 10, 15),
            "place": "кабинет 12",
            "note": "География, 6 «Б». После урока — обсуждение по правилам тройки.",
            "seats": 12,
            "pupils": False,
        },
    )
    invitations.answer(neighbour, invitation.id, 3, 0, "приедем школьным автобусом")
    invitations.invite(
        neighbour,
        {
            "kind": "visit",
            "title": "День гостей: уроки у реки",
            "at": datetime(2026, 12, 16, 11, 0),
            "place": "Заречная школа",
            "seats": 25,
            "pupils": True,
        },
    )
