"""Headers, error pages, static files, the language, words of values."""

from __future__ import annotations

import re
import sqlite3
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from engine.core.text import Text
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import host
from engine.services.setup import prepare_database
from tests.webui.conftest import close, csrf, enter, send
from webui import create_app, texts
from webui.policies import POLICIES, PUBLIC

WEBUI = Path(create_app.__code__.co_filename).parent
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def broken(app: Flask, error: Exception) -> None:
    """Give the app a page ``/broken`` that raises."""

    def view() -> str:
        raise error

    app.add_url_rule("/broken", "broken", view)


@pytest.fixture
def open_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICIES, "broken", PUBLIC)


def check_headers(answer) -> None:
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value
    csp = answer.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in csp
    assert "unsafe" not in csp
    assert "http:" not in csp and "https:" not in csp
    assert "geolocation=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sign-in", 200), ("/", 302), ("/nothing", 404), ("/static/css/trefoil.css", 200), ("/static/no", 404)],
)
def test_headers_on_every_answer(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path, buffered=True)
    assert answer.status_code == status
    check_headers(answer)
    assert "Strict-Transport-Security" not in answer.headers


def test_headers_on_refused_and_broken_requests(app: Flask, client: FlaskClient, open_broken: None) -> None:
    broken(app, ZeroDivisionError())
    for answer, status in (
        (client.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}), 403),
        (client.delete("/sign-in"), 405),
        (client.get("/broken"), 500),
    ):
        assert answer.status_code == status
        check_headers(answer)


def test_https_by_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    monkeypatch.setenv("TREFOIL_HTTPS", "1")
    monkeypatch.setenv("TREFOIL_INSTANCE", str(empty))
    answer = create_app().test_client().get("/sign-in", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"__Host-trefoil_[0-9a-f]{6}=", cookie)
    for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"):
        assert part in cookie


def test_cookie_without_https(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert "; HttpOnly" in cookie and "; SameSite=Lax" in cookie and "Secure" not in cookie


def test_two_installations_on_one_machine_do_not_share_a_cookie(tmp_path: Path) -> None:
    names = {create_app(tmp_path / name).config["SESSION_COOKIE_NAME"] for name in ("school", "demo")}
    assert len(names) == 2


def test_the_secret_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    first, second = (create_app(tmp_path / "instance").secret_key for _ in range(2))
    assert first == second and len(first) == 64
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_static_files_are_kept_by_their_content(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert any("bootstrap.min.css" in a for a in addresses)
    for address in addresses:
        answer = client.get(address.partition("#")[0], buffered=True)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
    assert "immutable" not in client.get("/static/no.css?v=1").headers["Cache-Control"]


def test_pages_are_not_stored(teacher: FlaskClient) -> None:
    for path in ("/", "/profile", "/sign-in"):
        assert teacher.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (NotFound("Такого цикла нет", "No such cycle"), 404, "Такого цикла нет"),
        (Forbidden("Это вам здесь не открыто"), 403, "Это вам здесь не открыто"),
        (Conflict("Кто-то был быстрее"), 409, "Кто-то был быстрее"),
        (Invalid("Проверьте поля"), 422, "Проверьте поля"),
        (ZeroDivisionError("тайна"), 500, "Произошла ошибка №"),
        (sqlite3.OperationalError("тайна"), 500, "Произошла ошибка №"),
    ],
)
def test_errors_in_plain_words(
    app: Flask, client: FlaskClient, open_broken: None, error: Exception, status: int, text: str
) -> None:
    broken(app, error)
    answer = client.get("/broken")
    assert answer.status_code == status
    assert text in answer.text
    assert "тайна" not in answer.text
    got = client.get("/broken", headers={"Accept": "application/json"})
    assert got.status_code == status and text in got.json["error"]


def test_a_lost_database_is_said_and_asked_nothing(app: Flask, teacher: FlaskClient) -> None:
    with app.app_context():
        for name in ("sign_in", "person", "school"):
            with sqlite3.connect(host().instance / "trefoil.sqlite") as other:
                other.execute("PRAGMA foreign_keys=OFF")
                other.execute(f"ALTER TABLE {name} RENAME TO gone_{name}")
    answer = teacher.get("/")
    assert answer.status_code == 503
    assert "База данных сейчас не отвечает" in answer.text
    assert answer.headers["Retry-After"] == "30"


def test_too_much_text_is_a_page(client: FlaskClient) -> None:
    token = csrf(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"csrf_token": token, "login": "я" * 5_000_000})
    assert answer.status_code == 413
    assert "Слишком большой файл или текст" in answer.text
    kind = "multipart/form-data; boundary=x"
    size = {"CONTENT_LENGTH": str(33 << 20)}
    assert client.post("/sign-in", content_type=kind, environ_overrides=size).status_code == 413


def test_the_language_is_chosen_and_survives_signing_in(client: FlaskClient, school) -> None:
    assert 'lang="ru"' in client.get("/sign-in").text
    send(client, "/language/en", "/sign-in", back="/sign-in")
    assert 'lang="en"' in client.get("/sign-in").text
    send(client, "/sign-in", login=school.teacher, password="старая ель у реки")
    assert 'lang="en"' in client.get("/").text
    send(client, "/language/xx", "/", back="//evil.example")
    assert 'lang="en"' in client.get("/").text


def test_a_page_says_where_one_is(teacher: FlaskClient) -> None:
    for path, title in (("/", "Мои дела"), ("/profile", "Профиль"), ("/cycles", "Циклы")):
        page = teacher.get(path).text
        assert f"<title>{title} · Трилистник</title>" in page
        assert page.count('<main id="main"') == 1
        assert page.count("<h1") == 1
        assert page.index('href="#main"') < page.index("<header")


def test_the_menu_shows_what_is_open(app: Flask, school, teacher: FlaskClient) -> None:
    boss = app.test_client()
    enter(boss, school.admin)
    assert "/school/people" in boss.get("/").text
    assert "/school/people" not in teacher.get("/").text


def test_the_menu_is_grouped_and_names_the_own_profile(app: Flask, school, teacher: FlaskClient) -> None:
    page = teacher.get("/profile").text
    assert "Профиль: Указкина\u00a0В.\u00a0Д." in page
    assert re.findall(r"<summary[^>]*>(\w+)</summary>", page) == ["Опыт", "ПОС"], "a teacher's own work lies open"
    boss = app.test_client()
    enter(boss, school.admin)
    page = boss.get("/groups").text
    assert re.search(r'<summary class="here">Школа</summary>', page)
    assert "/leader" not in page and "/transfers" not in page
    assert boss.get("/leader").status_code == boss.get("/transfers").status_code == 403


TEMPLATES = sorted(WEBUI.rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(WEBUI)))
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text) == []
    assert [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag] == []
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text) == []


QUOTING = [p for p in TEMPLATES if p.parent.name in ("auth", "groups", "growth", "school", "types")]


@pytest.mark.parametrize("path", QUOTING, ids=lambda p: str(p.relative_to(WEBUI)))
def test_templates_quote_values_by_language(path: Path) -> None:
    assert "«{{" not in path.read_text(encoding="utf-8")


def test_quotation_marks_are_those_of_the_language(app: Flask) -> None:
    with app.test_request_context("/"):
        assert texts.quoted(Text("Круг", en="Circle")) == "«Круг»"
        session["language"] = "en"
        assert texts.quoted(Text("Круг", en="Circle")) == "“Circle”"


moment = datetime.fromisoformat


def test_words_of_values(app: Flask) -> None:
    with app.test_request_context("/"):
        host().clock.set(moment("2026-11-23T16:40"))
        assert texts.day(date(2026, 11, 5)) == "05.11.2026"
        assert texts.when(moment("2026-11-23T09:05")) == "сегодня, 09:05"
        assert texts.when(moment("2026-11-22T16:40")) == "вчера, 16:40"
        assert texts.when(moment("2026-11-24T10:15")) == "завтра, 10:15"
        assert texts.when(moment("2026-11-25T10:15")) == "25.11, 10:15"
        assert texts.when(moment("2025-11-25T10:15")) == "25.11.2025, 10:15"
        assert texts.percent(5 / 6) == "83,3\u00a0%"
        assert (texts.number(2.125), texts.number(2.0, 1), texts.number(None)) == ("2,13", "2,0", "—")
        assert (texts.number(-0.5, 1), texts.percent(None)) == ("−0,5", "—")


def test_the_settings_of_an_installation_are_read(tmp_path: Path) -> None:
    own = tmp_path / "own.sqlite"
    lines = ['TRUSTED_HOSTS = ["pos.school.example"]', f'SQLALCHEMY_DATABASE_URI = "sqlite:///{own}"']
    (tmp_path / "config.py").write_text("\n".join(lines), encoding="utf-8")
    app = create_app(tmp_path)
    with app.app_context():
        prepare_database()
    assert own.exists() and not (tmp_path / "trefoil.sqlite").exists()
    client = app.test_client()
    assert client.get("/health/live", base_url="http://pos.school.example").status_code == 200
    assert client.get("/health/live", base_url="http://evil.example").status_code == 400
    close(app)
