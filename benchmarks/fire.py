"""``fire`` beside the limit and the peers: ``python -m benchmarks.fire [--quick] [--json]``.

The public service drives the process of the benchmark: actor, rules over handed-in documents, journal, snapshot and
effects, nothing switched off. The limit is timed in the same process right before and right after, on the same device,
so that a ratio compares neighbours in time; peers where ``python -m benchmarks.versus`` has made their environments.
PostgreSQL is measured where ``TREFOIL_TEST_POSTGRES`` names a server.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import select

from benchmarks import school, versus
from benchmarks.claim import Claim
from benchmarks.limit import Limit
from benchmarks.peers.catalogue import PEERS
from benchmarks.steps import PATH, ROUNDS, SCRIPT
from benchmarks.timing import database, ratios, server
from engine.services import cycles
from engine.services.host import host, install
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.people import Person

OURS, RUNS = "Trefoil", 5
NAMES = {"sqlite_full": "SQLite (WAL, synchronous=FULL)", "postgres": "PostgreSQL (default durability)"}
ASKED = {"sqlite_full": 1.6, "postgres": 1.25}


class Ours:
    """The public service, as a page calls it: the person who presses is known by then."""

    whole_cycles = False

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


def ours(place: str, folder: Path, count: int, runs: int) -> list[float]:
    """Time of ``fire`` over the time of the limit, once a run. ``place`` is the libpq address of a PostgreSQL database;
    without it the database is a file in ``folder``."""
    app = Flask("trefoil")
    install(app, folder / "instance", place.replace("postgresql:", "postgresql+psycopg:", 1))
    with app.app_context():
        host().clock.set(school.MONDAY)
        prepare_database()
        school.install_type()
        limit = Limit(place or str(folder / "limit.sqlite"))
        found = ratios(Ours(school.found()), limit, count, runs)
        limit.close()
        db.session.remove()
        db.engine.dispose()
    return found


def ratios_of_ours(count: int, runs: int) -> dict[str, list[float]]:
    """The ratios of ours on each database at hand."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite_full"] = ours("", Path(folder), count, runs)
    if server():
        with tempfile.TemporaryDirectory() as folder, database(server()) as place:
            found["postgres"] = ours(place, Path(folder), count, runs)
    return found


def measure(quick: bool = False) -> versus.Found:
    """Ours and the peers on each database at hand."""
    found = {kind: {OURS: all_} for kind, all_ in ratios_of_ours(60, RUNS).items()}
    versus.add(found, 10 if quick else 40, 1 if quick else RUNS)
    return found


table = versus.table


def claims(found: versus.Found) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    told: list[Claim] = []
    for kind, row in found.items():
        ours_, asked, name = median(row[OURS]), ASKED[kind], NAMES[kind]
        told.append((f"`fire` over the bare driver, {name}", f"≤ {asked} x", f"{ours_:.2f} x", ours_ <= asked))
        engines = {peer: median(all_) for peer, all_ in row.items() if peer in PEERS and PEERS[peer].engine}
        if engines:
            faster = sorted(peer for peer, ratio in engines.items() if ratio < ours_)
            said = f"before {len(engines) - len(faster)} of {len(engines)}"
            said += f"; behind {', '.join(faster)}" if faster else ""
            told.append((f"`fire` beside every peer, {name}", "the fastest", said, not faster))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of each peer, few cycles: within two minutes")
    parser.add_argument("--json", action="store_true", help="the medians alone, as JSON")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    found = measure(given.quick)
    if given.json:
        print(json.dumps({kind: {n: round(median(all_), 2) for n, all_ in row.items()} for kind, row in found.items()}))
    else:
        print(table(found))


if __name__ == "__main__":
    main()
