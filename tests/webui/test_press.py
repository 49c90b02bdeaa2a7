"""One press of a form acts once; another wish, with the same words or not, is carried out."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from engine.services import presses
from engine.services.host import host, now
from engine.store.database import db
from engine.store.events import Event
from engine.store.presses import Press
from tests.webui.conftest import person_id
from tests.webui.crawling import step_in

PAGE = "/events/new"
ALREADY = "Это уже сделано: второе нажатие ничего не добавило"


@pytest.fixture
def app(demo_school: Flask) -> Flask:
    return demo_school


@pytest.fixture
def leader(app: Flask) -> FlaskClient:
    return step_in(app, person_id(app, "Журналова"))


def filled(client: FlaskClient, title: str = "Семинар района") -> dict[str, str]:
    """The form of a new event as it stands on the page, with answers."""
    page = client.get(PAGE).text
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf_token|press)" value="([^"]+)"', page))
    assert set(hidden) == {"csrf_token", "press"}
    return {**hidden, "title": title, "begins": "2026-11-20", "level": "municipal", "form": "seminar"}


def events(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Event)) or 0


def test_a_press_sent_again_leads_where_the_first_has_led(app: Flask, leader: FlaskClient) -> None:
    before, form = events(app), filled(leader)
    first = leader.post(PAGE, data=form)
    again = leader.post(PAGE, data=form)
    assert (first.status_code, events(app)) == (302, before + 1), first.text
    assert again.location == first.location
    assert ALREADY in leader.get(again.location).text


def test_the_same_words_on_another_page_are_another_wish(app: Flask, leader: FlaskClient) -> None:
    before = events(app)
    for _ in range(2):
        assert leader.post(PAGE, data=filled(leader)).status_code == 302
    assert events(app) == before + 2


def test_other_words_after_the_back_button_are_another_wish(app: Flask, leader: FlaskClient) -> None:
    before, form = events(app), filled(leader)
    leader.post(PAGE, data=form)
    leader.post(PAGE, data={**form, "title": "Ещё один"})
    assert events(app) == before + 2


def test_a_refused_form_may_be_sent_again(app: Flask, leader: FlaskClient) -> None:
    before, form = events(app), filled(leader, title="")
    for _ in range(2):
        assert leader.post(PAGE, data=form).status_code == 422
    assert leader.post(PAGE, data={**form, "title": "Семинар"}).status_code == 302
    assert events(app) == before + 1


def test_a_press_that_failed_is_carried_out_when_it_comes_again(app: Flask, leader: FlaskClient) -> None:
    before, form = events(app), filled(leader)

    def fail(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("INSERT INTO event"):
            raise OperationalError(statement, parameters, RuntimeError("the disk is on fire"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    assert leader.post(PAGE, data=form).status_code == 503
    event.remove(engine, "before_cursor_execute", fail)
    assert leader.post(PAGE, data=form).status_code == 302
    assert events(app) == before + 1


def test_somebody_else_cannot_use_up_a_press(app: Flask, leader: FlaskClient) -> None:
    form, other = filled(leader), step_in(app, person_id(app, "Дневникова"))
    before = events(app)
    assert other.post(PAGE, data={**form, "csrf_token": filled(other)["csrf_token"]}).status_code == 302
    assert leader.post(PAGE, data=form).status_code == 302
    assert events(app) == before + 2


def test_two_requests_of_one_press_at_once_add_one_row(app: Flask, leader: FlaskClient) -> None:
    before, form = events(app), filled(leader)
    cookies = leader.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookies is not None
    statuses: list[int] = []
    start = threading.Barrier(4)

    def press() -> None:
        client = app.test_client()
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookies.value)
        start.wait()
        statuses.append(client.post(PAGE, data=form).status_code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 4
    assert events(app) == before + 1


def test_old_presses_are_forgotten(app: Flask, leader: FlaskClient) -> None:
    leader.post(PAGE, data=filled(leader))
    with app.app_context():
        assert presses.forget() == 0
        host().clock.set(now() + presses.KEPT + timedelta(days=1))
        assert presses.forget() == 1
        assert db.session.scalar(select(func.count()).select_from(Press)) == 0
