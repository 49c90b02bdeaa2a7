"""What is asked of one of many is read of all: the same rows, by one statement for each handful."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, select

from engine.services.demo.school import Cast
from engine.store.database import db
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct
from engine.store.together import PLACES, Keyed, Together
from engine.store.unit import unit_of_work
from tests.services.conftest import database, school
from tests.webui.crawling import counting

__all__ = ["database", "school"]

_NAME = Keyed(select(Person.last_name, Person.active), Person.id, "person")
_ACTIVE = Keyed(select(Person.last_name).where(Person.active == bindparam("active")), Person.id, "person")
_PLAIN = Statement(select(Person.last_name).where(Person.id == bindparam("person")))


def people(school: Cast) -> list[int]:
    """Their ids; whoever listens from here on hears every statement."""
    found = sorted(person.id for person in school.people.values())
    db.session.rollback()
    return found


def asked(sent: list[str]) -> int:
    """How many of the statements are ours."""
    return sum(statement.startswith("SELECT person.last_name") for statement in sent)


@pytest.mark.parametrize("many", [1, 2, PLACES - 1, PLACES, PLACES + 1])
def test_one_statement_reads_what_is_asked_of_a_handful(school: Cast, many: int) -> None:
    among, others = people(school)[:many], people(school)[many:]
    alone = {id_: list(direct(_NAME, person=id_)) for id_ in [*among, *others[:1]]}
    db.session.rollback()
    read = Together(person=among)
    with counting() as sent:
        assert {id_: list(read(_NAME, person=id_)) for id_ in among} == {id_: alone[id_] for id_ in among}
        assert {id_: list(read(_NAME, person=id_)) for id_ in among} == {id_: alone[id_] for id_ in among}
    assert asked(sent) == -(-many // PLACES)
    db.session.rollback()
    with counting() as sent:
        assert [list(read(_NAME, person=id_)) for id_ in others[:1] * 2] == [alone[id_] for id_ in others[:1]] * 2
    assert asked(sent) == len(others[:1])


def test_what_else_is_given_is_asked_apart(school: Cast) -> None:
    first, second, *_ = people(school)
    read = Together(person=[first, second])
    with counting() as sent:
        assert [len(read(_ACTIVE, person=id_, active=on)) for id_ in (first, second) for on in (True, False)] == [
            1,
            0,
        ] * 2
    assert asked(sent) == 2


def test_a_statement_about_one_alone_is_read_alone_and_once(school: Cast) -> None:
    first, second, *_ = people(school)
    read = Together(person=[first, second])
    with counting() as sent:
        assert [len(read(_PLAIN, person=id_)) for id_ in (first, second, first)] == [1, 1, 1]
    assert asked(sent) == 2
    assert list(Together()(_NAME, person=first)) == list(direct(_NAME, person=first))


def test_rows_become_values_when_somebody_looks(school: Cast) -> None:
    first, *_ = people(school)
    for read in (Together(person=[first]), Together()):
        rows, values = read.rows_of(_NAME, person=first)
        assert [values(row)[:2] for row in rows] == list(direct(_NAME, person=first))
    rows, values = Together(person=[10**8]).rows_of(_NAME, person=10**8)
    assert (list(rows), list(Together(person=[10**8])(_NAME, person=10**8))) == ([], [])


def test_what_waits_to_be_written_is_read(school: Cast) -> None:
    person = school.people["Глобусова"]
    wanted: Any = ("Картова", True)
    with unit_of_work():
        person.last_name = "Картова"
        assert list(Together(person=[person.id])(_NAME, person=person.id)) == [wanted]
        rows, values = Together(person=[person.id]).rows_of(_NAME, person=person.id)
        assert [values(row)[:2] for row in rows] == [wanted]
        db.session.flush()
    assert list(Together(person=[person.id])(_NAME, person=person.id)) == [wanted]
