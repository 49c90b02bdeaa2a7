"""Programs and pages are told the same as the golden table says: every type × stage × role × action.

A real cycle of each type is put where the table stands (nothing done yet), and asked as each person through the door,
through the page and through the service.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.core.definition import GroupType
from engine.core.text import localise
from engine.services import cycles, feeds, groups
from engine.services.demo.school import found
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person
from engine.store.unit import unit_of_work
from engine.testing import World
from tests.explained.table import moments, types
from tests.installation import MONDAY
from tests.webui.api.conftest import Program, key_of
from tests.webui.conftest import close
from tests.webui.crawling import step_in
from webui import create_app
from webui.cycles.views import _NEVER_NOW

PSYCHOLOGIST = "Словарёва"
_TAGS = re.compile(r"<[^>]+>|\s+")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The invented school with a fresh cycle in a triad of every type, each group with a leader and a psychologist."""
    folder = tmp_path_factory.mktemp("verdicts") / "instance"
    made = create_app(folder, demo=True, TREFOIL_API_RATE="100000/minute")
    with made.app_context():
        prepare_database()
        made.extensions["trefoil"].clock.set(MONDAY)
        found()
        psychologist = db.session.scalars(db.select(Person).where(Person.last_name == PSYCHOLOGIST)).one()
        admin = db.session.scalars(db.select(Person).where(Person.last_name == "Журналова")).one()
        for definition in types():
            triad = _triad(definition.key)
            leader = triad.group.leader_id or admin.id
            groups.edit(admin, triad.group_id, triad.group.title, leader, psychologist.id)
            triad = _triad(definition.key)
            cycles.open_cycle(triad, triad.memberships[0].person)
    yield made
    close(made)
    shutil.rmtree(folder)


def _triad(type_key: str) -> Triad:
    """The first triad of a type in which the leader of its group does not sit, if there is one."""
    triads = [t for t in db.session.scalars(db.select(Triad).order_by(Triad.id)) if t.group.type_key == type_key]
    free = [t for t in triads if t.group.leader_id not in [m.person_id for m in t.memberships]]
    return (free or triads)[0]


def _put(world: World, cycle_id: int) -> None:
    with unit_of_work():
        cycle = db.session.get(Cycle, cycle_id)
        cycle.stage, cycle.round, cycle.held = world.stage, world.round, world.held


def _shown(text: str) -> str:
    return _TAGS.sub("", unescape(text)).casefold()


CASES = [pytest.param(d, id=d.key) for d in types()]


@pytest.mark.slow
@pytest.mark.parametrize("definition", CASES)
def test_the_door_the_page_and_the_table_say_the_same(installation: Flask, definition: GroupType) -> None:
    with installation.app_context():
        cycle_id = db.session.scalars(db.select(Cycle.id).where(Cycle.type_key == definition.key)).one()
        people = _people(db.session.get(Cycle, cycle_id))
        facts = {n: feeds.fact(db.session.get(Cycle, cycle_id), n) for n in definition.process.feeds}
    programs = {role: key_of(installation, last_name, "cycles:read") for role, (last_name, _id) in people.items()}
    browsers = {role: step_in(installation, person_id) for role, (_name, person_id) in people.items()}
    compared = 0
    for title, world in moments(definition):
        if definition.key == "lab":  # its rules count what the school has done: nothing yet, unlike the table's world
            world.facts |= facts
        with installation.app_context():
            _put(world, cycle_id)
        for role, program in programs.items():
            told = program.get(f"/cycles/{cycle_id}/explain")
            assert (told["stage"], told["round"], told["held"]) == (world.stage, world.round, world.held)
            with installation.app_context():
                said = cycles.explain(db.session.get(Cycle, cycle_id), db.session.get(Person, people[role][1]))
            assert _told(told) == _said(said), (title, role)
            _like_the_table(world, role, told, title)
            _like_the_page(browsers[role].get(f"/cycles/{cycle_id}").text, told, (title, role))
            compared += len(told["actions"])
    assert compared > 20


def _people(cycle: Cycle) -> dict[str, tuple[str, int]]:
    """Somebody of each role whom the cycle is open to, and who is nothing else to it."""
    group, team = cycle.triad.group, _team(cycle)
    held = {"group_leader": group.leader, "psychologist": group.psychologist}
    found = {role: p for role, p in held.items() if p.id not in team}
    found["triad_member"] = cycle.triad.memberships[0].person
    return {role: (p.last_name, p.id) for role, p in found.items()}


def _team(cycle: Cycle) -> set[int]:
    return {m.person_id for m in cycle.triad.memberships}


def _told(told: dict[str, Any]) -> list[Any]:
    return [
        (
            a["action"],
            a["allowed"],
            [
                (r["code"], r["text"]["ru"], r["text"]["en"], r["roles"], [p["id"] for p in r["people"]], r["waivable"])
                for r in a["refusals"]
            ],
        )
        for a in told["actions"]
    ]


def _said(verdicts: Any) -> list[Any]:
    return [
        (
            v.action.key,
            v.allowed,
            [
                (r.code, str(r.text), localise(r.text, "en"), list(r.roles), [p.id for p in r.people], r.waivable)
                for r in v.refusals
            ],
        )
        for v in verdicts
    ]


def _like_the_table(world: World, role: str, told: dict[str, Any], title: str) -> None:
    """The same actions, refused by the same rules with the same kind of owner as in the world of the table."""
    holder = world.roles()[role][0].id
    for verdict, shown in zip(world.verdicts(holder), told["actions"], strict=True):
        expected = [(r.code, r.roles, bool(r.people)) for r in verdict.refusals]
        got = [(r["code"], tuple(r["roles"]), bool(r["people"])) for r in shown["refusals"]]
        assert shown["action"] == verdict.action.key
        assert got == expected, (title, role, shown["action"])


def _like_the_page(page: str, told: dict[str, Any], where: Any) -> None:
    """Every reason stands on the page, and a button exactly where the press is allowed."""
    plain = _shown(page)
    for action in told["actions"]:
        if any(r["code"] in _NEVER_NOW for r in action["refusals"]):
            continue
        for r in action["refusals"]:
            assert _shown(r["text"]["ru"]) in plain, (where, action["action"], r["text"]["ru"])
        pressed = re.search(rf'action="/cycles/\d+/actions/{action["action"]}"', page) is not None
        assert pressed == action["allowed"], (where, action["action"])


def test_a_program_is_let_in_where_the_page_is(installation: Flask) -> None:
    """The administrator alone, who is nothing to the cycle, sees neither."""
    with installation.app_context():
        cycle_id = db.session.scalars(db.select(Cycle.id).where(Cycle.type_key == "project")).one()
        stranger: Program = key_of(installation, "Указкина", "cycles:read")
        person_id = db.session.scalars(db.select(Person.id).where(Person.last_name == "Указкина")).one()
    assert stranger.ask("GET", f"/cycles/{cycle_id}/explain").status_code == 404
    assert step_in(installation, person_id).get(f"/cycles/{cycle_id}").status_code == 404


def test_the_table_is_walked_whole() -> None:
    assert {d.key for d in types()} == {"fourk", "project", "formative", "sel", "lab"}
    assert sum(1 for d in types() for _ in moments(d)) > 70, Path(__file__)
