"""What an administrator does to groups, types and people in the loaded demo school."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine.services import demo
from engine.services.access import members
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Membership, Triad
from engine.store.people import Person
from tests.webui.conftest import close, csrf
from tests.webui.crawling import step_in
from webui import create_app


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the loaded demo school."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    made = create_app(folder, demo=True)
    with made.app_context():
        prepare_database()
        demo.load()
    close(made)
    return folder


@pytest.fixture
def demo_school(loaded: Path, tmp_path: Path) -> Iterator[Flask]:
    """A copy of it, running."""
    made = create_app(shutil.copytree(loaded, tmp_path / "instance"), demo=True)
    yield made
    close(made)


@pytest.fixture
def boss(demo_school: Flask) -> FlaskClient:
    """A browser of its administrator."""
    return step_in(demo_school, _person(demo_school, "Журналова"))


def _person(app: Flask, last_name: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Person.id).where(Person.last_name == last_name)).one()


def _post(client: FlaskClient, path: str, **fields: object):
    return client.post(path, data={"csrf_token": csrf(client.get("/profile").text), **fields})


def _busy_triad(app: Flask) -> tuple[int, int, list[int], list[str], int]:
    """(group, triad, people by seat, their names, its cycle) of a triad in the middle of a cycle."""
    with app.app_context():
        cycle = db.session.scalars(select(Cycle).where(Cycle.closed_at.is_(None)).order_by(Cycle.id)).first()
        triad = cycle.triad
        seated = members(triad)
        return (
            triad.group_id,
            triad.id,
            [m.person_id for m in seated],
            [m.person.short_name for m in seated],
            cycle.id,
        )


def _seated(app: Flask, triad: int) -> list[int]:
    with app.app_context():
        return [m.person_id for m in members(db.session.get(Triad, triad))]


def test_a_refused_seating_changes_nothing_and_keeps_what_was_chosen(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, people, _names, _cycle = _busy_triad(demo_school)
    new = _person(demo_school, "Мелков")
    answer = _post(boss, f"/groups/{group}/seats", triad_id=triad, seat_1=new, seat_2=new, seat_3=people[2])
    assert answer.status_code == 422
    assert "один человек на двух местах" in answer.text
    assert _seated(demo_school, triad) == people
    chosen = re.findall(rf'id="seat-{triad}-(\d)".*?<option value="(\d+)" selected>', answer.text, re.S)
    assert chosen == [("1", str(new)), ("2", str(new)), ("3", str(people[2]))]


def test_a_replacement_in_an_open_cycle_is_confirmed_first(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, people, names, _cycle = _busy_triad(demo_school)
    new = _person(demo_school, "Мелков")
    seats = {"triad_id": triad, "seat_1": new, "seat_2": people[1], "seat_3": ""}
    asked = _post(boss, f"/groups/{group}/seats", **seats)
    assert asked.status_code == 200
    assert f"Заменить {names[0]} на Мелков" in asked.text
    assert f"Вывести из тройки: {names[2]}?" in asked.text
    assert _seated(demo_school, triad) == people
    again = _post(boss, f"/groups/{group}/seats", confirmed=f"{people[0]}-1", **seats)
    assert again.status_code == 200 and _seated(demo_school, triad) == people
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', asked.text).group(1)
    assert _post(boss, f"/groups/{group}/seats", confirmed=confirmed, **seats).status_code == 302
    assert _seated(demo_school, triad) == [new, people[1]]
    assert "Состав сохранён" in boss.get(f"/groups/{group}").text


def test_people_of_a_triad_change_places_at_once(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, people, _names, _cycle = _busy_triad(demo_school)
    seats = {"triad_id": triad, "seat_1": people[1], "seat_2": people[2], "seat_3": people[0]}
    assert _post(boss, f"/groups/{group}/seats", **seats).status_code == 302
    assert _seated(demo_school, triad) == [people[1], people[2], people[0]]
    with demo_school.app_context():
        left = select(Membership).where(Membership.triad_id == triad, Membership.until.is_(None))
        assert len(db.session.scalars(left).all()) == 3


def test_a_triad_of_another_group_is_not_found(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, _people, _names, _cycle = _busy_triad(demo_school)
    assert _post(boss, f"/groups/{group + 1}/seats", triad_id=triad, seat_1="").status_code == 404
