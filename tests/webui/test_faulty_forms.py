"""Every form of the demo school on a bad day: a statement fails under it, or it is sent twice."""

from __future__ import annotations

import html
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from engine.services.host import host
from engine.store.database import db
from tests.faults.rows import Picture, Rows, changed
from tests.gates.plugin import Figure
from tests.gates.sizes import LONG
from tests.webui.conftest import close
from tests.webui.filled import WORDS, Filled, forms
from webui import create_app

SEED = 20261126
#: Statements of a form that fail in a short run; in a long one each does.
SOME = 1
#: What a form writes on its own before it does what it is for: the words, which are kept whatever comes after.
KEPT_FIRST = {"cycles.save": {"draft"}, "reports.report": {"year_report"}}
#: Sent again, the words stay as a draft beside what was saved.
KEEPS_AGAIN = {"cycles.save"}
pytestmark = pytest.mark.slow


@dataclass
class Desk:
    """Every form that can be filled in, who fills it in, and the rows before anybody has."""

    app: Flask
    rows: Rows
    clients: dict[str, FlaskClient]
    forms: list[tuple[str, Filled]]

    def send(self, name: str, form: Filled) -> TestResponse:
        return self.clients[name].post(form.action, data=MultiDict(form.fields))


@pytest.fixture(scope="module")
def desk(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    app = create_app(shutil.copytree(loaded, folder / "instance"), demo=True)
    with app.app_context():
        host().clock.set(host().clock.now())
    clients: dict[str, FlaskClient] = {}
    found = list(forms(app, clients))
    yield Desk(app, Rows(app, folder / "kept.sqlite"), clients, found)
    close(app)


@contextmanager
def failing(desk: Desk, n: int) -> Iterator[list[str]]:
    """The ``n``-th statement fails meanwhile (0: none); what was sent is told."""
    sent: list[str] = []

    def fail(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        sent.append(statement)
        if len(sent) == n:
            raise OperationalError(statement, parameters, sqlite3.OperationalError("the disk is on fire"))

    with desk.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", fail)


def test_most_writing_pages_are_here(desk: Desk) -> None:
    assert len({form.endpoint for _, form in desk.forms}) >= 50


def _done(before: Picture, after: Picture, now: Picture) -> bool:
    """Whether everything has been done: the same tables have changed, by as many rows (keys and secrets differ)."""
    rows = {name: len(lines) for name, lines in after.items()}
    return changed(before, now) == changed(before, after) and rows == {name: len(lines) for name, lines in now.items()}


@pytest.mark.gate("R-05")
def test_whichever_statement_fails_it_is_as_before_or_done(desk: Desk, figure: Figure) -> None:
    dice, tries, routes, found = random.Random(SEED), 0, set(), []
    before = desk.rows.picture()
    for name, form in desk.forms:
        desk.rows.put_back()
        with failing(desk, 0) as sent:
            answer = desk.send(name, form)
        if answer.status_code >= 400:
            continue  # the answers were not taken: nothing is written
        after, count = desk.rows.picture(), len(sent)
        routes.add(form.endpoint)
        places = range(1, count + 1) if LONG else sorted(dice.sample(range(1, count + 1), min(SOME, count)))
        for n in places:
            desk.rows.put_back()
            with failing(desk, n):
                answer = desk.send(name, form)
            tries += 1
            now = desk.rows.picture()
            where = f"{form.endpoint}, statement {n} of {count}, answered {answer.status_code}"
            if answer.status_code >= 500:
                said = html.unescape(answer.text)
                if answer.status_code != 503 or "Retry-After" not in answer.headers or "Traceback" in said:
                    found.append(where)
                if any(words == WORDS for _, words in form.fields) and WORDS not in said:
                    found.append(f"{where}: what was typed is gone")
            torn = changed(before, now) - KEPT_FIRST.get(form.endpoint, set())
            if torn and not _done(before, after, now):
                found.append(f"{where}: half of it is done in {torn}")
    assert found == [], "\n".join(found)
    assert len(routes) >= 50
    figure.reached(f"{tries:,} failed statements under {len(routes)} routes: as before or done", seed=SEED)


@pytest.mark.gate("R-21")
def test_a_form_sent_twice_acts_once(desk: Desk, figure: Figure) -> None:
    routes, twice = set(), set()
    for name, form in desk.forms:
        desk.rows.put_back()
        if desk.send(name, form).status_code >= 400:
            continue
        once = desk.rows.picture()
        again = desk.send(name, form)
        routes.add(form.endpoint)
        assert again.status_code < 500, form
        if changed(once, desk.rows.picture()):
            twice.add(form.endpoint)
    assert twice == KEEPS_AGAIN
    figure.reached(f"{len(routes)} routes: none acts twice")
