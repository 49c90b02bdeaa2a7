"""Pages of the calendar and of letters; the command for cron."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from flask import Flask

from engine.core.text import Text
from engine.services import visits
from engine.services.effects import notify
from engine.services.host import host, now
from engine.services.outbox import letters
from engine.services.outbox.mail import Mail
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.outbox import Letter
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import look, step_in
from webui.cli import main


def _client(app: Flask, name: str):
    return step_in(app, person_id(app, name))


def test_a_month_with_its_neighbours(demo_school: Flask) -> None:
    client = _client(demo_school, "Указкина")
    page = client.get("/calendar").text
    assert "ноябрь 2026" in page and 'aria-current="date"' in page
    assert "ФО-1" in page and "Географ" in page
    assert 'href="/calendar?month=2026-10"' in page and 'href="/calendar?month=2026-12"' in page
    october = client.get("/calendar?month=2026-10").text
    assert "октябрь 2026" in october and "Осенние каникулы" in october
    assert "В этом месяце ничего нет" in client.get("/calendar?month=2031-03").text


def test_only_mine(demo_school: Flask) -> None:
    client = _client(demo_school, "Графикова")
    assert "не ваша тройка" in client.get("/calendar?month=2026-11").text
    mine = client.get("/calendar?month=2026-11&mine=1").text
    assert "не ваша тройка" not in mine and "Показать всё" in mine


@pytest.mark.parametrize("month", ["", "нет", "2026-13", "0000-00", "99999-01", "2026-10-01'"])
def test_odd_months_are_this_month(demo_school: Flask, month: str) -> None:
    assert "ноябрь 2026" in _client(demo_school, "Указкина").get("/calendar", query_string={"month": month}).text


def test_the_secret_address_is_shown_once(demo_school: Flask) -> None:
    client = _client(demo_school, "Указкина")
    token = csrf(client.get("/calendar").text)
    page = client.post("/calendar/link", data={"csrf_token": token, "what": "make"}, follow_redirects=True).text
    address = re.search(r'value="http://localhost(/calendar/[^"]+\.ics)"', page).group(1)
    assert address not in client.get("/calendar").text
    stranger = demo_school.test_client()
    answer = stranger.get(address)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store" and answer.text.startswith("BEGIN:VCALENDAR")
    assert stranger.get("/calendar/unknown.ics").status_code == 404
    client.post("/calendar/link", data={"csrf_token": token, "what": "withdraw"})
    assert stranger.get(address).status_code == 404


def test_soon_tells_of_visits_and_terms_too(demo_school: Flask) -> None:
    page = _client(demo_school, "Указкина").get("/").text
    soon = page[page.index('id="soon"') :]
    assert "30.11.2026" in soon and "Найди и исправь" in soon and "Весь календарь" in soon


def test_soon_goes_by_date_whatever_it_tells_of(demo_school: Flask) -> None:
    page = _client(demo_school, "Мячиков").get("/").text
    soon = page[page.index('id="soon"') : page.index("Весь календарь")]
    told = [(month, day) for day, month in re.findall(r"<strong>(\d\d)\.(\d\d)", soon)]
    assert len(told) >= 3 and told == sorted(told)
    assert soon.index("Тетрадкина") < soon.rindex("ФО-2")  # a visit between two lessons


def test_the_calendar_asks_the_database_little(demo_school: Flask) -> None:
    for name in ("Указкина", "Графикова", "Дневникова"):
        assert look(demo_school, _client(demo_school, name), "/calendar").statements <= 40


def test_how_often_letters_come_is_chosen_in_the_profile(demo_school: Flask) -> None:
    client = _client(demo_school, "Указкина")
    page = client.get("/profile").text
    assert "Почта в этой школе не настроена" in page
    data = {"csrf_token": csrf(page), "email": "vera@school.example", "digest": "weekly"}
    assert client.post("/profile/letters", data=data).status_code == 302
    page = client.get("/profile").text
    assert 'value="vera@school.example"' in page and re.search(r'value="weekly" selected', page)
    wrong = client.post("/profile/letters", data={**data, "email": "не адрес"})
    assert wrong.status_code == 422 and "Проверьте адрес почты" in wrong.text and 'value="не адрес"' in wrong.text


def test_failed_letters_are_seen_by_the_administrator_alone(demo_school: Flask) -> None:
    admin = _client(demo_school, "Журналова")
    assert "Почтовый сервер не настроен" in admin.get("/school/letters").text
    with demo_school.app_context():
        host().mail = Mail("127.0.0.1", "t@school.example", 1, security="none")
        me = db.session.get(Person, person_id(demo_school, "Указкина"))
        with unit_of_work():
            me.email = "vera@school.example"
            notify(me.id, Text("Тройка ждёт", en="Waiting"))
            letters.write(me, "digest:x", "Что ждёт вас", "Тройка ждёт")
            db.session.flush()
            row = db.session.scalars(db.select(Letter)).one()
            row.state, row.error = "failed", "550 нет такого ящика <script>"
    assert "Не отправлено писем: 1" in admin.get("/").text
    page = admin.get("/school/letters?state=failed").text
    assert "Не отправлено" in page and "550" in page and "<script>" not in page.split("<main")[1]
    assert "Что ждёт вас" not in admin.get("/school/letters?state=sent").text
    assert _client(demo_school, "Указкина").get("/school/letters").status_code == 403
    data = {"csrf_token": csrf(page)}
    number = re.search(r"/school/letters/(\d+)/again", page).group(1)
    assert admin.post(f"/school/letters/{number}/again", data=data).status_code == 302
    assert admin.post("/school/letters/9999/again", data=data).status_code == 404
    with demo_school.app_context():
        assert db.session.scalars(db.select(Letter.state)).one() == "waiting"


def test_a_clash_is_told_on_the_page_of_the_schedule(demo_school: Flask) -> None:
    with demo_school.app_context():
        cycle = next(
            c
            for c in db.session.scalars(db.select(Cycle).where(Cycle.closed_at.is_(None))).unique()
            if c.rounds and c.rounds[-1].at and c.rounds[-1].at > now() and c.triad.memberships
        )
        guest = cycle.triad.memberships[1].person
        other = db.session.get(Person, person_id(demo_school, "Журналова"))
        visits.plan(
            guest, {"host_id": other.id, "at": cycle.rounds[-1].at, "goal": "речь учителя", "class_name": "1 «А»"}
        )
        number, name = cycle.id, cycle.triad.memberships[0].person.last_name
    page = _client(demo_school, name).get(f"/cycles/{number}/schedule").text
    assert "взаимопосещение" in page and "занят(а)" in page


def test_tick_tells_every_step(demo_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with demo_school.app_context():
        monkeypatch.setenv("TREFOIL_INSTANCE", str(host().instance))
    for _ in range(2):
        done = CliRunner().invoke(main, ["tick"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert [line.split("\t")[0] for line in done.output.splitlines()] == [
            "reminders",
            "digests",
            "letters",
            "webhooks",
            "exports",
            "old exports",
            "orphaned files",
            "retention",
            "consents",
            "old letters",
            "old answers",
            "old presses",
            "old webhooks",
            "the log",
        ]
