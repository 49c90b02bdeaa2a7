"""Erasure of one person: the name is nowhere, cycles stay valid, an act tells of it; the export of one's own data."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.services import accounts, events, files, groups, journal, outcomes, people
from engine.services.bank import search
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import host
from engine.services.papers import archive, catalogue, jobs
from engine.services.personal import acts, erasure, export
from engine.services.personal.names import Name, patterns, replacer
from engine.services.personal.tables import all_tables, in_school, of_person, words
from engine.services.personal.titles import TABLES
from engine.store.cycles import Cycle, JournalEntry, Notice
from engine.store.database import Model, db
from engine.store.outbox import Job
from engine.store.people import Person
from engine.store.personal import DestructionAct
from engine.store.unit import unit_of_work
from tests.services.roads import road
from tests.store.rows import add

LAST, FIRST, MIDDLE = "Заметнокрылова", "Аполлинария", "Серафимовна"
LOGIN, EMAIL = "zametnokrylova.a", "apollinaria@zametno.example"
#: What must be found nowhere: stems, so that case endings do not hide them.
TRACES = ("заметнокрыл", "аполлинари", "zametnokrylova", "apollinaria@")
SAID = f"Урок вела {LAST}, я спросила {LAST[:-1]}у ({FIRST[0]}. {MIDDLE[0]}. {LAST}), пишите {EMAIL} или {LOGIN}"


@pytest.fixture
def admin(school: Cast) -> Person:
    return school.people["Журналова"]


@pytest.fixture
def told(school: Cast, admin: Person) -> tuple[Person, Cycle]:
    """Somebody with an unmistakable name who has gone through a whole cycle and has left the triad."""
    team = school.team("ПД-1")
    victim = next(p for p in team if p.id != school.triads["ПД-1"].group.leader_id)
    with unit_of_work():
        victim.last_name, victim.first_name, victim.patronymic = LAST, FIRST, MIDDLE
        victim.login, victim.email = LOGIN, EMAIL
    cycle, _team = road(school, "closed")
    newcomer = people.add(admin, {"last_name": "Сменщиков", "first_name": "Пётр", "patronymic": ""})
    seat = next(m.seat for m in school.triads["ПД-1"].memberships if m.person_id == victim.id)
    groups.seat(admin, school.triads["ПД-1"].id, seat, newcomer.id)
    return victim, cycle


def _plant(victim: Person) -> None:
    """The name in a row of every table, in every column that holds words."""
    connection = db.session.connection()
    for table in all_tables():
        columns = words(table)
        if not columns or table.name in ("person", "journal_entry", "failed_sign_in", "district", "foreign_material"):
            continue
        keys = list(table.primary_key.columns)
        mine = in_school(table, victim.school_id)
        row = connection.execute(db.select(*keys).where(mine).limit(1)).first()
        if row is None:
            given: dict[str, Any] = {}
            for column in table.columns:
                for key in column.foreign_keys:
                    parent = key.column.table
                    known = connection.execute(
                        db.select(key.column).where(in_school(parent, victim.school_id)).limit(1)
                    ).scalar()
                    if known is not None and not column.nullable:
                        given[column.name] = victim.id if parent.name == "person" else known
            if "school_id" in table.c:
                given["school_id"] = victim.school_id
            if table.name == "visit":
                given["host_id"] = db.session.scalar(db.select(Person.id).where(Person.id != victim.id).limit(1))
            made = add(connection, table.name, **given)
            row = tuple(made[k.name] for k in keys)
        values = {}
        for column in columns:
            if column.name == "pupil_name":
                continue  # a pupil's: its own rules guard it
            length = getattr(column.type, "length", None)
            plain = f"{LAST} {FIRST}"
            fits = column.type.python_type is str
            values[column.name] = (
                (SAID if length is None or length > len(SAID) else plain if length > len(plain) else LAST)[
                    : length or None
                ]
                if fits
                else {"ключ": [SAID, {LAST: SAID}]}
            )
        same = [key == value for key, value in zip(keys, row, strict=True)]
        connection.execute(db.update(table).where(*same).values(values))
    others = db.select(Person.id).where(Person.school_id == victim.school_id, Person.id != victim.id)
    reader = connection.execute(others.limit(1)).scalar_one()
    add(connection, "notice", person_id=reader, cycle_id=None, text={"ru": SAID})  # belongs to nobody but its reader


def _dump() -> str:
    """Everything in the database as text."""
    lines = []
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(db.select(table)):
            lines.append(f"{table.name}: {json.dumps([str(v) for v in row], ensure_ascii=False)}")
    return "\n".join(lines)


def _traces(where: str) -> list[str]:
    return [line[:300] for line in where.lower().splitlines() if any(trace in line for trace in TRACES)]


def _erase(admin: Person, victim: Person, **more: Any) -> DestructionAct:
    return erasure.erase(admin, victim.id, typed=LAST, basis=f"заявление {LAST[:-1]}ой от 01.12.2026", **more)


@pytest.mark.gate("R-28", "0 occurrences in database, files and exports")
def test_the_name_is_nowhere_and_the_journal_still_replays(
    school: Cast, admin: Person, told: tuple[Person, Cycle]
) -> None:
    victim, cycle = told
    host().uploads.mkdir(exist_ok=True)
    letter = docx.Document()
    letter.add_paragraph(f"Справка выдана {LAST} {FIRST} {MIDDLE}")
    bytes_ = BytesIO()
    letter.save(bytes_)
    team_mate = next(m.person for m in cycle.triad.memberships if m.until is None)
    kept = [
        files.add(team_mate, cycle.id, f"отзыв {LAST}.txt", f"наблюдала {LAST}".encode()),
        files.add(team_mate, cycle.id, "справка.docx", bytes_.getvalue()),
        files.add(team_mate, cycle.id, "доска.txt", "критерии класса".encode()),
    ]
    job = jobs.ask(team_mate, "cycle", {"cycle": str(cycle.id)}, "ru")
    jobs.run(job.id)
    with unit_of_work():
        _plant(victim)
    before = [(c.id, journal.replay(c)) for c in db.session.scalars(db.select(Cycle)).unique()]
    assert len(_traces(_dump())) > 40, "the name stands in most tables"

    act = _erase(admin, victim)

    db.session.expire_all()
    assert _traces(_dump()) == []
    for path in host().instance.rglob("*"):
        if path.is_file() and "plugins" not in path.parts:
            raw = path.read_bytes()
            found = raw.decode("utf-8", "ignore") + _inside(path)
            assert _traces(found) == [], path
    for again in (True, False):
        assert [(c.id, journal.replay(c)) for c in db.session.scalars(db.select(Cycle)).unique()] == before, again
    assert db.session.get(Person, victim.id).short_name == act.alias
    rows = {row.id: row for row in db.session.scalars(db.select(files.StoredFile))}
    assert rows[kept[2].id].name == "доска.txt", "what does not name anybody stays"
    assert "уничтожен" in rows[kept[1].id].name
    assert not list(search.find(admin, {"q": LAST}).materials)
    assert db.session.scalars(db.select(Job)).all() == []


def _inside(path: Path) -> str:
    if path.read_bytes()[:2] != b"PK":
        return ""
    with path.open() as content, zipfile.ZipFile(content) as bundle:
        return "\n".join(bundle.read(n).decode("utf-8", "ignore") for n in bundle.namelist())


@pytest.mark.gate("R-28")
def test_documents_and_exports_made_afterwards_do_not_know_the_name(admin: Person, told: tuple[Person, Cycle]) -> None:
    victim, cycle = told
    figures = [s.mean for s in outcomes.outcome(db.session.get(Cycle, cycle.id)).overall]
    _erase(admin, victim)
    assert [s.mean for s in outcomes.outcome(db.session.get(Cycle, cycle.id)).overall] == figures
    mate = next(m.person for m in cycle.triad.memberships if m.until is None)
    _what, parts = archive.of_cycle(mate, {"cycle": cycle.id}, "ru")
    seen = ""
    for part in parts:
        made = archive.made(part)
        if made is None:
            continue
        assert _traces(made.name) == []
        if made.content[:2] == b"PK":
            with zipfile.ZipFile(BytesIO(made.content)) as bundle:
                seen += "\n".join(
                    re.sub(r"<[^>]+>", "", bundle.read(n).decode("utf-8", "ignore")) for n in bundle.namelist()
                )
    assert _traces(seen) == [] and "Участник 1" in seen.replace("\u00a0", " ")


def test_the_act_and_the_extract(admin: Person, told: tuple[Person, Cycle]) -> None:
    victim, _cycle = told
    act = _erase(admin, victim)
    assert (act.number, act.kind, act.alias) == (1, "erasure", "Участник 1")
    assert act.finished_at is not None and act.counts["journal_entry"] > 0
    made = catalogue.file(admin, "act", {"act": str(act.id)}, "docx", "ru")
    text_ = "\n".join(
        [p.text for p in docx.Document(BytesIO(made.content)).paragraphs]
        + [c.text for t in docx.Document(BytesIO(made.content)).tables for r in t.rows for c in r.cells]
    )
    text_ = text_.replace("\u00a0", " ")
    assert "Акт об уничтожении персональных данных" in text_ and "Участник" in text_ and "Журнал циклов" in text_
    assert _traces(text_) == [] and "заявление" in text_
    assert [a.id for a in acts.listing(admin)] == [act.id]
    with pytest.raises(Forbidden):
        acts.one(told[1].triad.memberships[0].person, act.id)
    with pytest.raises(NotFound):
        acts.one(admin, 999)


def test_the_journal_changes_names_alone_and_only_while_an_act_is_open(
    admin: Person, told: tuple[Person, Cycle]
) -> None:
    victim, _cycle = told
    entry = db.session.scalars(db.select(JournalEntry).order_by(JournalEntry.id)).first()
    number = entry.id

    def change(values: str) -> None:
        with unit_of_work():
            db.session.execute(text(f"UPDATE journal_entry SET {values} WHERE id = {number}"))

    with pytest.raises(DBAPIError, match="append-only"):
        change("given = '{}'")
    with unit_of_work():
        act = erasure._open(admin, victim, "x")
        act_id = act.id
    for values in ("target = 'closed'", "seq = 77", "actor_id = NULL", "round = 2", "at = '2030-01-01 00:00:00'"):
        with pytest.raises(DBAPIError, match="append-only"):
            change(values)
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work():
        db.session.execute(text(f"DELETE FROM journal_entry WHERE id = {number}"))
    change("given = '{}'")
    with unit_of_work():
        db.session.get(DestructionAct, act_id).finished_at = host().clock.now()
    with pytest.raises(DBAPIError, match="append-only"):
        change("given = '{}'")


def test_an_erased_person_cannot_sign_in_and_is_not_erased_twice(admin: Person, told: tuple[Person, Cycle]) -> None:
    victim, _cycle = told
    link = accounts.make_link("reset", victim)
    accounts.use_link(link, LOGIN, "старая ель у реки")
    accounts.sign_in(LOGIN, "старая ель у реки")
    _erase(admin, victim)
    with pytest.raises(Invalid):
        accounts.sign_in(LOGIN, "старая ель у реки")
    row = db.session.get(Person, victim.id)
    assert (row.login, row.email, row.password_hash, row.active) == (None, "", None, False)
    with pytest.raises(NotFound):
        _erase(admin, victim)


def test_the_preview_tells_what_would_happen_and_changes_nothing(admin: Person, told: tuple[Person, Cycle]) -> None:
    victim, _cycle = told
    before = _dump()
    seen = erasure.preview(admin, victim.id)
    assert seen.alias == "Участник 1" and seen.obstacles == () and seen.replaced["journal_entry"] > 0
    assert _dump() == before


@pytest.mark.parametrize(
    ("typed", "basis", "wrong"), [("Иванова", "заявление", "typed"), (LAST, " ", "basis"), ("", "", "typed")]
)
def test_confirmation_and_grounds_are_asked_for(
    admin: Person, told: tuple[Person, Cycle], typed: str, basis: str, wrong: str
) -> None:
    with pytest.raises(Invalid) as refused:
        erasure.erase(admin, told[0].id, typed=typed, basis=basis)
    assert wrong in refused.value.errors
    assert db.session.get(Person, told[0].id).last_name == LAST


def test_who_is_still_needed_is_not_erased(school: Cast, admin: Person) -> None:
    seated = school.people["Тетрадкина"]
    leader = school.people["Дневникова"]
    for person in (seated, leader):
        assert erasure.preview(admin, person.id).obstacles
        with pytest.raises(Conflict):
            erasure.erase(admin, person.id, typed=person.last_name, basis="заявление")
    with pytest.raises(Conflict):
        erasure.erase(admin, admin.id, typed=admin.last_name, basis="заявление")
    assert not db.session.scalars(db.select(DestructionAct)).all()


def test_only_the_administrator_erases_and_only_in_the_own_school(school: Cast, told: tuple[Person, Cycle]) -> None:
    victim, _cycle = told
    for person in (school.people["Указкина"], victim, school.people["Графикова"]):
        with pytest.raises(Forbidden):
            erasure.erase(person, victim.id, typed=LAST, basis="x")
        with pytest.raises(Forbidden):
            erasure.preview(person, victim.id)
    with pytest.raises(NotFound):
        erasure.preview(school.people["Журналова"], 9999)


def test_a_namesake_keeps_the_name(school: Cast, admin: Person, told: tuple[Person, Cycle]) -> None:
    victim, _cycle = told
    other = people.add(admin, {"last_name": LAST, "first_name": "Ия", "patronymic": "Павловна"})
    event = events.add(
        admin,
        {
            "title": f"Встреча: {LAST} И. П. и {LAST} А. С.",
            "form": "seminar",
            "level": "school",
            "begins": host().clock.now().date(),
        },
    )
    _erase(admin, victim)
    db.session.expire_all()
    assert db.session.get(Person, other.id).last_name == LAST
    assert db.session.get(type(event), event.id).title == f"Встреча: {LAST} И. П. и Участник 1"


def test_aliases_are_numbered(school: Cast, admin: Person) -> None:
    for n, name in enumerate(("Первоцветов", "Второклассов"), 1):
        person = people.add(admin, {"last_name": name, "first_name": "Ян", "patronymic": ""})
        act = erasure.erase(admin, person.id, typed=name, basis="заявление")
        assert (act.alias, act.number) == (f"Участник {n}", n)


def test_a_request_reaches_the_administrators(school: Cast, admin: Person) -> None:
    erasure.ask(school.people["Указкина"])
    rows = db.session.scalars(db.select(Notice).where(Notice.person_id == admin.id)).all()
    assert any("удалить свои персональные данные" in str(n.text) for n in rows)


def test_one_s_own_data_without_the_names_of_others(school: Cast, admin: Person, told: tuple[Person, Cycle]) -> None:
    victim, _cycle = told
    held = export.held(victim)
    assert {"person", "membership", "journal_entry", "submission"} <= set(held)
    whole = json.dumps(held, ensure_ascii=False, default=str)
    assert LAST in whole and EMAIL in whole
    assert "password_hash" not in whole and "token_hash" not in whole
    for colleague in db.session.scalars(db.select(Person).where(Person.id != victim.id)):
        assert colleague.last_name not in whole, colleague.last_name
    for who in (victim, admin):
        what, parts = export.parts(who, {"person": victim.id}, "ru")
        names = [made.name for part in parts if (made := archive.made(part))]
        assert what == victim.short_name and "data.json" in names and any(n.endswith(".docx") for n in names)
    with pytest.raises(NotFound):
        export.parts(school.people["Указкина"], {"person": victim.id}, "ru")


def test_every_table_that_points_to_a_person_has_a_title() -> None:
    pointing = {t.name for t in Model.metadata.sorted_tables if of_person(t)} | {
        t.name for t in all_tables() if words(t)
    }
    assert pointing - set(TABLES) == set()


def test_every_table_with_words_is_found_by_its_school() -> None:
    """A row that no condition reaches would keep the name for ever."""
    alone = {"school", "district", "alembic_version", "failed_sign_in"}
    for table in all_tables():
        if words(table) and table.name not in alone:
            assert "false" not in str(in_school(table, 1)).lower(), table.name


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("Указкина Вера Демовна", "X"),
        ("Вера Демовна Указкина", "X"),
        ("Указкина В. Д.", "X"),
        ("Указкина В.Д.", "X"),
        ("Указкина\u00a0В.\u00a0Д.", "X"),
        ("В. Д. Указкина", "X"),
        ("В.Д.Указкина", "X"),
        ("спросите Указкину", "спросите X"),
        ("с Указкиной Верой", "с X"),
        ("УКАЗКИНА", "X"),
        ("Вера Демовна сказала", "X сказала"),
        ("вера в учеников", "вера в учеников"),
        ("указка у доски", "указка у доски"),
        ("указкина1", "указкина1"),
        ("vera@school.example", "X"),
        ("пишите vera.u", "пишите X"),
        ("vera.u2", "vera.u2"),
        ("", ""),
    ],
)
def test_forms_of_a_name(written: str, made: str) -> None:
    name = Name("Указкина", "Вера", "Демовна", "vera.u", "vera@school.example")
    assert replacer(name, "X")(written) == made


def test_a_shared_surname_needs_more_than_itself() -> None:
    name = Name("Иванова", "Вера", "Демовна", shared=True)
    replace = replacer(name, "X")
    assert replace("Иванова О. П. и Иванова В. Д.") == "Иванова О. П. и X"
    assert replace("Иванов") == "Иванов"


@given(
    st.recursive(
        st.text(max_size=30) | st.integers() | st.none(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_data_without_the_name_is_the_very_same(data: Any) -> None:
    replace = replacer(Name(LAST, FIRST, MIDDLE, LOGIN, EMAIL), "X")
    assert replace(data) == data


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_form_is_left(before: str, after: str) -> None:
    name = Name(LAST, FIRST, MIDDLE, LOGIN, EMAIL)
    made = replacer(name, "X")(f"{before} {SAID} {after}")
    assert not any(p.search(made) for p in patterns(name))
