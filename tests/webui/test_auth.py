"""Signing in and out, links, passwords, forms that come too late."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from engine.services import accounts, people
from engine.services.host import host
from tests.webui.conftest import PASSWORD, School, csrf, enter, send

COOKIE = re.compile(r"trefoil_[0-9a-f]{6}")


def cookie(client: FlaskClient) -> tuple[str, str]:
    """Name and value of the session cookie in the browser."""
    found = next(c for c in client._cookies.values() if COOKIE.fullmatch(c.key))
    return found.key, found.value


def link_for(app: Flask, school: School, login: str | None = None) -> str:
    """A fresh one-time link of a new colleague (or of the teacher, who has a login: a reset)."""
    with app.app_context():
        admin = accounts.db.session.get(accounts.Person, school.admin_id)
        if login is None:
            colleague = people.add(admin, {"last_name": "Линейкин", "first_name": "Пётр"})
            return people.link_for(admin, colleague.id)
        return people.link_for(admin, school.teacher_id)


def test_right_password_opens_the_first_page(client: FlaskClient, school: School) -> None:
    answer = enter(client, school.teacher)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Указкина\u00a0В.\u00a0Д." in client.get("/").text


@pytest.mark.parametrize(("login", "password"), [("uchitel", "не тот пароль"), ("nikto", PASSWORD), ("", "")])
def test_wrong_pair_says_the_same_for_every_reason(
    client: FlaskClient, school: School, login: str, password: str
) -> None:
    answer = enter(client, login, password)
    assert answer.status_code == 422
    assert "Логин или пароль не подходят" in answer.text
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/profile", "/profile"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(client: FlaskClient, school: School, asked: str, goes: str) -> None:
    token = csrf(client.get("/sign-in").text)
    data = {"csrf_token": token, "login": school.teacher, "password": PASSWORD}
    assert client.post("/sign-in", query_string={"next": asked}, data=data).location == goes


def test_cookie_of_an_ended_session_opens_nothing(teacher: FlaskClient) -> None:
    name, value = cookie(teacher)
    assert teacher.get("/profile").status_code == 200
    send(teacher, "/sign-out", "/profile")
    teacher.set_cookie(name, value)
    assert teacher.get("/profile").status_code == 302


def test_signing_in_replaces_a_planted_cookie(app: Flask, school: School) -> None:
    thief, victim = app.test_client(), app.test_client()
    thief.get("/sign-in")
    name, planted = cookie(thief)
    victim.set_cookie(name, planted)
    enter(victim, school.teacher)
    assert cookie(victim)[1] != planted
    assert thief.get("/profile").status_code == 302


def test_signing_in_again_gives_another_token(app: Flask, school: School) -> None:
    tokens = []
    for _ in range(2):
        browser = app.test_client()
        enter(browser, school.teacher)
        with browser.session_transaction() as held:
            tokens.append(held["sign_in"])
    assert tokens[0] != tokens[1]
    assert all(len(token) >= 43 for token in tokens)


def test_out_everywhere_ends_the_other_devices(app: Flask, school: School) -> None:
    phone, desk = app.test_client(), app.test_client()
    enter(phone, school.teacher)
    enter(desk, school.teacher)
    assert phone.get("/profile").text.count("<li>? · ") == 2
    send(desk, "/sign-out/everywhere", "/profile")
    assert phone.get("/profile").status_code == 302


def test_new_password_ends_the_other_devices_and_keeps_this_one(app: Flask, school: School) -> None:
    phone, desk = app.test_client(), app.test_client()
    enter(phone, school.teacher)
    enter(desk, school.teacher)
    assert send(desk, "/profile", old="не тот", password="четыре тихих слова").status_code == 422
    assert send(desk, "/profile", old=PASSWORD, password="1234567").status_code == 422
    assert send(desk, "/profile", old=PASSWORD, password="четыре тихих слова").status_code == 302
    assert desk.get("/profile").status_code == 200
    assert phone.get("/profile").status_code == 302
    assert enter(app.test_client(), school.teacher).status_code == 422
    assert enter(app.test_client(), school.teacher, "четыре тихих слова").status_code == 302


def test_closing_an_account_ends_its_sessions_at_once(app: Flask, teacher: FlaskClient, school: School) -> None:
    with app.app_context():
        people.set_active(accounts.db.session.get(accounts.Person, school.admin_id), school.teacher_id, False)
    assert teacher.get("/profile").status_code == 302
    assert enter(teacher, school.teacher).status_code == 422


def test_change_of_role_ends_the_sessions(app: Flask, teacher: FlaskClient, school: School) -> None:
    with app.app_context():
        boss = accounts.db.session.get(accounts.Person, school.admin_id)
        people.set_role(boss, school.teacher_id, "psychologist", True)
    assert teacher.get("/profile").status_code == 302


@pytest.mark.parametrize(
    ("who", "away", "opens"),
    [
        ("teacher", timedelta(days=13), True),
        ("teacher", timedelta(days=15), False),
        ("admin", timedelta(minutes=29), True),
        ("admin", timedelta(minutes=31), False),
    ],
)
def test_an_idle_session_ends(client: FlaskClient, school: School, who: str, away: timedelta, opens: bool) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        enter(client, getattr(school, who))
        clock.shift(away)
        assert (client.get("/profile").status_code == 200) is opens


def test_a_session_ends_after_ninety_days_however_busy(client: FlaskClient, school: School) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        enter(client, school.teacher)
        for _ in range(9):
            clock.shift(timedelta(days=9))
            assert client.get("/profile").status_code == 200
        clock.shift(timedelta(days=9, hours=1))
        assert client.get("/profile").status_code == 302


def test_guessing_slows_one_login_and_no_neighbour(app: Flask, client: FlaskClient, school: School) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        codes = [enter(client, school.teacher, f"догадка {n}").status_code for n in range(8)]
        assert codes == [422] * 5 + [429] * 3
        assert enter(client, school.teacher).status_code == 429
        assert enter(app.test_client(), school.admin).status_code == 302
        clock.shift(timedelta(seconds=5))
        assert enter(client, school.teacher, "ещё догадка").status_code == 422
        clock.shift(timedelta(seconds=5))
        assert enter(client, school.teacher).status_code == 429
        clock.shift(timedelta(seconds=4))
        assert enter(client, school.teacher).status_code == 302


def test_a_hundred_guesses_keep_neither_the_neighbour_nor_the_owner_out(
    app: Flask, client: FlaskClient, school: School
) -> None:
    """All from one address, as everybody of a school is; the owner's own browser is known by its cookie alone."""
    own = app.test_client()
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert enter(own, school.teacher).status_code == 302
        send(own, "/sign-out", "/profile")
        codes = [enter(client, school.teacher, f"догадка {n}").status_code for n in range(100)]
        assert codes == [422] * 5 + [429] * 95
        assert enter(app.test_client(), school.admin).status_code == 302
        assert enter(app.test_client(), school.teacher).status_code == 429
        assert enter(own, school.teacher).status_code == 302
        assert enter(client, school.teacher).status_code == 429, "the owner's success frees no guesser"
        name = next(c for c in own._cookies.values() if c.key.endswith("_known"))
        client.set_cookie(name.key, f"{name.value}x")
        assert enter(client, school.teacher).status_code == 429, "a cookie of one's own making is no known browser"


def test_an_invitation_works_once(app: Flask, client: FlaskClient, school: School) -> None:
    path = f"/link/{link_for(app, school)}"
    assert send(client, path, login="lineykin", password="12345678").status_code == 422
    assert send(client, path, login="uchitel", password=PASSWORD).status_code == 422
    assert send(client, path, login="Lineykin ", password=PASSWORD).status_code == 302
    assert "Линейкин" in client.get("/").text
    assert client.get(path).status_code == 404
    token = csrf(client.get("/").text)
    assert client.post(path, data={"csrf_token": token, "login": "drugoy", "password": PASSWORD}).status_code == 404
    assert enter(app.test_client(), "LINEYKIN").status_code == 302


def test_a_link_names_the_person_and_the_school_and_what_is_missing(
    app: Flask, client: FlaskClient, school: School
) -> None:
    path = f"/link/{link_for(app, school)}"
    page = client.get(path).text
    assert "Линейкин Пётр" in page and "Школа № 0" in page
    empty = send(client, path, login="", password="")
    assert empty.status_code == 422
    assert "Придумайте логин" in empty.text and "Введите пароль" in empty.text
    assert "от 3 до 120 знаков" in send(client, path, login="я", password="четыре тихих слова").text


def test_empty_passwords_are_named_by_their_fields(teacher: FlaskClient) -> None:
    page = send(teacher, "/profile", old="", password="").text
    for field, text in (("old", "Введите нынешний пароль"), ("password", "Введите новый пароль")):
        assert f'id="f-{field}-error">{text}<' in page
    assert "Введите нынешний пароль" not in send(teacher, "/profile", old=PASSWORD, password="").text


def test_whoever_is_sent_to_sign_in_is_told_why(client: FlaskClient, school: School) -> None:
    assert "Войдите, чтобы открыть страницу" in client.get("/profile", follow_redirects=True).text
    for path in ("/", "/sign-in", "/sign-in?next=//evil.example"):
        assert "Войдите, чтобы открыть страницу" not in client.get(path, follow_redirects=True).text


@pytest.mark.parametrize(
    ("login", "days", "status"), [(None, 13, 200), (None, 15, 404), ("uchitel", 0, 200), ("uchitel", 2, 404)]
)
def test_a_link_expires(
    app: Flask, client: FlaskClient, school: School, login: str | None, days: int, status: int
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        path = f"/link/{link_for(app, school, login)}"
        clock.shift(timedelta(days=days))
        assert client.get(path).status_code == status


def test_a_newer_link_ends_the_older(app: Flask, client: FlaskClient, school: School) -> None:
    older, newer = [f"/link/{link_for(app, school, school.teacher)}" for _ in range(2)]
    assert client.get(older).status_code == 404
    assert client.get(newer).status_code == 200


def test_a_reset_keeps_the_login_ends_sessions_and_lifts_the_pause(
    app: Flask, teacher: FlaskClient, school: School
) -> None:
    other = app.test_client()
    for n in range(6):
        enter(other, school.teacher, f"догадка {n}")
    path = f"/link/{link_for(app, school, school.teacher)}"
    assert send(other, path, password="новый тихий пароль").status_code == 302
    assert teacher.get("/profile").status_code == 302
    assert enter(app.test_client(), school.teacher, "новый тихий пароль").status_code == 302


def test_the_link_of_a_closed_account_is_dead(app: Flask, client: FlaskClient, school: School) -> None:
    token = link_for(app, school, school.teacher)
    with app.app_context():
        people.set_active(accounts.db.session.get(accounts.Person, school.admin_id), school.teacher_id, False)
    assert client.get(f"/link/{token}").status_code == 404


def test_the_first_administrator_comes_by_a_link(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        path = f"/link/{accounts.make_link('first_admin')}"
    typed = {"school": "Школа № 0", "last_name": "Главный", "first_name": "", "login": "glavny", "password": PASSWORD}
    answer = send(client, path, **typed)
    assert answer.status_code == 422
    assert "Школа № 0" in answer.text
    assert send(client, path, **typed | {"first_name": "Глеб"}).status_code == 302
    assert client.get("/school/people").status_code == 200
    assert client.get(path).status_code == 404


def stale_form(client: FlaskClient, path: str, fields: dict[str, str]) -> dict[str, str]:
    """The inputs of the page that keeps what was sent to ``path`` with a token that is no longer good."""
    answer = client.post(path, data={"csrf_token": "stale", **fields})
    assert answer.status_code in (400, 401)
    return inputs(answer.text)


def inputs(page: str) -> dict[str, str]:
    """Name and value of every input inside the main part of a page."""
    main = page.split("<main", 1)[1]
    found = {}
    for tag in re.findall(r"<input[^>]*>", main):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag, re.DOTALL)
        if name:
            found[name.group(1)] = html.unescape(value.group(1)) if value else ""
    return found


LONG = "Ученик A спросил: «А как понять, что готово?»\nУченик B показал на критерий & сказал <вот>"


def test_ninety_minutes_in_a_lesson_lose_nothing(admin: FlaskClient) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        token = csrf(admin.get("/profile").text)
        clock.shift(timedelta(minutes=90))
        answer = admin.post("/language/en", data={"csrf_token": token, "back": "/profile"})
        assert (answer.status_code, answer.location) == (302, "/profile")


def test_a_stale_token_keeps_every_word_and_one_press_sends_them(app: Flask, teacher: FlaskClient) -> None:
    kept = stale_form(teacher, "/language/en?x=1", {"back": "/profile", "note": LONG})
    assert kept["note"] == LONG
    assert teacher.post("/language/en?x=1", data=kept).location == "/profile"


def test_an_ended_session_keeps_every_word_and_one_press_signs_in_and_sends(
    app: Flask, teacher: FlaskClient, school: School
) -> None:
    with app.app_context():
        accounts.revoke_all(accounts.db.session.get(accounts.Person, school.teacher_id))
    kept = stale_form(teacher, "/notices/7/read", {"note": LONG})
    assert kept["note"] == LONG
    assert kept["again-target"] == "/notices/7/read"
    wrong = teacher.post("/sign-in/again", data=kept | {"again-login": "uchitel", "again-password": "не тот"})
    assert wrong.status_code == 422
    assert inputs(wrong.text)["note"] == LONG
    right = teacher.post("/sign-in/again", data=kept | {"again-login": "uchitel", "again-password": PASSWORD})
    assert right.status_code == 200
    assert "data-resend" in right.text
    assert re.search(r'action="/notices/7/read"', right.text)
    again = inputs(right.text)
    assert again["note"] == LONG
    assert "again-password" not in again
    assert PASSWORD not in right.text


def test_a_session_that_ended_on_the_server_alone_asks_to_sign_in(
    app: Flask, teacher: FlaskClient, school: School
) -> None:
    token = csrf(teacher.get("/profile").text)
    with app.app_context():
        accounts.revoke_all(accounts.db.session.get(accounts.Person, school.teacher_id))
    answer = teacher.post("/notices/7/read", data={"csrf_token": token, "note": LONG})
    assert answer.status_code == 401
    assert inputs(answer.text)["note"] == LONG
    assert "again-login" in inputs(answer.text)


def test_a_kept_page_never_repeats_a_password(teacher: FlaskClient) -> None:
    answer = teacher.post("/profile", data={"csrf_token": "stale", "old": PASSWORD, "password": "четыре тихих слова"})
    assert PASSWORD not in answer.text
    assert "четыре тихих слова" not in answer.text


def test_a_stale_sign_in_page_asks_for_the_password_again(client: FlaskClient, school: School) -> None:
    data = {"csrf_token": "stale", "login": school.teacher, "password": PASSWORD}
    answer = client.post("/sign-in?next=/profile", data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert "Введите пароль ещё раз" in answer.text
    assert answer.request.args["next"] == "/profile"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_a_form_of_another_site_gets_no_page_and_no_cookie(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/notices/7/read", data={"note": "чужое"}, headers=headers)
    assert answer.status_code == 403
    assert "чужое" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_our_own_form_passes_with_its_origin(client: FlaskClient, school: School) -> None:
    token = csrf(client.get("/sign-in").text)
    data = {"csrf_token": token, "login": school.teacher, "password": PASSWORD}
    assert client.post("/sign-in", data=data, headers={"Origin": "http://localhost"}).status_code == 302


def test_nobody_steps_into_a_role_outside_the_demo(client: FlaskClient, school: School) -> None:
    assert "sign-in/as" not in client.get("/sign-in").text
    assert send(client, f"/sign-in/as/{school.teacher_id}", "/sign-in").status_code == 404


def test_a_demo_installation_opens_demo_people_alone(app: Flask, client: FlaskClient, school: School) -> None:
    with app.app_context():
        host().demo = True
    assert send(client, f"/sign-in/as/{school.teacher_id}", "/sign-in").status_code == 404
