"""A session beside a unit of the driver: what it has read is of before, what it reads is of now."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from engine.store.database import db
from engine.store.memo import once
from engine.store.people import School
from engine.store.unit import driver_unit, unit_of_work
from tests.store.test_lending import READ, STAFF
from tests.store.tools import SQLITE, address, stranger


@pytest.fixture
def school(app: Flask) -> Flask:
    """The app with one school, of nobody yet."""
    with unit_of_work() as session:
        session.add(School(name="Школа № 1", staff=0))
    return app


def staff() -> int:
    return int(db.session.scalar(select(School.staff)) or 0)


def test_it_sees_what_was_written_beside_it(school: Flask) -> None:
    read = db.session.get_one(School, 1)
    assert (read.staff, once("staff", staff)) == (0, 0)
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 3}))
    assert (read.staff, once("staff", staff)) == (3, 3)


def test_it_reads_what_is_there_when_the_unit_has_begun(school: Flask) -> None:
    read = db.session.get_one(School, 1)
    assert (read.staff, once("staff", staff)) == (0, 0)
    with stranger(address(school)) as other:
        other.execute("UPDATE school SET staff = 7")
    with driver_unit() as hand:
        assert hand.rows(READ) == [(7,)]
        assert (read.staff, once("staff", staff)) == (7, 7)
    assert read.staff == 7


@pytest.mark.parametrize("failure", [ZeroDivisionError, KeyboardInterrupt])
def test_it_goes_on_where_the_unit_failed(school: Flask, failure: type[BaseException]) -> None:
    read = db.session.get_one(School, 1)
    with pytest.raises(failure), driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 3}))
        raise failure
    assert (read.staff, staff()) == (0, 0)
    with unit_of_work():
        read.staff = 4
    assert staff() == 4


def test_a_session_whose_own_statement_failed_is_taken_back_first(school: Flask) -> None:
    db.session.get_one(School, 1)
    with pytest.raises(Exception, match="nowhere"):
        db.session.execute(text("SELECT 1 FROM nowhere"))
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()  # its transaction is lost, and a session is told so
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 3}))
    assert staff() == 3


@SQLITE
def test_one_that_holds_nothing_gives_its_connection_back(school: Flask) -> None:
    staff()
    assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    with driver_unit():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@SQLITE
def test_it_keeps_its_connection_and_one_state_of_everything(school: Flask) -> None:
    held = db.session.get_one(School, 1)
    assert held.staff == staff() == 0
    mine = db.session.connection().connection.driver_connection
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 3}))
    assert db.session.connection().connection.driver_connection is mine
    assert staff() == 3
    with stranger(address(school)) as other:
        other.execute("UPDATE school SET staff = 7")
    assert staff() == 3, "a page shows one moment"
    db.session.rollback()
    assert staff() == 7
    assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    db.session.rollback()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@SQLITE
def test_a_connection_that_is_gone_is_given_back(school: Flask) -> None:
    held = db.session.get_one(School, 1)
    assert held.staff == 0
    db.session.connection().connection.driver_connection.close()  # type: ignore[union-attr]
    with pytest.raises(Exception, match="closed"), driver_unit():
        raise AssertionError("not reached")
    db.session.remove()
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 3}))
    assert staff() == 3
