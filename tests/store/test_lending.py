"""By which connection the driver's units write: one of the pool, or on SQLite the thread's own."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from sqlite3 import ProgrammingError
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, select, text, update
from sqlalchemy.exc import OperationalError

from engine.store import lending
from engine.store.database import db
from engine.store.people import School
from engine.store.prepared import Statement
from engine.store.unit import driver_unit, unit_of_work
from tests.store.tools import SQLITE, address, file_of

STAFF = Statement(update(School.__table__).values(staff=bindparam("staff_now")))
READ = Statement(select(School.staff))


@pytest.fixture
def school(app: Flask) -> Flask:
    """The app with one school, of nobody yet."""
    with unit_of_work() as session:
        session.add(School(name="Школа № 1", staff=0))
    return app


def written(number: int) -> Any:
    """Write the number of staff; returns the driver's connection."""
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": number}))
        found = getattr(hand, "_raw", None) or hand._cursor.connection  # type: ignore[attr-defined]
    db.session.rollback()
    assert db.session.scalar(select(School.staff)) == number
    db.session.rollback()
    return found


def test_a_unit_gives_back_what_it_was_lent(school: Flask) -> None:
    for number in range(60):  # more than any pool has places
        written(number)
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError), driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 99}))
        raise ZeroDivisionError
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with driver_unit() as hand:
        assert hand.rows(READ) == [(59,)]


@SQLITE
def test_a_thread_writes_by_one_connection_that_is_as_safe_as_any(school: Flask) -> None:
    first = written(1)
    assert written(2) is first
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000, "secure_delete": 1}
    assert {name: first.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
    assert first.isolation_level is None


@SQLITE
def test_threads_have_each_their_own_and_take_no_place_of_the_pool(school: Flask) -> None:
    many, seen = 20, []
    done, go = threading.Barrier(many + 1), threading.Event()

    def work(number: int) -> None:
        with school.app_context():
            with driver_unit() as hand:
                hand.write((STAFF, {"staff_now": number}))
                seen.append(id(hand))
            done.wait(60)
            go.wait(60)  # the thread lives on, as those of a server do

    threads = [threading.Thread(target=work, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    done.wait(60)
    try:
        assert len(set(seen)) == many
        connections = [db.engine.connect() for _ in range(15)]  # every place there is
        for connection in connections:
            connection.close()
    finally:
        go.set()
        for thread in threads:
            thread.join()


@SQLITE
def test_what_was_lent_goes_with_its_pool(school: Flask) -> None:
    first, others, go = written(1), list[Any](), threading.Event()
    done = threading.Barrier(2)

    def work() -> None:
        with school.app_context():
            with driver_unit() as hand:
                hand.write((STAFF, {"staff_now": 2}))
                others.append(hand._cursor.connection)  # type: ignore[attr-defined]
            done.wait(60)
            go.wait(60)

    thread = threading.Thread(target=work)
    thread.start()
    done.wait(60)
    db.session.remove()
    db.engine.dispose()
    for gone in (first, *others):
        with pytest.raises(ProgrammingError, match="closed"):
            gone.execute("SELECT 1")
    assert not Path(f"{file_of(address(school))}-wal").exists(), "the last connection has put the log away"
    go.set()
    thread.join()
    assert written(3) is not first


@SQLITE
def test_a_unit_that_is_at_work_is_not_let_go_of(school: Flask) -> None:
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 5}))
        db.engine.dispose()
        assert hand.rows(READ) == [(5,)]
        first = hand._cursor.connection  # type: ignore[attr-defined]
    assert db.session.scalar(select(School.staff)) == 5
    db.session.rollback()
    assert written(6) is not first
    with pytest.raises(ProgrammingError, match="closed"):
        first.execute("SELECT 1")


@SQLITE
def test_a_unit_inside_a_unit_is_refused_and_takes_nothing_with_it(school: Flask) -> None:
    with driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 5}))
        with pytest.raises(RuntimeError, match="inside another"), driver_unit():
            raise AssertionError("not reached")
    assert db.session.scalar(select(School.staff)) == 5


@SQLITE
def test_after_an_error_of_the_driver_the_next_unit_has_a_new_one(school: Flask) -> None:
    first = written(1)
    with pytest.raises(OperationalError, match="no such table"), driver_unit() as hand:
        hand.write((STAFF, {"staff_now": 7}))
        hand.write((Statement(select(text("1")).select_from(text("nowhere"))), {}))
    assert written(2) is not first
    with driver_unit() as hand:
        assert hand.rows(READ) == [(2,)]


@SQLITE
def test_a_process_neither_uses_nor_closes_what_its_parent_had(school: Flask) -> None:
    parents = written(1)
    theirs, ours = os.pipe()
    child = os.fork()
    if not child:
        try:
            other = written(2) is not parents
            left_open = parents.execute("SELECT 1").fetchone() == (1,)
            os.write(ours, f"{other} {left_open} {len(lending._inherited)} {len(lending._all)}".encode())
        finally:
            os._exit(0)
    os.close(ours)
    with os.fdopen(theirs) as told:
        assert told.read() == "True True 1 1"
    os.waitpid(child, 0)
    assert written(3) is parents, "what a child does is nothing to its parent"
    assert not lending._inherited


def test_whoever_listens_to_the_engine_hears_what_a_unit_says(school: Flask) -> None:
    written(1)  # nobody listened when it was lent first
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        heard.append(statement.split(None, 1)[0])

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        with driver_unit() as hand:
            hand.write((STAFF, {"staff_now": 3}))
            hand.rows(READ)
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert heard == ["UPDATE", "SELECT"]
    written(4)
    assert heard == ["UPDATE", "SELECT"]
