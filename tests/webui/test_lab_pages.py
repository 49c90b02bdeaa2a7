"""Pages of the Laboratory in the demo school."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group
from tests.webui.conftest import person_id
from tests.webui.crawling import look, step_in

PAGES = ("/lab", "/lab/deficits", "/lab/techniques", "/lab/figures", "/lab/handovers")


def test_the_laboratory_walks_its_pages(demo_school: Flask) -> None:
    lab = step_in(demo_school, person_id(demo_school, "Графикова"))
    for path in PAGES:
        page = lab.get(path)
        assert page.status_code == 200 and 'aria-current="page"' in page.text, path
    text = lab.get("/lab").text
    assert "Кому нужна помощь" in text and "дольше обычного" in text
    for word in ("рейтинг", "отста", "слаб", "худш", "лучш"):
        assert word not in text.casefold()
    assert "Две звезды" in lab.get("/lab/techniques").text
    assert "устойчиво" in lab.get("/lab/figures").text


@pytest.mark.parametrize("name", ["Указкина", "Мелков"])
def test_a_teacher_opens_none_of_them(demo_school: Flask, name: str) -> None:
    teacher = step_in(demo_school, person_id(demo_school, name))
    assert [teacher.get(path).status_code for path in PAGES] == [404, 403, 403, 403, 403]


def test_a_leader_sees_the_board_of_the_own_group(demo_school: Flask) -> None:
    leader = step_in(demo_school, person_id(demo_school, "Макетов"))
    page = leader.get("/lab").text
    assert "ПД-1" in page and "ФО-1" not in page and "/lab/deficits" not in page
    assert [leader.get(path).status_code for path in PAGES[1:]] == [403] * 4
    with demo_school.app_context():
        going = db.session.scalars(select(Cycle.id).where(Cycle.stage == "defence")).one()
    page = leader.get(f"/lab/cycles/{going}").text
    assert "Цикл ещё идёт" in page and "/lab/handovers" not in page


def test_the_board_says_why_a_group_is_not_on_it(demo_school: Flask) -> None:
    """The Laboratory's own group researches no lessons: its leader is led to the whole board, not to an empty one."""
    leader = step_in(demo_school, person_id(demo_school, "Журналова"))
    assert 'href="/lab"' in leader.get("/leader").text and "/lab?group=" not in leader.get("/leader").text
    with demo_school.app_context():
        own = db.session.scalars(select(Group.id).where(Group.type_key == "lab")).one()
    page = leader.get(f"/lab?group={own}").text
    assert "Этого ПОС на доске нет" in page and "Групп пока нет" not in page and "обычные сроки" not in page


def test_the_board_asks_a_bounded_number_of_statements(demo_school: Flask) -> None:
    lab = step_in(demo_school, person_id(demo_school, "Графикова"))
    assert look(demo_school, lab, "/lab").statements <= 145
    assert look(demo_school, lab, "/lab/techniques").statements <= 25
    assert look(demo_school, lab, "/lab/deficits").statements <= 25
