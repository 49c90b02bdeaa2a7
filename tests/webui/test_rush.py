"""Ten classes of 35 phones answer at once behind one address: nobody is refused, every answer counts once."""

from __future__ import annotations

import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from engine.services.definitions import definition_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.surveys import SurveyAnswer, SurveyRun
from engine.store.unit import unit_of_work
from tests.browser.conftest import Server
from tests.gates.plugin import Figure
from tests.webui.conftest import close
from webui import create_app

CLASSES, PHONES = 10, 35
pytestmark = pytest.mark.slow


def _open_surveys(folder: Path) -> list[str]:
    """Links of ten open surveys that nobody has answered yet."""
    app = create_app(folder, demo=True)
    links: list[str] = []
    with app.app_context(), unit_of_work():
        for cycle in db.session.scalars(select(Cycle).order_by(Cycle.id)):
            keys = [s.key for s in definition_of(cycle).surveys if not s.counts_only]
            known = set(db.session.execute(select(SurveyRun.survey_key, SurveyRun.round).filter_by(cycle_id=cycle.id)))
            free = [(key, n) for key in keys for n in (1, 2, 3) if (key, n) not in {tuple(k) for k in known}]
            for key, n in free[: CLASSES - len(links)]:
                links.append(secrets.token_urlsafe(16))
                db.session.add(SurveyRun(cycle_id=cycle.id, survey_key=key, round=n, link=links[-1], is_open=True))
    close(app)
    assert len(links) == CLASSES
    return links


@pytest.fixture
def school(loaded: Path, tmp_path: Path) -> Iterator[tuple[Server, list[str]]]:
    links = _open_surveys(shutil.copytree(loaded, tmp_path / "instance" / "demo"))
    running = Server(tmp_path / "instance", "demo")
    yield running, links
    running.stop()


class Phone:
    """A pupil's browser without scripts: opens the sheet, answers the first choice of every question, sends it."""

    def __init__(self, server: Server, link: str) -> None:
        self.address, self.path = urlsplit(server.url), f"/s/{link}"

    def ask(self, method: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        connection = HTTPConnection(str(self.address.hostname), self.address.port, timeout=60)
        try:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, self.path, urlencode(fields) if fields else None, kind if fields else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def answer(self) -> tuple[int, int, dict[str, str]]:
        """The two statuses, and what was sent."""
        opened, page = self.ask("GET")
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token, (opened, page)
        fields = {"token": token.group(1)}
        for name, value in re.findall(r'type="radio" name="([^"]+)" value="([^"]+)"', page):
            fields.setdefault(name, value)
        return opened, self.ask("POST", fields)[0], fields


@pytest.mark.gate("R-19")
def test_ten_classes_answer_at_once(school: tuple[Server, list[str]], tmp_path: Path, figure: Figure) -> None:
    server, links = school
    phones = [Phone(server, link) for _ in range(PHONES) for link in links]
    began = monotonic()
    with ThreadPoolExecutor(PHONES) as hands:
        told = list(hands.map(Phone.answer, phones))
    took = monotonic() - began
    assert Counter((opened, sent) for opened, sent, _ in told) == {(200, 302): CLASSES * PHONES}

    spent, forged = told[0][2], {**told[0][2], "token": secrets.token_urlsafe(18)}
    assert phones[0].ask("POST", spent)[0] < 500  # the same sheet once more: taken as done, counted no second time
    assert phones[0].ask("POST", forged)[0] == 409
    server.stop()
    app = create_app(tmp_path / "instance" / "demo", demo=True)
    with app.app_context():
        runs = select(SurveyRun.id, SurveyRun.answered).where(SurveyRun.link.in_(links))
        counted = dict(db.session.execute(runs).all())
        sheets = select(SurveyAnswer.run_id, func.count()).where(SurveyAnswer.run_id.in_(counted))
        found = dict(db.session.execute(sheets.group_by(SurveyAnswer.run_id)).all())
    close(app)
    assert set(counted.values()) == {PHONES} and found == dict.fromkeys(counted, PHONES)
    figure.reached(
        f"{CLASSES} classes of {PHONES} phones in {took:.0f} s: 0 refusals, {sum(found.values())} answers once"
    )
