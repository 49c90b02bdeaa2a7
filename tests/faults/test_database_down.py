"""PostgreSQL that hangs, is slow, is gone and comes back: nobody waits for ever, everybody is told, and it heals."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from engine.services import accounts, people
from engine.store import patience
from engine.store.database import db
from tests.faults.proxy import Proxy
from tests.gates.plugin import Figure
from tests.gates.sizes import size
from tests.installation import Database, cast, running
from tests.webui.conftest import PASSWORD, close, csrf, enter
from webui import create_app

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
#: What the gate asks for, in seconds. It is a limit of the product, not a measure of the machine.
LONGEST = 10
RU, EN = "База данных сейчас не отвечает", "The database does not answer now"
TEXT = "Три дня писала этот вывод"


@pytest.fixture(scope="module")
def school(founded_on: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The invented school, in which Указкина has a password."""
    made = founded_on("postgres").apart(tmp_path_factory.mktemp("down") / "instance")
    with running(made.folder, made.url(made.template)):
        somebody = cast().people
        accounts.use_link(people.link_for(somebody["Журналова"], somebody["Указкина"].id), "uchitel", PASSWORD)
    yield made
    made.drop()


@pytest.fixture
def proxy(school: Database) -> Iterator[Proxy]:
    address = make_url(school.server)
    made = Proxy((address.host or "127.0.0.1", address.port or 5432))
    yield made
    made.close()


@pytest.fixture
def app(proxy: Proxy, school: Database) -> Iterator[Flask]:
    url = make_url(school.url(school.template)).set(host="127.0.0.1", port=proxy.port)
    made = create_app(school.folder, url.render_as_string(hide_password=False))
    yield made
    proxy.well()
    close(made)


@pytest.fixture
def teacher(app: Flask) -> FlaskClient:
    client = app.test_client()
    assert enter(client, "uchitel").status_code == 302
    return client


def _refused(client: FlaskClient, token: str, text: str) -> float:
    """A page and a form while the database is away. Returns the longest answer in seconds."""
    taken = []
    for answer in (
        lambda: client.get("/"),
        lambda: client.post("/bank/new", data={"title": TEXT, "csrf_token": token}),
    ):
        began = time.monotonic()
        got = answer()
        taken.append(time.monotonic() - began)
        assert got.status_code == 503
        assert int(got.headers["Retry-After"]) > 0
        assert text in got.text
    assert TEXT in got.text, "what was typed is gone"
    return max(taken)


@pytest.mark.gate("R-18")
def test_a_database_that_hangs_is_slow_or_gone(
    proxy: Proxy, teacher: FlaskClient, app: Flask, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert patience.SECONDS + patience.POOL <= LONGEST
    monkeypatch.setattr(patience, "SECONDS", size(2, 7))
    token, longest = csrf(teacher.get("/profile").text), 0.0

    def well_again() -> None:
        proxy.well()
        assert teacher.get("/").status_code == 200, "the first request after it came back"

    proxy.stalled = True
    longest = max(longest, _refused(teacher, token, RU))
    well_again()
    proxy.delay = 2.0
    longest = max(longest, _refused(teacher, token, RU))
    well_again()
    proxy.refusing = True
    proxy.cut()
    longest = max(longest, _refused(teacher, token, RU))
    well_again()
    proxy.cut()  # restarted between two requests: nobody notices
    assert teacher.get("/").status_code == 200
    teacher.post("/language/en", data={"csrf_token": token})
    proxy.refusing = True
    proxy.cut()
    longest = max(longest, _refused(teacher, token, EN))
    well_again()
    assert longest < LONGEST
    with app.app_context():
        assert db.engine.pool.checkedout() == 0
    figure.reached(f"hung, 2 s slower, gone, restarted: 503 within {LONGEST} s, well with the first request after")


def test_only_requests_are_in_a_hurry(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration or a worker is not given up: its time limits are those of the server."""
    monkeypatch.setattr(patience, "SECONDS", -1)
    assert app.test_client().get("/sign-in").status_code == 503
    with app.app_context():
        assert db.session.execute(db.text("SELECT pg_sleep(0.3)")).scalar() is not None
