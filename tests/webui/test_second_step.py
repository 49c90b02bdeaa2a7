"""The second step of signing in: who must, how it is set up, codes that work once, codes on paper, a lost phone."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pyotp
import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from engine.services import accounts, demo, people, second_step
from engine.services.directory import add_admin
from engine.services.host import host
from engine.store.people import RecoveryCode, SecondStep
from tests.webui.conftest import PASSWORD, School, csrf, person_id, send
from tests.webui.crawling import step_in
from webui.cli import main

SETUP, CODE = "/profile/second-step", "/sign-in/code"


def password_only(client: FlaskClient, login: str) -> str:
    """Show the password; where that leads."""
    return str(send(client, "/sign-in", login=login, password=PASSWORD).location)


def secret_on(page: str) -> str:
    """The key that the page of setting up shows, by the address for the app."""
    return str(re.search(r"secret=([A-Z2-7]+)", unescape(page)).group(1))


def set_up(client: FlaskClient, **more: str) -> tuple[pyotp.TOTP, list[str]]:
    """Go through the page; the app, and the codes on paper."""
    page = client.get(SETUP).text
    app = pyotp.TOTP(secret_on(page))
    offer = re.search(r'name="offer" value="([^"]+)"', page).group(1)
    shown = client.post(SETUP, data={"csrf_token": csrf(page), "offer": offer, "code": app.now(), **more})
    assert shown.status_code == 200, shown.text
    return app, re.findall(r"<li><code>([^<]+)</code>", shown.text)


def test_an_administrator_is_led_to_the_second_step_and_nowhere_else(
    app: Flask, client: FlaskClient, school: School
) -> None:
    assert password_only(client, school.admin) == f"{SETUP}?next=/"
    for path in ("/", "/profile", "/school/people", "/cycles", "/api/v1/me"):
        assert client.get(path).status_code in (302, 401), path
    assert client.get("/school/people").location.startswith(CODE)
    assert client.get(CODE).location.startswith(SETUP)
    _phone, papers = set_up(client)
    assert len(set(papers)) == 10
    assert client.get("/school/people").status_code == 200


def test_after_the_password_the_code_is_asked_and_leads_where_one_wanted(
    app: Flask, client: FlaskClient, school: School
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        password_only(client, school.admin)
        phone, _papers = set_up(client)
        other = app.test_client()
        other.get("/school/people")
        data = {"csrf_token": csrf(other.get("/sign-in").text), "login": school.admin, "password": PASSWORD}
        asked = other.post("/sign-in?next=/school/people", data=data).location
        assert asked == f"{CODE}?next=/school/people"
        assert other.get("/school/people").location == f"{CODE}?next=/school/people"
        clock.shift(timedelta(seconds=30))
        assert send(other, asked, code=phone.now()).location == "/school/people"
        assert other.get("/school/people").status_code == 200


@pytest.mark.parametrize("late", [0, 29, 31, 59])
def test_no_code_works_twice(app: Flask, client: FlaskClient, school: School, late: int) -> None:
    """Neither the one that set the app up nor an earlier one, though clocks may differ by half a minute."""
    with time_machine.travel(datetime.now(UTC).replace(second=15), tick=False) as clock:
        password_only(client, school.admin)
        phone, _papers = set_up(client)
        used = phone.now()
        clock.shift(timedelta(seconds=late))
        other = app.test_client()
        password_only(other, school.admin)
        assert send(other, CODE, code=used).status_code == 422
        clock.shift(timedelta(seconds=60))
        assert send(other, CODE, code=phone.now()).status_code == 302
        third = app.test_client()
        password_only(third, school.admin)
        assert send(third, CODE, code=phone.now()).status_code == 422


def test_a_code_on_paper_works_once_however_it_is_typed(app: Flask, client: FlaskClient, school: School) -> None:
    password_only(client, school.admin)
    _phone, papers = set_up(client)
    for typed, status in ((papers[0].upper().replace("-", " "), 302), (papers[0], 422), (papers[1], 302)):
        other = app.test_client()
        password_only(other, school.admin)
        assert send(other, CODE, code=typed).status_code == status
    assert "Осталось 8 запасных кодов" in client.get(SETUP).text
    send(client, SETUP, what="papers", code=papers[2])
    other = app.test_client()
    password_only(other, school.admin)
    assert send(other, CODE, code=papers[3]).status_code == 422


def test_a_teacher_may_and_shows_the_password_first(app: Flask, teacher: FlaskClient, school: School) -> None:
    page = teacher.get(SETUP).text
    offer, phone = re.search(r'name="offer" value="([^"]+)"', page).group(1), pyotp.TOTP(secret_on(page))
    wrong = send(teacher, SETUP, offer=offer, code=phone.now(), password="не тот")
    assert wrong.status_code == 422 and "Нынешний пароль не подходит" in wrong.text
    assert secret_on(wrong.text) == phone.secret, "a wrong answer keeps the key that is in the app already"
    desk = app.test_client()
    password_only(desk, school.teacher)
    assert desk.get("/profile").status_code == 200
    _phone, papers = set_up(teacher, password=PASSWORD)
    assert desk.get("/profile").status_code == 302, "the other devices are signed out"
    assert password_only(desk, school.teacher) == f"{CODE}?next=/"
    assert send(teacher, SETUP, what="remove", code="000000").status_code == 422
    assert send(teacher, SETUP, what="remove", code=papers[0]).location == "/profile"
    assert password_only(app.test_client(), school.teacher) == "/"


def test_an_administrator_who_changes_phones_sets_the_new_one_up_at_once(client: FlaskClient, school: School) -> None:
    password_only(client, school.admin)
    _phone, papers = set_up(client)
    assert send(client, SETUP, what="remove", code=papers[0]).location.startswith(SETUP)
    assert client.get("/school/people").status_code == 302
    set_up(client)
    assert client.get("/school/people").status_code == 200


def test_half_a_session_cannot_replace_the_second_step(app: Flask, client: FlaskClient, school: School) -> None:
    password_only(client, school.admin)
    set_up(client)
    thief = app.test_client()
    password_only(thief, school.admin)
    assert thief.get(SETUP).location.startswith(CODE)
    token = csrf(thief.get(CODE).text)
    with app.app_context():
        offer = second_step.offer(accounts.db.session.get(accounts.Person, school.admin_id))
    data = {"csrf_token": token, "offer": offer.sealed, "code": pyotp.TOTP(offer.secret).now()}
    for what in ("enrol", "papers", "remove"):
        assert thief.post(SETUP, data={**data, "what": what}).status_code in (302, 401)
    assert thief.get("/school/people").status_code == 302
    with app.app_context():
        assert accounts.db.session.query(SecondStep).count() == 1


def test_an_offer_is_for_one_person_and_one_hour(app: Flask, client: FlaskClient, school: School) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        with app.app_context():
            foreign = second_step.offer(accounts.db.session.get(accounts.Person, school.teacher_id))
        password_only(client, school.admin)
        answer = send(client, SETUP, offer=foreign.sealed, code=pyotp.TOTP(foreign.secret).now())
        assert answer.status_code == 422
        own = re.search(r'name="offer" value="([^"]+)"', answer.text).group(1)
        phone = pyotp.TOTP(secret_on(answer.text))
        clock.shift(timedelta(minutes=61))
        password_only(client, school.admin)
        assert send(client, SETUP, offer=own, code=phone.now()).status_code == 422


def test_half_a_session_lasts_half_an_hour_and_its_token_opens_nothing_later(
    app: Flask, client: FlaskClient, school: School
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        password_only(client, school.admin)
        with client.session_transaction() as held:
            before = held["sign_in"]
        _phone, papers = set_up(client)
        with client.session_transaction() as held:
            assert held["sign_in"] != before
        with app.app_context():
            assert accounts.person_for(before) is None
        slow = app.test_client()
        password_only(slow, school.admin)
        token = csrf(slow.get(CODE).text)
        clock.shift(timedelta(minutes=31))
        assert slow.get(CODE).location == f"/sign-in?next={CODE}"
        assert slow.post(CODE, data={"csrf_token": token, "code": papers[0]}).status_code == 401


def test_wrong_codes_slow_the_second_step_alone_and_one_person_alone(
    app: Flask, client: FlaskClient, school: School
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        password_only(client, school.admin)
        _phone, papers = set_up(client)
        thief = app.test_client()
        password_only(thief, school.admin)
        assert [send(thief, CODE, code="000000").status_code for _ in range(7)] == [422] * 5 + [429] * 2
        assert send(thief, CODE, code=papers[0]).status_code == 429
        assert password_only(app.test_client(), school.admin) == f"{CODE}?next=/", "the password has its own count"
        assert password_only(app.test_client(), school.teacher) == "/"
        send(client, "/sign-out", "/profile")
        assert password_only(client, school.admin) == f"{CODE}?next=/"
        assert send(client, CODE, code=papers[1]).status_code == 302, "the owner's browser is not slowed"
        clock.shift(timedelta(minutes=10))
        assert send(thief, CODE, code=papers[0]).status_code == 302


def test_a_lost_phone_is_reset_by_another_administrator(
    app: Flask, client: FlaskClient, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trefoil.security")
    with app.app_context():
        add_admin(school.teacher)
    password_only(client, school.admin)
    set_up(client)
    lost = app.test_client()
    password_only(lost, school.teacher)
    set_up(lost)
    place = f"/school/people/{school.teacher_id}"
    assert "Сбросить второй шаг" in client.get(place).text
    send(client, f"{place}/state", place, what="second_step", on="0")
    assert lost.get("/profile").status_code == 302
    assert password_only(lost, school.teacher) == f"{SETUP}?next=/"
    told = [record for record in caplog.records if record.message == "second_step_reset"]
    assert [(r.person, r.user) for r in told] == [(school.teacher_id, school.admin_id)]
    own = f"/school/people/{school.admin_id}"
    send(client, f"{own}/state", own, what="second_step", on="0")
    assert client.get(SETUP).status_code == 200
    with app.app_context():
        assert second_step.has(accounts.db.session.get(accounts.Person, school.admin_id))


def test_the_last_administrator_is_helped_from_the_server(
    app: Flask, client: FlaskClient, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_only(client, school.admin)
    set_up(client)
    monkeypatch.setenv("TREFOIL_INSTANCE", str(app.instance_path))
    told = CliRunner().invoke(main, ["users", "reset-second-step", school.admin])
    assert told.exit_code == 0, told.output
    assert client.get("/profile").status_code == 302
    assert password_only(client, school.admin) == f"{SETUP}?next=/"


def test_a_new_password_by_link_asks_for_the_code_all_the_same(app: Flask, client: FlaskClient, school: School) -> None:
    password_only(client, school.admin)
    _phone, papers = set_up(client)
    with app.app_context():
        link = accounts.make_link("reset", accounts.db.session.get(accounts.Person, school.admin_id))
    other = app.test_client()
    send(other, f"/link/{link}", password="четыре тихих слова")
    assert other.get("/school/people").location.startswith(CODE)
    assert send(other, CODE, code=papers[0]).status_code == 302


def test_who_becomes_an_administrator_signs_in_anew(app: Flask, teacher: FlaskClient, school: School) -> None:
    with app.app_context():
        add_admin(school.teacher)
    assert teacher.get("/profile").status_code == 302
    assert password_only(teacher, school.teacher) == f"{SETUP}?next=/"


def test_words_wait_while_the_code_is_shown(app: Flask, client: FlaskClient, school: School) -> None:
    words = "Ученик A спросил: «А как понять?»"
    password_only(client, school.admin)
    _phone, papers = set_up(client)
    with app.app_context():
        accounts.revoke_all(accounts.db.session.get(accounts.Person, school.admin_id))

    def fields(page: str) -> dict[str, str]:
        main = page.split("<main", 1)[1]
        return {
            re.search(r'name="([^"]+)"', tag).group(1): unescape(re.search(r'value="([^"]*)"', tag).group(1))
            for tag in re.findall(r"<input[^>]+>", main)
        }

    kept = fields(client.post("/notices/7/read", data={"csrf_token": "stale", "note": words}).text)
    page = client.post("/sign-in/again", data=kept | {"again-login": school.admin, "again-password": PASSWORD}).text
    assert fields(page)["note"] == words and 'name="again-code"' in page and "again-password" not in page
    page = client.post("/sign-in/again", data=fields(page) | {"again-code": "000000"}).text
    assert fields(page)["note"] == words and "Код не подходит" in page
    done = client.post("/sign-in/again", data=fields(page) | {"again-code": papers[0]})
    assert done.status_code == 200 and "data-resend" in done.text and fields(done.text)["note"] == words
    assert papers[0] not in done.text


def test_nothing_of_the_second_step_lies_open_in_the_database(app: Flask, client: FlaskClient, school: School) -> None:
    password_only(client, school.admin)
    phone, papers = set_up(client)
    with app.app_context():
        row = accounts.db.session.query(SecondStep).one()
        stored = row.secret + "".join(r.code_hash for r in accounts.db.session.query(RecoveryCode))
        assert phone.secret not in stored
        assert not any(p in stored or p.replace("-", "") in stored for p in papers)
        teacher = accounts.db.session.get(accounts.Person, school.teacher_id)
        assert second_step._open(teacher, row.secret) == "", "sealed for its owner alone"
        host().secret = "другая установка " * 3
        assert second_step._open(accounts.db.session.get(accounts.Person, school.admin_id), row.secret) == ""


def test_the_demo_steps_in_without_and_says_so(demo_school: Flask) -> None:
    stranger = demo_school.test_client()
    assert "Второго шага здесь нет" in stranger.get("/sign-in").text
    admin = step_in(demo_school, person_id(demo_school, "Журналова"))
    assert admin.get("/school/people").status_code == 200
    with demo_school.app_context():
        assert demo.people()


def test_closing_an_account_ends_half_a_session_too(app: Flask, client: FlaskClient, school: School) -> None:
    with app.app_context():
        add_admin(school.teacher)
    password_only(client, school.teacher)
    with app.app_context():
        people.set_active(accounts.db.session.get(accounts.Person, school.admin_id), school.teacher_id, False)
    assert client.get(SETUP).location.startswith("/sign-in")
