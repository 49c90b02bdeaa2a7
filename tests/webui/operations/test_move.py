"""Moving from one database to another loses nothing, or changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from engine.services.backups import moving
from engine.services.errors import Conflict, Invalid
from engine.store import dump, migrate
from engine.store.database import db, opened
from tests.webui.conftest import close, person_id
from tests.webui.crawling import step_in
from tests.webui.operations.conftest import Server
from webui import create_app

pytestmark = pytest.mark.postgres


@pytest.fixture
def here(loaded: Path, tmp_path: Path):
    """The demo school on SQLite."""
    made = create_app(shutil.copytree(loaded, tmp_path / "instance"), demo=True)
    yield made
    close(made)


def every_line(url: str) -> dict[str, list[bytes]]:
    with opened(url) as engine, dump.snapshot(engine) as connection:
        return {table.name: list(dump.lines(connection, table)) for table in dump.tables(connection)}


def test_there_and_back_gives_equal_dumps(here: Flask, moved: str, tmp_path: Path) -> None:
    first = every_line(f"sqlite:///{Path(here.instance_path) / 'trefoil.sqlite'}")
    assert sum(len(lines) for lines in first.values()) > 1000 and len(first) > 70
    assert every_line(moved) == first
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    there = create_app(tmp_path / "there", moved)
    with there.app_context():
        moving.move(back)
    close(there)
    assert every_line(back) == first
    with opened(back) as engine:
        assert migrate.current(engine) == migrate.head() and migrate.drift(engine) == []


def test_the_school_works_on_in_its_new_place(server: Server, moved: str, tmp_path: Path) -> None:
    """Numbers go on after those that were carried over, and the journal is still append-only."""
    app = create_app(tmp_path / "there", server.new(moved), demo=True)
    browser = step_in(app, person_id(app, "Указкина"))
    assert browser.get("/").status_code == 200
    with app.app_context():
        for change in (
            "UPDATE journal_entry SET seq = seq + 100",
            "DELETE FROM journal_entry",
            "TRUNCATE journal_entry",
        ):
            with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
                connection.execute(text(change))
        with db.engine.begin() as connection:
            for table in dump.tables(connection):
                for key in table.primary_key.columns:
                    name = connection.scalar(text(f"SELECT pg_get_serial_sequence('\"{table.name}\"', '{key.name}')"))
                    if name:
                        last = connection.scalar(text(f'SELECT coalesce(max("{key.name}"), 0) FROM "{table.name}"'))
                        assert connection.scalar(text(f"SELECT nextval('{name}')")) == last + 1, table.name
    close(app)


def test_words_null_and_nothing_stay_apart(server: Server, tmp_path: Path) -> None:
    """What one database writes in its own way: an empty JSON column, JSON null, bytes, numbers, a trailing zero."""
    app = create_app(tmp_path / "instance")
    with app.app_context():
        migrate.upgrade(db.engine)
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE odd (key VARCHAR(9) PRIMARY KEY, data JSON, raw BLOB, part FLOAT)"))
            for key, data, raw, part in (
                ("Я", None, b"\x00\xff", 0.1),
                ("a", "null", None, 1e300),
                ("B", '{"б": [1.0, "\\u0000", 12345678901234567890]}', b"", None),
            ):
                connection.execute(
                    text("INSERT INTO odd VALUES (:k, :d, :r, :p)"), {"k": key, "d": data, "r": raw, "p": part}
                )
        with dump.snapshot(db.engine) as old, opened(server.new()) as engine:
            with engine.begin() as new:
                new.execute(text("CREATE TABLE odd (key VARCHAR(9) PRIMARY KEY, data JSON, raw BYTEA, part FLOAT)"))
                (theirs,) = dump.tables(new)
                (ours,) = (t for t in dump.tables(old) if t.name == "odd")
                dump.load(new, theirs, dump.lines(old, ours))
            with dump.snapshot(engine) as new:
                assert list(dump.lines(new, theirs)) == list(dump.lines(old, ours))
                assert new.scalar(text("SELECT count(*) FROM odd WHERE data IS NULL")) == 1
    close(app)


def test_what_the_new_database_does_not_take_is_not_carried_in_part(here: Flask, server: Server) -> None:
    """SQLite takes a text of any length; PostgreSQL does not."""
    url = server.new()
    with here.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE school SET name = :long"), {"long": "д" * 500})
        with pytest.raises(Conflict, match="не приняла данные"):
            moving.move(url)
    with opened(url) as engine, engine.connect() as connection:
        assert not dump.has_tables(connection)


def test_a_database_with_rows_or_of_another_revision_is_refused(here: Flask, server: Server, moved: str) -> None:
    full, older, ready = server.new(moved), server.new(), server.new()
    before = every_line(full)
    with opened(older) as engine:
        migrate.upgrade(engine, "0008")
    with opened(ready) as engine:
        migrate.upgrade(engine)
    with here.app_context():
        with pytest.raises(Conflict, match="не пуста"):
            moving.move(full)
        with pytest.raises(Conflict, match="другая версия"):
            moving.move(older)
        for wrong in ("", "nonsense", "mysql://x/y", make_url(here.config["SQLALCHEMY_DATABASE_URI"])):
            with pytest.raises(Invalid, match="Укажите адрес"):
                moving.move(str(wrong))
        with pytest.raises(Conflict, match="OperationalError"):
            moving.move(server.url.set(database="there_is_none").render_as_string(hide_password=False))
        carried = moving.move(ready)
    assert every_line(full) == before
    assert sum(content.rows for content in carried.values()) == sum(map(len, before.values()))
