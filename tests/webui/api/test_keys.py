"""Keys: what opens the door, what a scope opens, and when a key ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine.services import accounts, people
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import host, now
from engine.services.personal import erasure
from engine.services.programs import tokens
from engine.services.programs.scopes import OF_SCHOOL, SCOPES
from engine.store.database import Model, db
from engine.store.people import Person, SchoolRole
from engine.store.programs import ApiToken
from engine.store.unit import unit_of_work
from tests.webui.api.conftest import ADMIN, PROBLEM, TEACHER, Program, key_of
from tests.webui.api.paths import requests
from tests.webui.conftest import person_id
from tests.webui.crawling import step_in
from webui.api.document import scope_of
from webui.api.door import OPERATIONS
from webui.api.rate import Rate


def _person(last_name: str) -> Person:
    return db.session.scalars(db.select(Person).where(Person.last_name == last_name)).one()


def test_without_a_key_nothing_opens(demo_school: Flask, teacher: Program) -> None:
    browser = step_in(demo_school, person_id(demo_school, ADMIN))
    wrong = {"Authorization": f"Bearer {teacher.secret}x"}
    other = {"Authorization": f"Basic {teacher.secret}"}
    for operation, path in requests():
        for headers in ({}, wrong, other):
            answer = browser.open(path, method=operation.method, headers=headers)
            assert answer.status_code == 401, path
            assert answer.mimetype == PROBLEM
            assert answer.json["code"] == "unauthorized"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_operation_asks_for_its_scope(demo_school: Flask) -> None:
    for scope in SCOPES:
        key = key_of(demo_school, ADMIN, scope)
        for operation, path in requests():
            answer = key.ask(operation.method, path.removeprefix("/api/v1"), json={} if operation.body else None)
            refused = answer.status_code == 403 and answer.json["code"] == "scope"
            assert refused == (scope_of(operation) not in ("", scope)), (scope, path, answer.text)
            if refused:
                assert f'scope="{scope_of(operation)}"' in answer.headers["WWW-Authenticate"]


def test_only_a_hash_is_kept(demo_school: Flask, teacher: Program) -> None:
    with demo_school.app_context():
        for table in Model.metadata.sorted_tables:
            for row in db.session.execute(db.select(table)):
                assert not any(teacher.secret in str(cell) for cell in row), table.name
        row = db.session.get(ApiToken, teacher.token_id)
        assert teacher.secret.startswith(row.prefix) and len(row.prefix) < 16


def test_a_key_ends_with_its_term(demo_school: Flask) -> None:
    key = key_of(demo_school, TEACHER, days=30)
    with demo_school.app_context():
        start = now()
        host().clock.set(start + timedelta(days=30) - timedelta(seconds=1))
        assert key.ask("GET", "/me").status_code == 200
        host().clock.set(start + timedelta(days=30))
        assert key.ask("GET", "/me").status_code == 401


def test_a_revoked_key_opens_nothing_at_once(demo_school: Flask, teacher: Program) -> None:
    assert teacher.ask("GET", "/cycles").status_code == 200
    with demo_school.app_context():
        tokens.revoke(_person(TEACHER), teacher.token_id)
    assert teacher.ask("GET", "/cycles").status_code == 401


def test_a_closed_account_takes_its_keys_along_for_good(demo_school: Flask, teacher: Program) -> None:
    with demo_school.app_context():
        admin, person = _person(ADMIN), _person(TEACHER)
        people.set_active(admin, person.id, False)
    assert teacher.ask("GET", "/me").status_code == 401
    with demo_school.app_context():
        people.set_active(_person(ADMIN), person_id(demo_school, TEACHER), True)
    assert teacher.ask("GET", "/me").status_code == 401


def test_the_last_use_is_noted_now_and_then(demo_school: Flask, teacher: Program) -> None:
    with demo_school.app_context():
        host().clock.set(now())
        seen = []
        for minutes in (0, 5, 6):
            host().clock.set(now() + timedelta(minutes=minutes))
            teacher.get("/me")
            db.session.expire_all()
            seen.append(db.session.get(ApiToken, teacher.token_id).used_at)
        assert seen[0] == seen[1] and seen[2] - seen[0] == timedelta(minutes=11)


def test_a_key_of_the_school_reads_as_its_administrator_and_no_longer(demo_school: Flask) -> None:
    key = key_of(demo_school, ADMIN, service=True)
    told = key.get("/me")
    assert told["kind"] == "service" and told["scopes"] == list(OF_SCHOOL)
    assert len(key.get("/groups")["items"]) == 5
    assert key.post("/cycles", {"triad_id": 1}).json["code"] == "scope"
    with demo_school.app_context(), unit_of_work():
        for role in db.session.scalars(db.select(SchoolRole).where(SchoolRole.person_id == _person(ADMIN).id)):
            role.until = now().date()
    assert key.ask("GET", "/me").status_code == 401


def test_only_an_administrator_makes_and_sees_keys_of_the_school(demo_school: Flask, teacher: Program) -> None:
    with demo_school.app_context():
        person, admin = _person(TEACHER), _person(ADMIN)
        with pytest.raises(Forbidden):
            tokens.make(person, "Журнал", OF_SCHOOL, 90, service=True)
        with pytest.raises(Forbidden):
            tokens.of_school(person, "service")
        row, _secret = tokens.make(admin, "Журнал", SCOPES, 90, service=True)
        assert row.scopes == list(OF_SCHOOL), "it never writes"
        with pytest.raises(NotFound):
            tokens.revoke(person, row.id)
        tokens.revoke(admin, teacher.token_id)
        with pytest.raises(NotFound):
            tokens.revoke(_person("Заречнов"), row.id)


def test_what_a_key_needs(demo_school: Flask) -> None:
    with demo_school.app_context():
        person = _person(TEACHER)
        with pytest.raises(Invalid) as wrong:
            tokens.make(person, " ", ["everything"], 10_000)
        assert set(wrong.value.errors) == {"title", "scopes", "days"}
        for _ in range(tokens.MOST):
            tokens.make(person, "Ещё", ["cycles:read"], 30)
        with pytest.raises(Invalid):
            tokens.make(person, "Лишний", ["cycles:read"], 30)


def test_erasure_throws_the_keys_and_kept_answers_away(demo_school: Flask) -> None:
    key = key_of(demo_school, "Мелков")
    key.post("/cycles", {"triad_id": 1}, Idempotency_Key="once")
    with demo_school.app_context():
        person = _person("Мелков")
        erasure.erase(_person(ADMIN), person.id, typed="Мелков", basis="заявление")
        assert db.session.get(ApiToken, key.token_id) is None
    assert key.ask("GET", "/me").status_code == 401


def test_a_key_may_not_ask_for_ever(demo_school: Flask) -> None:
    demo_school.extensions["trefoil-api-rate"] = Rate("3/hour")
    first, second = key_of(demo_school, TEACHER), key_of(demo_school, TEACHER)
    assert [first.ask("GET", "/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    limited = first.ask("GET", "/me")
    assert limited.json["code"] == "rate_limited"
    assert 1 <= int(limited.headers["Retry-After"]) <= 3600
    assert second.ask("GET", "/me").status_code == 200, "a school shares one address: keys are counted, not addresses"


def test_a_key_is_no_session(demo_school: Flask, admin: Program) -> None:
    browser = demo_school.test_client()
    answer = browser.get("/school/people", headers={"Authorization": f"Bearer {admin.secret}"})
    assert answer.status_code == 302 and "/sign-in" in answer.location


def test_a_page_of_another_site_cannot_ask_with_a_cookie(demo_school: Flask, teacher: Program) -> None:
    """A key in a header is no ambient authority, so its requests need no form token, whatever their origin."""
    answer = teacher.post("/cycles", {"triad_id": 999_999}, Origin="https://else.example", Sec_Fetch_Site="cross-site")
    assert answer.status_code == 404 and answer.mimetype == PROBLEM


def test_every_operation_is_declared_with_a_policy() -> None:
    assert len(OPERATIONS) == 22
    assert {scope_of(o) for o in OPERATIONS.values()} == {"", *SCOPES}
    for operation in OPERATIONS.values():
        if scope := scope_of(operation):
            assert scope.endswith("read" if operation.method == "GET" else "write"), operation.endpoint


def test_accounts_know_no_key(demo_school: Flask, teacher: Program) -> None:
    with demo_school.app_context():
        assert accounts.person_for(teacher.secret) is None
