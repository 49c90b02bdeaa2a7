"""A real installation for tests: services without pages, on SQLite and on PostgreSQL, with the invented school in it.

The school is made once for each kind of database and copied for each test: a file, or a PostgreSQL template.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool

from engine.services.demo.school import Cast, found
from engine.services.host import host, install
from engine.services.setup import prepare_database
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person

#: A Monday in the first term of the invented school year.
MONDAY = datetime(2026, 9, 7, 9, 0)
#: What the first administrator tells of a school and of themselves, but for the password.
FIRST_ADMIN = {
    "school": "Школа № 0",
    "district": "",
    "last_name": "Главный",
    "first_name": "Глеб",
    "patronymic": "",
    "login": "glavny",
}
_numbers = itertools.count(1)


def close() -> None:
    """Let go of the database of the running app. A thread that is about to give its connection back is waited for: a
    connection given to a pool that is gone stays open until the collector finds it, in whichever test runs then."""
    db.session.remove()
    pool = db.engine.pool
    deadline = time.monotonic() + 30
    while isinstance(pool, QueuePool) and pool.checkedout():
        assert time.monotonic() < deadline, f"connections are still in use: {pool.status()}"
        time.sleep(0.01)
    db.engine.dispose()


@contextmanager
def running(folder: Path, url: str = "") -> Iterator[Flask]:
    """The services over a folder and a database, the clock standing at ``MONDAY``."""
    app = Flask("trefoil")
    install(app, folder, url)
    with app.app_context():
        try:
            host().clock.set(MONDAY)
            yield app
        finally:
            close()  # a test that failed leaves no connection to be found by the next one


def cast() -> Cast:
    """The people and triads of the invented school, from the database."""
    people = {p.last_name: p for p in db.session.scalars(select(Person))}
    triads = {t.title.split(" ")[0]: t for t in db.session.scalars(select(Triad))}
    return Cast(people, triads)


@dataclass
class Database:
    """Where copies of the prepared school come from."""

    kind: str
    folder: Path
    server: str = ""
    _made: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        """Migrate and found the school, once."""
        if self.kind == "postgres":
            self._create(self.template)
        with running(self.folder, self.url(self.template)):
            prepare_database()
            found()

    @property
    def template(self) -> str:
        """Its own for each fixture: several folders of tests prepare a school on one server."""
        own = hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]  # a name has 63 characters at most
        return f"{make_url(self.server).database}_{own}" if self.server else ""

    def url(self, name: str) -> str:
        """The address of the database called ``name``; empty for SQLite, which lies in its folder."""
        return self._address(name).render_as_string(hide_password=False) if self.server else ""

    def _address(self, name: str) -> URL:
        return make_url(self.server).set(database=name)

    def _create(self, name: str, template: str = "template0") -> None:
        with self._admin() as connection:
            # By files: a third of the time that writing every page of the template into the log takes.
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')

    def _admin(self) -> psycopg.Connection:
        address = self._address("postgres").set(drivername="postgresql")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[tuple[Path, str]]:
        """A fresh copy: its instance folder and the address of its database."""
        shutil.copytree(self.folder, folder)
        if self.kind == "sqlite":
            yield folder, ""
            return
        name = f"{self.template}_{next(_numbers)}"
        self._create(name, self.template)
        try:
            yield folder, self.url(name)
        finally:
            self.drop(name)

    def apart(self, folder: Path) -> Database:
        """A copy that somebody may change and copy in turn; they drop it."""
        made = Database(self.kind, shutil.copytree(self.folder, folder), self.server)
        if self.server:
            made._create(made.template, self.template)
        return made

    def drop(self, name: str = "") -> None:
        """Remove a copy (default: the template)."""
        if self.server:
            with self._admin() as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name or self.template}" WITH (FORCE)')
