"""The rush: ten classes of 35 phones answer within a minute behind one address while 150 teachers work.

``python -m benchmarks.rush [--quick]``. The product serves as it does (``trefoil serve``), the crowds are a process of
their own (``benchmarks.crowd``). Some pupils press twice, some lose the answer to the first send and send again. At the
end the database tells whose answers were counted, and how often.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from benchmarks.claim import Claim, alone
from benchmarks.crowd import Met
from benchmarks.timing import SEED, database, server
from engine.services import cycles, sessions
from engine.services.host import now
from engine.services.setup import prepare_database, release_database
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.people import Person, School
from engine.store.surveys import SurveyAnswer, SurveyRun, SurveyText
from engine.store.unit import unit_of_work

ROOT = Path(__file__).resolve().parents[1]
TYPE, SURVEY, SHEET, TEAM = "formative", "class_survey", "passport", 3
PHONES = 35
#: (claim, asked, reached, whether it is)


@dataclass(frozen=True, slots=True)
class Size:
    """How many classes answer, how many teachers work, in how many seconds."""

    classes: int = 10
    teachers: int = 150
    seconds: int = 60


QUICK = Size(3, 30, 20)


@dataclass
class Rushed:
    """What one rush came to: everything met, seconds the server computed and the rush took, and what was counted.

    ``counted`` are the answers kept by survey, ``marks`` how often the words of each pupil are kept.
    """

    size: Size
    met: list[Met]
    computed: float = 0.0
    took: float = 0.0
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)
    marks: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        """How many answers were sent."""
        return self.size.classes * PHONES

    @property
    def once(self) -> int:
        """The phones whose answer is there exactly once."""
        return sum(1 for n in self.marks.values() if n == 1)

    @property
    def refused(self) -> dict[int, int]:
        """Requests that were not served, by status (0: no answer at all)."""
        return dict(Counter(met.status for met in self.met if not 200 <= met.status < 400))

    @property
    def whole(self) -> bool:
        """Whether every answer is counted once, and nothing else is."""
        each = all(pair == (PHONES, PHONES) for pair in self.counted.values())
        return each and len(self.counted) == self.size.classes and self.once == len(self.marks) == self.asked

    def times(self, crowd: str) -> tuple[float, float]:
        """Milliseconds to an answer: the middle one, and what one of a hundred waits longer than."""
        cuts = quantiles([met.took for met in self.met if met.crowd == crowd], n=100, method="inclusive")
        return cuts[49], cuts[98]


def _school(app: Flask, size: Size) -> dict[str, Any]:
    """A school whose teachers are at their first sheet, with open surveys: what the crowds will do."""
    with unit_of_work():
        school = School(name="Школа наплыва", staff=size.teachers)
        db.session.add(school)
        db.session.flush()
        leader = Person(school_id=school.id, last_name="Лидерова", first_name="Л")
        db.session.add(leader)
        db.session.flush()
        db.session.add(TypeSwitch(school_id=school.id, type_key=TYPE, state="enabled", changed_at=now()))
        group = Group(school_id=school.id, type_key=TYPE, title="ПОС наплыва", leader_id=leader.id)
        db.session.add(group)
        db.session.flush()
        where = (school.id, group.id)
    opened = [_team(*where, n) for n in range(size.teachers // TEAM)]
    phones, since = [], opened[: size.classes]
    with unit_of_work():
        for n, (cycle, _) in enumerate(since):
            link = secrets.token_urlsafe(16)
            db.session.add(SurveyRun(cycle_id=cycle, survey_key=SURVEY, round=1, link=link, is_open=True))
            ways = ["lost", "lost", "twice", "twice", "twice", *["once"] * (PHONES - 5)]
            phones += [{"path": f"/s/{link}", "mark": f"класс {n} телефон {i}", "way": w} for i, w in enumerate(ways)]
    teachers = [
        {"cookies": _signed_in(app, person), "cycle": cycle, "sheet": f"/cycles/{cycle}/docs/{SHEET}/0"}
        for cycle, team in opened
        for person in team
    ]
    return {"seed": SEED, "seconds": size.seconds, "phones": phones, "teachers": teachers}


def _team(school_id: int, group_id: int, n: int) -> tuple[int, list[Person]]:
    since = now().date() - timedelta(days=30)
    with unit_of_work():
        triad = Triad(group_id=group_id, title=f"Тройка {n}")
        team = [Person(school_id=school_id, last_name=f"Учитель{n}{mark}", first_name="У") for mark in "абв"]
        db.session.add_all([triad, *team])
        db.session.flush()
        db.session.add_all(
            Membership(triad_id=triad.id, person_id=p.id, seat=seat, since=since) for seat, p in enumerate(team, 1)
        )
    cycle = cycles.open_cycle(triad, team[0])
    for person in team:
        cycles.accept_rules(cycle.id, person)
    return cycle.id, team


def _signed_in(app: Flask, person: Person) -> dict[str, str]:
    """The cookie of a browser in which the person has signed in."""
    token = sessions.begin(person, "bench", whole=True)
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {app.config["SESSION_COOKIE_NAME"]: signer.dumps({"sign_in": token, "_permanent": True})}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, place: str) -> Iterator[tuple[int, int]]:
    """The installation behind ``trefoil serve``: its port and the number of the process."""
    port = _free_port()
    environment = {**os.environ, "TREFOIL_INSTANCE": str(folder), "TREFOIL_DATABASE": place, "PYTHONPATH": str(ROOT)}
    code = "from webui.cli import main; main()"
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        for _ in range(1200):
            if process.poll() is not None:
                raise RuntimeError((folder / "server.log").read_text())
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _computed(pid: int) -> float:
    """Seconds of CPU a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def rush(place: str, folder: Path, size: Size) -> Rushed:
    """One rush over a database at ``place`` (empty: SQLite in ``folder``)."""
    from webui import create_app

    app = create_app(folder, place)
    with app.app_context():
        prepare_database()
        plan = _school(app, size)
    release_database(app)
    with served(folder, place) as (port, pid):
        before, began = _computed(pid), time.perf_counter()
        crowd = subprocess.run(
            [sys.executable, "-m", "benchmarks.crowd"],
            input=json.dumps({**plan, "host": "127.0.0.1", "port": port}),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found = Rushed(size, [Met(*met) for met in json.loads(crowd.stdout)])
        found.took, found.computed = time.perf_counter() - began, _computed(pid) - before
    with app.app_context():
        kept = select(SurveyAnswer.run_id, func.count()).group_by(SurveyAnswer.run_id)
        sheets: Mapping[int, int] = dict(db.session.execute(kept).all())
        for run in db.session.scalars(select(SurveyRun)):
            found.counted[run.link] = (run.answered, sheets.get(run.id, 0))
        words = select(SurveyText.text).where(SurveyText.question == _open_question())
        found.marks.update(db.session.scalars(words))
    release_database(app)
    return found


def _open_question() -> str:
    from engine.services.definitions import installed

    definition = installed(TYPE)
    assert definition is not None
    return next(q.key for q in definition.survey(SURVEY).questions if q.kind == "open")


def measure(quick: bool, size: Size | None = None) -> dict[str, Rushed]:
    """A rush on each database."""
    size = size or (QUICK if quick else Size())
    found: dict[str, Rushed] = {}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = rush("", Path(folder, "instance"), size)
    if server():
        with tempfile.TemporaryDirectory() as folder, database(server()) as place:
            address = place.replace("postgresql:", "postgresql+psycopg:", 1)
            found["postgres"] = rush(address, Path(folder, "instance"), size)
    return found


_NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def claims(found: Mapping[str, Rushed]) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    told: list[Claim] = []
    for kind, one in found.items():
        name = f"{one.size.classes} classes of {PHONES} phones in {one.size.seconds} s, {one.size.teachers} teachers"
        name += f" at work, {_NAMES[kind]}"
        refused, broken = sum(one.refused.values()), sum(n for status, n in one.refused.items() if status >= 500)
        told.append((f"{name}: refusals, 5xx", "0, 0", f"{refused}, {broken}", not refused))
        told.append((f"{name}: answers counted once", f"{one.asked}", f"{one.once}", one.whole))
    return told


def table(found: Mapping[str, Rushed]) -> str:
    """A Markdown table: a row for each crowd and what it asked for."""
    lines = ["| | requests | by status | p50, ms | p99, ms |", "|---|---|---|---|---|"]
    for kind, one in found.items():
        for crowd in ("phones", "teachers"):
            by_status = Counter(met.status for met in one.met if met.crowd == crowd)
            said = ", ".join(f"{status}: {n}" for status, n in sorted(by_status.items()))
            middle, late = one.times(crowd)
            lines.append(
                f"| {_NAMES[kind]}, {crowd} | {sum(by_status.values())} | {said} | {middle:.0f} | {late:.0f} |"
            )
    lines += ["", "| | rush, s | CPU of the server, s |", "|---|---|---|"]
    lines += [f"| {_NAMES[kind]} | {one.took:.0f} | {one.computed:.0f} |" for kind, one in found.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    alone(__doc__, "three classes in 20 seconds with 30 teachers", measure, table, claims)
