"""A page whose database fails under it says so; the plugin that was looking meanwhile is not to blame."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from engine.services import moves
from engine.store.database import db
from engine.store.faults import Fault
from engine.store.people import Person
from tests.webui.conftest import close, person_id
from tests.webui.crawling import step_in
from webui import create_app


@pytest.fixture(scope="module")
def app(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(shutil.copytree(loaded, tmp_path_factory.mktemp("pages") / "instance"), demo=True)
    yield app
    close(app)


@pytest.mark.parametrize("page", ["/", "/cycles/{cycle}", "/cycles", "/lab"])
def test_each_statement_of_a_page_fails_in_turn(app: Flask, page: str) -> None:
    person = person_id(app, "Журналова" if page == "/lab" else "Дневникова")
    client = step_in(app, person)
    with app.app_context():
        engine = db.engine
        page = page.format(cycle=moves.cycles_of(db.session.get_one(Person, person_id(app, "Дневникова")))[-1].id)
        faults = db.session.scalar(select(func.count()).select_from(Fault))
    sent: list[str] = []
    failing: set[int] = set()

    def fail(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        sent.append(statement)
        if len(sent) in failing:
            raise OperationalError(statement, parameters, sqlite3.OperationalError("the disk is on fire"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        whole = client.get(page)
        assert whole.status_code == 200
        statements = len(sent)
        assert statements > 5
        for n in range(1, statements + 1):
            sent.clear()
            failing = {n}
            answer = client.get(page)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "30"), sent[-1]
            assert "не отвечает" in answer.text and "disk" not in answer.text
        failing = set()
        assert client.get(page).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Fault)) == faults
