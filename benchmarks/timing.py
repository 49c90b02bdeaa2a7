"""What is timed, and beside what: an engine between two runs of the limit, in one process on one device."""

from __future__ import annotations

import gc
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg

from benchmarks.limit import Limit
from benchmarks.steps import SCRIPT

SEED = 7
Press = tuple[int, int, str, str]


class Engine(Protocol):
    """Whatever carries cycles through the process: ours, or a peer."""

    #: The engine wants a cycle driven to its end before the next one.
    whole_cycles: bool

    def create(self, count: int) -> list[Any]:
        """The ids of that many cycles at the first stage."""
        ...

    def fire(self, cycle: Any, step: int, action: str, who: str) -> None:
        """One transition, durable on return. Raises when it may not be made."""
        ...

    def check(self, ids: list[Any]) -> None:
        """Every cycle has arrived, and its journal tells the whole way. Raises AssertionError."""
        ...

    def refuses(self, cycle: Any) -> None:
        """What may not be pressed is not pressed. Raises AssertionError."""
        ...


def server() -> str:
    """The libpq address of the PostgreSQL server to measure on, or nothing."""
    return os.environ.get("TREFOIL_TEST_POSTGRES", "").replace("+psycopg", "")


@contextmanager
def database(server: str) -> Iterator[str]:
    """The address of a fresh database on the PostgreSQL server at ``server`` (as libpq takes it)."""
    name = f"bench_{os.getpid()}_{random.SystemRandom().randrange(10**6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def safe(connection: sqlite3.Connection) -> None:
    """What every engine is measured with on SQLite."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def order(ids: list[Any], whole_cycles: bool = False) -> list[Press]:
    """All cycles go on together, one press each in shuffled order: never the row that was just there."""
    if whole_cycles:
        return [(cycle, step, action, who) for cycle in ids for step, (action, who) in enumerate(SCRIPT)]
    dice, presses = random.Random(SEED), []
    for step, (action, who) in enumerate(SCRIPT):
        row = list(ids)
        dice.shuffle(row)
        presses += [(cycle, step, action, who) for cycle in row]
    return presses


def timed(presses: list[Press], fire: Callable[[Any, int, str, str], None]) -> float:
    """Microseconds a transition."""
    gc.collect()
    began = time.perf_counter_ns()
    for press in presses:
        fire(*press)
    return (time.perf_counter_ns() - began) / 1000 / len(presses)


def ratios(engine: Engine, limit: Limit, count: int, runs: int) -> list[float]:
    """Time of the engine over the time of the limit right before and right after, once a run."""
    timed(order(limit.create(5)), limit.fire)  # caches and statements
    timed(order(engine.create(5), engine.whole_cycles), engine.fire)
    gc.collect()
    gc.freeze()  # as the server does once it serves
    found = []
    for _ in range(runs):
        ids, fewer = engine.create(count), max(10, count // 2)
        before = timed(order(limit.create(fewer)), limit.fire)
        mine = timed(order(ids, engine.whole_cycles), engine.fire)
        after = timed(order(limit.create(fewer)), limit.fire)
        engine.check(ids)
        found.append(mine / ((before + after) / 2))
    engine.refuses(engine.create(1)[0])
    return found
