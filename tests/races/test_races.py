"""Many processes at one step, on real databases: what is done is done once, the rest is told so."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from engine.services import cycles, journal
from engine.services.demo.driver import timetable, write
from engine.services.demo.lessons import PLAN
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.documents import Confirmation
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.gates.plugin import Figure
from tests.gates.sizes import size
from tests.installation import MONDAY, Database, running
from tests.races import runner

CYCLES = size(100, 1000)
PASSPORT = {
    "research_question": "Как роли помогают слушать друг друга?",
    "technique_ids": ["debate"],
    "class_name": "8 «А»",
    "class_size": 20,
}
PROCESSES = size(20, 50)
#: How long the last of a crowd may take, in seconds: it has pressed every button.
PATIENCE = size(300, 3000)
SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.races.runner"])
pytestmark = pytest.mark.slow


@dataclass
class Crowd:
    """A hundred triads with a cycle each, all at the same step. ``teams`` maps a cycle to its three people."""

    folder: Path
    url: str
    teams: dict[int, list[int]]

    def rush(self, work: Callable[..., None], *arguments: tuple[Any, ...]) -> list[Any]:
        """Start one process for each tuple of arguments, let them go at once, and collect what they tell."""
        start, out = SPAWN.Barrier(len(arguments)), SPAWN.Queue()
        running_ = [SPAWN.Process(target=work, args=(self.folder, self.url, start, out, *a)) for a in arguments]
        for process in running_:
            process.start()
        try:
            told = [out.get(timeout=PATIENCE) for _ in running_]
            for process in running_:
                process.join(timeout=60)
                assert process.exitcode == 0
        finally:
            for process in running_:
                process.kill()  # those of a crowd that has failed would press on beside every later test
        return told


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def crowd(
    request: pytest.FixtureRequest, founded_on: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crowd]:
    database = founded_on(request.param).apart(tmp_path_factory.mktemp(f"race_{request.param}") / "instance")
    url = database.url(database.template)
    with running(database.folder, url):
        teams = {}
        for number in range(CYCLES):
            team = _team(number)
            cycle = cycles.open_cycle(team[0].triad, team[0].person)
            people = [m.person for m in team]
            for person in people:
                cycles.accept_rules(cycle.id, person)
            write(people[0], cycle, "passport", PASSPORT)
            timetable(people[0], cycle, [_lesson(n) for n in (1, 2, 3)])
            teams[cycle.id] = [p.id for p in people]
    yield Crowd(database.folder, url, teams)
    database.drop()


def _team(number: int) -> list[Membership]:
    with unit_of_work():
        group = db.session.scalars(select(Group).where(Group.type_key == "fourk")).one()
        triad = Triad(group_id=group.id, title=f"Тройка {number}")
        people = [Person(school_id=group.school_id, last_name=f"Учитель{number}", first_name=n) for n in "АБВ"]
        db.session.add_all([triad, *people])
        db.session.flush()
        seats = [
            Membership(triad_id=triad.id, person_id=p.id, seat=n, since=MONDAY.date()) for n, p in enumerate(people, 1)
        ]
        db.session.add_all(seats)
        db.session.flush()
        return seats


def _lesson(n: int) -> dict[str, Any]:
    kind = "extracurricular" if n == 3 else "lesson"
    at = datetime(2026, 9, 14, 9) + timedelta(days=n)
    return {"at": at, "subject": "История", "topic": "Реформы", "class_name": "8 «А»", "class_size": 20, "kind": kind}


def _all(crowd: Crowd) -> list[Cycle]:
    return list(db.session.scalars(select(Cycle).where(Cycle.id.in_(crowd.teams))))


@pytest.mark.gate("R-01")
def test_twenty_processes_press_one_button_of_a_hundred_cycles(crowd: Crowd, figure: Figure) -> None:
    with running(crowd.folder, crowd.url):
        seen = {c.id: c.seq for c in _all(crowd)}
    people = [{c: team[n % 3] for c, team in crowd.teams.items()} for n in range(PROCESSES)]
    told = sum(crowd.rush(runner.press_all, *((mine, seen) for mine in people)), Counter())
    assert told == {"accepted": CYCLES, "conflict": CYCLES * (PROCESSES - 1)}
    with running(crowd.folder, crowd.url):
        for cycle in _all(crowd):
            presses = [e for e, _ in journal.entries(cycle) if e.action == "approve_schedule"]
            assert len(presses) == 1
            assert cycle.seq == seen[cycle.id] + 1
            assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held) == ("planning", 1, False)
    figure.reached(f"{PROCESSES} processes x {CYCLES:,} cycles: 1 winner each, 0 doubled steps")


@pytest.mark.gate("R-01", f"3 confirm at once x {CYCLES:,} cycles")
def test_three_colleagues_confirm_at_once_in_a_hundred_cycles(crowd: Crowd) -> None:
    with running(crowd.folder, crowd.url):
        for cycle in _all(crowd):
            if cycle.stage == "setup":  # this test alone
                lead = db.session.get(Person, crowd.teams[cycle.id][0])
                cycles.fire(cycle.id, "approve_schedule", lead, cycle.seq)
            _ready_plan(cycle, [db.session.get(Person, i) for i in crowd.teams[cycle.id]])
        with unit_of_work():  # whoever hands a plan in agrees with it by that; here all three are still to be asked
            db.session.execute(delete(Confirmation))
    mine = [{c: team[n] for c, team in crowd.teams.items()} for n in range(3)]
    told = sum(crowd.rush(runner.confirm_all, *((people,) for people in mine)), Counter())
    assert told["confirmed"] == 3 * CYCLES
    assert told["moved"] == CYCLES
    assert set(told) <= {"confirmed", "moved", "Refused", "Conflict", "UnknownAction"}
    with running(crowd.folder, crowd.url):
        assert {c.stage for c in _all(crowd)} == {"conducting"}
        assert len(db.session.scalars(select(Confirmation.id)).all()) == 3 * CYCLES
        moved = db.session.scalars(select(JournalEntry.cycle_id).where(JournalEntry.action == "approve_plan")).all()
        assert len(moved) == len(set(moved)) == CYCLES


def _ready_plan(cycle: Cycle, team: list[Person]) -> None:
    write(team[0], cycle, "task_card", {"watched": ["ko1", "ko2"]})
    groups = [{"observer": p.id, "group": f"группа {p.id}", "composition": "четыре ученика"} for p in team[1:]]
    write(team[0], cycle, "group_assignment", {"groups": groups})
    write(team[0], cycle, "plan", {**PLAN, "lead_competency": "communication"}, complete=False)
    write(db.session.get(Person, team[0].id), cycle, "plan")


@pytest.mark.gate("R-01")
def test_a_button_pressed_twice_is_pressed_once(crowd: Crowd) -> None:
    with running(crowd.folder, crowd.url):
        team = _team(CYCLES)
        people = [m.person for m in team]
        cycle = cycles.open_cycle(team[0].triad, people[0])
        for person in people:
            cycles.accept_rules(cycle.id, person)
        write(people[0], cycle, "passport", PASSPORT)
        timetable(people[0], cycle, [_lesson(n) for n in (1, 2, 3)])
        finger = (cycle.id, people[0].id, cycle.seq)
    told = crowd.rush(runner.press_once, finger, finger)
    assert sorted(kind for kind, _ in told) == ["accepted", "repeated"]
    assert len({seq for _, seq in told}) == 1
