"""The same errands in a small region and in a big one: ``python -m benchmarks.growth [--quick] [--kept FOLDER]``.

The measured school is the same in both: 101 cycles, of which 90 are its archive of three years; what grows is the
region around it, from 1,000 cycles to 1,000,000 (``--quick``: to 50,000) by ``benchmarks.generator``. A third database
is the small region again with an archive of ten years in every school. Databases take turns errand by errand in one
process, with warm caches; a figure of a run is the least disturbed of its repetitions, and a ratio is the median of the
runs. ``--kept`` makes the databases once and uses them again (PostgreSQL's stay on the server). PostgreSQL is measured
where ``TREFOIL_TEST_POSTGRES`` names a server.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psycopg
from sqlalchemy import text

from benchmarks import errands, generator, plans
from benchmarks.claim import Claim
from benchmarks.timing import database, server
from engine.services import demo
from engine.services.setup import prepare_database
from engine.store.database import db
from webui import create_app

RUNS, REPEATS, WARM = 5, 3, 2
#: Presses and answers are quick: more of them for a figure.
OFTEN = {"fire": 30, "fire, a real type": 10, "survey: page and answer": 5}
SMALL, BIG, QUICK, LONG = 1_000, 1_000_000, 50_000, 10
NAMES = {"sqlite": "SQLite (WAL, synchronous=FULL)", "postgres": "PostgreSQL (default durability)"}


class Size(NamedTuple):
    """A region: cycles about, where every school has an archive of three years; years of archive it really has."""

    cycles: int
    years: int = generator.YEARS


@dataclass
class Grown:
    """What one kind of database showed: milliseconds of each errand by run in the small region, the big one, and the
    small one with a long archive; tables that were read whole in the big one, by errand; bytes a cycle there."""

    cycles: int
    took: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    scans: dict[str, list[plans.Scan]] = field(default_factory=dict)
    bytes_a_cycle: float = 0.0

    def times(self, errand: str, place: int) -> float:
        """How many times as long: ``place`` 1 is the big region, 2 the long archive."""
        return median(run[place] / run[0] for run in self.took[errand])


def make(folder: Path, url: str, size: Size) -> None:
    """The database of a region in ``folder``, or at ``url``; nothing when it was made before."""
    done = folder / "made"
    if done.exists():
        return
    app = create_app(folder, url)
    with app.app_context():
        prepare_database()
        demo.load()
        db.session.remove()
        with db.engine.begin() as connection:
            generator.archive(connection, size.years)
        place = db.engine.url.render_as_string(hide_password=False)
        db.engine.dispose()
    generator.copies(place, generator.schools(size.cycles) - 1)
    done.touch()


@contextmanager
def region(kind: str, size: Size, kept: Path | None) -> Iterator[errands.Place]:
    """The application over the database of a region."""
    with ExitStack() as stack:
        root = kept or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = root / f"{kind}_{size.cycles}_{size.years}"
        folder.mkdir(parents=True, exist_ok=True)
        url = ""
        if kind == "postgres":
            made = _kept(folder.name) if kept else stack.enter_context(database(server()))
            url = made.replace("postgresql:", "postgresql+psycopg:", 1)
        make(folder, url, size)
        yield stack.enter_context(errands.opened(folder, url))


def _kept(name: str) -> str:
    """The address of a database that stays on the server."""
    with psycopg.connect(server(), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server().rsplit('/', 1)[0]}/{name}"


def _grown(kind: str, cycles: int, kept: Path | None) -> Grown:
    sizes = (Size(SMALL), Size(cycles), Size(SMALL, LONG))
    with ExitStack() as stack:
        return compared([stack.enter_context(region(kind, size, kept)) for size in sizes], cycles, RUNS)


def compared(places: list[errands.Place], cycles: int, runs: int) -> Grown:
    """The errands in the small region, the big one of ``cycles``, and the one with a long archive."""
    found = Grown(cycles)
    for name in errands.ASKED:
        for place in places:
            for _ in range(WARM):
                place.run(name)
        found.statements[name], found.scans[name] = _planned(places[1], name)
    for _ in range(runs):
        for name in errands.ASKED:
            found.took.setdefault(name, []).append(_run(places, name))
    found.bytes_a_cycle = _bytes(places[1]) / cycles
    return found


def _run(places: list[errands.Place], name: str) -> tuple[float, float, float]:
    """Milliseconds in each place, which take turns."""
    took: list[list[float]] = [[] for _ in places]
    for _ in range(OFTEN.get(name, REPEATS)):
        for place, times in zip(places, took, strict=True):
            began = time.perf_counter_ns()
            place.run(name)
            times.append((time.perf_counter_ns() - began) / 1e6)
    small, big, long = (min(times) for times in took)
    return small, big, long


def _planned(place: errands.Place, name: str) -> tuple[int, list[plans.Scan]]:
    """How many different statements an errand sends, and what its database reads whole for them."""
    with place.app.app_context():
        engine = db.engine
    with plans.heard(engine) as sent:
        place.run(name)
    with engine.connect() as connection:
        return len(sent), plans.scans(connection, sent)


def _bytes(place: errands.Place) -> int:
    with place.app.app_context(), db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            return Path(str(db.engine.url.database)).stat().st_size
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def measure(quick: bool = False, kept: Path | None = None) -> dict[str, Grown]:
    """What each database at hand showed."""
    kinds = ("sqlite", "postgres") if server() else ("sqlite",)
    return {kind: _grown(kind, QUICK if quick else BIG, kept) for kind in kinds}


def claims(found: dict[str, Grown]) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    told: list[Claim] = []
    for kind, grown in found.items():
        for name, asked in errands.ASKED.items():
            times = grown.times(name, 1)
            claim = f"{name}: {grown.cycles:,} cycles over {SMALL:,}, {NAMES[kind]}"
            told.append((claim, f"≤ {asked:g} x", f"{times:.2f} x", times <= asked))
        read = sorted({scan.table for all_ in grown.scans.values() for scan in all_})
        claim = f"statements that read a growing table whole, {NAMES[kind]}"
        told.append((claim, "none", ", ".join(read) or "none", not read))
    return told


def table(found: dict[str, Grown]) -> str:
    """Markdown: an errand a row, for each kind of database."""
    lines: list[str] = []
    for kind, grown in found.items():
        head = f"| {kind} | ms, {SMALL:,} cycles | ms, {grown.cycles:,} | x | least–most | asked "
        lines += [f"{head}| archive of {LONG} years, x | statements |", "|---|---|---|---|---|---|---|---|"]
        for name, runs in grown.took.items():
            ratios = [run[1] / run[0] for run in runs]
            small, big = median(run[0] for run in runs), median(run[1] for run in runs)
            lines.append(
                f"| {name} | {small:.1f} | {big:.1f} | {median(ratios):.2f} | {min(ratios):.2f}–{max(ratios):.2f} "
                f"| ≤ {errands.ASKED[name]:g} | {grown.times(name, 2):.2f} | {grown.statements[name]} |"
            )
        size = grown.bytes_a_cycle
        lines += ["", f"{kind}: {size / 1024:.1f} KB a cycle, {size * grown.cycles / 1e9:.1f} GB in all", ""]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="to 50,000 cycles")
    parser.add_argument("--kept", type=Path, help="a folder where the databases stay, to be measured again")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    found = measure(given.quick, given.kept)
    print(table(found))
    for claim in claims(found):
        print(*claim, sep=" | ")
    for kind, grown in found.items():
        for name, all_ in grown.scans.items():
            for scan in all_:
                print(kind, name, scan.table, scan.how, scan.sql, sep=" | ")


if __name__ == "__main__":
    main()
