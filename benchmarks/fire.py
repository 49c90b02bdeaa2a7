"""``fire`` beside the limit: ``python -m benchmarks.fire [--quick] [--json]``.

The public service drives the process of the benchmark: actor, rules over handed-in documents, journal, snapshot and
effects, nothing switched off. The limit is timed in the same process right before and right after, on the same device,
so that a ratio compares neighbours in time. PostgreSQL is measured where ``TREFOIL_TEST_POSTGRES`` names a server.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from benchmarks import school
from benchmarks.limit import Limit
from benchmarks.process import PATH, ROUNDS, SCRIPT
from engine.services import cycles
from engine.services.host import host, install
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.people import Person

SEED = 7
Press = tuple[int, int, str, str]


@contextmanager
def database(server: str) -> Iterator[str]:
    """The address of a fresh database on the server."""
    url, name = make_url(server), f"bench_{os.getpid()}_{random.SystemRandom().randrange(10**6)}"
    admin = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def order(ids: list[int]) -> list[Press]:
    """All cycles go on together, one press each in shuffled order: never the row that was just there."""
    dice, presses = random.Random(SEED), []
    for step, (action, who) in enumerate(SCRIPT):
        row = list(ids)
        dice.shuffle(row)
        presses += [(cycle, step, action, who) for cycle in row]
    return presses


def timed(presses: list[Press], fire: Callable[[int, int, str, str], None]) -> float:
    """Microseconds a transition."""
    gc.collect()
    began = time.perf_counter_ns()
    for press in presses:
        fire(*press)
    return (time.perf_counter_ns() - began) / 1000 / len(presses)


class Ours:
    """The public service, as a page calls it: the person who presses is known by then."""

    def __init__(self, group_id: int) -> None:
        self.group_id = group_id
        self.people: dict[int, dict[str, Person]] = {}

    def create(self, count: int) -> list[int]:
        """That many cycles at the first stage."""
        made = school.open_cycles(self.group_id, count)
        for cycle, who in made:
            self.people[cycle] = {name: db.session.get_one(Person, id_) for name, id_ in who.items()}
        db.session.expunge_all()
        return [cycle for cycle, _ in made]

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        """One transition; the cycle was opened with its first journal entry, so it is seen at ``step + 1``."""
        cycles.fire(cycle, action, self.people[cycle][who], step + 1, once=f"{cycle}-{step}")

    def check(self, ids: list[int]) -> None:
        """Every cycle has arrived, and its journal tells the whole way."""
        for cycle in db.session.scalars(select(Cycle).where(Cycle.id.in_(ids))):
            assert (cycle.stage, cycle.round, cycle.seq) == (PATH[-1], ROUNDS, len(PATH) + 1), cycle.id
            assert cycle.closed_at is not None
            entries = db.session.execute(
                select(JournalEntry.seq, JournalEntry.action, JournalEntry.target, JournalEntry.actor_id)
                .where(JournalEntry.cycle_id == cycle.id, JournalEntry.seq > 1)
                .order_by(JournalEntry.seq)
            ).all()
            people = self.people[cycle.id]
            told = [
                (n, action, to, people[who].id)
                for n, ((action, who), to) in enumerate(zip(SCRIPT, PATH, strict=True), 2)
            ]
            assert [tuple(entry) for entry in entries] == told, cycle.id

    def refuses(self, cycle: int) -> None:
        """A wrong person, a stage not reached, an old look: nothing moves."""
        for action, who, seen in (("form_triad", "observer", 1), ("conduct", "lead", 1), ("form_triad", "leader", 7)):
            try:
                cycles.fire(cycle, action, self.people[cycle][who], seen)
            except Exception:
                db.session.rollback()
                continue
            raise AssertionError(f"{action} by {who} was not refused")


def ratios(place: str, folder: Path, count: int, runs: int) -> list[float]:
    """Time of ``fire`` over the time of the limit, once a run."""
    app = Flask("trefoil")
    install(app, folder / "instance", place)
    found = []
    with app.app_context():
        host().clock.set(school.MONDAY)
        prepare_database()
        school.install_type()
        ours = Ours(school.found())
        bare = make_url(place).set(drivername="postgresql").render_as_string(hide_password=False) if place else ""
        limit = Limit(bare or str(folder / "limit.sqlite"))
        for fire, create in ((limit.fire, limit.create), (ours.fire, ours.create)):
            timed(order(create(5)), fire)  # caches and statements
        for _ in range(runs):
            ids, fewer = ours.create(count), max(10, count // 2)
            before = timed(order(limit.create(fewer)), limit.fire)
            mine = timed(order(ids), ours.fire)
            after = timed(order(limit.create(fewer)), limit.fire)
            ours.check(ids)
            found.append(mine / ((before + after) / 2))
        ours.refuses(ours.create(1)[0])
        limit.close()
        db.session.remove()
        db.engine.dispose()
    return found


def measure(count: int, runs: int) -> dict[str, list[float]]:
    """The ratios on each database at hand."""
    logging.disable(logging.ERROR)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite_full"] = ratios("", Path(folder), count, runs)
    if server := os.environ.get("TREFOIL_TEST_POSTGRES"):
        with tempfile.TemporaryDirectory() as folder, database(server) as place:
            found["postgres"] = ratios(place, Path(folder), count, runs)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few cycles: within two minutes")
    parser.add_argument("--json", action="store_true", help="the medians alone, as JSON")
    given = parser.parse_args()
    found = measure(20 if given.quick else 60, 5)
    if given.json:
        print(json.dumps({kind: {"trefoil": round(statistics.median(all_), 2)} for kind, all_ in found.items()}))
        return
    for kind, all_ in found.items():
        print(
            f"{kind:12} {statistics.median(all_):6.2f} x the limit ({min(all_):.2f}–{max(all_):.2f}, {len(all_)} runs)"
        )


if __name__ == "__main__":
    main()
