"""Rows read past the session are those that the session would read, and faults are told in its words."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, column, event, select, table, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from engine.services.demo.school import Cast
from engine.store.database import db
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct, first
from engine.store.unit import unit_of_work
from tests.services.conftest import database, school

__all__ = ["database", "school"]

_NAME = Statement(select(Person.last_name, Person.active).where(Person.id == bindparam("person")))


def test_what_waits_to_be_written_is_read(school: Cast) -> None:
    person = school.people["Глобусова"]
    assert first(_NAME, person=person.id) == ("Глобусова", True)
    with unit_of_work():
        person.last_name = "Картова"
        assert first(_NAME, person=person.id) == ("Картова", True)
        db.session.flush()
        assert direct(_NAME, person=person.id) == [("Картова", True)]
    assert first(_NAME, person=person.id) == ("Картова", True)
    assert first(_NAME, person=10**8) is None


def test_what_was_taken_back_is_not_read(school: Cast) -> None:
    person = school.people["Глобусова"]
    with pytest.raises(ZeroDivisionError), unit_of_work():
        person.last_name = "Картова"
        db.session.flush()
        assert first(_NAME, person=person.id) == ("Картова", True)
        raise ZeroDivisionError
    assert first(_NAME, person=person.id) == ("Глобусова", True)


def test_it_is_one_transaction_with_the_session_and_ends_with_it(school: Cast) -> None:
    person = school.people["Глобусова"]
    first(_NAME, person=person.id)
    assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    db.session.execute(text("SELECT 1"))
    assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    db.session.rollback()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_whoever_listens_to_statements_hears_it(school: Cast) -> None:
    heard: list[str] = []

    def told(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", told)
    try:
        first(_NAME, person=1)
    finally:
        event.remove(db.engine, "before_cursor_execute", told)
    assert sum("last_name" in statement for statement in heard) == 1


def test_a_fault_is_one_of_the_session(school: Cast) -> None:
    broken = Statement(select(column("id")).select_from(table("no_such_table")))
    with pytest.raises((OperationalError, ProgrammingError)):
        direct(broken)
    db.session.rollback()
    assert first(_NAME, person=1) is not None
