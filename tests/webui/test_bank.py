"""Pages of the bank and of the exchange over the demo school."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from engine.store.bank import Material, MaterialAuthor, Trial
from engine.store.database import db
from tests.webui.conftest import csrf, person_id, send
from tests.webui.crawling import LEFTOVERS, look, step_in

EVIL = "<script>alert(1)</script>{{7*7}}"


def _as(app: Flask, last_name: str) -> FlaskClient:
    return step_in(app, person_id(app, last_name))


def _id(app: Flask, title: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Material.id).where(Material.title == title)).one()


def test_the_bank_of_the_demo_school_is_that_of_the_brief(demo_school: Flask) -> None:
    with demo_school.app_context():
        rows = db.session.execute(select(Material.state, Material.title).order_by(Material.id)).all()
    assert sorted(tuple(r) for r in rows) == [
        ("in_bank", "Карточка задания «Спор о реформе»"),
        ("in_bank", "Паспорт проекта «Школьный двор»"),
        ("review", "Лист самооценки: описание реки"),
        ("review", "Набор образцов «Сжатие текста»"),
        ("review", "План урока 3"),
        ("rework", "Приём «Словарь эмоций» в начальной школе"),
    ]
    reader = _as(demo_school, "Мелков")
    page = reader.get("/bank").text
    assert "Спор о реформе" in page
    assert "опробован в 1 классе" in page
    assert "Сжатие текста" not in page
    assert "Спор о реформе" in reader.get("/bank?q=реформами").text
    assert "По этому запросу ничего нет" in reader.get("/bank?q=жираф").text
    assert reader.get("/bank?page=9&grade=x&kind=%27&state=all").status_code == 200
    assert "Мини-отчёт" in reader.get("/exchange").text


def test_a_reviewer_finds_the_task_at_home_and_scores(demo_school: Flask) -> None:
    number = _id(demo_school, "Набор образцов «Сжатие текста»")
    expert = _as(demo_school, "Макетов")
    assert "Набор образцов „Сжатие текста“" in expert.get("/").text
    path = f"/bank/{number}/review"
    answer = send(expert, path, version="1", tried="2", remarks="важные слова")
    assert answer.status_code == 422
    assert "важные слова" in answer.text
    assert re.search(r'name="tried" value="2" checked', answer.text)
    scores = dict.fromkeys(("tried", "clear", "fits", "data", "clean"), "2")
    assert send(expert, path, version="1", **scores).status_code == 302
    assert "Сжатие текста" not in expert.get("/bank/reviews").text
    assert expert.get(path).status_code == 200
    stranger = _as(demo_school, "Мелков")
    assert stranger.get(path).status_code == stranger.get(f"/bank/{number}").status_code == 404


@pytest.mark.gate("R-23")
def test_the_editor_keeps_what_was_typed_and_shows_both_texts(demo_school: Flask) -> None:
    author = _as(demo_school, "Мелков")
    wrong = send(author, "/bank/new", title="x", body=EVIL, kind="task")
    assert wrong.status_code == 422
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in wrong.text
    made = send(author, "/bank/new", title=EVIL, body=EVIL, kind="task", licence="school", techniques=EVIL)
    path = made.location
    page = author.get(path).text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
    edit = f"{path}/edit"
    stamp = re.search(r'name="stamp" value="(\w+)"', author.get(edit).text).group(1)
    given = {"kind": "task", "licence": "school", "stamp": stamp}
    assert send(author, edit, **given, title="Первое имя", body="Первый").status_code == 302
    late = send(author, edit, **given, title="Второе имя", body="Второй")
    assert late.status_code == 409
    assert "Второй" in late.text
    assert "Первый" in late.text
    assert send(author, edit, **given, title="ы").status_code == 409


def test_files_come_in_and_go_out_as_attachments(demo_school: Flask) -> None:
    author = _as(demo_school, "Мелков")
    path = send(author, "/bank/new", title="С файлом", kind="task", licence="school").location
    token = csrf(author.get(path).text)
    for content, status in ((b"", 422), (b"MZ\x90\x00" + b"\x00" * 300, 422), ("Лист".encode(), 302)):
        given = {"csrf_token": token, "file": (io.BytesIO(content), "лист.txt")}
        assert author.post(f"{path}/files", data=given).status_code == status
    address = re.search(r'href="(/bank/files/\d+)"', author.get(path).text).group(1)
    got = author.get(address)
    assert got.headers["Content-Disposition"].startswith("attachment")
    got.close()
    assert _as(demo_school, "Указкина").get(address).status_code == 404
    number = address.rsplit("/", 1)[1]
    assert author.post(f"{path}/files/{number}/remove", data={"csrf_token": token}).status_code == 302
    assert author.get(address).status_code == 404


def test_a_press_that_is_not_one_s_own_is_refused_in_words(demo_school: Flask) -> None:
    banked = _id(demo_school, "Карточка задания «Спор о реформе»")
    reader = _as(demo_school, "Мелков")
    for step in ("archive", "bank", "recall", "revise"):
        answer = send(reader, f"/bank/{banked}/step", f"/bank/{banked}", step=step, reason="x")
        assert answer.status_code in (403, 409), step
    author = _as(demo_school, "Партова")
    answer = send(author, f"/bank/{banked}/step", f"/bank/{banked}", step="archive", reason=" ")
    assert answer.status_code == 422
    assert send(author, f"/bank/{banked}/step", f"/bank/{banked}", step="archive", reason="Устарела").status_code == 302
    assert reader.get(f"/bank/{banked}").status_code == 404


def test_a_trial_and_its_result_reach_the_author(demo_school: Flask) -> None:
    banked = _id(demo_school, "Карточка задания «Спор о реформе»")
    guest = _as(demo_school, "Скрепкина")
    assert send(guest, f"/bank/{banked}/try", class_name="").status_code == 422
    assert send(guest, f"/bank/{banked}/try", class_name="8 «В»").location == "/trials"
    with demo_school.app_context():
        number = db.session.scalars(select(Trial.id).where(Trial.class_name == "8 «В»")).one()
    assert send(guest, f"/trials/{number}", outcome="worked", result="").status_code == 422
    assert send(guest, f"/trials/{number}", outcome="worked", result=EVIL).status_code == 302
    author = _as(demo_school, "Партова")
    feed = author.get("/exchange").text
    assert "&lt;script&gt;" in feed
    assert "Отметить прочитанным" in feed
    send(author, "/exchange/seen", "/exchange")
    assert "Отметить прочитанным" not in author.get("/exchange").text
    assert author.get(f"/trials/{number}").status_code == 404


def test_the_triad_edits_its_mini_report_and_others_read_it(demo_school: Flask) -> None:
    triad, reader = _as(demo_school, "Тетрадкина"), _as(demo_school, "Мелков")
    assert reader.get("/exchange/1/edit").status_code == 404
    page = triad.get("/exchange/1/edit").text
    base = re.search(r'name="base" value="([^"]+)"', page).group(1)
    assert send(triad, "/exchange/1/edit", base=base, title="", summary="мой текст").status_code == 422
    assert send(triad, "/exchange/1/edit", base="x", title="Иначе", summary="мой текст").status_code == 409
    assert send(triad, "/exchange/1/edit", base=base, title="Критерии", summary=EVIL).status_code == 302
    shown = reader.get("/exchange/1").text
    assert "&lt;script&gt;" in shown
    assert "Беру попробовать" in shown
    assert "Беру попробовать" not in triad.get("/exchange/1").text


def test_no_list_asks_more_when_the_bank_grows(demo_school: Flask) -> None:
    client = _as(demo_school, "Партова")
    paths = ("/", "/bank", "/bank?q=спор&state=all", "/exchange", "/trials", "/bank/reviews")
    before = {path: look(demo_school, client, path) for path in paths}
    assert not any(LEFTOVERS.search(page.text) for page in before.values())
    with demo_school.app_context(), db.engine.begin() as connection:
        table = Material.__table__
        row = dict(connection.execute(select(table).where(table.c.state == "in_bank")).first()._mapping)
        del row["id"]
        for _ in range(60):
            number = connection.execute(insert(table).values(row)).inserted_primary_key[0]
            connection.execute(insert(MaterialAuthor).values(material_id=number, person_id=1, place=1))
    for path in paths:
        assert look(demo_school, client, path).statements <= before[path].statements, path
