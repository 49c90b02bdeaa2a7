"""The pages of the year's end: the leader corrects and hands in, the Laboratory answers, everybody reads."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pptx import Presentation

from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import counting, look, step_in

NASTY = "<script>window.x=1</script> {{7*7}} «ё»"


def enter(app: Flask, last_name: str) -> FlaskClient:
    return step_in(app, person_id(app, last_name))


@pytest.fixture
def place(demo_school: Flask) -> str:
    """The address of the report of «Формирующее оценивание»."""
    page = enter(demo_school, "Дневникова").get("/reports").text
    (found,) = set(re.findall(r'href="(/reports/\d+/\d+)"', page))
    return found


def test_the_report_of_formative_assessment_needs_no_typing(demo_school: Flask, place: str) -> None:
    """Done when: the year report of «Формирующее оценивание» is complete with zero fields typed for it."""
    leader = enter(demo_school, "Дневникова")
    page = leader.get(place).text
    for figure in ("2,29", "95,2", "0,95"):
        assert figure in page
    for n, title in enumerate(("Состав и изменения", "Тема года", "Проведено", "Результаты", "Что сработало"), 1):
        assert f"{n}. {title}" in page
    texts = dict(re.findall(r'<textarea[^>]*name="text-(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL))
    assert len(texts) == 12
    answer = leader.post(place, data={"csrf_token": csrf(page), "base": "0", "submit": "1"})
    assert answer.status_code == 302
    shown = leader.get(place).text
    assert "Сдан" in shown and "<textarea" not in shown
    assert shown.count('class="section-title"') == 12


def test_the_list_says_who_reads_a_report(demo_school: Flask, place: str) -> None:
    leader, other = enter(demo_school, "Дневникова"), enter(demo_school, "Алфавитова")
    assert "когда руководитель сдаст отчёт" in other.get("/reports").text
    assert "Отчёт читают этот ПОС" not in other.get("/reports").text
    leader.post(place, data={"csrf_token": csrf(leader.get(place).text), "base": "0", "submit": "1"})
    assert "Отчёт читают этот ПОС" in other.get("/reports").text and other.get(place).status_code == 404


def test_words_of_the_leader_are_shown_as_words(demo_school: Flask, place: str) -> None:
    leader = enter(demo_school, "Дневникова")
    token = csrf(leader.get(place).text)
    assert leader.post(place, data={"csrf_token": token, "base": "0", "text-worked": NASTY}).status_code == 302
    page = leader.get(place).text
    assert "&lt;script&gt;" in page and "<script>window.x" not in page and "{{7*7}}" in page
    lost = leader.post(place, data={"csrf_token": token, "base": "0", "text-worked": "из другого окна"})
    assert lost.status_code == 409
    assert "из другого окна" in lost.text, "what was typed stays on the page"
    long = leader.post(place, data={"csrf_token": token, "base": "1", "text-worked": "я" * 20_001})
    assert long.status_code == 422
    assert "до 20 000 знаков" in long.text


def test_the_laboratory_answers(demo_school: Flask, place: str) -> None:
    leader, lab, teacher = (enter(demo_school, n) for n in ("Дневникова", "Графикова", "Мелков"))
    assert lab.get(place).status_code == 404
    token = csrf(leader.get(place).text)
    leader.post(place, data={"csrf_token": token, "base": "0", "submit": "1"})
    assert place in lab.get("/").text, "the Laboratory is told and led there"
    token = csrf(lab.get(place).text)
    empty = lab.post(f"{place}/answer", data={"csrf_token": token, "answer": "back", "remarks": " "})
    assert empty.status_code == 422 and "Напишите, что доработать" in empty.text
    assert lab.post(f"{place}/answer", data={"csrf_token": token, "answer": "accept"}).status_code == 302
    assert "Принят Лабораторией" in leader.get(place).text
    assert teacher.get(place).status_code == 404
    token = csrf(teacher.get("/reports").text)
    assert teacher.post(f"{place}/answer", data={"csrf_token": token, "answer": "accept"}).status_code == 404
    again = lab.post(f"{place}/answer", data={"csrf_token": csrf(lab.get(place).text), "answer": "accept"})
    assert again.status_code == 422


def test_the_slides_come_as_a_file_with_a_russian_name(demo_school: Flask, place: str) -> None:
    leader = enter(demo_school, "Дневникова")
    answer = leader.get(f"{place}/deck.pptx")
    assert answer.mimetype.endswith("presentationml.presentation")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    slides = Presentation(io.BytesIO(answer.data)).slides
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    values = {s.name: tuple(round(v, 2) for v in s.values if v is not None) for c in charts for s in c.plots[0].series}
    assert values["Все показатели"] == (0.95, 1.79, 2.29)
    assert values["Я понимал(а), чему мы учимся на этом уроке."] == (0.73, 0.83, 0.95)
    assert enter(demo_school, "Мелков").get(f"{place}/deck.pptx").status_code == 404


def test_the_conference(demo_school: Flask) -> None:
    lab, teacher = enter(demo_school, "Графикова"), enter(demo_school, "Мелков")
    (path,) = set(re.findall(r'href="(/conference/\d+)"', lab.get("/reports").text))
    page = lab.get(path).text
    assert lab.get("/conference").text.count("<li>") == page.count("<li>")
    assert "уроков и занятий — 14, завершённых циклов — 1" in page
    fields = {
        "csrf_token": csrf(page),
        "base": "0",
        "held_on": "2027-05-28",
        "programme-0-time": "10:00",
        "programme-0-title": NASTY,
        "resolution": "Первое\nВторое",
        "plan-0-measure": "Мастер-класс",
        "plan-0-basis": "",
    }
    wrong = lab.post(path, data=fields)
    assert wrong.status_code == 422
    assert "Мастер-класс" in wrong.text and "Укажите дефицит или вывод" in wrong.text
    more = lab.post(path, data={**fields, "add_plan": "1"})
    assert more.status_code == 200 and 'name="plan-1-measure"' in more.text and "{{7*7}}" in more.text
    assert lab.post(path, data={**fields, "held_on": "завтра"}).status_code == 422
    assert lab.post(path, data={**fields, "plan-0-basis": "дефицит"}).status_code == 302
    shown = teacher.get(path).text
    assert "28.05.2027" in shown and "<li>Второе</li>" in shown and "&lt;script&gt;" in shown
    assert '<form method="post"><input' not in shown.split("<main")[1].split("Изменить")[0]
    assert lab.post(path, data={**fields, "plan-0-basis": "дефицит"}).status_code == 409
    assert teacher.post(path, data={**fields, "csrf_token": csrf(shown), "base": "1"}).status_code == 403
    again = lab.post(path, data={"csrf_token": csrf(lab.get(path).text), "what": "again"})
    assert again.status_code == 302
    assert "Это черновик" in lab.get(path).text


def test_without_a_school_year_there_is_nothing_to_report(teacher: FlaskClient) -> None:
    assert "Отчётов пока нет" in teacher.get("/reports").text
    assert "Учебного года ещё нет" in teacher.get("/conference").text


def test_the_list_takes_as_many_statements_however_many_groups(demo_school: Flask) -> None:
    client = enter(demo_school, "Журналова")
    few = look(demo_school, client, "/reports").statements
    with demo_school.app_context(), counting():
        from engine.services import groups
        from engine.store.database import db
        from engine.store.people import Person

        admin = db.session.get(Person, person_id(demo_school, "Журналова"))
        for n in range(20):
            groups.add(admin, "formative", f"ПОС {n}", admin.id, None)
    assert look(demo_school, client, "/reports").statements == few
