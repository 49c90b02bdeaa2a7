"""A database being filled from elsewhere: in one transaction, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from engine.services.errors import Conflict
from engine.store import dump, migrate
from engine.store.dump import Content


@contextmanager
def target(engine: Engine) -> Iterator[Connection]:
    """The transaction over a database without rows. Raises Conflict when there are rows, or it refuses one of ours."""
    try:
        with migrate.rebuilding(engine) as connection:
            if not dump.is_empty(connection):
                raise Conflict("База данных не пуста", "The database is not empty")
            yield connection
    except (DBAPIError, migrate.Orphans) as error:
        name = type(error).__name__
        raise Conflict(
            f"База данных не приняла данные ({name}). Ничего не записано",
            f"The database did not take the data ({name}). Nothing was written",
        ) from error


def require_same(found: dict[str, Content], wanted: dict[str, Content]) -> None:
    """Raises Conflict unless every table holds exactly what it should."""
    for name in sorted({*found, *wanted}):
        if found.get(name) != wanted.get(name):
            raise Conflict(
                f"Таблица {name} получилась другой. Ничего не записано",
                f"The table {name} came out different. Nothing was written",
            )
