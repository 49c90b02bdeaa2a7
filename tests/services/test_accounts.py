"""Accounts without pages: what is stored, what a password must be, links under a race."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from engine.services import accounts, passwords, people
from engine.services.errors import Invalid, NotFound
from engine.services.host import install
from engine.services.setup import prepare_database
from engine.store.database import db
from engine.store.people import FailedSignIn, OneTimeLink, Person, SignIn
from tests.installation import FIRST_ADMIN

PASSWORD = "старая ель у реки"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = Flask("trefoil")
    install(made, tmp_path / "instance")
    with made.app_context():
        prepare_database()
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def admin(app: Flask) -> Person:
    token = accounts.first_admin(accounts.make_link("first_admin"), **FIRST_ADMIN, password=PASSWORD)
    found = accounts.person_for(token)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "password", ["", "короток", "12345678", "password", "QWERTYUIOP", "йцукенгш", "glavny2026", "xGLAVNYx", "я" * 257]
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check_password(password, "glavny")
    assert refused.value.errors["password"]


@pytest.mark.parametrize("password", ["x7 Ж—ё 😀 z", PASSWORD, "я" * 64, "        пробелы        "])
def test_any_characters_and_lengths_are_welcome(password: str) -> None:
    passwords.check_password(password, "glavny")


def test_the_list_of_common_passwords_is_long_and_knows_russian_ones() -> None:
    known = passwords.common()
    assert len(known) >= 1000
    assert {"qwerty123", "пароль123", "йцукен123"} <= known
    assert all(word == word.lower().strip() for word in known)


def test_the_database_holds_no_password_and_no_token(admin: Person) -> None:
    _person, session = accounts.sign_in("glavny", PASSWORD)
    link = accounts.make_link("reset", admin)
    assert admin.password_hash and admin.password_hash.startswith("$argon2id$")
    stored = [row.token_hash for table in (SignIn, OneTimeLink) for row in db.session.scalars(select(table))]
    assert session not in stored and link not in stored
    assert all(len(value) == 64 for value in stored)


def test_a_person_without_a_password_cannot_sign_in(admin: Person) -> None:
    person = people.add(admin, {"last_name": "Указкина", "first_name": "Вера"})
    with accounts.unit_of_work():
        person.login = "uchitel"
    for password in ("", "None", PASSWORD):
        with pytest.raises(Invalid):
            accounts.sign_in("uchitel", password)


def test_success_forgets_the_failures(admin: Person) -> None:
    for _ in range(4):
        with pytest.raises(Invalid):
            accounts.sign_in("glavny", "не тот")
    accounts.sign_in("glavny", PASSWORD)
    assert db.session.scalars(select(FailedSignIn)).all() == []
    for _ in range(4):
        with pytest.raises(Invalid):
            accounts.sign_in("glavny", "не тот")


def test_a_link_pressed_twice_at_once_works_once(app: Flask, admin: Person) -> None:
    person = people.add(admin, {"last_name": "Указкина", "first_name": "Вера"})
    token = people.link_for(admin, person.id)
    answers: list[str] = []
    ready = threading.Barrier(4)

    def press(n: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                accounts.use_link(token, f"uchitel{n}", PASSWORD)
                answers.append("in")
            except NotFound:
                answers.append("used")
            db.session.remove()

    threads = [threading.Thread(target=press, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["in", "used", "used", "used"]


def test_a_refused_login_leaves_the_link_alive(admin: Person) -> None:
    person = people.add(admin, {"last_name": "Указкина", "first_name": "Вера"})
    token = people.link_for(admin, person.id)
    for login in ("glavny", " Glavny", "x", ""):
        with pytest.raises(Invalid) as refused:
            accounts.use_link(token, login, PASSWORD)
        assert refused.value.errors["login"]
    accounts.use_link(token, "uchitel", PASSWORD)
    with pytest.raises(NotFound):
        accounts.link_of(token)


def test_a_first_admin_link_makes_one_school(admin: Person) -> None:
    assert not accounts.needs_first_admin()
    with pytest.raises(NotFound):
        accounts.use_link(accounts.make_link("first_admin"), "drugoy", PASSWORD)


def test_nobody_steps_into_a_role_of_a_real_school(admin: Person) -> None:
    with pytest.raises(NotFound):
        accounts.step_in(admin.id)
