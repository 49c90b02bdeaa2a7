"""Two schools: with the ids of one, a program of the other finds nothing and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from engine.services import demo, listings
from engine.services.access import cycle_for
from engine.services.errors import NotFound
from engine.services.personal.tables import in_school
from engine.store.cycles import Cycle
from engine.store.database import Model, db
from engine.store.people import Person
from tests.webui.api.conftest import ADMIN, LAB, LEADER, TEACHER, Program, key_of
from tests.webui.api.paths import requests
from webui.cycles.views import VIEWERS

BODIES: dict[str, Any] = {
    "api.cycle_open": {"triad_id": 1},
    "api.cycle_fire": {"action": "hold", "seen": 1},
    "api.submission_confirm": {"content_hash": "x"},
}
WRITING = {"values": {}, "base": 0}


def _rows(app: Flask) -> dict[str, list[Any]]:
    with app.app_context():
        home = demo.home_school()
        return {
            table.name: [tuple(row) for row in db.session.execute(db.select(table).where(in_school(table, home)))]
            for table in Model.metadata.sorted_tables
        }


@pytest.mark.gate("R-08")
@pytest.mark.parametrize("stranger", ["Заречнов", "Окружнова"])
def test_foreign_ids_are_not_found_and_nothing_changes(demo_school: Flask, stranger: str) -> None:
    program = key_of(demo_school, stranger)
    before = _rows(demo_school)
    firsts = {"cycle_id": "cycle", "group_id": "plc_group", "material_id": "material", "event_id": "event"}
    ids = {part: before[table][0][0] for part, table in firsts.items()}
    asked = 0
    for operation, path in requests({**ids, "form_key": "passport", "round": 0}):
        if "{" not in operation.rule and "<" not in operation.rule and operation.method == "GET":
            continue
        body = BODIES.get(operation.endpoint, WRITING) if operation.body else None
        if operation.endpoint == "api.group_type":
            continue  # by a name that schools share: each sees its own state
        answer = program.ask(operation.method, path.removeprefix("/api/v1"), body)
        assert answer.status_code == 404, (path, answer.text)
        asked += 1
    assert asked > 12
    assert _rows(demo_school) == before


@pytest.mark.parametrize("stranger", ["Заречнов", "Окружнова"])
def test_lists_hold_the_own_school_alone(demo_school: Flask, stranger: str) -> None:
    program = key_of(demo_school, stranger)
    with demo_school.app_context():
        school = db.session.scalars(db.select(Person.school_id).where(Person.last_name == stranger)).one()
        own = {
            name: set(db.session.scalars(db.select(table.c.id).where(table.c.school_id == school)))
            for name, table in Model.metadata.tables.items()
            if name in ("cycle", "plc_group", "material", "event")
        }
    for path, table in (
        ("/cycles", "cycle"),
        ("/groups", "plc_group"),
        ("/bank?state=all", "material"),
        ("/events", "event"),
    ):
        assert {item["id"] for item in program.get(path)["items"]} <= own[table], path


def test_a_list_of_cycles_holds_exactly_those_that_open(demo_school: Flask) -> None:
    with demo_school.app_context():
        everything = db.session.scalars(db.select(Cycle.id).order_by(Cycle.id)).all()
        people = db.session.scalars(db.select(Person).order_by(Person.id)).all()
        assert len(people) > 30
        for person in people:
            opened = []
            for cycle_id in everything:
                try:
                    opened.append(cycle_for(person, cycle_id, VIEWERS).id)
                except NotFound:
                    continue
            assert [c.id for c in listings.cycles(person, listings.Filters(), limit=99)] == opened, person.last_name


def test_groups_in_the_list_are_those_that_open(demo_school: Flask) -> None:
    for name, some in ((TEACHER, 1), (LEADER, 1), (ADMIN, 5), ("Мелков", 0)):
        program = key_of(demo_school, name)
        listed = [g["id"] for g in program.get("/groups")["items"]]
        opened = [n for n in range(1, 8) if program.ask("GET", f"/groups/{n}").status_code == 200]
        assert listed == opened and len(listed) >= some, name


def test_words_about_case_pupils_are_for_the_triad(demo_school: Flask, teacher: Program) -> None:
    """The leader sees them once the work was handed over; the Laboratory and others open no document at all."""
    path = "/cycles/1/submissions/plan/1"
    assert "profile_a" in teacher.get(path)["values"]
    assert key_of(demo_school, LAB).ask("GET", path).status_code == 404
    running = key_of(demo_school, "Партова").get("/cycles/4/submissions/plan/1")
    assert running["values"]["learning_goal"] and "profile_a" not in running["values"]
    assert any(field["private"] for field in running["fields"])
