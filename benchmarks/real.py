"""``fire`` on a real type: «Формирующее оценивание», its finished cycle of the demo school pressed button by button.

``python -m benchmarks.real``. Every rule reads the documents, surveys and rounds that the triad has really written;
what a press carries out beside (tasks, notices, the Laboratory) is done in it. Beside the limit, as in
``benchmarks.fire``.
"""

from __future__ import annotations

import gc
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import event

from benchmarks.claim import Claim
from benchmarks.fire import NAMES
from benchmarks.limit import Limit
from benchmarks.school import MONDAY
from benchmarks.timing import database, order, server, timed
from engine.services import cycles, journal
from engine.services.definitions import up_to_date
from engine.services.demo import formative
from engine.services.demo.school import found
from engine.services.host import host, install
from engine.services.setup import prepare_database
from engine.store.database import db
from engine.store.people import Person

RUNS, CYCLES, FEW = 9, 3, 10


@dataclass
class Presses:
    """What the presses took: (action, microseconds, statements; 0 where they were not counted); ``limit`` is what a
    press of the limit took right beside each of them."""

    told: list[tuple[str, float, int]] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    statements: int = 0

    @property
    def mean(self) -> float:
        """Microseconds a press."""
        return sum(took for _, took, _ in self.told) / len(self.told)


@contextmanager
def watched(app: Flask, count: bool, limit: Limit | None = None) -> Iterator[Presses]:
    """Time the service under its callers; with ``count`` (SQLite) every statement is counted, which takes time.

    Each press comes as those of a page do: in a session of its own, which has read what every request begins with and
    the person who presses, and nothing of what the demo school has in its hands. A ``limit`` is pressed right before
    or right after each of them by turns.
    """
    seen, fire = Presses(), cycles.fire
    presses = iter(order(limit.create(FEW)) if limit else ())

    def of_limit() -> None:
        if limit is not None:
            press, began = next(presses), time.perf_counter_ns()
            limit.fire(*press)
            seen.limit.append((time.perf_counter_ns() - began) / 1000)

    def pressed(cycle_id: int, action: str, person: Person, *given: Any, **more: Any) -> cycles.Fired:
        limit_first = len(seen.told) % 2
        with app.app_context():
            up_to_date()
            by = db.session.get_one(Person, person.id)
            if limit_first:
                of_limit()
            before, began = seen.statements, time.perf_counter_ns()
            fired = fire(cycle_id, action, by, *given, **more)
            seen.told.append((action, (time.perf_counter_ns() - began) / 1000, seen.statements - before))
            if not limit_first:
                of_limit()
        db.session.rollback()  # whoever has it pressed sees what has become of it
        return fired

    def noted(_: str) -> None:
        seen.statements += 1

    def connected(connection: Any, _: Any) -> None:
        connection.set_trace_callback(noted)

    if count:
        event.listen(db.engine, "connect", connected)
        db.engine.dispose()
    cycles.fire = pressed
    try:
        yield seen
    finally:
        cycles.fire = fire


def walk(place: str, folder: Path, limit: Limit | None = None, *, count: bool = False, times: int = 1) -> Presses:
    """So many cycles of the demo school, from the first meeting to the Laboratory."""
    app = Flask("trefoil")
    install(app, folder / "instance", place.replace("postgresql:", "postgresql+psycopg:", 1))
    with app.app_context():
        prepare_database()
        with watched(app, False):
            _cycle()  # has warmed the process up, as the cycles of the limit have
        gc.collect()
        gc.freeze()  # as the server does once it serves
        with watched(app, count, limit) as seen:
            for _ in range(times):
                _cycle()
        assert len(seen.told) > 3 * 4, "three lessons have more presses than that"
        db.session.remove()
        db.engine.dispose()
    gc.unfreeze()
    return seen


def _cycle() -> None:
    host().clock.set(MONDAY)
    cycle = formative.load(found())
    assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)


class Ratios(NamedTuple):
    """One run over the limit: the mean and the median press, which nothing comes between, beside the limit in a loop;
    the mean of other presses, beside the limit that is pressed in the same moments."""

    mean: float
    usual: float
    beside: float


class Found(NamedTuple):
    """What was found: on each database, the ratios once a run; the presses counted."""

    ratios: dict[str, list[Ratios]]
    told: list[tuple[str, float, int]]


def _beside(place: str, folder: Path, limit: Limit) -> Ratios:
    before = timed(order(limit.create(FEW)), limit.fire)
    mine = walk(place, folder, times=CYCLES)
    after = timed(order(limit.create(FEW)), limit.fire)
    loop = (before + after) / 2
    usual = median(took for _, took, _ in mine.told)
    mixed = walk(place, folder, limit, times=CYCLES)
    return Ratios(mine.mean / loop, usual / loop, mixed.mean / fmean(mixed.limit))


def measure(quick: bool = False) -> Found:
    """Everything, on each database at hand; the presses are counted on SQLite, in a walk of their own."""
    ratios: dict[str, list[tuple[float, float]]] = {"sqlite_full": []}
    with tempfile.TemporaryDirectory() as folder:
        counted = walk("", Path(folder), count=True)
    with tempfile.TemporaryDirectory() as folder:
        limit = Limit(str(Path(folder, "limit.sqlite")))
        for run in range(RUNS):
            ratios["sqlite_full"].append(_beside("", Path(folder, str(run)), limit))
        limit.close()
    if server():
        ratios["postgres"] = []
        with tempfile.TemporaryDirectory() as folder, database(server()) as beside:
            limit = Limit(beside)
            for run in range(RUNS):
                with database(server()) as place:
                    ratios["postgres"].append(_beside(place, Path(folder, str(run)), limit))
            limit.close()
    return Found(ratios, counted.told)


def claims(found: Found) -> list[Claim]:
    """(claim, asked, reached, whether it is). The mean is what is asked for: two presses do the work of a dozen."""
    told = []
    for kind, all_ in found.ratios.items():
        mean, usual, beside = (median(column) for column in zip(*all_, strict=True))
        claim = f"`fire` on «Формирующее оценивание» over the bare driver, {NAMES[kind]}"
        told.append((claim, "≤ 4 x", f"{mean:.2f} x the mean of a cycle, {usual:.2f} x the median press", mean <= 4))
        told.append((f"{claim}, pressed in the same moments", "≤ 4 x", f"{beside:.2f} x the mean", beside <= 4))
    most = max(n for *_, n in found.told)
    return [*told, ("statements of a press on it", "bounded, printed", f"at most {most}", True)]


def table(found: Found) -> str:
    """Two Markdown tables: ratios by database, statements by action."""
    lines = [
        "| a press of «Формирующее оценивание» | over the limit | x | least–most | runs |",
        "|---|---|---|---|---|",
    ]
    for kind, all_ in found.ratios.items():
        for name, column in zip(
            ("mean", "median", "mean, the limit pressed in between"), zip(*all_, strict=True), strict=True
        ):
            spread = f"{min(column):.2f}–{max(column):.2f}"
            lines.append(f"| {kind} | {name} | {median(column):.2f} | {spread} | {len(column)} |")
    lines += ["", "| action | statements, BEGIN and COMMIT among them |", "|---|---|"]
    most = {action: max(n for a, _, n in found.told if a == action) for action, *_ in found.told}
    lines += [f"| {action} | {n} |" for action, n in most.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    logging.disable(logging.ERROR)
    print(table(measure()))
