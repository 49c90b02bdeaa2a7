"""A region at exactly its size, used by people of all its schools: ``python -m benchmarks.region [--kept FOLDER]``.

1,000 schools of ``benchmarks.generator`` on PostgreSQL: 10,000 triads with three cycles a year for three years, and the
cycles of the present. Two workers of gunicorn stand before it on the same machine. Somebody of another school asks each
time, so that what one has warmed up serves nobody else; then the same people come again.
"""

from __future__ import annotations

import argparse
import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from flask import Flask
from sqlalchemy import func, select

from benchmarks import growth, processor
from benchmarks.claim import Claim
from benchmarks.load import Answers, Plan, ask, request
from benchmarks.servers import Served, there
from benchmarks.timing import server
from engine.services import cycles, sessions
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Membership, Triad
from engine.store.people import Person
from engine.store.surveys import SurveyRun

SCHOOLS, CYCLES = 1_000, 101_000
#: So many of its schools are asked from, by so many connections.
ASKED, FEW, CONNECTIONS = 400, 80, 8
SEED = 11
REASON = {"reason": "карантин в классе"}
NAMES = {"home": "«Мои дела» (/)", "cycle": "a cycle page", "survey": "the survey, open", "press": "a press, alone"}


class Somebody(NamedTuple):
    """A teacher with the cycle of today; where a class of the school answers; what the browser sends."""

    person: int
    cycle: int
    survey: str
    cookie: str


@dataclass
class Row:
    """A kind of asking: requests a second, µs of each, ms of the processors of the web and of the database for one."""

    rate: float = 0.0
    each: list[float] = field(default_factory=list)
    web: float = 0.0
    database: float = 0.0


@dataclass
class Found:
    """What was there and what it showed; ``wrong`` counts the answers that were not the page."""

    schools: int = 0
    cycles: int = 0
    people: int = 0
    wrong: int = 0
    rows: dict[str, Row] = field(default_factory=dict)


def somebody(app: Flask, many: int) -> list[Somebody]:
    """A teacher of each of so many schools, signed in."""
    with app.app_context():
        teacher = (
            select(Person.id, Cycle.id, Cycle.school_id)
            .join(Membership, Membership.person_id == Person.id)
            .join(Triad, Triad.id == Membership.triad_id)
            .join(Cycle, Cycle.triad_id == Triad.id)
            .where(Person.last_name == "Алфавитова", Cycle.closed_at.is_(None), Cycle.type_key == "fourk")
        )
        links = dict(
            db.session.execute(
                select(Cycle.school_id, func.max(SurveyRun.link))
                .join(SurveyRun, SurveyRun.cycle_id == Cycle.id)
                .where(SurveyRun.is_open.is_(True), Cycle.type_key == "sel")
                .group_by(Cycle.school_id)
            ).all()
        )
        found = db.session.execute(teacher.order_by(Person.id)).all()
        chosen = random.Random(SEED).sample(found, many)
        return [Somebody(p, cycle, links[school], _cookie(app, p)) for p, cycle, school in chosen]


def _cookie(app: Flask, person: int) -> str:
    token = sessions.begin(db.session.get_one(Person, person), "benchmark", whole=True)
    db.session.rollback()
    client = app.test_client()
    with client.session_transaction() as session:
        session["sign_in"] = token
    kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    return f"{kept.key}={kept.value}"


def _asked(port: int, rows: list[str]) -> Answers:
    """Every request once, by several connections."""
    return ask(Plan(port, [rows[n::CONNECTIONS] for n in range(CONNECTIONS)], seconds=600, again=False))


def _pages(port: int, pid: int, rows: list[str], found: Found) -> Row:
    before = processor.of_tree(pid), processor.of_postgres()
    answers = _asked(port, rows)
    after = processor.of_tree(pid), processor.of_postgres()
    found.wrong += sum(n for status, n in answers.statuses.items() if status != "200") + len(rows) - len(answers.each)
    web, database = ((b - a) * 1000 / len(rows) for a, b in zip(before, after, strict=True))
    return Row(answers.rate, answers.each, web, database)


def _presses(app: Flask, people: list[Somebody]) -> Row:
    """The triad of each suspends its cycle and resumes it, one after the other."""
    row = Row()
    began, before = time.process_time(), processor.of_postgres()
    for one in people:
        for action in ("hold", "resume"):
            with app.app_context():
                person = db.session.get_one(Person, one.person)
                seen = db.session.get_one(Cycle, one.cycle).seq
                at = time.perf_counter_ns()
                cycles.fire(one.cycle, action, person, seen, REASON if action == "hold" else {})
                row.each.append((time.perf_counter_ns() - at) / 1000)
    row.rate = 1e6 * len(row.each) / sum(row.each)
    row.web = (time.process_time() - began) * 1000 / len(row.each)
    row.database = (processor.of_postgres() - before) * 1000 / len(row.each)
    return row


@contextmanager
def served(folder: Path, url: str) -> Iterator[Served]:
    """Two workers before the region."""
    made = Served("gunicorn" if "gunicorn" in there() else "waitress", "trefoil", folder, url)
    try:
        made.wait()
        yield made
    finally:
        made.stop()


def measure(quick: bool = False, kept: Path | None = None, cycles_: int = CYCLES) -> Found:
    """The region of ``cycles_`` cycles, made where it is not kept; nothing without a server of PostgreSQL."""
    found, many = Found(), FEW if quick else ASKED
    if not server():
        return found
    with growth.region("postgres", growth.Size(cycles_), kept) as place:
        with place.app.app_context():
            counted = func.count(Cycle.school_id.distinct()), func.count(Cycle.id), func.count(Person.id)
            found.schools, found.cycles, found.people = (db.session.scalar(select(number)) or 0 for number in counted)
            url, folder = db.engine.url.render_as_string(hide_password=False), Path(place.app.instance_path)
            db.session.remove()
        people = somebody(place.app, min(many, found.schools))
        asked = {
            "home": [request("GET", "/", one.cookie) for one in people],
            "cycle": [request("GET", f"/cycles/{one.cycle}", one.cookie) for one in people],
            "survey": [request("GET", f"/s/{one.survey}") for one in people],
        }
        with served(folder, url) as app:
            _asked(app.port, asked["home"][:CONNECTIONS])  # what a worker compiles once
            for again in ("", ", again"):
                for name, rows in asked.items():
                    found.rows[f"{NAMES[name]}{again}"] = _pages(app.port, app.process.pid, rows, found)
        found.rows[NAMES["press"]] = _presses(place.app, people[: many // 4])
    return found


def claims(found: Found) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    if not found.rows:
        return []
    of = f"a region of {found.schools:,} schools and {found.cycles:,} cycles on PostgreSQL"
    worst = min(row.rate for name, row in found.rows.items() if name != NAMES["press"])
    return [
        (f"{of}: answers that were not the page", "0", str(found.wrong), found.wrong == 0),
        (f"{of}: pages of people of all schools, two cores with the database", "measured", f"≥ {worst:.0f}/s", True),
    ]


def table(found: Found) -> str:
    """Markdown: a kind of asking a row."""
    lines = [
        f"{found.schools:,} schools, {found.people:,} people, {found.cycles:,} cycles.",
        "",
        "| another school each time | requests/s | p50 / p99, ms | web, CPU ms | PostgreSQL, CPU ms |",
        "|---|---|---|---|---|",
    ]
    for name, row in found.rows.items():
        tail = f"{median(row.each) / 1000:.1f} / {quantiles(row.each, n=100)[98] / 1000:.1f}"
        lines.append(f"| {name} | {row.rate:.0f} | {tail} | {row.web:.1f} | {row.database:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer people")
    parser.add_argument("--kept", type=Path, help="a folder where the region stays, to be measured again")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    found = measure(given.quick, given.kept)
    print(table(found), *claims(found), sep="\n")


if __name__ == "__main__":
    main()
