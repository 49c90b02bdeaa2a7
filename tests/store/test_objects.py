"""Objects made of the rows of prepared statements are those that the session would give, and it follows them."""

from __future__ import annotations

from sqlalchemy import bindparam, inspect, select

from engine.services.access import CYCLE, kept_cycle
from engine.services.demo.school import Cast
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.people import Person, School
from engine.store.prepared import Statement
from engine.store.reading import Objects, first
from engine.store.unit import unit_of_work
from tests.services.conftest import database, school
from tests.services.roads import road

__all__ = ["database", "school"]

_PEOPLE = Objects(Person, school=Objects(School))
_ONE = Statement(
    select(*_PEOPLE.columns).join(School, School.id == Person.school_id).where(Person.id == bindparam("person"))
)


def _person(number: int) -> Person:
    row = first(_ONE, person=number)
    assert row is not None
    return _PEOPLE.of(row)


def _told(thing: object) -> dict[str, object]:
    return {c.key: getattr(thing, c.key) for c in inspect(type(thing)).column_attrs}  # type: ignore[union-attr]


def test_it_is_the_object_that_the_session_would_load(school: Cast) -> None:
    number = school.people["Глобусова"].id
    db.session.remove()
    made = _person(number)
    state = inspect(made)
    assert state.persistent and not state.modified and made in db.session and made not in db.session.dirty
    assert state.unloaded == set()
    assert db.session.get(Person, number) is made
    assert db.session.scalars(select(Person).where(Person.id == number)).one() is made
    assert db.session.get(School, made.school_id) is made.school
    told, of_school = _told(made), _told(made.school)
    db.session.remove()
    loaded = db.session.get_one(Person, number)
    assert _told(loaded) == told and _told(loaded.school) == of_school


def test_a_cycle_comes_with_its_triad_and_group_and_the_rest_when_it_is_asked_for(school: Cast) -> None:
    cycle, team = road(school, "planning")
    number, title, seated = cycle.id, cycle.triad.group.title, {p.id for p in team}
    db.session.remove()
    made = kept_cycle(number)
    assert made is not None and {"triad"} | set(_told(made)) <= set(inspect(made).dict)
    assert isinstance(made.triad, Triad) and isinstance(made.triad.group, Group) and made.triad.group.title == title
    assert [r.n for r in made.rounds] == [1, 2, 3]
    assert {m.person_id for m in made.triad.memberships} == seated
    assert kept_cycle(number) is made and kept_cycle(10**8) is None
    told = _told(made)
    db.session.remove()
    assert _told(db.session.get_one(Cycle, number)) == told


def test_what_is_changed_on_it_is_written(school: Cast) -> None:
    number = school.people["Глобусова"].id
    db.session.remove()
    with unit_of_work():
        made = _person(number)
        made.last_name = "Картова"
        assert made in db.session.dirty
        assert _person(number) is made and made.last_name == "Картова"
    db.session.remove()
    assert _person(number).last_name == "Картова"


def test_one_that_is_there_stays_as_it_stands(school: Cast) -> None:
    known = school.people["Глобусова"]
    with db.session.no_autoflush:
        known.last_name = "Картова"
        row = db.session.execute(_ONE.core, {"person": known.id}).one()
        assert _PEOPLE.of(tuple(row)) is known and known.last_name == "Картова"
    db.session.rollback()
    assert _person(known.id) is known and known.last_name == "Глобусова", "it is read anew where it was forgotten"


def test_columns_are_named_once(school: Cast) -> None:
    assert len(CYCLE.columns) == sum(len(model.__table__.c) for model in (Cycle, Triad, Group))
    assert CYCLE.known(10**8) is None
