"""The journal is written once: whoever asks and however, the database neither changes nor forgets an entry."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.unit import lock, unit_of_work
from tests.store.rows import MOMENT, add
from tests.store.tools import POSTGRES, SQLITE, address, picture, stranger

#: The tables that the migrations protect.
APPEND_ONLY = ["journal_entry"]
TRIGGERS = {
    "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture
def journal(app: Flask) -> Flask:
    """The app with a cycle of two entries."""
    with db.engine.begin() as connection:
        cycle = add(connection, "cycle", seq=2)["id"]
        for seq in (1, 2):
            add(connection, "journal_entry", cycle_id=cycle, seq=seq, action="open", once=f"нажатие {seq}")
    return app


def entry(seq: int, once: str | None = None) -> JournalEntry:
    """The entry of a number in the only cycle."""
    known = {"label": {}, "source": "", "target": "setup", "round": 1, "held": False, "given": {}, "waived": []}
    return JournalEntry(cycle_id=1, seq=seq, at=MOMENT, action="fire", once=once, fingerprint="f", **known)


def test_the_protected_tables_are_those_of_this_module(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert sorted(connection.scalars(text(TRIGGERS[db.engine.dialect.name]))) == APPEND_ONLY


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = id",
        "UPDATE {table} SET action = 'другое' WHERE seq = 1",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE seq = 2",
    ],
)
def test_raw_sql_is_refused_with_a_clear_word(journal: Flask, table: str, statement: str) -> None:
    before = picture(db.engine)
    with stranger(address(journal)) as other, pytest.raises(Exception, match=f"{table} is append-only"):
        other.execute(statement.format(table=table))
    with db.engine.connect() as connection, pytest.raises(DatabaseError, match=f"{table} is append-only"):
        connection.execute(text(statement.format(table=table)))
    assert picture(db.engine) == before


def test_an_upsert_is_refused(journal: Flask) -> None:
    before = picture(db.engine)
    columns = ", ".join(column["name"] for column in inspect(db.engine).get_columns("journal_entry"))
    upsert = (
        f"INSERT INTO journal_entry ({columns}) SELECT {columns} FROM journal_entry WHERE seq = 1 "
        "ON CONFLICT (cycle_id, seq) DO UPDATE SET action = 'другое'"
    ).replace("SELECT id", "SELECT id + 100")
    with db.engine.begin() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(upsert))
    assert picture(db.engine) == before


@SQLITE
def test_a_replacement_is_refused(journal: Flask) -> None:
    before = picture(db.engine)
    replace = "REPLACE INTO journal_entry SELECT * FROM journal_entry WHERE seq = 1"
    with pytest.raises(DatabaseError), db.engine.begin() as connection:
        connection.execute(text(replace))
    assert picture(db.engine) == before


@POSTGRES
def test_emptying_the_table_is_refused(journal: Flask) -> None:
    before = picture(db.engine)
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("TRUNCATE journal_entry"))
    assert picture(db.engine) == before


@pytest.mark.parametrize("change", ["change", "delete"])
def test_a_unit_that_touches_an_entry_keeps_nothing(journal: Flask, change: str) -> None:
    before = picture(db.engine)
    with pytest.raises(DatabaseError, match="append-only"), unit_of_work() as session:
        lock(Cycle, 1).title = "Другое"
        found = session.get(JournalEntry, 1)
        if change == "delete":
            session.delete(found)
        else:
            found.action = "другое"
    assert picture(db.engine) == before


def test_entries_are_added(journal: Flask) -> None:
    with unit_of_work() as session:
        session.add_all([entry(3, "нажатие 3"), entry(4)])
    with unit_of_work() as session:
        session.add(entry(5))
    assert [found.seq for found in db.session.query(JournalEntry).order_by(JournalEntry.id)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("seq", "once"), [(2, "нажатие 3"), (3, "нажатие 2")], ids=["number", "press"])
def test_a_number_and_a_press_come_once_in_a_cycle(journal: Flask, seq: int, once: str) -> None:
    before = picture(db.engine)
    with pytest.raises(IntegrityError), unit_of_work() as session:
        lock(Cycle, 1).title = "Другое"
        session.add(entry(seq, once))
    assert picture(db.engine) == before


def test_another_cycle_counts_by_itself(journal: Flask) -> None:
    with db.engine.begin() as connection:
        other = add(connection, "cycle")["id"]
        add(connection, "journal_entry", cycle_id=other, seq=1, once="нажатие 1")


def test_a_cycle_with_a_journal_is_not_deleted(journal: Flask) -> None:
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.delete(lock(Cycle, 1))
    assert db.session.get(Cycle, 1) is not None
