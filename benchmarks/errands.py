"""What people do in the school of the generator, by the public service or by the pages of the real application."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks import school
from benchmarks.fire import Ours
from benchmarks.steps import SCRIPT
from engine.services import cycles, sessions
from engine.services.host import host
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import Person, SchoolYear
from engine.store.surveys import SurveyRun
from webui import create_app

TODAY = datetime(2026, 11, 23, 10, 0)
#: What is asked of each errand from the small database to the big one.
FLAT, WIDE = 1.2, 2.0
ASKED = {
    "fire": FLAT,
    "fire, a real type": FLAT,
    "«Мои дела»": FLAT,
    "cycle page": FLAT,
    "survey: page and answer": FLAT,
    "board of the Laboratory": WIDE,
    "bank search": WIDE,
    "indicators of a school": WIDE,
    "indicators of a district": WIDE,
    "year report": WIDE,
}
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
Errand = Callable[[], None]


@dataclass(frozen=True)
class Place:
    """The application over one database, and the errands of the people of its first school."""

    app: Flask
    errands: dict[str, Errand]

    def run(self, name: str) -> None:
        """One errand, once. Raises AssertionError when its answer is not the real one."""
        self.errands[name]()


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[Place]:
    """The application in the instance folder ``folder``; without ``url`` over the SQLite file in it."""
    app = create_app(folder, url, TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        host().clock.set(TODAY)
        school.install_type()
        db.session.remove()
    try:
        yield Place(app, _errands(app))
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _errands(app: Flask) -> dict[str, Errand]:
    with app.app_context():
        group = db.session.scalars(select(Group).where(Group.type_key == "formative").order_by(Group.id)).first()
        assert group is not None
        home = group.school_id
        year = db.session.scalar(select(SchoolYear.id).where(SchoolYear.school_id == home))
        going = _cycle(home, "fourk")
        run = db.session.scalars(
            select(SurveyRun)
            .join(Cycle, Cycle.id == SurveyRun.cycle_id)
            .where(Cycle.school_id == home, Cycle.type_key == "sel", SurveyRun.is_open.is_(True))
        ).first()
        assert run is not None
        link, group_id = run.link, group.id
    teacher, lab, leader = (_signed_in(app, home, name) for name in ("Алфавитова", "Журналова", "Дневникова"))
    centre = _signed_in(app, None, "Окружнова")
    return {
        "fire": _fire(app),
        "fire, a real type": _hold(app, going),
        "«Мои дела»": _page(teacher, "/", "4К-1"),
        "cycle page": _page(teacher, f"/cycles/{going}", "4К-1"),
        "survey: page and answer": _survey(app, link),
        "board of the Laboratory": _page(lab, "/lab", "ФО-2"),
        "bank search": _page(teacher, "/bank?q=критерии+урока", "/bank/"),
        "indicators of a school": _page(lab, "/indicators", "Проведено уроков"),
        "indicators of a district": _page(centre, "/district", "Заречная"),
        "year report": _page(leader, f"/reports/{group_id}/{year}", "ФО-1"),
    }


def _cycle(home: int, type_key: str) -> int:
    open_ = select(Cycle.id).where(Cycle.school_id == home, Cycle.type_key == type_key, Cycle.closed_at.is_(None))
    found = db.session.scalars(open_.order_by(Cycle.id)).first()
    assert found is not None
    return found


def _signed_in(app: Flask, home: int | None, last_name: str) -> FlaskClient:
    """A browser of somebody of the first school that has the name."""
    with app.app_context():
        named = select(Person).where(Person.last_name == last_name).order_by(Person.id).limit(1)
        person = db.session.scalars(named.where(Person.school_id == home) if home else named).one()
        token = sessions.begin(person, "benchmark", whole=True)
        db.session.remove()
    client = app.test_client()
    with client.session_transaction() as session:
        session["sign_in"] = token
    return client


def _page(client: FlaskClient, path: str, shows: str) -> Errand:
    def errand() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        assert shows in answer.text, (path, shows)

    return errand


def _fire(app: Flask) -> Errand:
    """A press of the benchmark's own process: the next one of a cycle that goes its whole way."""
    with app.app_context():
        ours = Ours(school.found())
        db.session.remove()
    waiting: Iterator[tuple[int, int, str, str]] = iter(())

    def errand() -> None:
        nonlocal waiting
        press = next(waiting, None)
        if press is None:
            waiting = iter(_presses(ours))
            press = next(waiting)
        ours.fire(*press)

    return _within(app, errand)


def _presses(ours: Ours) -> list[tuple[int, int, str, str]]:
    (cycle,) = ours.create(1)
    return [(cycle, step, action, who) for step, (action, who) in enumerate(SCRIPT)]


def _hold(app: Flask, cycle_id: int) -> Errand:
    """The triad suspends its cycle, or resumes a suspended one: presses of a real type."""

    def errand() -> None:
        cycle = db.session.get_one(Cycle, cycle_id)
        person, seen, held = cycle.triad.memberships[0].person, cycle.seq, cycle.held
        given = {} if held else {"reason": "карантин в классе"}
        assert cycles.fire(cycle_id, "resume" if held else "hold", person, seen, given=given)

    return _within(app, errand)


def _within(app: Flask, errand: Errand) -> Errand:
    def inside() -> None:
        with app.app_context():
            errand()
            db.session.remove()

    return inside


def _survey(app: Flask, link: str) -> Errand:
    """A pupil opens the link and answers, each on a device of their own."""

    def errand() -> None:
        client: Any = app.test_client()
        page = client.get(f"/s/{link}")
        assert page.status_code == 200, page.status_code
        token = _TOKEN.search(page.text)
        assert token is not None
        names = dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]+)"', page.text))
        answer = client.post(f"/s/{link}", data={"token": token.group(1), **names})
        assert answer.status_code == 302, answer.status_code

    return errand
