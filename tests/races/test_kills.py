"""Processes killed in the middle of their work (SIGKILL): nothing is torn, nothing that was acknowledged is lost.

This is the death of a process, not of the machine: that a loss of power keeps what was committed is promised by
``synchronous=FULL`` (tests/store) and PostgreSQL's own log, and not tried here.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select

from engine.services import cycles, journal
from engine.services.demo.school import Cast
from engine.services.programs import tokens
from engine.services.programs.scopes import SCOPES
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from tests.browser.conftest import Server, free_port
from tests.gates.plugin import Figure
from tests.installation import Database, cast, running
from tests.races import runner

SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.races.runner"])
pytestmark = pytest.mark.slow


@dataclass
class Scene:
    """A school whose cycles are pressed for ever, by ``teams`` (who presses which) or with ``keys`` of programs.
    ``known`` is the last acknowledged step of each."""

    kind: str
    database: Database
    url: str
    teams: dict[int, int]
    keys: dict[int, str]
    known: dict[int, int] = field(default_factory=dict)

    def kept(self) -> None:
        """No acknowledged step is gone, and nobody knows of a later one than the row does."""
        for cycle_id in self.teams:
            cycle = db.session.get(Cycle, cycle_id)
            assert cycle.seq >= self.known.get(cycle_id, 0), "an acknowledged step is gone"
            last = db.session.scalar(select(func.max(JournalEntry.seq)).where(JournalEntry.cycle_id == cycle_id))
            assert last == cycle.seq, "the row and the journal end at different steps"
        db.session.remove()

    def whole(self) -> int:
        """The state is that of the last step, no step is missing, none that was acknowledged is. Returns the steps."""
        self.kept()
        steps = 0
        for cycle_id in self.teams:
            cycle = db.session.get(Cycle, cycle_id)
            numbers = [entry.seq for entry, _ in journal.entries(cycle)]
            assert numbers == list(range(1, cycle.seq + 1))
            assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)
            steps += cycle.seq
        db.session.remove()
        if not self.url:
            with closing(sqlite3.connect(self.database.folder / "trefoil.sqlite")) as file:
                assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        return steps


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def scene(
    request: pytest.FixtureRequest, founded_on: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    database = founded_on(request.param).apart(tmp_path_factory.mktemp("kills") / "instance")
    url = database.url(database.template)
    with running(database.folder, url):
        school: Cast = cast()
        teams, keys = {}, {}
        for mark in ("ПД-1", "ПД-2"):
            person = school.team(mark)[0]
            cycle = cycles.open_cycle(school.triads[mark], person)
            teams[cycle.id] = person.id
            keys[cycle.id] = tokens.make(person, "Проба", SCOPES, 90)[1]
        db.session.remove()
        yield Scene(request.param, database, url, teams, keys)
    database.drop()


@pytest.mark.gate("R-03")
def test_writers_killed_at_any_moment_tear_nothing(scene: Scene, figure: Figure) -> None:
    dice = random.Random()  # the moments depend on the machine, so no seed could bring them back
    kills, steps = figure.size(50, 1000), 0
    orders, theirs = SPAWN.Pipe()
    told, telling = SPAWN.Pipe(duplex=False)
    nurse = SPAWN.Process(target=runner.nurse, args=(scene.database.folder, scene.url, theirs, telling))
    nurse.start()
    for kill in range(1, kills + 1):
        orders.send(scene.teams)
        writers = orders.recv()
        waiting = set(scene.teams)
        while waiting:
            assert told.poll(60), "a writer does not write"
            cycle_id, scene.known[cycle_id] = told.recv()
            waiting.discard(cycle_id)
        time.sleep(dice.random() * 0.08)
        for writer in writers:
            os.kill(writer, signal.SIGKILL)
        orders.send("how did they end?")
        assert orders.recv() == [-signal.SIGKILL] * len(writers)
        while told.poll():
            cycle_id, scene.known[cycle_id] = told.recv()
        scene.kept()
        if kill % 10 == 0:
            steps = scene.whole()
    orders.send({})
    nurse.join(timeout=30)
    figure.reached(f"{scene.kind}: {kills} kills of {len(scene.teams)} writers, 0 torn, 0 of {steps:,} steps lost")


class Caller(threading.Thread):
    """A program that presses by the door of programs as long as somebody answers; ``known`` is what was told last."""

    def __init__(self, url: str, cycle_id: int, key: str) -> None:
        super().__init__(daemon=True)
        self.address, self.key = f"{url}/api/v1/cycles/{cycle_id}", key
        self.known, self.begun = 0, threading.Event()
        self.refused: list[str] = []

    def run(self) -> None:
        try:
            while True:
                cycle = self._ask("")
                action = "resume" if cycle["held"] else "hold"
                press = {
                    "action": action,
                    "seen": cycle["version"],
                    "given": {"reason": "Каникулы"} if action == "hold" else {},
                }
                self.known = self._ask("/fire", press)["version"]
                self.begun.set()
        except HTTPError as refused:
            self.refused.append(f"{refused.code} {refused.read().decode()}")
            self.begun.set()
        except (OSError, HTTPException, ValueError):
            pass  # the server is dead

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.address + path, data, headers), timeout=30) as answer:
            return json.load(answer)


class Cold(Server):
    """``trefoil serve`` from nothing."""

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.process.kill()
        assert self.process.wait(timeout=30) == -signal.SIGKILL


class Warm:
    """``trefoil serve`` in a process that has its modules."""

    def __init__(self, scene: Scene) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = SPAWN.Process(target=runner.serve, args=(scene.database.folder, scene.url, port))
        self.process.start()
        for _ in range(600):
            assert self.process.is_alive(), "the server did not start"
            try:
                with urlopen(f"{self.url}/sign-in", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.process.kill()
        self.process.join(timeout=30)
        assert self.process.exitcode == -signal.SIGKILL


@pytest.mark.gate("R-03")
def test_a_server_killed_at_any_moment_tears_nothing(
    scene: Scene, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``trefoil serve`` itself: start, serve two programs, be killed, start again. A thousand starts share the one
    import of the modules, which touches no data and takes most of the time."""
    monkeypatch.setenv("TREFOIL_API_RATE", "1000000/minute")
    dice = random.Random()  # the moments depend on the machine, so no seed could bring them back
    kills, steps = figure.size(1, 1000), 0
    for kill in range(1, kills + 1):
        server = Cold(scene.database.folder, database=scene.url) if kill == 1 else Warm(scene)
        callers = [Caller(server.url, cycle_id, key) for cycle_id, key in scene.keys.items()]
        for caller in callers:
            caller.start()
        for caller in callers:
            assert caller.begun.wait(60)
        time.sleep(dice.random() * 0.5)
        server.kill()
        for cycle_id, caller in zip(scene.keys, callers, strict=True):
            caller.join(timeout=60)
            assert caller.refused == []
            scene.known[cycle_id] = max(scene.known.get(cycle_id, 0), caller.known)
        scene.kept()
        if kill % 10 == 0 or kill == kills:  # ten thousand steps take longer to play again than a server to start
            steps = scene.whole()
    figure.reached(f"{scene.kind}: {kills} kills of the whole server, 0 torn, 0 of {steps:,} steps lost")
