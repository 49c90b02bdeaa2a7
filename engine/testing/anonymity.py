"""An attack on the anonymity of surveys, with a copy of the database in hand.

``python -m engine.testing.anonymity copy.sqlite [--said answers.json]`` tries what somebody could who has the file (and
the write-ahead log beside it): columns that tell who or when, values that join a sheet to a token or to an open answer,
and orders: of row numbers, of keys, of bytes in the file and in the log. ``answers.json`` is a list of words in the
order in which they were really given, each word in one answer only: orders are held against it. It prints what it has
found, and ends with 1 when that is anything.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

TABLES = ("survey_answer", "survey_text", "survey_token")
#: Names of columns that would tell who or when.
TELLING = re.compile(r"(^|_)(id|ip|addr|address|agent|device|cookie|person|owner|name|time|at|on|date|seq|order|n)$")
ALLOWED = frozenset({("survey_answer", "run_id"), ("survey_text", "run_id"), ("survey_token", "run_id")})
#: A guessed order as close to the real one as this (or to its reverse) is no chance: p < 0.00001 from 20 answers on.
CLOSE, FEWEST = 0.8, 20


def attack(copy: Path, said: Sequence[str] = ()) -> list[str]:
    """Everything the copy gives away, in words; empty when it keeps its secret."""
    found: list[str] = []
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as db:
        found += _columns(db)
        found += _joins(db)
        for how, order in _orders(db, copy, said):
            close = likeness(order, said)
            if close is not None and abs(close) >= CLOSE:
                found.append(f"{how} tells the order of the answers (likeness {close:.2f})")
    return found


def likeness(guessed: Sequence[str], real: Sequence[str]) -> float | None:
    """Spearman's rank correlation of two orders of the same words, -1 to 1; None when too few are in both."""
    place = {word: n for n, word in enumerate(real)}
    ranks = [place[word] for word in dict.fromkeys(guessed) if word in place]
    n = len(ranks)
    if n < FEWEST:
        return None
    known = {rank: k for k, rank in enumerate(sorted(ranks))}
    return 1 - 6 * sum((k - known[rank]) ** 2 for k, rank in enumerate(ranks)) / (n * (n * n - 1))


def _tables(db: sqlite3.Connection) -> list[str]:
    known = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [table for table in TABLES if table in known]


def _columns(db: sqlite3.Connection) -> Iterator[str]:
    for table in _tables(db):
        for _n, name, kind, *_rest in db.execute(f"PRAGMA table_info({table})"):
            if (TELLING.search(name) and (table, name) not in ALLOWED) or "DATE" in kind or "TIME" in kind:
                yield f"{table}.{name} tells who or when"


def _values(db: sqlite3.Connection, table: str) -> dict[str, set[str]]:
    """Values of a row's own: those that stand once in their column."""
    columns = [name for _n, name, *_rest in db.execute(f"PRAGMA table_info({table})")]
    found = {}
    for column in columns:
        alone = f"GROUP BY {column} HAVING count(*) = 1 AND length({column}) > 3"
        query = f"SELECT {column} FROM {table} {alone}"  # noqa: S608 # nosec B608 — our tables, the copy's own columns
        found[column] = {v.hex() if isinstance(v, bytes) else str(v) for (v,) in db.execute(query)}
    return found


def _joins(db: sqlite3.Connection) -> Iterator[str]:
    """Two tables of answers must have no value in common that only one row of each holds."""
    known = {table: _values(db, table) for table in _tables(db)}
    pairs = [(a, b) for a in known for b in known if a < b]
    for one, other in pairs:
        for column, values in known[one].items():
            for with_, others in known[other].items():
                if shared := values & others:
                    yield f"{one}.{column} joins {other}.{with_} ({len(shared)} rows)"


def _orders(db: sqlite3.Connection, copy: Path, said: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Guessed orders of the words, with where each comes from."""
    if not said:
        return
    for table, column in (("survey_answer", "choices"), ("survey_text", "text")):
        for by in ("rowid", "key"):
            try:
                query = f"SELECT {column} FROM {table} ORDER BY {by}"  # noqa: S608 # nosec B608 — words from right above
                rows = [str(text) for (text,) in db.execute(query)]
            except sqlite3.OperationalError:  # a table without row numbers
                continue
            yield f"{table} by {by}", [word for row in rows for word in said if word in row]
    yield "the place in the file", _by_place(copy.read_bytes(), said)
    log = copy.with_name(copy.name + "-wal")
    if log.exists():
        yield "the write-ahead log", _by_frame(log.read_bytes(), said)


def _by_place(content: bytes, said: Sequence[str]) -> list[str]:
    places = {word: content.find(word.encode()) for word in said}
    return sorted((word for word, at in places.items() if at >= 0), key=lambda word: places[word])


def _by_frame(log: bytes, said: Sequence[str]) -> list[str]:
    """Words in the order of the frame that holds each for the first time; older frames that still stand included."""
    if len(log) < 32:
        return []
    size = struct.unpack(">I", log[8:12])[0]
    found: list[str] = []
    for start in range(32, len(log), size + 24):
        page = log[start + 24 : start + 24 + size]
        found += [word for word in said if word not in found and word.encode() in page]
    return found


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.testing.anonymity", description="Attack the anonymity of surveys"
    )
    parser.add_argument("copy", type=Path, help="a SQLite database, its log beside it if there is one")
    parser.add_argument("--said", type=Path, help="JSON: words in the order they were given")
    given = parser.parse_args()
    said = json.loads(given.said.read_text(encoding="utf-8")) if given.said else ()
    found = attack(given.copy, said)
    for line in found:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{len(found)} found" + ("\n" if said else "; orders were not tried: no --said\n"))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
