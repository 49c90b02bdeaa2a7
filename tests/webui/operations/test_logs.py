"""The log tells what happened with numbers and codes: nobody's words, no token, one line a line."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.services import accounts, groups, people, types, watch
from engine.services.directory import add_admin
from engine.services.personal import erasure
from engine.store.database import db
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.webui.conftest import PASSWORD, School, enter, person_id, send
from tests.webui.crawling import step_in
from webui.health.logs import EXPORTS, open_log
from webui.policies import POLICIES

NASTY = 'Сухова\r\n{"log":"trefoil.security"}\x1b[31m\x9b0m\u2028admin\x00'
Reader = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Reader]:
    """The lines of the log since the last look; each is a line of JSON and of plain ASCII."""
    path = tmp_path / "log.jsonl"
    handler, seen = open_log(str(path)), [0]
    assert open_log(str(path)) is handler

    def read() -> list[dict[str, Any]]:
        lines = path.read_bytes().splitlines(keepends=True)[seen[0] :]
        seen[0] += len(lines)
        assert all(re.fullmatch(rb"[\x20-\x7e]*\n", line) for line in lines)
        return [json.loads(line) for line in lines]

    yield read
    logging.getLogger().removeHandler(handler)
    handler.close()
    logging.getLogger("trefoil").setLevel(logging.NOTSET)


def security(lines: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """(what, about whom, other facts) of the lines of the security log."""
    common = {"timestamp", "level", "log", "message", "request", "address", "user", "person"}
    return [
        (line["message"], line.get("person"), {k: v for k, v in line.items() if k not in common})
        for line in lines
        if line["log"] == "trefoil.security"
    ]


def test_a_request_is_a_line_without_its_address(demo_school: Flask, told: Reader) -> None:
    vera = person_id(demo_school, "Указкина")
    browser = step_in(demo_school, vera)
    told()
    answer = browser.get("/cycles/1?note=слова", headers={"X-Request-Id": "0123456789abcdef"})
    assert answer.status_code == 200 and answer.headers["X-Request-Id"] == "0123456789abcdef"
    (line,) = told()
    assert isinstance(line.pop("ms"), int) and re.match(r"\d{4}-\d\d-\d\dT\d\d:", line.pop("timestamp"))
    assert line == {
        "level": "INFO",
        "log": "trefoil.access",
        "message": "request",
        "request": "0123456789abcdef",
        "endpoint": "cycles.cycle",
        "method": "GET",
        "status": 200,
        "user": vera,
        "about": {"cycle_id": 1},
    }
    forged = browser.get("/", headers={"X-Request-Id": "a b\tc"}).headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{16}", forged)


def test_no_token_and_no_pupil_is_in_the_log(demo_school: Flask, told: Reader, tmp_path: Path) -> None:
    with demo_school.app_context():
        links = list(db.session.execute(db.text("SELECT link FROM survey_run")).scalars())
        secret = accounts.make_link("reset", db.session.get(Person, person_id(demo_school, "Указкина")))
    browser = step_in(demo_school, person_id(demo_school, "Указкина"))  # a teacher's phone in a pupil's hands
    told()
    paths = [*(f"/s/{link}?t=one-time-token" for link in links), f"/link/{secret}", f"/calendar/{secret}.ics"]
    statuses = [browser.get(path).status_code for path in paths]
    assert 200 in statuses
    text = (tmp_path / "log.jsonl").read_text()
    assert not any(held in text for held in (*links, secret, "one-time-token"))
    surveys = [line for line in told() if line.get("endpoint") == "survey.answer"]
    assert len(surveys) == len(links) > 0
    for line in surveys:
        assert line.keys() == {
            *("timestamp", "level", "log", "message", "request", "endpoint", "method", "status", "ms", "user")
        }
        assert line["user"] is None


def test_coming_in_and_going_out(app: Flask, school: School, client: FlaskClient, told: Reader) -> None:
    for login, password in ((school.teacher, "неверный пароль"), (NASTY, NASTY), (PASSWORD, "x")):
        assert enter(client, login, password).status_code == 422
    assert enter(client, school.teacher).status_code == 302
    send(client, "/sign-out", "/profile")
    lines = told()
    assert security(lines) == [
        ("sign_in_failed", school.teacher_id, {}),
        ("sign_in_failed", None, {}),
        ("sign_in_failed", None, {}),
        ("sign_in", school.teacher_id, {}),
        ("sign_out", school.teacher_id, {}),
    ]
    assert all(line["address"] == "127.0.0.1" for line in lines if line["log"] == "trefoil.security")
    written = json.dumps(lines, ensure_ascii=False)
    assert not any(word in written for word in ("Сухова", "неверный", PASSWORD, school.teacher))


def test_many_tries_are_told(client: FlaskClient, school: School, told: Reader) -> None:
    statuses = [enter(client, school.teacher, "неверный пароль").status_code for _ in range(6)]
    assert statuses[-1] == 429
    assert security(told())[-1] == ("slowed", None, {"endpoint": "auth.sign_in"})


def test_what_is_not_open_is_told(teacher: FlaskClient, school: School, told: Reader) -> None:
    told()
    for path, status in (("/school/people", 403), ("/school/people/1", 404), ("/cycles/77", 404), ("/nowhere", 404)):
        assert teacher.get(path).status_code == status
    assert teacher.get("/api/v1/me").status_code == 401
    lines = told()
    assert security(lines) == [
        ("denied", None, {"endpoint": "school.people", "status": 403}),
        ("denied", None, {"endpoint": "school.person", "status": 404, "person_id": 1}),
        ("denied", None, {"endpoint": "cycles.cycle", "status": 404, "cycle_id": 77}),
        ("denied", None, {"endpoint": "api.me", "status": 401}),
    ]
    assert {line["user"] for line in lines if line.get("endpoint", "").startswith("school.")} == {school.teacher_id}


def test_roles_accounts_and_erasures_are_told_whoever_makes_them(app: Flask, school: School, told: Reader) -> None:
    with app.app_context():
        admin = db.session.get(Person, school.admin_id)
        add_admin(school.teacher)
        other = people.add(admin, {"last_name": "Уходящий", "first_name": "Пётр", "patronymic": ""})
        types.switch(admin, "formative", "enabled")
        group = groups.add(admin, "formative", "Группа", other.id, None)
        groups.edit(admin, group.id, "Группа", school.teacher_id, None)
        with unit_of_work():
            db.session.get(Person, other.id).active = False
        act = erasure.erase(admin, other.id, typed="Уходящий", basis="заявление")
        lines, numbers = told(), (other.id, group.id, act.id, act.school_id)
    them, theirs, act_id, school_id = numbers
    led = {"by": "command", "role": "group_leader", "group": theirs}
    assert security(lines) == [
        ("role_given", school.teacher_id, {"by": "command", "role": "school_admin"}),
        ("role_given", them, led),
        ("role_ended", them, led),
        ("role_given", school.teacher_id, led),
        ("account_closed", them, {"by": "command"}),
        ("erasure", them, {"by": "command", "act": act_id, "kind": "erasure", "school": school_id}),
    ]
    assert "Уходящий" not in json.dumps(lines, ensure_ascii=False)


def test_what_was_taken_back_is_not_told(app: Flask, school: School, told: Reader) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError), unit_of_work():
            db.session.get(Person, school.teacher_id).active = False
            db.session.flush()
            raise RuntimeError
        add_admin(school.teacher)
    assert [name for name, _person, _facts in security(told())] == ["role_given"]


def test_exports_are_told(demo_school: Flask, told: Reader) -> None:
    assert POLICIES.keys() >= EXPORTS
    browser = step_in(demo_school, person_id(demo_school, "Указкина"))
    told()
    page = send(browser, "/exports", "/profile", kind="cycle", cycle="1")
    assert page.status_code == 302
    (name, person, facts) = security(told())[0]
    assert (name, facts["kind"]) == ("export", "cycle") and isinstance(facts["job"], int)
    assert person == person_id(demo_school, "Указкина")


def test_words_become_a_mark_and_lines_stay_lines(app: Flask, told: Reader) -> None:
    with app.app_context():
        watch.tell("denied", endpoint=NASTY, kind="ok.code", n=3, person=None)
    logging.getLogger("elsewhere").warning("a line of %s", NASTY)
    first, second = told()
    assert (first["endpoint"], first["kind"], first["n"]) == ("?", "ok.code", 3)
    assert second["message"] == f"a line of {NASTY}"


def test_a_fault_is_told_by_its_places_and_without_its_words(app: Flask, told: Reader) -> None:
    def fail(secret: str) -> None:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise RuntimeError(secret + secret) from error

    try:
        fail("Сухова Анна")
    except RuntimeError:
        logging.getLogger("webui.errors").exception("unexpected error %s", "1a2b")
    (line,) = told()
    assert line["message"] == "unexpected error 1a2b" and "Сухова" not in json.dumps(line, ensure_ascii=False)
    assert re.match(r"builtins.RuntimeError at \S+test_logs.py:\d+ fail < ", line["exc_info"])
    assert "caused by builtins.ValueError" in line["exc_info"]
