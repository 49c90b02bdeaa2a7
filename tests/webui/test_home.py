"""«Мои дела»: the own move first, what is new after it, put away one by one or all at once."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from engine.core.text import Text
from engine.services.effects import notify
from engine.store.cycles import Notice
from engine.store.database import db
from engine.store.unit import unit_of_work
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import step_in


def _told(app: Flask, name: str, count: int) -> FlaskClient:
    """A browser of somebody who has ``count`` notices that were not read, and no other."""
    who = person_id(app, name)
    with app.app_context(), unit_of_work() as session:
        session.execute(db.delete(Notice).where(Notice.person_id == who))
        for n in range(count):
            notify(who, Text("Новость {n}", en="News {n}").fill({"n": str(n)}), path="/bank")
    return step_in(app, who)


def test_the_own_move_stands_before_what_is_new(demo_school: Flask) -> None:
    page = _told(demo_school, "Дневникова", 2).get("/").text
    assert page.index("Ваш ход") < page.index("Что нового") < page.index("Новость 1")
    assert "<details" not in page.split("Что нового")[1].split("</section>")[0]


def test_more_notices_fold_and_are_put_away_at_once(demo_school: Flask) -> None:
    client = _told(demo_school, "Дневникова", 5)
    page = client.get("/").text
    assert "Ещё: 2" in page and page.count("Новость") == 5
    shown = re.findall(r'name="notice" value="(\d+)"', page)
    with demo_school.app_context(), unit_of_work():
        notify(person_id(demo_school, "Дневникова"), Text("Пришло позже", en="Came later"))
    data = {"csrf_token": csrf(page), "notice": shown}
    assert client.post("/notices/read", data=data).status_code == 302
    left = client.get("/").text
    assert "Новость" not in left and "Пришло позже" in left, "what was not shown is not put away"


def test_nobody_puts_away_the_notices_of_others(demo_school: Flask) -> None:
    client = _told(demo_school, "Дневникова", 4)
    page = client.get("/").text
    shown = re.findall(r'name="notice" value="(\d+)"', page)
    other = step_in(demo_school, person_id(demo_school, "Графикова"))
    token = csrf(other.get("/").text)
    assert other.post("/notices/read", data={"csrf_token": token, "notice": shown}).status_code == 302
    assert other.post(f"/notices/{shown[0]}/read", data={"csrf_token": token}).status_code == 404
    assert client.get("/").text.count("Новость") == 4
