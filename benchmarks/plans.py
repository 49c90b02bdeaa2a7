"""How a database goes about the statements of an errand: which tables it reads from end to end.

Small tables that do not grow with schools and cycles may be read so; ``CONSTANT`` names them with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, Engine, event, text

from engine.store.tables import metadata

#: Tables that do not grow with the region, and why.
CONSTANT = {
    "definition_snapshot": "a row for each version of a type",
    "declared_type": "a row for each version of a type that a school has made",
    "plugin_fault": "a row for each kind of fault of a plugin",
    "plugin_quarantine": "a row for each plugin that failed",
}
GROWING = frozenset(metadata.tables) - frozenset(CONSTANT)
_ALIAS = re.compile(r"\b(?:FROM|JOIN|,)\s+\"?(\w+)\"?\s+AS\s+\"?(\w+)\"?", re.IGNORECASE)
#: What makes PostgreSQL go by indexes, tried one after the other: no reading of whole tables, no joining of them, and
#: rows that cost more than pages.
_BY_INDEXES = (
    {"enable_seqscan": "off"},
    {"enable_hashjoin": "off", "enable_mergejoin": "off"},
    {"cpu_tuple_cost": "10", "cpu_index_tuple_cost": "10", "random_page_cost": "0.01"},
)
#: A parameter of a prepared statement of ours, where those of a session are %(name)s.
_BY_PLACE = re.compile(r"\$\d")
_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH")


class Sent(NamedTuple):
    """A statement as it went to the driver."""

    sql: str
    given: Any

    def __hash__(self) -> int:
        return hash(self.sql)


class Scan(NamedTuple):
    """A table that a statement reads from end to end, and how the database says so."""

    table: str
    how: str
    sql: str


@contextmanager
def heard(engine: Engine) -> Iterator[list[Sent]]:
    """Every statement sent meanwhile, prepared ones too, each text once."""
    found: dict[str, Sent] = {}

    def note(connection: Any, cursor: Any, sql: str, given: Any, context: Any, many: bool) -> None:
        found.setdefault(sql, Sent(sql, given[0] if many and isinstance(given, list) else given))

    told: list[Sent] = []
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", note)
        told += [sent for sent in found.values() if sent.sql.lstrip(" (").upper().startswith(_EXPLAINED)]


def scans(connection: Connection, sent: list[Sent], *, indexes_alone: bool = False) -> list[Scan]:
    """The growing tables that these statements read from end to end.

    ``indexes_alone`` asks PostgreSQL whether there is a way by indexes at all, however few rows there are.
    """
    if connection.dialect.name == "sqlite":
        return [scan for one in sent for scan in _on_sqlite(connection, one)]
    found = {one: list(_on_postgres(connection, one)) for one in sent}
    for way in _BY_INDEXES if indexes_alone else ():
        for name, value in way.items():
            connection.execute(text(f"SET LOCAL {name} = {value}"))
        found |= {one: list(_on_postgres(connection, one)) for one in sent if found[one]}
    return [scan for all_ in found.values() for scan in all_]


def _on_sqlite(connection: Connection, sent: Sent) -> Iterator[Scan]:
    names = {alias: name for name, alias in _ALIAS.findall(sent.sql)}
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sent.sql}", _given(sent)):
        told = str(row[3])
        if told.startswith("SCAN "):
            name = told.split()[1]
            name = names.get(name, name)
            if name in GROWING:
                yield Scan(name, told, sent.sql)


def _given(sent: Sent) -> Any:
    return tuple(sent.given) if isinstance(sent.given, list) else sent.given


def _on_postgres(connection: Connection, sent: Sent) -> Iterator[Scan]:
    driver: Any = connection.connection.driver_connection
    cursor = psycopg.RawCursor(driver) if _BY_PLACE.search(sent.sql) else driver.cursor()
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sent.sql}", sent.given)
    ((plan,),) = cursor.fetchall()
    cursor.close()
    for node in _nodes(plan[0]["Plan"]):
        name, kind = node.get("Relation Name", ""), node["Node Type"]
        whole = kind == "Seq Scan" or (kind.startswith("Index") and "Index Cond" not in node)
        if name in GROWING and whole:
            yield Scan(name, f"{kind} {node.get('Index Name', '')}".strip(), sent.sql)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def grown(engine: Engine, times: int, districts: int) -> None:
    """Tell the planner of SQLite that there are ``times`` as many districts as the ``districts`` that were analysed.

    There are so many times as many rows then; how many share a key stays as it is, unless the key has fewer values
    than there are districts (a state, a kind of group): those are shared by more rows.
    """
    with engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT rowid, stat FROM sqlite_stat1 WHERE stat IS NOT NULL").all()
        for number, stat in rows:
            total, *shared = (int(part) for part in stat.split() if part.isdigit())
            more = [n * times if n * districts > total else n for n in shared]
            told = " ".join(map(str, (total * times, *more)))
            connection.exec_driver_sql("UPDATE sqlite_stat1 SET stat = ? WHERE rowid = ?", (told, number))
    engine.dispose()  # the planner reads what it is told when it opens the file
