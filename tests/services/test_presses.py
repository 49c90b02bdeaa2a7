"""A press of a form on both databases: written with what the form does, and never twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from engine.services import presses
from engine.services.demo.school import Cast
from engine.services.host import host, now
from engine.store.database import db
from engine.store.events import Event
from engine.store.people import Person
from engine.store.presses import Press
from engine.store.unit import unit_of_work

KEY = "k" * 64


def add(person: Person) -> None:
    """What a form does."""
    with unit_of_work():
        moment = now()
        db.session.add(
            Event(school_id=person.school_id, title="Семинар", form="seminar", level="school", begins=moment.date(),
                  created_by=person.id, created_at=moment)
        )  # fmt: skip


def titles() -> list[str]:
    db.session.rollback()  # what others have written meanwhile is seen too
    return list(db.session.scalars(select(Event.title)))


def test_the_press_and_what_it_does_are_written_together(school: Cast) -> None:
    person = school.people["Журналова"]
    assert presses.leads_to(KEY) is None
    presses.begin(KEY, person)
    with pytest.raises(ZeroDivisionError), unit_of_work():
        _ = 1 / 0
    assert presses.leads_to(KEY) is None
    add(person)
    presses.end(KEY, "/events/1")
    assert (presses.leads_to(KEY), titles()) == ("/events/1", ["Семинар"])


def test_the_unit_after_it_is_no_press(school: Cast) -> None:
    person = school.people["Журналова"]
    presses.begin(KEY, person)
    add(person)
    add(person)
    assert titles() == ["Семинар"] * 2


def test_a_press_nobody_has_carried_out_is_not_noted(school: Cast) -> None:
    presses.begin(KEY, school.people["Журналова"])
    presses.end(KEY, "/events/1")
    add(school.people["Журналова"])
    assert presses.leads_to(KEY) is None


def test_a_second_press_writes_nothing(school: Cast) -> None:
    person = school.people["Журналова"]
    presses.begin(KEY, person)
    add(person)
    presses.end(KEY, "")
    assert presses.leads_to(KEY) == ""
    presses.begin(KEY, person)
    with pytest.raises(presses.Repeated):
        add(person)
    assert titles() == ["Семинар"]


def test_of_presses_at_once_one_is_carried_out(school: Cast) -> None:
    app, told = current_app._get_current_object(), []  # type: ignore[attr-defined]
    person_id, start = school.people["Журналова"].id, threading.Barrier(4)

    def press() -> None:
        with app.app_context():
            person = db.session.get(Person, person_id)
            presses.begin(KEY, person)
            start.wait()
            try:
                add(person)
                told.append("done")
            except presses.Repeated:
                told.append("repeated")

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "repeated", "repeated", "repeated"]
    assert titles() == ["Семинар"]


def test_old_ones_are_forgotten(school: Cast) -> None:
    presses.begin(KEY, school.people["Журналова"])
    add(school.people["Журналова"])
    assert presses.forget() == 0
    host().clock.set(now() + presses.KEPT + timedelta(days=1))
    assert presses.forget() == 1
    assert db.session.scalars(select(Press)).all() == []
