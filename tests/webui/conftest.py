"""A real installation on SQLite in a folder of its own, and people who joined it through their links."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine.services import accounts, people, second_step
from engine.services.setup import prepare_database
from engine.store.people import Person
from tests.installation import FIRST_ADMIN
from webui import create_app

PASSWORD = "старая ель у реки"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with migrated tables, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("empty") / "instance"
    made = create_app(folder)
    with made.app_context():
        prepare_database()
    close(made)
    return folder


def close(app: Flask) -> None:
    """Let go of the database files."""
    with app.app_context():
        accounts.db.session.remove()
        accounts.db.engine.dispose()


@pytest.fixture(scope="session")
def founded(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the test school in it, made once: hashing passwords takes its time, on purpose."""
    folder = shutil.copytree(empty, tmp_path_factory.mktemp("founded") / "instance")
    made = create_app(folder)
    with made.app_context():
        _found()
    close(made)
    return folder


@pytest.fixture
def app(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> Iterator[Flask]:
    folder = request.getfixturevalue("founded") if "school" in request.fixturenames else empty
    made = create_app(shutil.copytree(folder, tmp_path / "instance"))
    yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def demo_school(loaded: Path, tmp_path: Path) -> Iterator[Flask]:
    """A copy of it, running."""
    made = create_app(shutil.copytree(loaded, tmp_path / "instance"), demo=True)
    yield made
    close(made)


def person_id(app: Flask, last_name: str) -> int:
    """The id of somebody of the demo school."""
    with app.app_context():
        return accounts.db.session.scalars(select(Person.id).where(Person.last_name == last_name)).one()


def csrf(page: str) -> str:
    """The token of the first form of a page."""
    found = _TOKEN.search(page)
    assert found, page[:2000]
    return found.group(1)


def send(client: FlaskClient, path: str, shown_at: str = "", **fields: str):
    """Open ``shown_at`` (default: the path itself) for its token, then post the fields to ``path``."""
    token = csrf(client.get(shown_at or path, follow_redirects=True).text)
    return client.post(path, data={"csrf_token": token, **fields})


def enter(client: FlaskClient, login: str, password: str = PASSWORD):
    """Sign in through the pages; whoever needs a second step passes it by a fresh code on paper."""
    answer = send(client, "/sign-in", login=login, password=password)
    step = urlsplit(answer.location or "").path
    if step in ("/sign-in/code", "/profile/second-step"):
        return send(client, "/sign-in/code", code=paper_code(client.application, login))
    return answer


def paper_code(app: Flask, login: str) -> str:
    """A code on paper for somebody with a login; their app is set up first where it is not yet."""
    with app.app_context():
        person = accounts.db.session.scalars(select(Person).where(Person.login == login)).one()
        if not second_step.has(person):
            offer = second_step.offer(person)
            return second_step.enrol(person, offer.sealed, pyotp.TOTP(offer.secret).now())[0]
        return second_step.fresh_papers(person)[0]


@dataclass
class School:
    """Ids and logins of the people of the test school."""

    admin: str
    teacher: str
    admin_id: int
    teacher_id: int


@pytest.fixture
def school(app: Flask) -> School:
    """A school with its administrator ``glavny`` and a teacher ``uchitel``, each with a password, nobody signed in."""
    with app.app_context():
        ids = {p.login: p.id for p in accounts.db.session.scalars(select(Person))}
    return School("glavny", "uchitel", ids["glavny"], ids["uchitel"])


def _found() -> None:
    token = accounts.first_admin(accounts.make_link("first_admin"), **FIRST_ADMIN, password=PASSWORD)
    admin = accounts.person_for(token)
    teacher = people.add(admin, {"last_name": "Указкина", "first_name": "Вера", "patronymic": "Демовна"})
    accounts.use_link(people.link_for(admin, teacher.id), "uchitel", PASSWORD)
    accounts.revoke_all(admin)
    accounts.revoke_all(teacher)


@pytest.fixture
def teacher(client: FlaskClient, school: School) -> FlaskClient:
    """A browser in which the teacher has signed in."""
    assert enter(client, school.teacher).status_code == 302
    return client


@pytest.fixture
def admin(client: FlaskClient, school: School) -> FlaskClient:
    """A browser in which the administrator has signed in."""
    assert enter(client, school.admin).status_code == 302
    return client
