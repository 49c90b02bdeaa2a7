"""After an incident: what an account or an address did, from the log, and whom the opened records are about.

The logs hold numbers alone; here they become the list of people that the notice to the authorities asks for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, or_, select

from engine.services.errors import Invalid
from engine.services.personal.tables import all_tables, of_person
from engine.store.database import Model, db
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are looked for: of one account, of one address (its requests too), between two moments like
    «2026-11-24» or «2026-11-24T08:00» (as the log has them, in UTC)."""

    user: int | None = None
    address: str = ""
    since: str = ""
    until: str = ""


@dataclass(slots=True)
class Story:
    """What the log tells: security lines in order, the records opened or changed and how often, the requests."""

    events: list[dict[str, Any]] = field(default_factory=list)
    opened: Counter[tuple[str, int]] = field(default_factory=Counter)
    requests: int = 0
    unread: int = 0


def story(paths: Iterable[Path], asked: Asked) -> Story:
    """Read the log files. Invalid for a file that cannot be read; lines that are no log lines are counted."""
    found = Story()
    lines = list(_lines(paths, found))
    wanted = {line.get("request") for line in lines if _fits(line, asked) and line["log"] == "trefoil.security"}
    sessions = {line.get("person") for line in lines if _fits(line, asked) and line["message"] == "sign_in"}
    for line in lines:
        if not _within(line, asked):
            continue
        if line["log"] == "trefoil.security":
            if _fits(line, asked):
                found.events.append(line)
        elif line["log"] == "trefoil.access" and (
            _fits(line, asked) or (asked.address and (line.get("request") in wanted or line.get("user") in sessions))
        ):
            found.requests += 1
            if line.get("status", 500) < 400:
                found.opened.update((name, int(number)) for name, number in line.get("about", {}).items())
    return found


def _lines(paths: Iterable[Path], found: Story) -> Iterator[dict[str, Any]]:
    for path in paths:
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                for text in file:
                    try:
                        line = json.loads(text)
                    except ValueError:
                        line = None
                    if isinstance(line, dict) and {"log", "message", "timestamp"} <= line.keys():
                        yield line
                    else:
                        found.unread += 1
        except OSError as error:
            raise Invalid(f"Файл {path} не читается", f"The file {path} cannot be read") from error


def _within(line: dict[str, Any], asked: Asked) -> bool:
    moment = str(line["timestamp"])
    return moment >= asked.since and (not asked.until or moment[: len(asked.until)] <= asked.until)


def _fits(line: dict[str, Any], asked: Asked) -> bool:
    if not _within(line, asked):
        return False
    if asked.user is not None:
        return asked.user in (line.get("user"), line.get("person"))
    return bool(asked.address) and line.get("address") == asked.address


#: Names in addresses that are not those of the table.
_NAMED = {"group": "plc_group", "file": "stored_file", "run": "survey_run", "note": "closed_note"}
_NAMED |= {
    "plan": "development_plan",
    "step": "plan_step",
    "token": "api_token",
    "year": "school_year",
    "owner": "person",
}
#: What a row belongs to whose people are also meant.
_ABOVE = {"cycle_id": "cycle", "triad_id": "triad", "run_id": "survey_run"}


def _people(table: Table, number: int) -> set[int]:
    """Whom a record is about: named in it and in the rows that belong to it, and its triad or group."""
    if table.name == "person":
        return {number}
    row = db.session.execute(select(table).where(table.c.id == number)).first()
    if row is None:
        return set()
    found = {row._mapping[column] for column in of_person(table)}
    for below in all_tables():
        links = [c for c in below.columns if any(key.column.table is table for key in c.foreign_keys)]
        named = of_person(below)
        if links and named:
            rows = db.session.execute(select(*named).where(or_(*(c == number for c in links))))
            found.update(person for one in rows for person in one)
    for column, above in _ABOVE.items():
        if column in table.c and row._mapping[table.c[column]] is not None:
            found |= _people(Model.metadata.tables[above], row._mapping[table.c[column]])
    if table.name == "plc_group":
        triads = Model.metadata.tables["triad"]
        for triad in db.session.scalars(select(triads.c.id).where(triads.c.group_id == number)).all():
            found |= _people(triads, triad)
    return {person for person in found if person is not None}


def touched(opened: Iterable[tuple[str, int]]) -> tuple[list[Person], list[tuple[str, int]]]:
    """The people behind the records, by number, and the records that name nobody by themselves."""
    people: set[int] = set()
    others = []
    for name, number in opened:
        stem = name.removesuffix("_id")
        table = Model.metadata.tables.get(_NAMED.get(stem, stem))
        behind = _people(table, number) if table is not None and "id" in table.c else set()
        people |= behind
        if not behind:
            others.append((name, number))
    rows = db.session.scalars(select(Person).where(Person.id.in_(people)).order_by(Person.id)).all()
    return list(rows), others
