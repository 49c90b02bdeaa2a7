"""A real server in a process of its own, and people with a browser each."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.services.demo.driver import press, write
from engine.services.demo.lessons import PLAN, plan, slot, start
from engine.services.demo.school import found
from engine.services.setup import prepare_database
from tests.browser.axe import PHONE
from tests.browser.school import Member, School
from tests.installation import running

ROOT = Path(__file__).resolve().parents[2]
#: The demo clock starts on 23.11.2026 at 10:00: the lesson has been going for ten minutes.
LESSONS = [
    slot(date(2026, 11, 23), "09:50", "Физика", "Тепло"),
    slot(date(2026, 11, 30), "10:15", "Физика", "Холод"),
    slot(date(2026, 12, 7), "10:15", "Физика", "Свет"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``trefoil serve`` (or another command that serves) on an instance folder; more workers may serve the same one."""

    def __init__(self, instance: Path, *command: str, database: str = "", ready: str = "/sign-in") -> None:
        self.instance, self.port, self.ready = instance, free_port(), ready
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = instance / f"server-{self.port}.log"
        instance.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "TREFOIL_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = str(ROOT)
        if database:
            environment["TREFOIL_DATABASE"] = database
        log = self.log.open("w")
        code = "from webui.cli import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *(command or ("serve",)), "--port", str(self.port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        log.close()
        self._wait()

    def _wait(self) -> None:
        for _ in range(1800):  # the demo school takes its time on a busy machine
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}{self.ready}", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def first_admin(self) -> str:
        """The one-time link the server printed at its first start."""
        found = re.search(r"/link/[\w-]+", self.log.read_text())
        assert found, self.log.read_text()
        return found.group(0)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "instance")
    yield running
    text = running.log.read_text()
    running.stop()
    assert "Traceback" not in text, text[-4000:]


@pytest.fixture
def school(server: Server, browser: object) -> Iterator[School]:
    made = School(browser, server.url)
    made.found(server.first_admin())
    yield made
    made.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """A lesson under way (cycle 1), a plan that two of three have yet to confirm (cycle 2), and who is in them."""
    folder = tmp_path_factory.mktemp("lesson")
    with running(folder / "demo"):
        prepare_database()
        cast = found()
        names = {}
        for mark in ("ПД-1", "ПД-2"):
            cycle, team = start(cast, mark, date(2026, 11, 16), "Как экспертиза меняет продукт?", LESSONS, ["gallery"])
            write(team[0], cycle, "project_passport", {"problem_question": "Как сохранить тепло?", "product": "макет"})
            if mark == "ПД-1":
                plan(cycle, team)
                press(team[0], cycle, "approve_plan")
                lead = cycle.rounds[0].lead_id
                names[mark] = [p.last_name for p in team if p.id != lead]
            else:
                write(team[0], cycle, "plan", PLAN)
                names[mark] = [p.last_name for p in team]
    return folder, names


@pytest.fixture(scope="module")
def lessons(prepared: tuple[Path, dict[str, list[str]]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a copy of them. Its clock stands where the demo begins and runs on."""
    running_ = Server(shutil.copytree(prepared[0], tmp_path_factory.mktemp("lessons") / "instance"), "demo")
    yield running_
    text = running_.log.read_text()
    running_.stop()
    assert "Traceback" not in text, text[-4000:]


@pytest.fixture
def lesson(prepared: tuple[Path, dict[str, list[str]]], lessons: Server, browser: Any) -> Iterator[Any]:
    """Gives a person of a triad, signed in on a phone: ``lesson("ПД-1", 0)``. Nobody has touched the lessons yet."""
    folder, names = prepared
    place = Path("demo", "trefoil.sqlite")
    with closing(sqlite3.connect(folder / place)) as fresh, closing(sqlite3.connect(lessons.instance / place)) as used:
        fresh.backup(used)
    members: list[Member] = []

    def phone(mark: str, number: int) -> Member:
        member = Member(browser, lessons.url, names[mark][number], viewport=PHONE, reduced_motion="reduce")
        members.append(member)
        member.go("/sign-in")
        member.page.click(f"button:has-text('{member.name}')")
        return member

    yield phone
    for member in members:
        assert member.violations == []
        member.context.close()
