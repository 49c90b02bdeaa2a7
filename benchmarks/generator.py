"""A region for measuring: the demo school with an archive of three years, and as many schools like it as asked for.

The demo school is made by the services, as people would make it. Its archive are cycles of its ten triads in earlier
years, three a year each, lean: six journal entries, three lessons, three documents with their confirmations, one survey
with five sheets. Every other school is the first with other numbers: ``copies`` of it are made inside the database, ten
to a district. Nothing is drawn without the seed, so two databases of one size are the same.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Table,
    TableClause,
    UniqueConstraint,
    column,
    create_engine,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
)

from benchmarks import life
from engine.store.tables import metadata

SEED, CHUNK, PER_DISTRICT = 7, 100, 10
A_YEAR, YEARS = 3, 3
#: Cycles of a school: ten triads, three a year each, and the eleven of the present.
TRIADS, PRESENT = 10, 11
OF_SCHOOL = TRIADS * A_YEAR * YEARS + PRESENT
#: How many rows of a table an archived cycle keeps; the rest of its tables keeps every row.
_LEAN = {"journal_entry": 6, "submission": 3, "confirmation": 3, "survey_run": 1, "survey_count": 4, "notice": 3}
_LEAN |= {"rule_acceptance": 3, "material_word": 25, "material": 1}
#: What is one for the installation: its rows are not made again.
_SHARED = frozenset({"definition_snapshot", "plugin_fault", "plugin_quarantine", "declared_type"})
_SHEETS = 5
#: A random key of a copy: the same on both databases.
_OTHER_KEY = """CREATE OR REPLACE FUNCTION other_key(bytea, bigint) RETURNS bytea LANGUAGE sql IMMUTABLE
AS $$ SELECT decode(md5($1 || convert_to($2::text, 'UTF8')), 'hex') $$"""
Rows = list[dict[str, Any]]


def schools(cycles: int) -> int:
    """How many schools hold so many cycles."""
    return max(1, -(-cycles // OF_SCHOOL))


def archive(connection: Connection, years: int = YEARS) -> int:
    """Earlier years of the one school there is; returns how many cycles were added."""
    everything = {t.name: _rows(connection, t) for t in metadata.sorted_tables}
    furthest = {row["triad_id"]: row["id"] for row in sorted(everything["cycle"], key=lambda row: row["seq"])}
    assert len(furthest) == TRIADS, "every triad of the demo school has a cycle"
    keep = set(furthest.values())
    fresh = {name: max((r["id"] for r in rows if "id" in r), default=0) for name, rows in everything.items()}
    dice, archived = random.Random(SEED), list[int]()
    for n in range(years * A_YEAR):
        back = timedelta(days=365 * (1 + n // A_YEAR) - 80 * (n % A_YEAR))
        made = _earlier(everything, keep, fresh, back)
        _sheets(made, dice)
        if n % 2:
            _tried(made)
        for t in metadata.sorted_tables:
            if rows := made.get(t.name):
                connection.execute(insert(t), rows)
        archived += [row["id"] for row in made["cycle"]]
    for name, rows in life.of_school(everything, archived, dice).items():
        of = metadata.tables[name]
        numbers = count(fresh[name] + 1)
        connection.execute(insert(of), [row | ({"id": next(numbers)} if _numbered(of) else {}) for row in rows])
    _count_on(connection)
    return len(archived)


def _rows(connection: Connection, of: Table) -> Rows:
    order = of.primary_key.columns.values()
    return [dict(row) for row in connection.execute(select(of).order_by(*order)).mappings()]


def _earlier(everything: dict[str, Rows], keep: set[int], fresh: dict[str, int], back: timedelta) -> dict[str, Rows]:
    """The cycles ``keep`` once more, ``back`` in time, with what belongs to them."""
    new_ids: dict[str, dict[int, int]] = defaultdict(dict)
    made: dict[str, Rows] = defaultdict(list)
    for t in metadata.sorted_tables:
        keys = {c.name: next(iter(c.foreign_keys)).column.table.name for c in t.columns if c.foreign_keys}
        inside = [c for c, to in keys.items() if to in new_ids and to != t.name]
        if t.name != "cycle" and not inside:
            continue
        counted: dict[Any, int] = defaultdict(int)
        for row in everything[t.name]:
            own = row["id"] in keep if t.name == "cycle" else _belongs(row, inside, keys, new_ids)
            place = next((row[c] for c in inside if row[c] is not None), None)
            if not own or (t.name != "cycle" and counted[place] >= _LEAN.get(t.name, 10**9)):
                continue
            counted[place] += 1
            other = {name: _moved(value, back) for name, value in row.items()}
            other |= {c: new_ids[keys[c]][row[c]] for c in inside if row[c] is not None}
            if "id" in row:
                fresh[t.name] += 1
                new_ids[t.name][row["id"]] = other["id"] = fresh[t.name]
            made[t.name].append(_closed(t, other))
        new_ids[t.name]  # what points here is looked at too
    return made


def _belongs(row: dict[str, Any], inside: list[str], keys: dict[str, str], new: dict[str, dict[int, int]]) -> bool:
    given = [(c, row[c]) for c in inside if row[c] is not None]
    return bool(given) and all(value in new[keys[c]] for c, value in given)


def _moved(value: Any, back: timedelta) -> Any:
    return value - back if isinstance(value, (date, datetime)) else value


def _closed(of: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row of a cycle that is over."""
    if of.name == "cycle":
        row["closed_at"] = row["closed_at"] or row["opened_at"] + timedelta(days=60)
        last = "archive" if row["type_key"] == "lab" else "closed"
        row |= {"stage": last, "seq": min(row["seq"], _LEAN["journal_entry"]), "previous_id": None}
    elif of.name == "cycle_round":
        row |= {"status": "discussed", "done_at": row["done_at"] or row["at"]}
    elif of.name == "survey_run":
        row |= {"is_open": False, "link": f"{row['link']}.{row['id']}", "answered": _SHEETS}
    elif of.name == "notice":
        row |= {"read_at": row["read_at"] or row["at"], "key": None}
    elif of.name == "stored_file":
        row["stored_as"] = f"{row['stored_as']}.{row['id']}"
    return row


def _sheets(made: dict[str, Rows], dice: random.Random) -> None:
    """What pupils answered: sheets, their words, used tokens."""
    for run in made["survey_run"]:
        own = {"run_id": run["id"]}
        for n in range(_SHEETS):
            choices = {f"q{question}": str(dice.randint(1, 4)) for question in range(1, 6)}
            made["survey_answer"].append(own | {"key": dice.randbytes(16), "choices": choices})
            made["survey_token"].append(own | {"token_hash": dice.randbytes(25).hex(), "used": True})
            if n < 2:
                words = {"question": "open", "text": "Понравилось спорить по очереди."}
                made["survey_text"].append(own | words | {"key": dice.randbytes(16)})


def _tried(made: dict[str, Rows]) -> None:
    """Others have tried the technique of the mini-report, not the material."""
    for row, report in zip(made["trial"], made["mini_report"], strict=False):
        row |= {"material_id": None, "cycle_id": report["cycle_id"]}


def copies(url: str, more: int) -> None:
    """``more`` schools than the one that is there, then the statistics of the planner.

    Indexes that keep nothing unique are made anew afterwards: quicker, and as they stand after a restore.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        _hurry(connection, sqlite)
        plain = [index for t in metadata.tables.values() for index in t.indexes if not index.unique]
        for index in plain:
            index.drop(connection)
        multiplied = [t for t in metadata.sorted_tables if t.name not in _SHARED and _seed(connection, t)]
        steps = {t.name: _step(connection, t) for t in multiplied}
        for begin in range(1, more + 1, CHUNK):
            for name in ("BEGIN", *_statements(multiplied, steps, begin, min(begin + CHUNK - 1, more)), "COMMIT"):
                connection.execute(text(name) if isinstance(name, str) else name)
        for index in plain:
            index.create(connection)
        _settle(connection, sqlite)
    engine.dispose()


def _hurry(connection: Connection, sqlite: bool) -> None:
    """No waiting for the disk, no checks of what is a copy of checked rows; of this connection alone."""
    if not sqlite:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET synchronous_commit = off"))
        connection.execute(text("SET maintenance_work_mem = '1GB'"))
        connection.execute(text(_OTHER_KEY))
        return
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=MEMORY", "cache_size=-2000000"):
        connection.execute(text(f"PRAGMA {pragma}"))
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    driver.create_function("other_key", 2, lambda key, n: hashlib.md5(key + str(n).encode()).digest())


def _seed(connection: Connection, of: Table) -> bool:
    """The rows of the first school aside, to be read for every copy. Whether there are any."""
    name = f"seed_{of.name}"
    connection.execute(text(f'CREATE TEMP TABLE {name} AS SELECT * FROM "{of.name}"'))
    return bool(connection.scalar(text(f"SELECT count(*) FROM {name}")))


def _step(connection: Connection, of: Table) -> int:
    """By how much the ids of a copy differ from those of the one before."""
    if not _numbered(of):
        return 0
    return int(connection.scalar(text(f"SELECT max(id) FROM seed_{of.name}")) or 0)


def _numbered(of: Table) -> bool:
    return "id" in of.columns and isinstance(of.columns["id"].type, Integer)


def _statements(multiplied: list[Table], steps: dict[str, int], first: int, last: int) -> Iterator[Any]:
    numbers = select(literal(first).label("k")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.k + 1).where(numbers.c.k < last))
    for of in multiplied:
        source: TableClause = table(f"seed_{of.name}", *(column(c.name, c.type) for c in of.columns))
        columns = [_other(c, source, steps, numbers.c.k) for c in of.columns]
        chosen = select(*columns).join_from(numbers, source, literal_column("1") == literal_column("1"))
        if of.name == "district":
            chosen = chosen.where(numbers.c.k % PER_DISTRICT == 0)
        yield insert(of).from_select([c.name for c in of.columns], chosen.order_by(numbers.c.k))


def _other(of: Column[Any], source: TableClause, steps: dict[str, int], k: ColumnElement[int]) -> ColumnElement[Any]:
    """A value of copy ``k``: numbers move on with their table, what is unique gets the number of the copy."""
    value: ColumnElement[Any] = source.c[of.name]
    to = _refers(of).table.name
    if (of.name == "id" and _numbered(of.table)) or (of.foreign_keys and to in steps and steps[to]):
        return value + (k - k % PER_DISTRICT if to == "district" else k) * steps[to]
    if not _unique(of, steps):
        return value
    if isinstance(of.type, LargeBinary):
        return func.other_key(value, k, type_=of.type)
    most = getattr(of.type, "length", None) or 60
    return func.substr(value, 1, most - 10).concat("-").concat(k)


def _refers(of: Column[Any]) -> Column[Any]:
    """The number a value is in the end: a key may be a key of another table itself."""
    while of.foreign_keys:
        of = next(iter(of.foreign_keys)).column
    return of


def _unique(of: Column[Any], steps: dict[str, int]) -> bool:
    """Whether two schools may not hold the same: no other column of the key tells them apart."""
    if of.foreign_keys:
        return False
    keys = [[*of.table.primary_key.columns], *([*i.columns] for i in of.table.indexes if i.unique)]
    keys += [[*u.columns] for u in of.table.constraints if isinstance(u, UniqueConstraint)]
    keys += [[c] for c in of.table.columns if c.unique]
    return any(of.name in [c.name for c in key] and not any(c.foreign_keys for c in key) for key in keys)


def _settle(connection: Connection, sqlite: bool) -> None:
    if sqlite:
        connection.execute(text("ANALYZE"))
        connection.execute(text("PRAGMA journal_mode=WAL"))
        return
    _count_on(connection)
    connection.execute(text("DROP FUNCTION other_key(bytea, bigint)"))
    connection.execute(text("VACUUM ANALYZE"))


def _count_on(connection: Connection) -> None:
    """PostgreSQL numbers the next rows after the ones that brought numbers of their own."""
    for t in metadata.sorted_tables if connection.dialect.name == "postgresql" else ():
        if _numbered(t):
            newest = f"setval(pg_get_serial_sequence('{t.name}', 'id'), coalesce(max(id), 0) + 1, false)"
            connection.execute(text(f'SELECT {newest} FROM "{t.name}"'))
