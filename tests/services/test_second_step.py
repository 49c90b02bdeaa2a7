"""The second step on both databases: of many who send one code at once, one passes."""

from __future__ import annotations

import threading
import time

import pyotp
import pytest
from flask import current_app

from engine.services import accounts, second_step
from engine.services.demo.school import Cast
from engine.services.errors import Invalid
from engine.services.guessing import TooManyTries
from engine.services.host import host
from engine.store.database import db
from engine.store.people import Person


@pytest.fixture
def phone(school: Cast) -> tuple[int, pyotp.TOTP, list[str]]:
    """A teacher with an app; its secret, and the codes on paper."""
    host().secret = "the secret of this installation " * 2
    person = school.people["Указкина"]
    offer = second_step.offer(person)
    app = pyotp.TOTP(offer.secret)
    return person.id, app, second_step.enrol(person, offer.sealed, app.at(time.time() - 30))


@pytest.mark.parametrize("paper", [False, True])
def test_one_code_sent_by_many_at_once_passes_once(phone: tuple[int, pyotp.TOTP, list[str]], paper: bool) -> None:
    person_id, app, papers = phone
    code = papers[0] if paper else app.now()
    made, ready, passed = current_app._get_current_object(), threading.Barrier(4), []

    def send() -> None:
        with made.app_context():
            person = db.session.get(Person, person_id)
            ready.wait()
            try:
                second_step.check(person, code)
                passed.append(True)
            except (Invalid, TooManyTries):
                passed.append(False)
            finally:
                db.session.remove()

    racers = [threading.Thread(target=send) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(passed) == [False, False, False, True]


def test_a_reset_leaves_nothing(phone: tuple[int, pyotp.TOTP, list[str]]) -> None:
    person = db.session.get(Person, phone[0])
    assert second_step.papers_left(person) == 10
    second_step.reset_from_server(person)
    assert not second_step.has(person) and second_step.papers_left(person) == 0
    assert accounts.person_for("") is None
