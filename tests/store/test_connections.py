"""What every connection has, who waits for whom, and that no update is lost; with the traps put back beside it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from engine.store.cycles import Cycle, Notice
from engine.store.database import WRITE, db
from engine.store.documents import Draft
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work
from tests.store.rows import MOMENT, add
from tests.store.tools import BUSY, POSTGRES, SQLITE, address, file_of, stranger, together

TIMES = 200
READ = text("SELECT staff FROM school WHERE id = 1")
WRITE_STAFF = text("UPDATE school SET staff = :staff WHERE id = 1")


@pytest.fixture
def school(app: Flask) -> Flask:
    """The app with one school, of nobody yet."""
    with unit_of_work() as session:
        session.add(School(name="Школа № 1", staff=0))
    return app


@pytest.fixture
def bare(school: Flask) -> Iterator[Engine]:
    """SQLAlchemy's own engine over the same database, without the protection; the driver waits for ten seconds."""
    url = address(school)
    made = create_engine(url, poolclass=NullPool, connect_args={"timeout": 10} if url.startswith("sqlite") else {})
    yield made
    made.dispose()


def staff() -> int:
    """The number as a new session reads it."""
    db.session.rollback()
    found = db.session.get(School, 1)
    assert found is not None
    return found.staff


@SQLITE
def test_every_connection_of_sqlite_is_safe(app: Flask) -> None:
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000}
    connections = [db.engine.connect() for _ in range(4)]
    for connection in connections:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
        assert found == wanted
        assert connection.connection.dbapi_connection.isolation_level is None  # the driver begins nothing by itself
    for connection in connections:
        connection.close()


@SQLITE
def test_the_first_connection_waits_for_whoever_is_making_the_file(engine: Engine, url: str) -> None:
    holder = sqlite3.connect(file_of(url), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.2, holder.execute, ["COMMIT"])
    done.start()
    try:
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    finally:
        done.join()
        holder.close()


@POSTGRES
def test_no_connection_of_postgresql_waits_for_ever(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "30s"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "10s"


def test_russian_is_stored_as_it_is_written(school: Flask) -> None:
    with db.engine.begin() as connection:
        add(connection, "notice", text={"ru": "Ёлка — «да»"})
        stored = connection.exec_driver_sql("SELECT CAST(text AS TEXT) FROM notice").scalar_one()
    assert stored == '{"ru":"Ёлка — «да»"}'


@SQLITE
def test_a_writer_takes_the_lock_when_it_begins(school: Flask) -> None:
    with stranger(address(school)) as other:
        with unit_of_work(), pytest.raises(BUSY):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


@SQLITE
def test_a_reader_takes_no_lock_even_on_a_connection_that_wrote(school: Flask) -> None:
    with unit_of_work():
        lock(School, 1)
    assert staff() == 0  # the transaction of this read is open
    with stranger(address(school)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE school SET staff = 5")
        other.execute("COMMIT")
    assert staff() == 5


def test_a_reader_does_not_wait_for_a_writer(school: Flask) -> None:
    began = time.monotonic()
    with unit_of_work() as session:
        lock(School, 1).staff = 7
        session.flush()
        with school.app_context():
            assert staff() == 0
            with db.engine.connect() as connection:
                assert connection.execute(READ).scalar_one() == 0
    with school.app_context():
        assert staff() == 7
    assert time.monotonic() - began < 5


def test_a_writer_does_not_wait_for_a_reader(school: Flask) -> None:
    began = time.monotonic()
    assert staff() == 0
    with school.app_context(), unit_of_work():
        lock(School, 1).staff = 7
    assert staff() == 7
    assert time.monotonic() - began < 5


def test_two_threads_lose_no_update(school: Flask) -> None:
    def work() -> None:
        with school.app_context():
            for _ in range(TIMES):
                with unit_of_work():
                    lock(School, 1).staff += 1

    together(work, work)
    assert staff() == 2 * TIMES


def test_the_driver_alone_loses_an_update_in_silence(bare: Engine) -> None:
    with bare.connect() as first, bare.connect() as second:
        seen = [connection.execute(READ).scalar_one() for connection in (first, second)]
        for connection, number in zip((first, second), seen, strict=True):
            connection.execute(WRITE_STAFF, {"staff": number + 1})
            connection.commit()
    assert staff() == 1


@SQLITE
def test_a_reader_that_turns_writer_fails_at_once_whatever_the_timeout(school: Flask, bare: Engine) -> None:
    @event.listens_for(bare, "connect")
    def connect(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(bare, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN")

    for engine in (bare, db.engine):  # the app's own engine is no wiser when nobody says that it will write
        began = time.monotonic()
        with engine.connect() as first, engine.connect() as second:
            seen = [connection.execute(READ).scalar_one() for connection in (first, second)]
            first.execute(WRITE_STAFF, {"staff": seen[0] + 1})
            first.commit()
            with pytest.raises(OperationalError, match="locked"):
                second.execute(WRITE_STAFF, {"staff": seen[1] + 1})
        assert time.monotonic() - began < 5
    assert staff() == 2


@SQLITE
def test_a_writer_that_says_so_waits_for_its_turn(school: Flask) -> None:
    def work() -> None:
        with school.app_context(), db.engine.connect().execution_options(**{WRITE: True}) as connection:
            seen = connection.execute(READ).scalar_one()
            time.sleep(0.05)
            connection.execute(WRITE_STAFF, {"staff": seen + 1})
            connection.commit()

    together(work, work, work)
    assert staff() == 3


@POSTGRES
def test_a_unit_without_a_lock_loses_an_update_on_postgresql(school: Flask) -> None:
    with unit_of_work() as session:
        seen = session.get(School, 1)
        assert seen.staff == 0
        with school.app_context(), unit_of_work() as other:
            other.get(School, 1).staff += 1
        seen.staff += 1
    assert staff() == 1


@POSTGRES
def test_a_locked_row_is_refused_to_others_and_its_parents_are_not(school: Flask) -> None:
    with db.engine.begin() as connection:
        mine, other = add(connection, "cycle"), add(connection, "cycle")
        group = connection.execute(text("SELECT group_id FROM triad WHERE id = :id"), {"id": mine["triad_id"]})
        group_id = group.scalar_one()
    free = {"cycle": other["id"], "triad": mine["triad_id"], "plc_group": group_id, "school": mine["school_id"]}
    with stranger(address(school)) as someone:
        with unit_of_work():
            lock(Cycle, mine["id"])
            with pytest.raises(BUSY):
                someone.execute("SELECT id FROM cycle WHERE id = %s FOR UPDATE NOWAIT", [mine["id"]])
            for table, key in free.items():
                someone.execute(f"SELECT id FROM {table} WHERE id = %s FOR UPDATE NOWAIT", [key])
        someone.execute("SELECT id FROM cycle WHERE id = %s FOR UPDATE NOWAIT", [mine["id"]])


@POSTGRES
def test_units_that_only_refer_to_the_row_another_has_locked_do_not_block_each_other(school: Flask) -> None:
    from engine.store.cycles import Cycle

    with db.engine.begin() as connection:
        cycle, person = add(connection, "cycle")["id"], add(connection, "person")["id"]
    locked = threading.Barrier(2)

    def notify() -> None:
        with school.app_context(), unit_of_work() as session:
            lock(Cycle, cycle)
            locked.wait(timeout=10)
            session.add(Notice(person_id=person, cycle_id=cycle, text={}, at=MOMENT))

    def draft() -> None:
        with school.app_context(), unit_of_work() as session:
            lock(Person, person)
            locked.wait(timeout=10)
            place = {"person_id": person, "cycle_id": cycle, "form_key": "plan", "round": 1}
            session.add(Draft(**place, base=0, raw=[], updated_at=MOMENT))

    together(notify, draft)
