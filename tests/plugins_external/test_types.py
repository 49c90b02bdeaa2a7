"""A sixth and a seventh type, made through the public door alone, at work: services, every page, exports."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from io import BytesIO
from pathlib import Path

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.services import journal
from engine.services.definitions import definition_of
from engine.services.host import host
from engine.services.indicators import scope, triads
from engine.services.papers import jobs
from engine.services.reports import facts
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import SchoolYear
from tests.installation import MONDAY, Database, cast
from tests.plugins_external.school import ROADS, carried, install, members_of
from tests.webui.conftest import close, person_id
from tests.webui.crawling import LEFTOVERS, look, step_in
from webui import create_app

HERE = Path(__file__).parent
DOOR = {"engine.api", "engine.testing", "plugins.lesson_study"}
#: «тройка» in any of its forms, and its English.
TRIAD = re.compile(r"\b[Тт](?:ройк(?:а|и|е|у|ой|ам|ами|ах)|роек)\b|\b[Tt]riads?\b")
_HREF = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
_ADDRESS = re.compile(r'\b(?:href|action)="[^"]*"')
_MENU = re.compile(r"<header\b.*?</header>", re.DOTALL)


@pytest.fixture(scope="module")
def founded(founded_on: Callable[[str], Database]) -> Database:
    return founded_on("sqlite")


@pytest.fixture
def app(founded: Database, tmp_path: Path) -> Iterator[Flask]:
    """The pages over a school in which nobody has begun, the clock standing at a Monday of September."""
    made = create_app(shutil.copytree(founded.folder, tmp_path / "instance"), demo=True)
    with made.app_context():
        host().clock.set(MONDAY)
    yield made
    close(made)


def own_pages(
    app: Flask, client: FlaskClient, cycle_id: int, triad_id: int, group_id: int, files: bool
) -> Iterator[tuple[str, str]]:
    """Every page of a cycle, its team and its group that links lead to, with its text; ``files`` are opened too."""
    own = (f"/cycles/{cycle_id}", f"/triads/{triad_id}", f"/groups/{group_id}", "/papers/", "/maturity/")
    found: set[str] = set()
    waiting = ["/", "/cycles", f"/cycles/{cycle_id}", f"/triads/{triad_id}", f"/maturity/{triad_id}"]
    while waiting:
        path = waiting.pop(0).replace("&amp;", "&")
        if path in found:
            continue
        found.add(path)
        if path.startswith("/papers/") and not files:
            continue
        if path.startswith("/papers/"):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            yield path, _words(answer.data) if ".docx" in path else ""
            continue
        seen = look(app, client, path)
        assert seen.status == 200, (path, seen.status)
        assert not LEFTOVERS.search(seen.text), (path, LEFTOVERS.search(seen.text))
        yield path, _ADDRESS.sub("", _MENU.sub("", seen.text))
        waiting += [link for link in _HREF.findall(seen.text) if link.startswith(own) or "cycle=" in link]


def _words(data: bytes) -> str:
    file = docx.Document(BytesIO(data))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in file.paragraphs), *cells])


@pytest.mark.parametrize("key", ROADS)
def test_only_the_door_is_used(key: str) -> None:
    for path in (HERE / key).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.split(".")[0] in ("engine", "plugins", "webui"):
                    assert any(name == door or name.startswith(f"{door}.") for door in DOOR), (path, name)


@pytest.mark.parametrize("key", ROADS)
def test_a_cycle_comes_to_its_end_by_the_services(app: Flask, key: str) -> None:
    with app.app_context():
        cycle = carried(cast(), key)
        assert cycle.closed_at is not None
        process = definition_of(cycle).process
        assert {r.n for r in cycle.rounds} == set(range(1, process.rounds + 1))
        assert {r.status for r in cycle.rounds} == {"discussed"}
        assert journal.replay(cycle) == (cycle.stage, process.rounds, False)


def _check(app: Flask, person: int, ids: tuple[int, int, int, bool], pair: bool) -> None:
    for path, text in own_pages(app, step_in(app, person), *ids):
        told = TRIAD.search(text) if pair else None
        assert told is None, (path, text[max(0, told.start() - 60) :][:120])


def _look_around(app: Flask, cycle: Cycle, people: list[int], pair: bool) -> None:
    ids = (cycle.id, cycle.triad_id, cycle.triad.group_id, cycle.closed_at is not None)
    for person in people:
        # a request inside a context of the app would share it: with nobody signed in
        Context().run(_check, app, person, ids, pair)
    db.session.rollback()  # what the pages have written meanwhile


@pytest.mark.slow
def test_every_page_of_a_pair_opens_at_every_stage_and_speaks_of_a_pair(app: Flask) -> None:
    leader = person_id(app, "Макетов")
    with app.app_context():
        install("coaching")
        for cycle in ROADS["coaching"](cast()):
            people = [p.id for p in members_of(cycle)]
            both = cycle.closed_at or (cycle.stage, cycle.round) == ("request", 1)
            _look_around(app, cycle, people if both else people[:1], True)
        assert cycle.closed_at is not None
        _look_around(app, cycle, [leader], False)


@pytest.mark.slow
def test_every_page_of_reading_opens(app: Flask) -> None:
    with app.app_context():
        cycle = carried(cast(), "reading")
        _look_around(app, cycle, [members_of(cycle)[1].id, cycle.triad.group.leader_id], False)


def test_what_a_process_has_not_is_not_there(app: Flask) -> None:
    with app.app_context():
        cycle = carried(cast(), "coaching")
        person, number = members_of(cycle)[0].id, cycle.id
    client = step_in(app, person)
    for page in ("deficits", "plans", "decision", "handover", "plans/remedy/0"):
        assert client.get(f"/cycles/{number}/{page}").status_code == 404, page
    assert "/results" not in client.get(f"/cycles/{number}").text
    assert "ничего не измеряет" in client.get(f"/cycles/{number}/results").text
    page = client.get(f"/cycles/{number}/schedule").text
    assert "Ученик A" not in page and 'name="kind"' not in page


def test_a_pair_has_two_seats_and_two_petals(app: Flask) -> None:
    with app.app_context():
        install("coaching")
        road = ROADS["coaching"](cast())
        cycle = next(road)
        person, group = members_of(cycle)[0].id, cycle.triad.group_id
    page = step_in(app, person_id(app, "Журналова")).get(f"/groups/{group}").text
    assert 'name="seat_2"' in page and 'name="seat_3"' not in page
    assert "Переименовать пару" in page
    text = step_in(app, person).get(f"/cycles/{cycle.id}").text
    assert re.findall(r'transform="rotate\((\S+)\)"', text)[:2] == ["0.0", "180.0"]
    assert "Первый круг" in text and "Второй круг" in text


@pytest.mark.parametrize("key", ROADS)
def test_the_whole_archive_of_a_cycle_opens(app: Flask, key: str) -> None:
    with app.app_context():
        cycle = carried(cast(), key)
        job = jobs.ask(members_of(cycle)[0], "cycle", {"cycle": str(cycle.id)}, "ru")
        jobs.run(job.id)
        db.session.refresh(job)
        assert job.state == "done", job.error


def test_the_school_counts_what_was_held_of_what_was_meant(app: Flask) -> None:
    with app.app_context():
        cycle = carried(cast(), "coaching")
        year = db.session.query(SchoolYear).filter_by(school_id=cycle.school_id).one()
        where = scope.Scope(cycle.school_id, year.begins, year.ends, cycle.triad.group_id)
        found = triads.cycle_completeness(where)
        assert (found.numerator, found.denominator) == (2, 2)
        assert triads.cycles_finished(where).numerator == 1
        told = facts.facts_of(db.session.get(Group, cycle.triad.group_id), year)
        assert [c["finished"] for c in told["cycles"]] == [True]


def test_a_cycle_left_early_is_not_counted_as_finished(app: Flask) -> None:
    from engine.services.demo.driver import press

    with app.app_context():
        install("coaching")
        cycle: Cycle = next(ROADS["coaching"](cast()))
        press(members_of(cycle)[0], cycle, "stop", reason="заболели")
        year = db.session.query(SchoolYear).filter_by(school_id=cycle.school_id).one()
        assert triads.cycles_finished(scope.Scope(cycle.school_id, year.begins, year.ends)).numerator == 0
