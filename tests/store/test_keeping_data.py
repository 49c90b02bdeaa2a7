"""Migrations over the data of a district: every revision up, down and up again, and no old value has changed."""

from __future__ import annotations

import hashlib

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, func, select, text
from sqlalchemy.engine import Connection, Engine

from engine.store import dump, migrate
from tests.gates.plugin import Figure
from tests.store.rows import CHECKS

#: Tables with so many rows for each cycle; the other tables have a tenth as many rows as there are cycles.
OF_A_CYCLE = {"cycle": 1, "cycle_round": 3, "journal_entry": 3, "submission": 2, "survey_run": 1}
#: How the two databases write a value made of the number ``i`` of a row.
WRITTEN = {
    "sqlite": {
        "bool": "i % 2",
        "datetime": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-09-07 08:00:00', '+' || i || ' seconds')",
        "date": "date('2026-01-01', '+' || (i % 300) || ' days')",
        "json": "'{\"слово\":' || i || ',\"список\":[1.5,null]}'",
        "bytes": "CAST(printf('%016d', i) AS BLOB)",
    },
    "postgresql": {
        "bool": "i % 2 = 1",
        "datetime": "timestamp '2026-09-07 08:00:00' + i * interval '1 second'",
        "date": "date '2026-01-01' + (i % 300)",
        "json": "('{\"слово\":' || i || ',\"список\":[1.5,null]}')::json",
        "bytes": "convert_to(lpad(i::text, 16, '0'), 'UTF8')",
    },
}


def value(table: Table, column: Column, rows: dict[str, int], cycles: int, written: dict[str, str]) -> str:
    """The SQL of a value of row ``i``: distinct where it must be, of the list where there is one, a parent there."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        parent = key.column
        number = f"(i - 1) % {rows[parent.table.name]} + 1"
        return number if parent.type.python_type is int else f"'{parent.name} ' || ({number})"
    if check := CHECKS.get(f"ck_{table.name}_{column.name}"):
        return f"'{check[1][0]}'"
    kind = "json" if "JSON" in str(column.type) else column.type.python_type.__name__
    if kind == "int":
        return "i" if column.primary_key else f"(i - 1) / {cycles} % 3 + 1"
    if kind == "float":
        return "i * 0.1"
    if kind == "str":
        length = getattr(column.type, "length", None)
        return f"'{column.name} ' || i" if not length or length > 15 else f"substr('{column.name}', 1, {length})"
    return written[kind]


def fill(connection: Connection, cycles: int) -> int:
    """Rows in every table, each table by one statement; how many there are."""
    tables = dump.tables(connection)
    rows = {t.name: cycles * OF_A_CYCLE[t.name] if t.name in OF_A_CYCLE else cycles // 10 for t in tables}
    written = WRITTEN[connection.dialect.name]
    for table in tables:
        names = ", ".join(f'"{c.name}"' for c in table.columns)
        values = ", ".join(value(table, c, rows, cycles, written) for c in table.columns)
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows[table.name]})"
        statement = f'INSERT INTO "{table.name}" ({names}) {numbers} SELECT {values} FROM n'
        connection.exec_driver_sql(
            statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement
        )
    return sum(rows.values())


def checksums(engine: Engine, columns: dict[str, list[str]]) -> dict[str, str]:
    """The SHA-256 of these columns of each table, in the order of its rows."""
    found = {}
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        metadata = MetaData()
        metadata.reflect(connection, only=list(columns))
        for name, wanted in columns.items():
            table, digest = metadata.tables[name], hashlib.sha256()
            chosen = ", ".join(f'"{c}"' for c in wanted)
            keys = ", ".join(f'"{c.name}"' for c in table.primary_key.columns)
            result = connection.exec_driver_sql(f'SELECT {chosen} FROM "{name}" ORDER BY {keys}')
            while batch := result.fetchmany(5000):
                digest.update(repr([tuple(row) for row in batch]).encode())
            found[name] = digest.hexdigest()
    return found


@pytest.mark.gate("R-14")
def test_every_revision_keeps_what_was_there(engine: Engine, figure: Figure) -> None:
    cycles = figure.size(short=10_000, long=10_000)
    steps = [s.revision for s in ScriptDirectory(str(migrate.FOLDER)).walk_revisions()][::-1]
    migrate.upgrade(engine, steps[0])
    with engine.begin() as connection:
        count = fill(connection, cycles)
        columns = {t.name: [c.name for c in t.columns] for t in dump.tables(connection)}
        assert connection.scalar(select(func.count()).select_from(text("cycle"))) == cycles
    before = checksums(engine, columns)
    assert len(columns) > 30 and count > cycles * 10
    for step in steps[1:]:
        migrate.upgrade(engine, step)
        if step == steps[-1] or figure.size(0, 1):
            assert checksums(engine, columns) == before, f"up to {step}"
    for step in steps[-2::-1]:
        migrate.downgrade(engine, step)
        if step == steps[0] or figure.size(0, 1):
            assert checksums(engine, columns) == before, f"down to {step}"
    migrate.upgrade(engine)
    assert checksums(engine, columns) == before
    assert migrate.drift(engine) == []
    figure.reached(
        f"{engine.dialect.name}: {len(steps)} revisions up, down and up over {cycles} cycles, {count} rows in "
        f"{len(columns)} tables: every old value equal"
    )
