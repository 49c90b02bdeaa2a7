"""Migrations: bring a database to the newest revision, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from engine.store.database import WRITE
from engine.store.tables import metadata

if TYPE_CHECKING:  # Alembic comes with the first question about revisions: a worker that serves pages asks none
    from alembic.config import Config
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent / "migrations"
#: Any number will do, as long as every process of the installation uses the same one.
_LOCK = 7_260_326


class Orphans(RuntimeError):
    """Rows would be left without their parents."""


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """A transaction for rebuilding or filling tables, whole or not at all: one writer at a time, and on SQLite with
    foreign keys off *before* BEGIN; they are checked at the end.

    A batch operation drops the old table; with foreign keys on, that would delete every child row. It then renames the
    new one, which SQLite refuses while a trigger elsewhere speaks of the table that is missing at that moment: hence
    the older way of renaming (https://sqlite.org/pragma.html#pragma_legacy_alter_table).
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as plain:
        driver = plain.connection.dbapi_connection
        if sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute("PRAGMA legacy_alter_table=ON")
        connection = plain.execution_options(**{WRITE: True})
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SET LOCAL lock_timeout = 0"))
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield connection
                if sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
                    raise Orphans(f"the migration would leave rows without their parents: {broken[:3]}")
        finally:
            if sqlite and driver is not None:
                driver.execute("PRAGMA legacy_alter_table=OFF")
                driver.execute("PRAGMA foreign_keys=ON")


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _run(engine: Engine, step: Callable[[Config], None]) -> None:
    with rebuilding(engine) as connection:
        step(_config(connection))


def to(connection: Connection, revision: str = "head") -> None:
    """Go up to ``revision`` inside the transaction of ``rebuilding``."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Go up to ``revision``. A failure leaves the database as it was."""
    from alembic import command

    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Go down to ``revision`` ("base": nothing left)."""
    from alembic import command

    _run(engine, lambda config: command.downgrade(config, revision))


def head() -> str | None:
    """The newest revision of the code."""
    return _scripts().get_current_head()


def current(engine: Engine) -> str | None:
    """The revision the database stands at; None for an empty one."""
    with engine.connect() as connection:
        return current_on(connection)


def current_on(connection: Connection) -> str | None:
    """The same, asked inside a transaction."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether the code has this revision; a database or a backup of a newer version stands at one it has not."""
    return revision in {step.revision for step in _scripts().walk_revisions()}


def drift(engine: Engine) -> list[object]:
    """What differs between the tables of the code and those of the database; empty when nothing does."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))
