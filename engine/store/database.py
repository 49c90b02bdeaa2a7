"""The database object: naming convention from the first revision, safe SQLite, foreign keys on."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, create_engine, event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase

from engine.store.patience import CONNECT, POOL, make_patient

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
#: Execution option of a connection whose transaction will write.
WRITE = "trefoil_write"


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def only_where(condition: str) -> dict[str, Any]:
    """Arguments of an index over the rows that meet ``condition`` alone, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


#: ``json.dumps`` with these arguments would make an encoder at every call.
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _options(url: str) -> dict[str, Any]:
    options: dict[str, Any] = {"json_serializer": to_json}
    if url.startswith("postgresql"):
        # Forty places: a class of 35 phones that comes at once finds one for each, whatever the number of threads.
        options |= {"pool_use_lifo": True, "pool_size": 10, "max_overflow": 30, "pool_timeout": POOL}
        # The driver would forget what it has prepared at each rollback, and ours with it: a press prepares by itself.
        options["connect_args"] = {
            "connect_timeout": CONNECT,
            "prepare_threshold": None,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000",
        }
    else:
        options["connect_args"] = {"timeout": 30}
    return options


def init_database(app: Flask, url: str) -> None:
    """Bind the app to the database at ``url`` and make its connections safe."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _options(url)
    db.init_app(app)
    with app.app_context():
        make_safe(db.engine)
        make_patient(db.engine)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """A second database beside the one of the app: a place to restore to or to move to."""
    engine = create_engine(url, **_options(url))
    make_safe(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _log_ahead(cursor: Any) -> None:
    """Switch to the write-ahead log. The switch itself does not wait for another process that is making the file."""
    for _ in range(600):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(0.05)
    cursor.execute("PRAGMA journal_mode=WAL")


def forget_log() -> int:
    """SQLite: empty the write-ahead log, which keeps every earlier state of a page, the order of changes included.

    A reader or a writer who is at it is not waited for: the next call finds the log again. Returns 1 when the log is
    empty now; nothing is done on another database.
    """
    if db.engine.dialect.name != "sqlite":
        return 0
    db.session.rollback()  # our own reader would be the one who is at it
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.close()
    return int(not busy)


_PRAGMAS = ("busy_timeout=30000", "foreign_keys=ON", "recursive_triggers=ON", "synchronous=FULL", "secure_delete=ON")


def make_safe(engine: Engine) -> None:
    """SQLite only: explicit transactions, IMMEDIATE for writers, foreign keys, write-ahead log.

    The driver's own mode opens a transaction at the first write alone, which silently loses updates; a deferred
    transaction that turns into a writer fails at once whatever the timeout. Readers stay deferred: an immediate
    reader would block every other one. Recursive triggers let the journal's own see rows that REPLACE would delete.
    What is deleted or replaced is overwritten on the disk: an erased name is in no free page.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        _log_ahead(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute("BEGIN")  # takes no lock and waits for nobody: every page begins with it
        except sqlite3.Error:
            connection.exec_driver_sql("BEGIN")  # the error in SQLAlchemy's words
