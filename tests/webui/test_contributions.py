"""What is added to a type is told as such wherever it is met: in reasons, on documents, on the pages of types."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from engine.services import cycles
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import step_in

ADDED = "добавлено: Согласие на видео"


def switched_on(app: Flask) -> str:
    """The administrator switches the contribution on; the page after it."""
    admin = step_in(app, person_id(app, "Журналова"))
    page = admin.get("/types")
    assert "Дополнения к типам" in page.text and "Согласие на видео" in page.text
    data = {"csrf_token": csrf(page.text), "state": "enabled"}
    answer = admin.post("/types/video_consent/switch", data=data, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_the_card_switches_it_and_tells_when_it_takes_effect(demo_school: Flask) -> None:
    page = switched_on(demo_school)
    assert "в циклах, открытых после включения" in page and "Добавляет к типам" in page
    admin = step_in(demo_school, person_id(demo_school, "Журналова"))
    told = admin.get("/types/formative").text
    assert "Что добавлено к этому типу" in told and ADDED in told and "включено" in told
    assert "Согласие на видео" not in admin.get("/types/lab").text


def test_a_card_in_english(demo_school: Flask) -> None:
    admin = step_in(demo_school, person_id(demo_school, "Журналова"))
    admin.post("/language/en", data={"csrf_token": csrf(admin.get("/types").text)})
    page = admin.get("/types").text
    assert "Additions to types" in page and "Consent to filming" in page and "Дополнения" not in page


def test_a_reason_and_a_document_say_who_added_them(demo_school: Flask) -> None:
    switched_on(demo_school)
    with demo_school.app_context():
        free = next(t for t in db.session.scalars(select(Triad)) if "ФО" in t.title and len(t.memberships) >= 3)
        for running in cycles.open_cycles(free):
            actor = free.memberships[0].person
            cycles.fire(running.id, "end_early", actor, running.seq, {"reason": "начинаем заново"})
        by = db.session.get(Person, free.memberships[0].person_id)
        made = cycles.open_cycle(free, by)
        number, who = made.id, by.id
        with db.engine.begin() as connection:  # the way to the planning is not what is tested here
            connection.execute(Cycle.__table__.update().where(Cycle.id == number).values(stage="planning"))
    client = step_in(demo_school, who)
    page = client.get(f"/cycles/{number}").text
    assert page.count(ADDED) >= 2  # the card of the document and the reason against the button
    assert "Отметьте на листе «Съёмка урока»" in page
    assert "Действуют дополнения: Согласие на видео" in page
    assert ADDED in client.get(f"/cycles/{number}/docs/filming/1").text
