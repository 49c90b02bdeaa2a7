"""Every row of a database in one form, the same on SQLite and on PostgreSQL: for backups and for moving.

The tables are read from the database itself, not from the code: a database of an earlier revision is whole too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Column, MetaData, String, Table, Text, cast, collate, event, func, insert, inspect, select
from sqlalchemy import table as table_named
from sqlalchemy import text as sql
from sqlalchemy.engine import Connection, Engine

#: Where the revision stands: made by the migrations themselves.
_REVISION = "alembic_version"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table has, and the SHA-256 of all of them."""

    rows: int
    sha256: str


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One moment of the database, however long the reading takes. Writers are not held up."""
    with engine.connect() as plain:
        connection = plain
        if engine.dialect.name == "postgresql":
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sql("SET LOCAL statement_timeout = 0"))
            else:
                connection.execute(sql("SELECT count(*) FROM sqlite_master"))  # the first read takes the snapshot
            yield connection


def tables(connection: Connection) -> list[Table]:
    """The tables of the database, parents first."""
    found = MetaData()

    @event.listens_for(found, "column_reflect")
    def told_apart(inspector: Any, table: Table, column: Any) -> None:
        if isinstance(column["type"], JSON):  # an empty column and the JSON word null are two things
            column["type"] = JSON(none_as_null=True)

    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _REVISION]


def is_empty(connection: Connection) -> bool:
    """Whether there is no row in it (there may be tables)."""
    names = map(table_named, _names(connection))
    return all(connection.execute(select(1).select_from(t).limit(1)).first() is None for t in names)


def has_tables(connection: Connection) -> bool:
    """Whether there is any table in it."""
    return bool(_names(connection))


def _names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {_REVISION}


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table by their key, each a line of JSON with its columns in the order of their names."""
    columns = sorted(table.columns, key=lambda column: column.name)
    query = select(*(cast(c, Text) if isinstance(c.type, JSON) else c for c in columns))
    rows = connection.execute(
        query.order_by(*(_ordered(connection, key) for key in table.primary_key.columns)),
        execution_options={"yield_per": _BATCH},
    )
    for row in rows:
        told = {column.name: _told(column, value) for column, value in zip(columns, row, strict=True)}
        yield json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _ordered(connection: Connection, key: Column[Any]) -> Any:
    """Texts go by their bytes on both databases, whatever the language of the server."""
    return collate(key, "C") if isinstance(key.type, String) and connection.dialect.name == "postgresql" else key


def _told(column: Column[Any], value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(column.type, JSON) and value is not None:
        return json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))
    return value


def content(connection: Connection, table: Table) -> Content:
    """What a table holds, in short."""
    digest, rows = hashlib.sha256(), 0
    for line in lines(connection, table):
        digest.update(line)
        rows += 1
    return Content(rows, digest.hexdigest())


def contents(connection: Connection) -> dict[str, Content]:
    """What the whole database holds, by table."""
    return {table.name: content(connection, table) for table in tables(connection)}


def load(connection: Connection, table: Table, told: Iterable[bytes]) -> None:
    """Put the rows of ``lines`` into an empty table; on PostgreSQL its numbers go on after them."""
    waiting = iter(told)
    while batch := [_row(table, line) for line in islice(waiting, _BATCH)]:
        connection.execute(insert(table), batch)
    if connection.dialect.name == "postgresql":
        for key in table.primary_key.columns:
            _count_on(connection, table, key)


def _row(table: Table, line: bytes) -> dict[str, Any]:
    return {name: _value(table.columns[name], value) for name, value in json.loads(line).items()}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, JSON):
        return JSON.NULL if value == "null" else json.loads(value)
    kind = column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    return bytes.fromhex(value) if kind is bytes else value


def _count_on(connection: Connection, table: Table, key: Column[Any]) -> None:
    """Set the sequence behind a key, where there is one, to the largest number used."""
    quoted = connection.dialect.identifier_preparer.quote(table.name)
    sequence = connection.scalar(select(func.pg_get_serial_sequence(quoted, key.name)))
    if sequence is not None:
        last = connection.scalar(select(func.max(key)))
        connection.execute(select(func.setval(sequence, last or 1, last is not None)))
