"""Headers and cookies of every kind of answer; reading changes nothing; nobody is led to another site."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from engine.services.errors import DATABASE_DOWN
from tests.webui.conftest import PASSWORD, csrf, person_id
from tests.webui.conftest import close as let_go
from tests.webui.crawling import step_in, walk
from webui import create_app
from webui.auth.again import own_path
from webui.policies import BEARER, POLICIES, PUBLIC

EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
CSP = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")


@pytest.fixture
def secure(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An installation that browsers reach by https, with two addresses that fail."""
    monkeypatch.setenv("TREFOIL_HTTPS", "1")
    made = create_app(shutil.copytree(empty, tmp_path / "instance"))

    def broken() -> str:
        raise RuntimeError("broken")

    def down() -> str:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    for view in (broken, down):
        made.add_url_rule(f"/{view.__name__}", view.__name__, view)
        monkeypatch.setitem(POLICIES, view.__name__, PUBLIC)
    assert OperationalError in DATABASE_DOWN
    yield made
    let_go(made)


def _answers(client: FlaskClient) -> Iterator[tuple[int, TestResponse]]:
    """One of every kind; the status it should have."""
    https = {"base_url": "https://localhost"}
    yield 200, client.get("/sign-in", **https)
    yield 200, client.get("/static/css/trefoil.css", **https)
    yield 404, client.get("/static/none.css", **https)
    yield 302, client.get("/", **https)
    yield 404, client.get("/no-such-page", **https)
    yield 404, client.get("/s/no-such-survey", **https)
    yield 404, client.get("/calendar/none.ics", **https)
    yield 405, client.get("/sign-out", **https)
    yield 400, client.post("/sign-out", **https)
    yield 403, client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}, **https)
    yield 413, client.post("/sign-in", data={"login": "x" * 5_000_000}, **https)
    yield 500, client.get("/broken", **https)
    yield 503, client.get("/down", **https)
    yield 200, client.get("/api/v1/openapi.json", **https)
    yield 200, client.get("/api/v1/docs", **https)
    yield 401, client.get("/api/v1/me", **https)
    yield 404, client.get("/api/v1/nothing", **https)


@pytest.mark.parametrize("json", [False, True], ids=["page", "json"])
def test_every_kind_of_answer_has_every_header(secure: Flask, json: bool) -> None:
    client = secure.test_client()
    if json:
        client.environ_base["HTTP_ACCEPT"] = "application/json"
    for status, answer in _answers(client):
        where = (answer.request.method, answer.request.path)
        assert answer.status_code == status, (where, answer.status_code)
        for name, value in EVERY.items():
            assert answer.headers.get_all(name) == [value], (where, name)
        policy = answer.headers["Content-Security-Policy"]
        assert all(part in policy for part in CSP) and "unsafe" not in policy, where
        kept = answer.headers["Cache-Control"]
        assert ("no-store" in kept) != where[1].startswith("/static/"), where
        assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers
        if status >= 500:
            assert "Traceback" not in answer.text and "RuntimeError" not in answer.text and "SELECT" not in answer.text
        if status == 503:
            assert int(answer.headers["Retry-After"]) > 0
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert cookie.startswith("__Host-"), where
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(
                cookie.split("; ")
            ) and "Domain" not in cookie
        answer.close()


def test_too_many_tries_are_told_with_the_same_headers(secure: Flask) -> None:
    client = secure.test_client()
    for _ in range(40):
        page = client.get("/sign-in", base_url="https://localhost")
        data = {"csrf_token": csrf(page.text), "login": "кто-то", "password": "не тот"}
        referer = {"Referer": "https://localhost/sign-in"}
        answer = client.post("/sign-in", data=data, base_url="https://localhost", headers=referer)
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert all(answer.headers.get_all(name) == [value] for name, value in EVERY.items())


def test_downloads_are_attachments_for_nobody_s_cache(demo_school: Flask) -> None:
    client = step_in(demo_school, person_id(demo_school, "Указкина"))
    seen = 0
    for page in walk(demo_school, client, limit=60):
        if not page.text and page.status == 200:
            answer = client.get(page.path)
            assert (
                answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Content-Type-Options"] == "nosniff"
            )
            assert answer.headers["Content-Disposition"].startswith("attachment"), page.path
            seen += 1
            answer.close()
    assert seen > 3


#: Told by a page that was opened: a one-time token for a pupil, and when somebody was last here.
MAY_CHANGE = {"survey_token", "sign_in_session"}


def _tables(folder: Path) -> dict[str, str]:
    """A digest of every table."""
    with closing(sqlite3.connect(folder / "trefoil.sqlite")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            rows = sorted(map(repr, db.execute(f'SELECT * FROM "{name}"')))
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found


@pytest.mark.parametrize("name", ["Указкина", "Журналова"])
def test_reading_changes_nothing(demo_school: Flask, name: str) -> None:
    """Every page by its links, then GET and HEAD of every address there is."""
    client = step_in(demo_school, person_id(demo_school, name))
    folder = Path(demo_school.instance_path)
    client.get("/")
    before = _tables(folder)
    for page in walk(demo_school, client, limit=60):
        client.head(page.path).close()
    for rule in demo_school.url_map.iter_rules():
        if "GET" in rule.methods and not POLICIES[rule.endpoint].startswith(BEARER):
            values = {a: 1 if c.regex == "\\d+" else "x" for a, c in rule._converters.items()}
            client.get(rule.build(values)[1]).close()
    after = _tables(folder)
    assert {table for table in before if before[table] != after[table]} - MAY_CHANGE == set()


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "////evil.example/%2e%2e",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https://evil.example",
        "HTTPS://evil.example",
        "http://localhost@evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        ".evil.example",
        "@evil.example",
        "/%5cevil.example/..//evil.example",
        "/%09/evil.example",
        "//localhost.evil.example",
        "／／evil.example",
        "/\r\nSet-Cookie: evil=1",
    ],
)
def test_next_never_leads_to_another_site(app: Flask, school: object, target: str) -> None:
    client = app.test_client()
    token = csrf(client.get("/sign-in").text)
    data = {"csrf_token": token, "login": "uchitel", "password": PASSWORD}
    answer = client.post("/sign-in", query_string={"next": target}, data=data)
    assert answer.status_code == 302
    goes = answer.headers["Location"]
    assert goes.startswith("/") and not goes.startswith(("//", "/\\", "/\t", "/\n")), goes
    assert len(answer.headers.get_all("Location")) == 1 and "evil=1" not in "".join(
        answer.headers.get_all("Set-Cookie")
    )
    with app.test_request_context("/"):
        assert own_path(target).startswith("/")


def _note(seen: list[str]) -> None:
    seen.append(str(request.remote_addr))


def test_forwarded_addresses_are_believed_from_our_own_proxies_alone(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without TREFOIL_PROXIES a claim is nothing; with one the last claim counts, which our proxy has made."""
    for proxies, told in (("", "127.0.0.1"), ("1", "10.0.0.9")):
        monkeypatch.setenv("TREFOIL_PROXIES", proxies or "0")
        made = create_app(shutil.copytree(empty, tmp_path / f"instance{proxies}"))
        seen: list[str] = []
        made.before_request(partial(_note, seen))
        made.test_client().get("/sign-in", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.9"})
        assert seen == [told]
        let_go(made)
