"""What the tests of the store share: fresh databases, a picture of a schema, two hands at once."""

from __future__ import annotations

import functools
import itertools
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine, make_url

from engine.store import migrate
from engine.store.database import db, init_database
from engine.store.tables import metadata

Step = Callable[..., None]
SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
_numbers = itertools.count(1)


@contextmanager
def opened(url: str) -> Iterator[Flask]:
    """An app with the database at ``url`` and nothing else, in its context."""
    app = Flask("store")
    init_database(app, url)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


class Databases:
    """Makes databases of one kind and removes them: files in ``folder``, or databases beside the one at ``server``."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.server = make_url(server) if server else None
        self._admin = psycopg.connect(_plain(server), autocommit=True) if server else None

    def create(self) -> str:
        """The address of a new database."""
        number = next(_numbers)
        if self.server is None:
            return f"sqlite:///{self.folder / f'{number}.sqlite'}"
        name = f"{self.server.database}_store_{number}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.server.set(database=name).render_as_string(hide_password=False)

    @functools.cached_property
    def migrated(self) -> str:
        """The address of a migrated database without rows."""
        url = self.create()
        with opened(url):
            migrate.upgrade(db.engine)
        return url

    def copy(self, template: str) -> str:
        """A migrated database without rows: a copied file; on PostgreSQL the template itself, which is quicker."""
        if self.server is not None:
            return template
        made = self.create()
        shutil.copy(file_of(template), file_of(made))
        return made

    def wipe(self, url: str) -> None:
        """Delete every row of a PostgreSQL database, the protected ones too, and count from one again."""
        if self.server is not None:
            with psycopg.connect(_plain(url)) as connection:
                connection.execute("SET session_replication_role = replica")
                for table in metadata.tables:
                    connection.execute(f'DELETE FROM "{table}"')
                connection.execute(
                    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences "
                    "WHERE schemaname = 'public'"
                )

    def drop(self, url: str) -> None:
        """Remove a PostgreSQL database whoever is still connected; files go with their folder."""
        if self.server is not None:
            self._run(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Remove what is left."""
        if self._admin is None or self.server is None:
            return
        like = f"{self.server.database}_store_%"
        names = self._admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [like]).fetchall()
        for (name,) in names:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._admin.close()

    def _run(self, statement: str) -> None:
        assert self._admin is not None
        self._admin.execute(statement)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def address(app: Flask) -> str:
    """The address of the database of an app."""
    return app.config["SQLALCHEMY_DATABASE_URI"]


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(url).database or "")


@contextmanager
def stranger(url: str) -> Iterator[Any]:
    """A bare driver connection from outside the app that waits for nobody: ``execute(sql)`` and nothing begun."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url), timeout=0, isolation_level=None)) as made:
            yield made
    else:
        with closing(psycopg.connect(_plain(url), autocommit=True)) as made:
            made.execute("SET lock_timeout = '1ms'")
            yield made


#: What a stranger is told when somebody holds the lock.
BUSY = (sqlite3.OperationalError, psycopg.errors.LockNotAvailable)

_SCHEMA = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master"],
    "postgresql": [
        "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length::text "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    ],
}


def picture(engine: Engine) -> set[tuple[Any, ...]]:
    """Everything there is in the database: its schema with triggers and functions, and every row.

    The order of the constraints of a table says nothing: a rebuilding writes them in any.
    """
    with engine.connect() as connection:
        found = {
            tuple(
                "\n".join(sorted(line.rstrip(", ") for line in c.split("\n"))) if "CREATE TABLE" in str(c) else c
                for c in row
            )
            for query in _SCHEMA[engine.dialect.name]
            for row in connection.execute(text(query))
        }
        for table in inspect(connection).get_table_names():
            found |= {(table, repr(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"'))}
    return found


def together(*work: Callable[[], None]) -> None:
    """Do everything at the same moment, each in a thread of its own; the first failure is raised here."""
    start = threading.Barrier(len(work))
    failures: list[BaseException] = []

    def go(one: Callable[[], None]) -> None:
        start.wait(timeout=10)
        try:
            one()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=go, args=(one,), daemon=True) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    if failures:
        raise failures[0]
