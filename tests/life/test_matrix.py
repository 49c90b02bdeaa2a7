"""Every page as everybody in every state of a type's life, and with its plugin gone: nothing falls."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.extension.loader import entry_points
from engine.extension.registry import Registry
from engine.services import demo, purges, types
from engine.services.host import host
from engine.services.papers import jobs
from engine.services.papers.catalogue import KINDS
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.groups import Triad
from engine.store.people import Person
from engine.store.surveys import SurveyRun
from tests.webui.conftest import close, person_id
from tests.webui.crawling import step_in
from webui import create_app

#: The type whose life is lived through: it has finished cycles and running ones.
KEY = "formative"
MEMBER = "Указкина"
PEOPLE = ("Журналова", "Дневникова", "Указкина", "Графикова", "Словарёва", "")
STATES = ("enabled", "draining", "disabled", "uninstalled", "purged")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def school(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo school; its tests go through the states in their order."""
    made = create_app(shutil.copytree(loaded, tmp_path_factory.mktemp("matrix") / "instance"), demo=True)
    with made.app_context():
        demo.load()  # it is; the clock is set
    yield made
    close(made)


@pytest.fixture(scope="module")
def names(school: Flask) -> dict[str, list[Any]]:
    """What stands in the place of each part of an address: something of the type, and something that is not there."""
    with school.app_context():
        query = db.select(Cycle).join(Triad).where(Cycle.type_key == KEY, Triad.title.startswith("ФО-1"))
        cycle = db.session.scalars(query.order_by(Cycle.id.desc())).unique().all()[0]
        sheet = db.session.scalars(db.select(Submission).where(Submission.cycle_id == cycle.id)).first()
        run = db.session.scalars(db.select(SurveyRun).join(Cycle).where(Cycle.type_key == KEY)).first()
        triad = db.session.scalars(db.select(Triad.id).where(Triad.group_id == cycle.triad.group_id)).first()
        assert run is not None
        return {
            "cycle_id": [cycle.id, run.cycle_id],
            "form_key": [sheet.form_key if sheet else "passport", "plan"],
            "round_": [0, 1],
            "round": [0, 1],
            "key": [KEY, run.survey_key],
            "survey_key": [run.survey_key],
            "link": [run.link],
            "group_id": [cycle.triad.group_id],
            "triad_id": [triad],
            "owner": [1],
            "person_id": [cycle.triad.memberships[0].person_id],
        }


def set_state(app: Flask, state: str) -> None:
    """Bring the type into a state as people would."""
    with app.app_context():
        admin = db.session.get(Person, person_id(app, "Журналова"))
        home = Registry([s for s in entry_points() if state != "uninstalled" or s.name != KEY])
        host().registry = home
        if state == "purged":
            types.switch(admin, KEY, "disabled")
            job = jobs.ask(admin, purges.EXPORT, {"type": KEY}, "ru")
            assert jobs.run(job.id)
            purges.purge(admin, KEY, str(purges.title_of(admin.school_id, KEY)))
        elif state != "uninstalled":
            types.switch(admin, KEY, state)


def addresses(app: Flask, names: dict[str, list[Any]]) -> list[str]:
    """Every address that can be opened, and every document of the catalogue."""
    found = set()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "auth.sign_out"):
                continue
            arguments = sorted(rule.arguments)
            if "kind" in arguments and "ending" in arguments:
                continue
            for place in (0, 1):
                given = {name: _nth(names.get(name, [1]), place) for name in arguments}
                found.add(app.url_for(rule.endpoint, **given))
    for kind in KINDS.values():
        query = "&".join(f"{name}={_value(name, names)}" for name in (*kind.names, *kind.may))
        found.update(f"/papers/{kind.key}.{ending}?{query}" for ending in kind.formats)
    return sorted(found)


def _nth(values: list[Any], place: int) -> Any:
    return values[min(place, len(values) - 1)]


def _value(name: str, names: dict[str, list[Any]]) -> Any:
    known = {"cycle": names["cycle_id"][0], "form": names["form_key"][0], "type": KEY, "group": names["group_id"][0]}
    return {**known, "begins": "2026-09-01", "ends": "2026-12-31", "purpose": "video"}.get(name, 1)


def browser(app: Flask, name: str) -> FlaskClient:
    return step_in(app, person_id(app, name)) if name else app.test_client()


@pytest.mark.gate("R-09", "every page in every state of a type")
@pytest.mark.parametrize("state", STATES)
def test_no_page_falls(school: Flask, names: dict[str, list[Any]], state: str, tmp_path: Path) -> None:
    set_state(school, state)
    wanted = addresses(school, names)
    assert len(wanted) > 100
    for name in PEOPLE:
        client, seen = browser(school, name), Counter[int]()
        for path in wanted:
            answer = client.get(path)
            assert answer.status_code < 500, (state, name, path)
            seen[answer.status_code] += 1
            answer.close()
        assert seen[200] > (30 if name else 2), (state, name, seen)
    for path in (f"/cycles/{names['cycle_id'][0]}", "/exports", f"/cycles/{names['cycle_id'][0]}/results"):
        status = 404 if state == "purged" and "cycles" in path else 200
        assert browser(school, MEMBER).get(path).status_code == status, (state, path)
