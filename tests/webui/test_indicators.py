"""The pages of visits, events and indicators, and the demo year whose figures are those of the seed."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import Workbook

from tests.webui.conftest import close, csrf, person_id
from tests.webui.crawling import look, step_in
from webui import create_app
from webui.cli import main

NASTY = "<script>window.x=1</script> {{7*7}}"


def enter(app: Flask, last_name: str):
    return step_in(app, person_id(app, last_name))


@pytest.fixture(scope="module")
def whole_year(loaded_year: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder with the demo school's whole year in its folder ``demo``."""
    folder = tmp_path_factory.mktemp("year")
    shutil.copytree(loaded_year, folder / "demo")
    return folder


def test_the_demo_year_has_the_figures_of_the_seed(whole_year: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Done when: 80 % of the staff in triads, 25 lessons, 10 works, 21 participations (3 winners), 2 pupils."""
    monkeypatch.setenv("TREFOIL_INSTANCE", str(whole_year))
    answer = CliRunner().invoke(main, ["indicators", "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert found["staff_in_triads"]["value"] == 0.8
    assert found["lessons_held"]["value"] == 25
    assert found["cycles_finished"]["value"] == 8
    assert found["bank_works"]["value"] == 10
    assert found["teacher_participations"]["value"] == 21
    assert found["winners"]["breakdown"]["победитель"] == 3
    assert found["pupil_participations"]["value"] == 2
    text = CliRunner().invoke(main, ["indicators", "--year", "2026/2027"])
    assert "32 / 40" in text.stdout and "демонстрационная" in text.stderr
    wrong = CliRunner().invoke(main, ["indicators", "--year", "1999/2000"])
    assert wrong.exit_code == 1 and "учебного года нет" in wrong.output


def test_every_figure_of_the_year_is_reached_from_its_records(whole_year: Path) -> None:
    app = create_app(whole_year / "demo", demo=True)
    lab = enter(app, "Журналова")
    page = lab.get("/indicators").text
    for shown in ("80,0", "32 / 40", "победитель: 3"):
        assert shown in page
    counts = {
        "lessons_held": 25,
        "bank_works": 10,
        "teacher_participations": 21,
        "pupil_participations": 2,
        "staff_in_triads": 32,
    }
    for key, count in counts.items():
        (path,) = set(re.findall(rf'href="(/indicators/{key}[^"]*)"', page))
        records = lab.get(path.replace("&amp;", "&")).text.split("<ol>")[1].split("</ol>")[0]
        assert records.count("<li>") == count
        for link in set(re.findall(r'href="([^"]+)"', records)):
            assert lab.get(link).status_code == 200, link
    close(app)


def test_the_demo_year_tells_of_growth(whole_year: Path) -> None:
    """What the year is about can be seen in it: figures rise, the map has numbers, plans are carried out."""
    app = create_app(whole_year / "demo", demo=True)
    lab = enter(app, "Журналова")
    told = lab.get("/lab/deficits").text
    assert "Показывать пока нечего" not in told and "<dd>6</dd>" in told
    techniques = lab.get("/lab/techniques").text
    assert "1,33 → 2,33" in techniques and "2,00 → 2,00" not in techniques
    page = lab.get("/indicators").text
    assert "3 / 4" in page and "Устранён: 8" in page
    close(app)


def test_the_demo_school_of_november_has_other_figures(demo_school: Flask) -> None:
    page = enter(demo_school, "Журналова").get("/indicators").text
    assert "83,3" in page and "30 / 36" in page
    for figure in ("победитель: 1", "призёр: 1", "разных педагогов: 10"):
        assert figure in page
    empty = enter(demo_school, "Журналова").get("/indicators?begins=2020-01-01&ends=2020-02-01").text
    assert "0 / 36" in empty
    upside_down = enter(demo_school, "Журналова").get("/indicators?begins=2027-01-01&ends=2020-02-01").text
    assert "83,3" in upside_down


def test_figures_and_records_are_told_in_english_too(demo_school: Flask) -> None:
    lab = enter(demo_school, "Журналова")
    lab.post("/language/en", data={"csrf_token": csrf(lab.get("/").text), "back": "/"})
    page = lab.get("/indicators").text
    for said in ("winner: 1", "lesson: ", "different teachers: 10", "Planned: "):
        assert said in page, said
    assert "municipal (district): participant" in lab.get("/indicators/teacher_participations").text
    assert "Discussed" in lab.get("/indicators/lessons_held").text


def test_a_teacher_sees_figures_and_no_names(demo_school: Flask) -> None:
    teacher = enter(demo_school, "Мелков")
    page = teacher.get("/indicators").text
    assert "83,3" in page and "/indicators/staff_in_triads" not in page
    assert teacher.get("/indicators/staff_in_triads").status_code == 403
    assert enter(demo_school, "Журналова").get("/indicators/nothing").status_code == 404


def test_an_event_is_written_down_with_its_participants(demo_school: Flask) -> None:
    leader = enter(demo_school, "Макетов")
    token = csrf(leader.get("/events/new").text)
    fields = {"csrf_token": token, "title": NASTY, "form": "forum", "level": "regional", "begins": "2026-11-20"}
    wrong = leader.post("/events/new", data={**fields, "level": "", "place": "Дом учителя"})
    assert wrong.status_code == 422
    assert "Выберите уровень" in wrong.text and "Дом учителя" in wrong.text and "{{7*7}}" in wrong.text
    path = leader.post("/events/new", data=fields).location
    page = leader.get(path).text
    assert "<script>window" not in page and "&lt;script&gt;" in page
    token = csrf(page)
    pupil = {"csrf_token": token, "kind": "pupil", "pupil_code": "У7", "class_name": "9 «А»", "role": "member"}
    unconsented = leader.post(path, data={**pupil, "result": "member", "pupil_name": "Имя"})
    assert unconsented.status_code == 422 and "согласия родителей" in unconsented.text
    assert leader.post(path, data={**pupil, "result": "member"}).status_code == 302
    teacher = {"csrf_token": token, "kind": "teacher", "role": "speaker", "result": "winner", "topic": "Опыт"}
    assert leader.post(path, data=teacher).status_code == 302
    page = leader.get(path).text
    assert "У7, 9 «А»" in page and "Опыт" in page
    stranger = enter(demo_school, "Мелков")
    assert "Записать обучающегося" not in stranger.get(path).text
    assert stranger.get(f"{path}/edit").status_code == 200
    own = {"csrf_token": csrf(stranger.get(path).text), "title": "Моё", "form": "forum", "level": "school"}
    assert stranger.post(f"{path}/edit", data={**own, "begins": "2026-11-20"}).status_code == 403
    assert "с моим участием" in stranger.get("/events?mine=1&level=regional").text
    leave = re.findall(r'action="(/events/participations/\d+/remove)"', page)
    assert stranger.post(leave[0], data={"csrf_token": own["csrf_token"]}).status_code == 403
    for address in leave:
        assert leader.post(address, data={"csrf_token": token}).status_code == 302
    again = leader.post(f"{path}/edit", data={**fields, "csrf_token": token, "title": "Форум"})
    assert again.status_code == 302
    bad = leader.post(f"{path}/edit", data={**fields, "csrf_token": token, "title": ""})
    assert bad.status_code == 422
    assert leader.post(f"{path}/edit", data={"csrf_token": token, "remove": "1"}).location == "/events"
    assert leader.get(path).status_code == 404


def test_a_table_of_participations_is_looked_at_and_taken(demo_school: Flask) -> None:
    leader = enter(demo_school, "Макетов")
    book = Workbook()
    for row in (
        ("ФИО", "Мероприятие", "Дата", "Уровень", "Результат"),
        ("Указкина В. Д.", NASTY, "20.11.2026", "районный", "победитель"),
        ("Никто Н. Н.", "Фестиваль", "20.11.2026", "районный", ""),
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    token = csrf(leader.get("/events/import").text)
    upload = {"csrf_token": token, "table": (io.BytesIO(out.getvalue()), "участия.xlsx")}
    page = leader.post("/events/import", data=upload).text
    assert "такого человека нет в школе" in page and "<script>window" not in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    taken = leader.post("/events/import", data={"csrf_token": token, "kept": kept[1], "name": "участия.xlsx"})
    assert taken.location == "/events"
    assert "Добавлено 1 участие" in leader.get("/events").text
    for bad in ({"kept": "!"}, {"table": (io.BytesIO(b"%PDF-1.4"), "a.pdf")}, {}):
        assert leader.post("/events/import", data={"csrf_token": token, **bad}).status_code == 422
    teacher = enter(demo_school, "Указкина")
    token = csrf(teacher.get("/events").text)
    upload = {"csrf_token": token, "table": (io.BytesIO(out.getvalue()), "участия.xlsx")}
    assert teacher.post("/events/import", data=upload).status_code == 403


def test_a_visit_from_the_plan_to_the_sheet(demo_school: Flask) -> None:
    guest, host = enter(demo_school, "Указкина"), enter(demo_school, "Мячиков")
    page = guest.get("/visits/new").text
    token = csrf(page)
    host_id = str(person_id(demo_school, "Мячиков"))
    fields = {"csrf_token": token, "host_id": host_id, "goal": NASTY, "at": "2026-11-20T09:00", "kind": "lesson"}
    wrong = guest.post("/visits/new", data={**fields, "at": "вчера", "host_id": "x"})
    assert wrong.status_code == 422 and "Укажите дату и время" in wrong.text and "{{7*7}}" in wrong.text
    path = guest.post("/visits/new", data=fields).location
    assert path in host.get("/").text, "the host is told and led there"
    assert "Лист заполнит гость" in host.get(path).text
    empty = guest.post(path, data={"csrf_token": token, "facts": "видел"})
    assert empty.status_code == 422 and "видел" in empty.text
    assert guest.post(path, data={"csrf_token": token, "facts": NASTY, "takeaway": "приём"}).status_code == 302
    shown = host.get(path).text
    assert "приём" in shown and "<script>window" not in shown
    other = enter(demo_school, "Мелков").get(path).text
    assert "приём" not in other and "7*7" not in other
    assert path in guest.get("/visits?mine=1&status=held").text
    assert guest.post(path, data={"csrf_token": token, "what": "move", "at": "2026-12-01T09:00"}).status_code == 422


def test_a_visit_is_put_off(demo_school: Flask) -> None:
    guest = enter(demo_school, "Тетрадкина")
    (path,) = set(re.findall(r'href="(/visits/\d+)"', guest.get("/visits?mine=1&status=planned").text))
    page = guest.get(path).text
    assert "После урока здесь появится лист" in page
    assert guest.post(path, data={"csrf_token": csrf(page), "what": "move", "at": ""}).status_code == 422
    moved = guest.post(path, data={"csrf_token": csrf(page), "what": "move", "at": "2026-12-11T11:10"})
    assert moved.status_code == 302
    assert "11.12" in guest.get(path).text and "Перенесено" in guest.get(path).text


def test_the_number_of_the_staff_is_kept_by_day(demo_school: Flask) -> None:
    admin = enter(demo_school, "Журналова")
    token = csrf(admin.get("/school/year").text)
    fields = {"csrf_token": token, "name": "Школа", "district": "", "staff": "50", "since": "2026-10-01"}
    assert admin.post("/school/settings", data=fields).status_code == 302
    assert "с 01.10.2026 — 50" in re.sub(r"\s+", " ", admin.get("/school/year").text)
    assert "30 / 50" in admin.get("/indicators").text


def test_lists_take_as_many_statements_however_long(demo_school: Flask) -> None:
    leader = enter(demo_school, "Макетов")
    few = [look(demo_school, leader, path).statements for path in ("/events", "/visits", "/indicators")]
    book = Workbook()
    book.active.append(("ФИО", "Мероприятие", "Дата", "Уровень"))
    for n in range(40):
        book.active.append(("Указкина В. Д.", f"Чтения {n}", "20.11.2026", "школьный"))
    out = io.BytesIO()
    book.save(out)
    with demo_school.app_context():
        from datetime import datetime

        from engine.services import intake, visits
        from engine.store.database import db
        from engine.store.people import Person

        person = db.session.get(Person, person_id(demo_school, "Макетов"))
        intake.take(person, "a.xlsx", out.getvalue())
        host = person_id(demo_school, "Указкина")
        for n in range(20):
            visits.plan(person, {"host_id": host, "at": datetime(2026, 11, 24, 9, n), "goal": "цель"})
    many = [look(demo_school, leader, path).statements for path in ("/events", "/visits", "/indicators")]
    assert all(b <= a + 1 for a, b in zip(few, many, strict=True)), (few, many)
