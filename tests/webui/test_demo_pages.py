"""Every page of the demo school, for everybody: it answers, it is finished, and it asks the database little."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert, select

from engine.store.cycles import Cycle, JournalEntry, Round
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.growth import Handover
from tests.webui.conftest import close, person_id
from tests.webui.crawling import LEFTOVERS, PAPERS, look, step_in, walk
from webui import create_app

PEOPLE = ("Указкина", "Дневникова", "Журналова", "Словарёва", "Графикова", "Переменкина", "Макетов", "Мелков")
FAULTY = {
    "import_error": "import no_such_module",
    "syntax": "def broken(:",
    "exits": "raise SystemExit(3)",
    "raises": "from engine.api import hookimpl\n@hookimpl\ndef plc_group_type():\n    raise RuntimeError('сломан')",
    "wrong_type": "from engine.api import hookimpl\n@hookimpl\ndef plc_group_type():\n    return {'key': 'x'}",
    "misspelt": "from engine.api import hookimpl\n@hookimpl\ndef plc_grup_type():\n    return None",
    "unmarked": "def plc_group_type():\n    return None",
    "nothing": "x = 1",
}
BUILT = """
import dataclasses
from engine.api import *
from plugins.lesson_study import lesson_study
from plugins.lesson_study.process import BASE
@hookimpl
def plc_group_type():
    made = lesson_study(key="{key}", title="Тип {key}", purpose="x", version="1")
    return {change}
"""
FAULTY |= {
    "duplicate_key": BUILT.format(key="formative", change="made"),
    "unreachable": BUILT.format(
        key="unreachable",
        change="dataclasses.replace(made, process=dataclasses.replace(BASE,"
        " stages=(*BASE.stages, Stage('lost', 'Л'))))",
    ),
    "dead_end": BUILT.format(
        key="dead_end",
        change="dataclasses.replace(made, process=dataclasses.replace(BASE.changing('approve_plan', target='lost'),"
        " stages=(*BASE.stages, Stage('lost', 'Л'))))",
    ),
    "unknown_form": BUILT.format(
        key="unknown_form",
        change="dataclasses.replace(made, criteria=(Criterion('k', 'К', 'К', (Test(Answered('нет', 'f'), 1),)),))",
    ),
}
#: What the card must name, where a fault could hide behind another one.
REASONS = {"raises": "сломан", "misspelt": "plc_grup_type", "unmarked": "plc_group_type"}


@pytest.mark.parametrize("last_name", PEOPLE)
def test_every_link_leads_to_a_finished_page(demo_school: Flask, last_name: str) -> None:
    pages = walk(demo_school, step_in(demo_school, person_id(demo_school, last_name)))
    assert len(pages) >= (4 if last_name == "Мелков" else 11)
    assert [(p.path, p.status) for p in pages if p.status != 200] == []
    for page in pages:
        if page.text:
            assert page.text.count("<h1") == 1, page.path
            assert '<html lang="ru"' in page.text, page.path
            assert not LEFTOVERS.search(page.text), (page.path, LEFTOVERS.search(page.text))
    assert max(p.statements for p in pages) <= 150, sorted((p.statements, p.path) for p in pages)[-3:]


def _grow(app: Flask, cycles: int) -> None:
    """Finished cycles of every triad, as after years of work: rows alone, the pages only read them."""
    with app.app_context():
        done = db.session.scalars(select(Cycle).where(Cycle.stage == "closed")).first()
        row = {c.name: getattr(done, c.name) for c in Cycle.__table__.columns if c.name != "id"}
        rounds = [
            {c.name: getattr(r, c.name) for c in Round.__table__.columns if c.name not in ("id", "cycle_id")}
            for r in done.rounds
        ]
        entries = db.session.scalars(select(JournalEntry).where(JournalEntry.cycle_id == done.id)).all()
        lines = [
            {c.name: getattr(e, c.name) for c in JournalEntry.__table__.columns if c.name not in ("id", "cycle_id")}
            for e in entries
        ]
        summary = db.session.get(Handover, done.id)
        arrived = {c.name: getattr(summary, c.name) for c in Handover.__table__.columns if c.name != "cycle_id"}
        triads = db.session.scalars(select(Triad.id)).all()
        with db.engine.begin() as connection:
            for number in range(cycles):
                made = {**row, "triad_id": triads[number % len(triads)], "title": f"Цикл {number}"}
                new = connection.execute(insert(Cycle).values(made)).inserted_primary_key[0]
                connection.execute(insert(Round), [{**r, "cycle_id": new} for r in rounds])
                connection.execute(insert(JournalEntry), [{**e, "cycle_id": new, "once": None} for e in lines])
                connection.execute(insert(Handover).values({**arrived, "cycle_id": new}))


#: A year report reads every cycle of one group's year whole: a year has room for few, whatever the school has seen.
_OF_ONE_YEAR = re.compile(r"/(papers/)?reports?[/.]|/conference")


@pytest.mark.slow
def test_no_page_asks_more_when_there_are_a_thousand_cycles(demo_school: Flask) -> None:
    _grow(demo_school, 10)
    people = {name: person_id(demo_school, name) for name in PEOPLE}
    before = {
        name: {p.path: p.statements for p in walk(demo_school, step_in(demo_school, person), limit=60)}
        for name, person in people.items()
    }
    _grow(demo_school, 990)
    for name, person in people.items():
        client = step_in(demo_school, person)
        after = {path: look(demo_school, client, path).statements for path in before[name]}
        grown = {
            path: (before[name][path], n)
            for path, n in after.items()
            if n > before[name][path] and not _OF_ONE_YEAR.match(path)
        }
        assert grown == {}, name


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_plugin_is_quarantined_and_every_other_page_answers(loaded: Path, tmp_path: Path, fault: str) -> None:
    folder = shutil.copytree(loaded, tmp_path / "instance")
    (folder / "plugins").mkdir(exist_ok=True)
    (folder / "plugins" / f"faulty_{fault}.py").write_text(FAULTY[fault], encoding="utf-8")
    app = create_app(folder, demo=True)
    try:
        admin = step_in(app, person_id(app, "Журналова"))
        listing = admin.get("/types").text
        assert f"faulty_{fault}" in listing
        assert "карантин" in listing.lower()
        card = admin.get(f"/types/faulty_{fault}")
        assert card.status_code == 200
        assert REASONS.get(fault, "") in card.text
        assert "Формирующее оценивание" in listing
        for name, refused in (
            ("Указкина", {"/types", "/groups", "/school/people"}),
            ("Журналова", {"/cycles/1/results"}),
        ):
            client = step_in(app, person_id(app, name))
            for path in ("/", "/cycles", "/cycles/1", "/cycles/1/results", "/types", "/groups", "/school/people"):
                assert client.get(path).status_code == (403 if path in refused else 200), path
    finally:
        close(app)


@pytest.mark.parametrize("hook", ["plc_before", "plc_after"])
@pytest.mark.parametrize(
    "answer", ["raise RuntimeError('сломан')", "return 'строка'", "return [1]", "raise SystemExit"]
)
def test_a_hook_that_fails_closes_its_own_actions_and_nothing_else(
    loaded: Path, tmp_path: Path, hook: str, answer: str
) -> None:
    """The type of the finished cycle is taken over by a faulty plugin of the same content."""
    folder = shutil.copytree(loaded, tmp_path / "instance")
    app = create_app(folder, demo=True)
    try:
        with app.app_context():
            plugin = next(p for p in app.extensions["trefoil"].registry.plugins if p.group_type.key == "formative")
            module = tmp_path / "extra.py"
            argument = "attempt" if hook == "plc_before" else "change"
            module.write_text(f"from engine.api import hookimpl\n@hookimpl\ndef {hook}({argument}):\n    {answer}\n")
            namespace: dict[str, object] = {}
            exec(compile(module.read_text(), str(module), "exec"), namespace)
            plugin.manager.register(type("Extra", (), {hook: staticmethod(namespace[hook])})(), name="extra")
            plugin.hooks |= {hook}
        person = person_id(app, "Дневникова")
        client = step_in(app, person)
        with app.app_context():
            going = db.session.scalars(
                select(Cycle).where(Cycle.type_key == "formative", Cycle.closed_at.is_(None))
            ).first()
            number, seq = going.id, going.seq
        page = client.get(f"/cycles/{number}")
        assert page.status_code == 200
        assert ("не смог ответить" in page.text) == (hook == "plc_before")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, "seen": seq, "q_reason": "карантин", "once": "раз"}
        posted = client.post(f"/cycles/{number}/actions/hold", data=data, follow_redirects=True)
        assert posted.status_code in (200, 409)
        with app.app_context():
            assert db.session.get(Cycle, number).held == (hook == "plc_after")
        for path in ("/", "/cycles", "/cycles/1/results"):
            assert client.get(path).status_code == 200
    finally:
        close(app)


@pytest.mark.parametrize("owner", ["Указкина", "Макетов", "Переменкина"])
def test_what_is_a_triad_s_own_is_closed_to_everybody_else(demo_school: Flask, owner: str) -> None:
    """Every address of a cycle or a file that one person can open, asked for by teachers of other triads."""
    pages = [
        p.path
        for p in walk(demo_school, step_in(demo_school, person_id(demo_school, owner)), unopened=PAPERS)
        if p.path.startswith(("/cycles/", "/files/"))
    ]
    assert len(pages) >= 5
    for last_name in ("Мольбертов", "Мелков"):
        other = step_in(demo_school, person_id(demo_school, last_name))
        for path in pages:
            answer = other.get(path)
            assert answer.status_code in (403, 404), (last_name, path)
            answer.close()


def test_a_criterion_without_a_threshold_has_no_verdict(demo_school: Flask) -> None:
    """Of the Laboratory's period: its dynamics is compared, not judged; of what nobody has seen no picture is drawn."""
    client = step_in(demo_school, person_id(demo_school, "Журналова"))
    page = look(demo_school, client, "/cycles/10/results").text
    judged, dynamics = (page[page.index(code) : page.index(end)] for code, end in (("К1", "К2"), ("К4", "К5")))
    assert 'class="met">да<' in judged
    assert "порог не задан" in dynamics and ">да<" not in dynamics and ">нет<" not in dynamics
    assert '<svg class="chart' not in page
    address = re.search(r'href="([^"]+results[^"]*xlsx[^"]*)"', page)[1].replace("&amp;", "&")
    book = load_workbook(BytesIO(client.get(address).data))
    told = {str(row[0])[:6]: row[1] for sheet in book for row in sheet.iter_rows(values_only=True) if len(row) > 1}
    assert (told["ЛАБ-К1"], told["ЛАБ-К4"]) == ("да", "—")
