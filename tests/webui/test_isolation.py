"""Two schools in one installation: whatever is opened as one, nothing of the other is in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from engine.services import demo
from engine.services.agenda import feed
from engine.services.papers import archive
from engine.services.papers.archives import ARCHIVES
from engine.services.personal.tables import CODES, in_school, words
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle
from engine.store.database import Model, db
from engine.store.people import Person, School
from engine.store.unit import unit_of_work
from tests.store.rows import add
from tests.webui.conftest import close
from tests.webui.crawling import step_in, walk
from webui import create_app

MARK = "Маркербет"
PEOPLE = ("Указкина", "Дневникова", "Журналова", "Графикова", "Словарёва", "Мелков")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo school, and beside it a school of its kind whose every word holds the marker."""
    folder = tmp_path_factory.mktemp("two") / "instance"
    made = create_app(folder, demo=True)
    with made.app_context():
        prepare_database()
        demo.load()
        home = demo.home_school()
        _mark_the_neighbours(home)
    yield made
    close(made)


def _mark_the_neighbours(home: int) -> None:
    """A second school with a row in every table; every word of it is the marker."""
    with unit_of_work():
        connection = db.session.connection()
        theirs = add(connection, "school")["id"]
        for table in Model.metadata.sorted_tables:
            if table.name in ("school", "district", "definition_snapshot", "failed_sign_in", "alembic_version"):
                continue
            given: dict[str, Any] = {}
            for column in table.columns:
                for key in column.foreign_keys:
                    parent = key.column.table
                    query = db.select(key.column).where(in_school(parent, theirs)).order_by(key.column)
                    known = connection.execute(query).scalars().all()
                    if known and not column.nullable:
                        given[column.name] = known[-1] if column.name == "host_id" else known[0]
            if "school_id" in table.c:
                given["school_id"] = theirs
            add(connection, table.name, **given)
            if table.name == "person":
                add(connection, "person", school_id=theirs)
            _mark(connection, table, theirs)
        one = connection.execute(db.select(Cycle.fingerprint, Cycle.type_key, Cycle.stage).where(Cycle.id == 1)).one()
        connection.execute(db.update(Cycle.__table__).where(Cycle.school_id == theirs).values(**one._mapping))
        connection.execute(db.update(School.__table__).where(School.id == theirs).values(name=f"{MARK} школа"))


def _mark(connection: Any, table: Any, theirs: int) -> None:
    if table.name == "journal_entry":
        return
    columns = [c for c in words(table) if c.name not in CODES and c.name not in ("pupil_name", "period")]
    if not columns:
        return
    keys = list(table.primary_key.columns)
    for n, row in enumerate(connection.execute(db.select(*keys).where(in_school(table, theirs))).all()):
        values = {c.name: f"{MARK}{n}" if c.type.python_type is str else {"ru": MARK, "en": MARK} for c in columns}
        connection.execute(db.update(table).where(*(k == v for k, v in zip(keys, row, strict=True))).values(values))


def _ids(app: Flask) -> dict[str, int]:
    with app.app_context():
        home = demo.home_school()
        return {p.last_name: p.id for p in db.session.scalars(db.select(Person).where(Person.school_id == home))}


def _texts(name: str, data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "ignore")
    if data[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(data)) as bundle:
            for inner in bundle.namelist():
                yield inner
                yield from _texts(inner, bundle.read(inner))


@pytest.mark.slow
@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_file_or_header_shows_the_other_school(two: Flask, name: str) -> None:
    client = step_in(two, _ids(two)[name])
    pages = walk(two, client, limit=700)
    assert len(pages) > 15
    for page in pages:
        assert MARK not in page.text, page.path
        if not page.text and page.status == 200:
            answer = client.get(page.path)
            data = answer.get_data()
            assert MARK not in str(answer.headers), page.path
            answer.close()
            for text in _texts(page.path, data):
                assert MARK not in text, page.path


@pytest.mark.parametrize(
    "path",
    ["/bank?q=", "/bank?state=all&q=", "/school/people?q=", "/district/materials?q="],
)
@pytest.mark.parametrize("name", ["Журналова", "Графикова"])
def test_no_search_finds_the_other_school(two: Flask, name: str, path: str) -> None:
    client = step_in(two, _ids(two)[name])
    answer = client.get(f"{path}{MARK}")
    assert answer.status_code in (200, 403)
    body = answer.text.replace(f'value="{MARK}"', "").replace(f"q={MARK}", "").replace(f"«{MARK}»", "")
    assert MARK not in body, path


def test_feeds_and_archives_hold_the_own_school_alone(two: Flask) -> None:
    with two.app_context():
        home = demo.home_school()
        for person in db.session.scalars(db.select(Person).where(Person.school_id == home)).all():
            if person.last_name not in PEOPLE:
                continue
            assert MARK.encode() not in feed.feed(person)
            for kind, given in (("year", {"year": 1}), ("person", {"person": person.id}), ("cycle", {"cycle": 1})):
                try:
                    _what, parts = ARCHIVES[kind].parts(person, given, "ru")
                except Exception as refused:
                    assert type(refused).__name__ in ("NotFound", "Forbidden"), refused
                    continue
                for part in parts:
                    made = archive.made(part)
                    for text in _texts(made.name, made.content) if made else ():
                        assert MARK not in text, (kind, made.name)


def _theirs(app: Flask) -> dict[str, list[int]]:
    """Ids of the other school's rows by table."""
    with app.app_context():
        school_id = db.session.scalar(db.select(School.id).where(School.name.like(f"{MARK}%")))
        found = {}
        for table in Model.metadata.sorted_tables:
            if "id" in table.c:
                rows = db.session.scalars(db.select(table.c.id).where(in_school(table, school_id)))
                found[table.name] = list(rows)
        return found


#: The table whose id a part of an address is, by its name.
TABLES = {
    "cycle_id": "cycle",
    "person_id": "person",
    "group_id": "plc_group",
    "triad_id": "triad",
    "file_id": "stored_file",
    "notice_id": "notice",
    "material_id": "material",
    "event_id": "event",
    "visit_id": "visit",
    "participation_id": "participation",
    "year_id": "school_year",
    "measure_id": "measure",
    "run_id": "maturity_run",
    "deficit_id": "deficit",
    "plan_id": "development_plan",
    "step_id": "plan_step",
    "transfer_id": "transfer",
    "note_id": "closed_note",
    "trial_id": "trial",
    "job_id": "job",
    "letter_id": "letter",
    "consent_id": "consent",
    "publication_id": "publication",
    "invitation_id": "invitation",
    "holiday_id": "holiday",
    "owner": "person",
}
#: Parts that are no ids: filled with something that fits.
OTHERS = {
    "n": 1,
    "round_": 1,
    "form_key": "plan",
    "key": "lessons_held",
    "kind": "route",
    "version": 1,
    "survey_key": "class_survey",
    "action": "hold",
}


def test_foreign_ids_answer_not_found(two: Flask) -> None:
    """Every address with the id of a row of the other school, as the administrator and as the Laboratory."""
    theirs, ids = _theirs(two), _ids(two)
    asked = 0
    for name in ("Журналова", "Графикова", "Дневникова"):
        client = step_in(two, ids[name])
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text).group(1)
        for rule in two.url_map.iter_rules():
            wanted = [a for a in rule.arguments if a in TABLES]
            if not wanted or rule.endpoint in ("static", "auth.step_in"):
                continue
            if not all(theirs.get(TABLES[a]) for a in wanted):
                continue
            values = {a: theirs[TABLES[a]][0] if a in TABLES else OTHERS.get(a, "x") for a in rule.arguments}
            adapter = two.url_map.bind("localhost")
            path = adapter.build(rule.endpoint, values, method="GET" if "GET" in rule.methods else "POST")
            if "GET" in rule.methods:
                answer = client.get(path)
                assert answer.status_code in (403, 404), (name, path, answer.status_code)
                assert MARK not in answer.text, path
            if "POST" in rule.methods:
                answer = client.post(path, data={"csrf_token": token})
                assert answer.status_code in (302, 303, 403, 404, 405, 422), (name, path, answer.status_code)
                assert MARK not in answer.text, path
            asked += 1
    assert asked > 100
    with two.app_context():
        left = _theirs(two)
    assert {k: v for k, v in left.items() if v != theirs[k]} == {}, "nothing of theirs was removed"


def test_the_other_school_is_whole(two: Flask) -> None:
    """Otherwise the crawl would prove nothing: most tables hold rows of it."""
    theirs = _theirs(two)
    assert sum(bool(rows) for rows in theirs.values()) > 40
