"""The demo school with keys of its people: a program that asks as one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.services import accounts
from engine.services.programs import tokens
from engine.services.programs.scopes import OF_SCHOOL, SCOPES
from engine.store.people import Person

#: Of the demo school: a teacher in a triad, the leader of its group, somebody of the Laboratory, the administrator.
TEACHER, LEADER, LAB, ADMIN = "Указкина", "Дневникова", "Графикова", "Журналова"
#: What every answer of the door is made of.
JSON, PROBLEM = "application/json", "application/problem+json"


@dataclass
class Program:
    """A program with a key."""

    app: Flask
    secret: str
    token_id: int

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """Send one request; header names with _ for -."""
        sent = {"Authorization": f"Bearer {self.secret}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.app.test_client().open(f"/api/v1{path}", method=method, json=json, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        """What a GET answers; it must be 200."""
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == JSON
        return answer.json

    def post(self, path: str, json: Any, **headers: str) -> TestResponse:
        return self.ask("POST", path, json, **headers)


def key_of(app: Flask, last_name: str, *scopes: str, service: bool = False, days: int = 90) -> Program:
    """A program with a fresh key of somebody; every scope unless some are named."""
    with app.app_context():
        person = accounts.db.session.scalars(accounts.select(Person).where(Person.last_name == last_name)).one()
        row, secret = tokens.make(person, "Проба", scopes or (OF_SCHOOL if service else SCOPES), days, service=service)
        return Program(app, secret, row.id)


@pytest.fixture
def teacher(demo_school: Flask) -> Program:
    return key_of(demo_school, TEACHER)


@pytest.fixture
def leader(demo_school: Flask) -> Program:
    return key_of(demo_school, LEADER)


@pytest.fixture
def lab(demo_school: Flask) -> Program:
    return key_of(demo_school, LAB)


@pytest.fixture
def admin(demo_school: Flask) -> Program:
    return key_of(demo_school, ADMIN)
