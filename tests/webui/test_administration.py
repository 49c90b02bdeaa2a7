"""What an administrator does to groups, types and people in the loaded demo school."""

from __future__ import annotations

import base64
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine.services.access import lab_members, members
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import step_in


@pytest.fixture
def boss(demo_school: Flask) -> FlaskClient:
    """A browser of its administrator."""
    return step_in(demo_school, person_id(demo_school, "Журналова"))


def _post(client: FlaskClient, path: str, **fields: object):
    return client.post(path, data={"csrf_token": csrf(client.get("/profile").text), **fields})


def _busy_triad(app: Flask) -> tuple[int, int, list[int], list[str], int]:
    """(group, triad, people by seat, their names, its cycle) of a triad in the middle of a cycle."""
    with app.app_context():
        cycle = db.session.scalars(select(Cycle).where(Cycle.closed_at.is_(None)).order_by(Cycle.id)).first()
        triad = cycle.triad
        seated = members(triad)
        return (
            triad.group_id,
            triad.id,
            [m.person_id for m in seated],
            [m.person.short_name for m in seated],
            cycle.id,
        )


def _seated(app: Flask, triad: int) -> list[int]:
    with app.app_context():
        return [m.person_id for m in members(db.session.get(Triad, triad))]


def test_a_refused_seating_changes_nothing_and_keeps_what_was_chosen(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, people, _names, _cycle = _busy_triad(demo_school)
    new = person_id(demo_school, "Мелков")
    answer = _post(boss, f"/groups/{group}/seats", triad_id=triad, seat_1=new, seat_2=new, seat_3=people[2])
    assert answer.status_code == 422
    assert "один человек на двух местах" in answer.text
    assert _seated(demo_school, triad) == people
    chosen = re.findall(rf'id="seat-{triad}-(\d)".*?<option value="(\d+)" selected>', answer.text, re.S)
    assert chosen == [("1", str(new)), ("2", str(new)), ("3", str(people[2]))]


def test_a_replacement_in_an_open_cycle_is_confirmed_first(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, people, names, _cycle = _busy_triad(demo_school)
    new = person_id(demo_school, "Мелков")
    seats = {"triad_id": triad, "seat_1": new, "seat_2": people[1], "seat_3": ""}
    asked = _post(boss, f"/groups/{group}/seats", **seats)
    assert asked.status_code == 200
    assert f"Заменить {names[0]} на Мелков" in asked.text
    assert f"Вывести из тройки: {names[2]}?" in asked.text
    assert _seated(demo_school, triad) == people
    again = _post(boss, f"/groups/{group}/seats", confirmed=f"{people[0]}-1", **seats)
    assert again.status_code == 200 and _seated(demo_school, triad) == people
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', asked.text).group(1)
    assert _post(boss, f"/groups/{group}/seats", confirmed=confirmed, **seats).status_code == 302
    assert _seated(demo_school, triad) == [new, people[1]]
    assert "Состав сохранён" in boss.get(f"/groups/{group}").text


def test_people_of_a_triad_change_places_at_once(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, people, _names, _cycle = _busy_triad(demo_school)
    seats = {"triad_id": triad, "seat_1": people[1], "seat_2": people[2], "seat_3": people[0]}
    assert _post(boss, f"/groups/{group}/seats", **seats).status_code == 302
    assert _seated(demo_school, triad) == [people[1], people[2], people[0]]
    with demo_school.app_context():
        left = select(Membership).where(Membership.triad_id == triad, Membership.until.is_(None))
        assert len(db.session.scalars(left).all()) == 3


def test_a_triad_of_another_group_is_not_found(demo_school: Flask, boss: FlaskClient) -> None:
    group, triad, _people, _names, _cycle = _busy_triad(demo_school)
    assert _post(boss, f"/groups/{group + 1}/seats", triad_id=triad, seat_1="").status_code == 404


def test_disabling_a_type_with_running_cycles_is_asked_first(demo_school: Flask, boss: FlaskClient) -> None:
    with demo_school.app_context():
        key = db.session.scalars(select(Cycle.type_key).where(Cycle.closed_at.is_(None))).first()
        running = db.session.scalars(select(Cycle).where(Cycle.closed_at.is_(None), Cycle.type_key == key)).all()

    def state() -> str:
        with demo_school.app_context():
            return db.session.scalars(select(TypeSwitch.state).where(TypeSwitch.type_key == key)).one()

    asked = _post(boss, f"/types/{key}/switch", state="disabled")
    assert asked.status_code == 200 and state() == "enabled"
    assert f"<strong>{len(running)}</strong>" in asked.text
    assert "Не начинать новых" in asked.text and "Оставить как было" in asked.text
    assert _post(boss, f"/types/{key}/switch", state="draining").status_code == 302
    assert state() == "draining"
    assert _post(boss, f"/types/{key}/switch", state="disabled", confirmed="1").status_code == 302
    assert state() == "disabled"


def test_a_type_page_speaks_of_the_road_and_draws_it_in_its_own_colours(boss: FlaskClient) -> None:
    page = boss.get("/types/formative").text
    before, _, developer = page.partition("Для разработчика")
    assert "api" not in re.sub(r"<[^>]*>", "", before.partition("<main")[2]) and "api &gt;=1" in developer
    road = page.partition('id="p"')[2].partition("</section>")[0]
    assert road.count("Приостановить цикл") == 1
    drawing = base64.b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page).group(1)).decode()
    assert "currentColor" not in drawing and "<style" not in drawing
    for tag in re.findall(r"<(?:rect|path|text)\b[^>]*>", drawing):
        assert "fill=" in tag, tag


def test_an_address_of_forms_leads_back_to_its_page(demo_school: Flask, boss: FlaskClient) -> None:
    person = person_id(demo_school, "Мелков")
    link = boss.get(f"/school/people/{person}/link")
    assert (link.status_code, link.location) == (302, f"/school/people/{person}")
    made = _post(boss, f"/school/people/{person}/link").text
    assert "data-copy" in made and "js/copy.js" in made
    for path, back in (
        (f"/school/people/{person}/state", f"/school/people/{person}"),
        ("/groups/1/seats", "/groups/1"),
        ("/types/formative/switch", "/types/formative"),
        ("/groups/new", "/groups"),
    ):
        answer = boss.get(path)
        assert answer.status_code == 405
        assert f'href="{back}">Вернуться' in answer.text
    assert boss.get("/sign-out/everywhere").status_code == 405


def test_the_menu_opens_to_each_what_the_policies_let_in(demo_school: Flask) -> None:
    """Leaders alone are offered the leader's pages; nobody is offered a page that refuses them."""
    with demo_school.app_context():
        leaders = {g.leader.last_name for g in db.session.scalars(select(Group)) if g.leader}
        lab = {p.last_name for p in lab_members(1)} - leaders
    for name in (min(leaders), min(lab), "Указкина", "Журналова"):
        client = step_in(demo_school, person_id(demo_school, name))
        menu = client.get("/").text.partition("<nav")[2].partition("</nav>")[0]
        assert ("/leader" in menu) == ("Переходы между ПОС" in menu) == (name in leaders), name
        for path in re.findall(r'href="([^"]+)"', menu):
            assert client.get(path).status_code == 200, (name, path)


def test_a_search_that_finds_nobody_says_so(boss: FlaskClient) -> None:
    page = boss.get("/school/people?q=Ъъъ").text
    assert "По запросу «Ъъъ» никого нет" in page and "Показать всех" in page and "Найти</button>" in page
    assert "загрузите таблицу" not in page


def test_a_table_says_line_by_line_what_will_happen_without_alarm(boss: FlaskClient) -> None:
    def upload(name: str, text: str):
        token = csrf(boss.get("/school/people/import").text)
        data = {"csrf_token": token, "table": (io.BytesIO(text.encode()), name)}
        return boss.post("/school/people/import", data=data)

    page = upload("люди.csv", "Фамилия;Имя\nНовикова;Анна\n;Анна\n").text
    assert "добавится</td>" in page
    assert re.search(r'class="row-warning">не добавится: нет фамилии<', page)
    assert "field-error" not in page
    refused = upload("люди.txt", "Фамилия;Имя\nНовикова;Анна\n")
    assert refused.status_code == 422 and "Это не .xlsx и не .csv" in refused.text


def test_labels_of_the_drawing_stay_in_their_boxes(boss: FlaskClient) -> None:
    page = boss.get("/types/formative").text
    drawing = base64.b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page).group(1)).decode()
    lines = re.findall(r"<text [^>]*>([^<]*)</text>", drawing)
    assert len(lines) > 13 and max(map(len, lines)) <= 34
