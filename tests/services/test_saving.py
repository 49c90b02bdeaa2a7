"""A document is saved in one unit of work; what ends otherwise leaves the words in the draft."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import current_app
from sqlalchemy import delete, event, func, select
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

from engine.services import documents, saving
from engine.services.demo.driver import press, write
from engine.services.demo.school import Cast
from engine.services.documents import Place
from engine.services.errors import Conflict, Forbidden, NotFound
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Confirmation, Draft, Revision, Submission
from engine.store.groups import TypeSwitch
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.services.roads import road

WORDS = MultiDict({"q_lesson_focus": "набранное"})
KEPT = [[["q_lesson_focus", "набранное"]]]


@contextmanager
def heard(failing: str = "") -> Iterator[list[str]]:
    """The statements sent meanwhile; the first that begins with ``failing`` fails."""
    sent: list[str] = []

    def hear(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        sent.append(statement)
        if failing and statement.startswith(failing) and sum(s.startswith(failing) for s in sent) == 1:
            raise OperationalError(statement, parameters, Exception("the disk is on fire"))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def begun(school: Cast, form: str = "plan") -> tuple[Cycle, list[Person], Place]:
    cycle, team = road(school, "planning")
    return cycle, team, documents.place(team[0], cycle.id, form, 1)


def drafts(person: Person) -> list[list[list[str]]]:
    db.session.rollback()
    return [row.raw for row in db.session.scalars(select(Draft).where(Draft.person_id == person.id))]


def test_an_autosave_reads_two_rows_and_writes_one(school: Cast) -> None:
    _, team, place = begun(school)
    documents.keep_draft(team[0], place, list(WORDS.items()), 0)
    with heard() as sent:
        moment = documents.keep_draft(team[0], place, [("q_lesson_focus", "дальше")], 0)
    locks = [s for s in sent if s.startswith("SELECT person.id") and "FOR NO KEY UPDATE" in s]
    assert len(locks) == (db.engine.dialect.name != "sqlite")  # SQLite has one writer at a time
    assert [s.split()[0] for s in sent if s not in locks] == ["SELECT", "SELECT", "UPDATE"]
    row = db.session.scalars(select(Draft)).one()
    assert (row.raw, row.updated_at, row.base) == ([["q_lesson_focus", "дальше"]], moment, 0)


def test_an_autosave_finds_its_document_by_its_address(school: Cast) -> None:
    cycle, team, place = begun(school)
    documents.keep_draft(team[0], Place(cycle.id, "plan", 1), list(WORDS.items()), 0, by_address=True)
    assert drafts(team[0]) == KEPT and documents.open_page(team[0], place).draft is not None
    for form, round_ in (("plan", 0), ("plan", 9), ("no such", 1)):
        with pytest.raises(NotFound):
            documents.keep_draft(team[0], Place(cycle.id, form, round_), list(WORDS.items()), 0, by_address=True)
    assert drafts(team[0]) == KEPT and db.session.scalar(select(func.count(Draft.id))) == 1


def test_a_saved_document_needs_no_draft(school: Cast) -> None:
    _, team, place = begun(school)
    with heard() as sent:
        first = documents.save(team[0], place, WORDS, 0, complete=False)
    assert not [s for s in sent if s.startswith(("INSERT INTO draft", "UPDATE draft", "DELETE FROM draft"))]
    documents.keep_draft(team[0], place, list(WORDS.items()), 1)
    with heard() as sent:
        second = documents.save(team[0], place, WORDS, 1, complete=False)
    assert len(sent) <= 9 and [s.split()[0] for s in sent if not s.startswith("SELECT")] == [
        "INSERT", "UPDATE", "DELETE",
    ]  # fmt: skip
    assert drafts(team[0]) == []
    row = db.session.scalars(select(Submission).where(Submission.form_key == "plan")).one()
    assert second.id == first.id == row.id
    assert {name: getattr(row, name) for name in second._fields} == second._asdict()
    (old,) = db.session.scalars(select(Revision).where(Revision.submission_id == row.id))
    assert (old.version, old.state, old.values, old.form_key, old.fingerprint, old.by_id, old.at) == (
        first.version, first.state, first.values, first.form_key, first.fingerprint, first.updated_by, first.updated_at,
    )  # fmt: skip


#: Who is around the cycle, as a save reads it (a draft asks for less).
AROUND = "SELECT cycle.school_id, cycle.type_key, cycle.fingerprint, cycle.stage"


@pytest.mark.parametrize("statement", ["INSERT INTO submission", AROUND, "SELECT submission"])
def test_words_outlive_a_statement_that_fails(school: Cast, statement: str) -> None:
    _, team, place = begun(school)
    with pytest.raises(OperationalError), heard(statement):
        documents.save(team[0], place, WORDS, 0, complete=False)
    assert drafts(team[0]) == KEPT
    assert db.session.scalars(select(Submission).where(Submission.form_key == "plan")).all() == []
    documents.save(team[0], place, WORDS, 0, complete=False)
    assert drafts(team[0]) == []


def test_words_outlive_a_fault_of_ours(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _, team, place = begun(school)

    def broken(*given: object, **more: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
        patched.setattr(saving.fields, "values_of", broken)
        documents.save(team[0], place, WORDS, 0, complete=False)
    assert drafts(team[0]) == KEPT


def test_a_unit_that_is_open_takes_everything_back(school: Cast) -> None:
    _, team, place = begun(school)
    documents.save(team[1], place, MultiDict({"q_lesson_focus": "раньше"}), 0, complete=False)
    with pytest.raises(Conflict), unit_of_work():
        documents.save(team[0], place, WORDS, 0, complete=False)
    assert drafts(team[0]) == []
    with pytest.raises(OperationalError), unit_of_work(), heard("INSERT INTO revision"):
        documents.save(team[0], place, WORDS, 1, complete=False)
    assert drafts(team[0]) == []
    with unit_of_work():
        assert documents.save(team[0], place, WORDS, 1, complete=False).version == 2
    assert db.session.scalars(select(Submission).where(Submission.form_key == "plan")).one().version == 2


def test_an_autosave_does_not_write_on_a_draft_that_goes_meanwhile(school: Cast) -> None:
    _, team, place = begun(school)
    documents.keep_draft(team[0], place, [("q_lesson_focus", "раньше")], 0)
    app, person_id = current_app._get_current_object(), team[0].id  # type: ignore[attr-defined]

    def autosave() -> None:
        with app.app_context():
            documents.keep_draft(db.session.get_one(Person, person_id), place, list(WORDS.items()), 0)

    late = threading.Thread(target=autosave)
    with unit_of_work():
        db.session.execute(delete(Draft).where(Draft.person_id == person_id))
        late.start()
        late.join(0.5)
    late.join(20)
    assert drafts(team[0]) == KEPT


@pytest.mark.parametrize("state", ["disabled", "purged"])
def test_a_type_that_stands_still_takes_no_document(school: Cast, state: str) -> None:
    cycle, team, place = begun(school)
    with unit_of_work():
        row = db.session.scalars(select(TypeSwitch).where(TypeSwitch.type_key == cycle.type_key)).one()
        row.state = state
    with pytest.raises(Forbidden, match="черновик"):
        documents.save(team[0], place, WORDS, 0, complete=False)
    assert drafts(team[0]) == KEPT


def test_the_earlier_sheet_and_another_round_are_shut(school: Cast) -> None:
    cycle, team, _ = begun(school)
    for round_ in (2, 3):
        with pytest.raises(Forbidden):
            documents.save(team[0], Place(cycle.id, "plan", round_), WORDS, 0, complete=False)
    assert drafts(team[0]) == KEPT * 2
    press(team[1], cycle, "hold", reason="карантин")
    with pytest.raises(Forbidden):
        documents.save(team[0], Place(cycle.id, "plan", 1), WORDS, 0, complete=False)


def test_who_hands_in_agrees_once(school: Cast) -> None:
    cycle, team, _ = begun(school)
    first, second = write(team[0], cycle, "plan"), write(team[0], cycle, "plan")
    assert first.content_hash == second.content_hash
    (row,) = db.session.scalars(select(Confirmation).where(Confirmation.submission_id == first.id))
    assert (row.person_id, row.content_hash) == (team[0].id, first.content_hash)
