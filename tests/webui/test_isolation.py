"""Two schools in one installation: whatever is opened as one, nothing of the other is in it."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.services import demo
from engine.services.agenda import feed
from engine.services.errors import Forbidden, NotFound
from engine.services.papers import archive
from engine.services.papers.archives import ARCHIVES
from engine.services.personal.tables import CODES, in_school, words
from engine.store.cycles import Cycle
from engine.store.database import Model, db
from engine.store.people import Person, School
from engine.store.unit import unit_of_work
from tests.store.rows import NEEDED, add
from tests.webui import crawling
from tests.webui.conftest import close
from tests.webui.crawling import step_in, walk
from webui import create_app
from webui.policies import BEARER, POLICIES

MARK = "Маркербет"
PEOPLE = ("Указкина", "Дневникова", "Журналова", "Графикова", "Словарёва", "Мелков")


@pytest.fixture(scope="module")
def two(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo school, and beside it a school of its kind whose every word holds the marker."""
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("two") / "instance")
    made = create_app(folder, demo=True)
    with made.app_context():
        demo.load()  # it is; the clock is set
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
                    if known and (not column.nullable or column.name == NEEDED.get(table.name, ("",))[0]):
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


@pytest.mark.gate("R-08", "0 marker words")
@pytest.mark.slow
@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_file_or_header_shows_the_other_school(two: Flask, name: str) -> None:
    client = step_in(two, _ids(two)[name])
    pages = walk(two, client, limit=700)
    assert len(pages) > 15
    for page in pages:
        assert MARK not in page.text, page.path
        assert MARK not in page.headers, page.path
        if not page.text and page.status == 200:
            for text in _texts(page.path, page.data):
                assert MARK not in text, page.path


@pytest.mark.gate("R-08")
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


@pytest.mark.gate("R-08")
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
                except (NotFound, Forbidden):
                    continue
                for part in parts:
                    made = archive.made(part)
                    for text in _texts(made.name, made.content) if made else ():
                        assert MARK not in text, (kind, made.name)


def _rows(app: Flask, theirs: bool = True) -> dict[str, list[Any]]:
    """The rows of the other school (or of the own) by table."""
    with app.app_context():
        marked = db.session.scalar(db.select(School.id).where(School.name.like(f"{MARK}%")))
        school_id = marked if theirs else demo.home_school()
        found = {}
        for table in Model.metadata.sorted_tables:
            query = db.select(table).where(in_school(table, school_id)).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in db.session.execute(query)]
        return found


def _first_ids(rows: dict[str, list[Any]]) -> dict[str, int]:
    tables = Model.metadata.tables
    return {n: found[0][0] for n, found in rows.items() if found and next(iter(tables[n].c)).name == "id"}


TABLES = {**crawling.TABLES, "holiday_id": "holiday"}
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


def _addresses(app: Flask, theirs: dict[str, int], own: dict[str, int]) -> Iterator[tuple[str, str, set[int]]]:
    """Method, path and allowed answers of every address with ids: all of them foreign, and each one alone beside ids
    of the own, which may be closed to the person for reasons of their own."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        ids = [a for a in rule.arguments if a in TABLES]
        if not ids or rule.endpoint == "auth.step_in":  # the door of the demo: it asks who one is
            continue
        if POLICIES[rule.endpoint].startswith(BEARER):  # for programs: tests/webui/api/test_isolation.py
            continue
        plain = {a: OTHERS.get(a, "x") for a in rule.arguments if a not in TABLES}
        foreign = {a: theirs[TABLES[a]] for a in ids}
        mixed = [{**{a: own[TABLES[a]] for a in ids}, one: foreign[one]} for one in ids] if len(ids) > 1 else []
        for given in (foreign, *mixed):
            for method in sorted(rule.methods & {"GET", "POST"}):
                path = adapter.build(rule.endpoint, {**plain, **given}, method=method)
                yield method, path, {404} if given is foreign else {403, 404}


@pytest.mark.gate("R-08")
@pytest.mark.parametrize("name", PEOPLE)
def test_foreign_ids_answer_not_found(two: Flask, name: str) -> None:
    """Every address with the id of a row of the other school, whoever asks: 404, and not a cell of it changes."""
    before = _rows(two)
    client = step_in(two, _ids(two)[name])
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text).group(1)
    asked = list(_addresses(two, _first_ids(before), _first_ids(_rows(two, theirs=False))))
    assert len(asked) > 100
    for method, path, allowed in asked:
        answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert answer.status_code in allowed, (method, path, answer.status_code)
        assert MARK not in answer.text, path
    assert _rows(two) == before


def test_the_other_school_is_whole(two: Flask) -> None:
    """Otherwise the crawl would prove nothing: most tables hold rows of it."""
    assert sum(bool(rows) for rows in _rows(two).values()) > 40
