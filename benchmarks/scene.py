"""What the pages are measured on: the demo school, people of it with something going on, a copy for the bare page."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.bare.app import BASE, PLAN
from benchmarks.bare.words import Piece, outline
from benchmarks.fields import hidden
from engine.services import demo
from engine.services.setup import prepare_database, release_database
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person
from engine.store.surveys import SurveyRun
from webui import create_app

#: Whose page it is: leads a group and has two cycles; has watched a lesson; sits in the Laboratory.
LEADER, OBSERVER, LAB = "Дневникова", "Переменкина", "Журналова"
FORM, ROUND = "observation", 2


@dataclass(frozen=True)
class Place:
    """A page: what it is called, where it lies, who looks at it (0: a pupil), and what its rows are asked by."""

    name: str
    endpoint: str
    path: str
    person: int
    asks: dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """The folders of both apps, with the pages that both have."""

    ours: Path
    bare: Path
    places: dict[str, Place]


def _places() -> dict[str, Place]:
    """The pages of the loaded school."""
    people = {
        name: db.session.scalars(select(Person.id).filter_by(last_name=name)).one() for name in (LEADER, OBSERVER, LAB)
    }
    cycle = dict(
        db.session.execute(
            select(Triad.title, Cycle.id).join(Triad, Triad.id == Cycle.triad_id).where(Cycle.closed_at.is_(None))
        ).all()
    )
    led = next(number for title, number in cycle.items() if title.startswith("ФО-2"))
    run = db.session.scalars(select(SurveyRun).filter_by(survey_key="class_survey", is_open=True)).one()
    doc = f"/cycles/{run.cycle_id}/docs/{FORM}/{ROUND}"
    about = {"me": people[OBSERVER], "cycle": run.cycle_id, "form": FORM, "n": ROUND}
    found = (
        Place("home", "home.index", "/", people[LEADER], {"me": people[LEADER]}),
        Place("cycle", "cycles.cycle", f"/cycles/{led}", people[LEADER], {"me": people[LEADER], "cycle": led}),
        Place("sheet", "cycles.document", doc, people[OBSERVER], about),
        Place("survey", "survey.answer", f"/s/{run.link}", 0, {"link": run.link}),
        Place("board", "lab.board", "/lab", people[LAB], {"me": people[LAB]}),
    )
    return {place.name: place for place in found}


def shown(app: Flask, place: Place) -> str:
    """Our page as its person sees it."""
    client: FlaskClient = app.test_client()
    if place.person:
        token = hidden(client.get("/sign-in").get_data(as_text=True), "csrf_token")
        client.post(f"/sign-in/as/{place.person}", data={"csrf_token": token})
    answer = client.get(place.path)
    assert answer.status_code == 200, (place.path, answer.status)
    return answer.get_data(as_text=True)


def _plan(app: Flask, places: dict[str, Place]) -> dict[str, Any]:
    """What the bare app is to show."""
    pieces: dict[str, list[Piece]] = {place.endpoint: outline(app, shown(app, place)) for place in places.values()}
    pages = {
        place.endpoint: {"asks": place.asks, "pieces": [asdict(piece) for piece in pieces[place.endpoint]]}
        for place in places.values()
    }
    return {"secret": secrets.token_hex(32), "pages": pages}


@contextmanager
def loaded(folder: Path, database: str = "") -> Iterator[tuple[Flask, Scene]]:
    """The app over a fresh demo school in ``folder``, and the scene."""
    ours, bare = folder / "trefoil", folder / "bare"
    for each in (ours, bare):
        each.mkdir()
    app = create_app(ours, database, demo=True)
    try:
        with app.app_context():
            prepare_database()
            demo.load()
            places = _places()
        plan = _plan(app, places)
        (bare / PLAN).write_text(json.dumps(plan, ensure_ascii=False, default=str), encoding="utf-8")
        yield app, Scene(ours, bare, places)
    finally:
        release_database(app)


def build(folder: Path, database: str = "") -> Scene:
    """Load the school and give the bare app its words, and on SQLite its own copy of the rows."""
    with loaded(folder, database) as (_, scene):
        pass
    if not database:
        source = next(scene.ours.glob("*.sqlite*"))
        with closing(sqlite3.connect(source)) as rows, closing(sqlite3.connect(scene.bare / BASE)) as copy:
            rows.backup(copy)
    return scene
