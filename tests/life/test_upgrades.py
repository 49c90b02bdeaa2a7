"""Running cycles go to a newer version and back: tried first, all or nothing, no answer lost."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from engine.core.upgrade import Blocked, Step
from engine.services import documents, journal, upgrades
from engine.services.documents import Place
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.papers import answers
from engine.services.papers.cycle import contents, document
from engine.services.papers.sheet import workbook
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.documents import Draft, Revision, Submission
from engine.store.groups import Group
from engine.store.lives import CycleUpgrade
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.life import pieces
from tests.life.pieces import FORGETFUL, KEY, V1, V2, V3, dump, member, offer, populate

#: Where the stages of the first version lead.
SECOND = {"gather": "collect", "talk": "talk_a", "extra": "check", "check": "check"}
THIRD = {**SECOND, "gather": "harvest"}


def upgraded(admin: Person, definition: Any) -> list[upgrades.Done]:
    """Install the version and move every cycle that may be moved."""
    offer(definition)
    done = upgrades.apply(admin, admin.school_id, KEY, definition.fingerprint)
    assert [d.reasons for d in done if d.upgrade_id is None] == []
    return list(done)


@pytest.mark.gate("R-09", "50 cycles in each of 4 stages go and come back, 0 rows lost")
@pytest.mark.slow
def test_fifty_cycles_in_every_stage_go_and_come_back_exactly(admin: Person) -> None:
    ids = populate(admin, 50)
    offer(V2)
    before = dump(frozenset())
    seen = upgrades.preview(admin.school_id, KEY)
    assert dump(frozenset()) == before, "a dry run writes nothing"
    assert [row.cycle.id for row in seen.rows] == ids and len(ids) == 200
    assert {(r.outcome.source, r.outcome.target) for r in seen.rows} == set(SECOND.items())
    assert all(isinstance(r.outcome, Step) and (r.sheets, r.drafts) == (3, 0) for r in seen.rows)
    before = dump()
    done = upgrades.apply(admin, admin.school_id, KEY, V2.fingerprint)
    assert [d.cycle.id for d in done] == ids and all(d.upgrade_id for d in done)
    for cycle in db.session.scalars(select(Cycle).where(Cycle.id.in_(ids))):
        assert (cycle.version, cycle.fingerprint, cycle.upgrades) == ("2", V2.fingerprint, 1)
        assert cycle.stage == SECOND[cycle.title.split()[1]]
        assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)
        last = db.session.scalars(select(JournalEntry).where(JournalEntry.cycle_id == cycle.id)).all()[-1]
        assert (last.action, last.given["from"], last.given["to"]) == ("upgraded", V1.fingerprint, V2.fingerprint)
        assert last.fingerprint == V2.fingerprint
    after = dump()
    assert {name for name in after if after[name] != before[name]} == {"cycle"}, "no sheet, draft or survey is touched"
    for one in done:
        upgrades.undo(admin, admin.school_id, one.upgrade_id)
    assert dump() == before
    for cycle in db.session.scalars(select(Cycle).where(Cycle.id.in_(ids))):
        assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)


def test_an_occupied_stage_without_a_way_changes_no_row(admin: Person) -> None:
    ids = populate(admin, 2)
    offer(FORGETFUL)
    stuck = [i for i in ids if db.session.get(Cycle, i).stage == "extra"]
    seen = upgrades.preview(admin.school_id, KEY)
    blocked = [row for row in seen.rows if isinstance(row.outcome, Blocked)]
    assert [row.cycle.id for row in blocked] == stuck
    assert {str(reason) for row in blocked for reason in row.outcome.reasons} == {
        "Этапа «Лишний этап» в новой версии нет, и автор не сказал, куда он перешёл"
    }
    before = dump(frozenset())
    done = upgrades.apply(admin, admin.school_id, KEY, FORGETFUL.fingerprint, stuck)
    assert [(d.cycle.id, d.upgrade_id) for d in done] == [(i, None) for i in stuck] and all(d.reasons for d in done)
    assert dump(frozenset()) == before
    rest = upgrades.apply(admin, admin.school_id, KEY, FORGETFUL.fingerprint)
    assert {d.cycle.id for d in rest if d.upgrade_id is None} == set(stuck), "the others go, each by itself"


@pytest.mark.parametrize("road", [(V2, V3), (V3,)], ids=["step by step", "at once"])
def test_a_chain_of_versions_keeps_every_answer_under_its_label(admin: Person, road: tuple[Any, ...]) -> None:
    ids = populate(admin, 1)
    for version in road:
        upgraded(admin, version)
    for cycle_id in ids:
        cycle = db.session.get(Cycle, cycle_id)
        assert cycle.stage == THIRD[cycle.title.split()[1]]
        assert journal.replay(cycle)[0] == cycle.stage
        person = member(cycle_id)
        page = documents.open_page(person, documents.place(person, cycle_id, "notes", 0), to_read=True)
        assert page.place.form == "log", "an old address leads to the same document"
        assert (page.form.title, page.values) == ("Записки", pieces.NOTES)
        said = _words(document(person, cycle_id, "log"))
        assert {"Цель", "понять тепло", "Настроение", "бодрое", "Размер", "Много", "Сколько", "7"} <= said
        assert {"Ходы", "Что делаем", "опыт", "спор", "Зачем", "увидеть"} <= said
        mine = member(cycle_id, 2)
        old = documents.open_page(mine, documents.place(mine, cycle_id, "memo", 0))
        assert not old.editable and old.form.title == "Памятка" and old.values == {"text": "моё"}
        assert "больше не заполняют" in old.closed_because
        assert {"Записки", "Карточка", "Памятка"} & _words(contents(person, cycle_id)) >= {"Памятка"}


def _words(paper: Any) -> set[str]:
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, (list, tuple)):
            for one in value:
                walk(one)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                walk(getattr(value, name))
        elif value is not None:
            found.add(str(value))

    walk(paper)
    return found


def test_rules_and_the_new_form_see_old_answers_in_new_words(admin: Person) -> None:
    (cycle_id,) = populate(admin, 1, ["gather"])
    upgraded(admin, V3)
    person = member(cycle_id)
    page = documents.open_page(person, documents.place(person, cycle_id, "log", 0))
    assert page.editable and page.form.title == "Дневник"
    assert page.view.values("log", 0) == page.values
    steps = [{"deed": "опыт"}, {"deed": "спор"}]
    kept = {"purpose": "понять тепло", "secret": "А. молчит", "i1": 2, "steps": steps}
    assert page.values == kept, "what was chosen is no longer offered, and a number is no line"
    assert page.edition is not None and page.edition.form.title == "Записки"
    assert set(page.edition.left) == {"mood", "size", "count", "steps.why"}


def test_a_sheet_written_anew_keeps_its_old_text_by_the_old_form(admin: Person) -> None:
    (cycle_id,) = populate(admin, 1, ["gather"])
    (done,) = upgraded(admin, V2)
    person = member(cycle_id)
    place = documents.place(person, cycle_id, "record", 0)
    typed = MultiDict({"q_goal": "заново", "q_size": "m", "q_i1": "3", "q_steps-0-q_deed": "шаг"})
    documents.save(person, place, typed, 1, complete=True, made=V2.fingerprint)
    row = db.session.scalars(select(Submission).where(Submission.form_key == "record")).one()
    assert (row.cycle_id, row.fingerprint) == (cycle_id, V2.fingerprint)
    (old,) = db.session.scalars(select(Revision).where(Revision.submission_id == row.id))
    assert (old.form_key, old.fingerprint, old.values) == ("notes", V1.fingerprint, pieces.NOTES)
    with pytest.raises(Conflict, match="писали по новой форме"):
        upgrades.undo(admin, admin.school_id, done.upgrade_id)


def test_a_draft_moves_with_the_list_of_what_is_asked_no_more(admin: Person) -> None:
    (cycle_id,) = populate(admin, 1, ["gather"])
    person = member(cycle_id)
    place = documents.place(person, cycle_id, "notes", 0)
    typed = [("q_aim", "черновая цель"), ("q_mood", "задумчивое"), ("q_size", "l"), ("q_steps-0-q_what", "ход")]
    documents.keep_draft(person, place, typed, 1, V1.fingerprint)
    upgraded(admin, V2)
    page = documents.open_page(person, documents.place(person, cycle_id, "record", 0))
    assert page.raw == [["q_goal", "черновая цель"], ["q_steps-0-q_deed", "ход"]]
    assert page.aside == [("Настроение", "задумчивое"), ("Размер", "l")]
    assert page.bound["q_goal"].data == "черновая цель"
    documents.keep_draft(person, page.place, [("q_goal", "дописал")], 1, V2.fingerprint)
    page = documents.open_page(person, page.place)
    assert page.raw == [["q_goal", "дописал"]] and [text for _, text in page.aside] == ["задумчивое", "l"]
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 1
    row = documents.save(person, page.place, MultiDict({"q_goal": "готово"}), 1, complete=False, made=V2.fingerprint)
    kept = db.session.scalars(select(Revision).where(Revision.submission_id == row.id).order_by(Revision.version)).all()
    assert [r.version for r in kept] == [1, 2] and row.version == 3
    assert (kept[1].form_key, kept[1].fingerprint) == ("notes", V1.fingerprint)
    assert kept[1].values == {"mood": "задумчивое", "size": "l"}


def test_a_page_made_before_the_upgrade_loses_nothing(admin: Person) -> None:
    (cycle_id,) = populate(admin, 1, ["gather"])
    person = member(cycle_id)
    upgraded(admin, V2)
    typed = MultiDict([("q_aim", "со старой страницы"), ("q_mood", "бодрое"), ("q_steps-1-q_what", "ход")])
    with pytest.raises(Conflict, match="перешёл на новую версию"):
        documents.save(person, Place(cycle_id, "record", 0), typed, 1, complete=True, made=V1.fingerprint)
    page = documents.open_page(person, documents.place(person, cycle_id, "record", 0))
    assert page.raw == [["q_goal", "со старой страницы"], ["q_steps-1-q_deed", "ход"]]
    assert page.aside == [("Настроение", "бодрое")]


def test_nothing_is_taken_back_once_something_has_moved(admin: Person) -> None:
    ids = populate(admin, 1)
    done = {d.cycle.id: d.upgrade_id for d in upgraded(admin, V2)}
    first, second, *_ = ids
    with unit_of_work():
        cycle = db.session.get(Cycle, first)
        journal.record(cycle, None, "move", "шаг")
    with pytest.raises(Conflict, match="продвинулся"):
        upgrades.undo(admin, admin.school_id, done[first])
    upgrades.undo(admin, admin.school_id, done[second])
    with pytest.raises(Conflict, match="Уже возвращено"):
        upgrades.undo(admin, admin.school_id, done[second])
    with pytest.raises(NotFound):
        upgrades.undo(admin, admin.school_id + 1, done[ids[2]])
    told = {p.cycle.id: str(p.kept_because) for p in upgrades.history(admin.school_id, KEY)}
    assert told[first] and told[second] and not told[ids[2]]


def test_a_dry_run_that_is_out_of_date_carries_out_nothing(admin: Person) -> None:
    populate(admin, 1)
    offer(V2)
    seen = upgrades.preview(admin.school_id, KEY)
    offer(V3)
    before = dump(frozenset())
    with pytest.raises(Conflict):
        upgrades.apply(admin, admin.school_id, KEY, seen.definition.fingerprint)
    assert dump(frozenset()) == before


def test_a_type_that_stands_still_is_not_upgraded(admin: Person) -> None:
    populate(admin, 1)
    pieces.enable(admin, "disabled")
    offer(V2)
    with pytest.raises(Invalid):
        upgrades.preview(admin.school_id, KEY)


def test_the_same_version_with_other_additions_needs_no_step(admin: Person) -> None:
    (cycle_id,) = populate(admin, 1, ["gather"])
    added = dataclasses.replace(pieces.V1.forms[1], key="consent", title="Согласие", owner="district")
    more = dataclasses.replace(V1, process=V1.process.showing("gather", "consent"), forms=(*V1.forms, added))
    (done,) = upgraded(admin, more)
    cycle = db.session.get(Cycle, cycle_id)
    assert (cycle.version, cycle.stage, cycle.fingerprint) == ("1", "gather", more.fingerprint)
    person = member(cycle_id)
    place = documents.place(person, cycle_id, "consent", 0)
    documents.save(person, place, MultiDict({"q_word": "да"}), 0, complete=True, made=more.fingerprint)
    upgraded(admin, V1)  # switched off again: the sheet stays, by its own form
    page = documents.open_page(person, documents.place(person, cycle_id, "consent", 0))
    assert not page.editable and page.form.title == "Согласие" and page.values == {"word": "да"}
    assert done.upgrade_id and db.session.get(Cycle, cycle_id).upgrades == 2


def test_every_answer_of_every_version_is_exported_under_its_header(admin: Person) -> None:
    old, rewritten = populate(admin, 1, ["gather", "talk"])
    upgraded(admin, V2)
    person = member(rewritten)
    place = documents.place(person, rewritten, "record", 0)
    typed = MultiDict({"q_goal": "=1+1", "q_size": "m", "q_added": "новое", "q_i1": "na", "q_steps-0-q_deed": "шаг"})
    documents.save(person, place, typed, 1, complete=True, made=V2.fingerprint)
    populate(admin, 1, ["collect"], V2)
    leader = member(old, 3)
    with unit_of_work():
        for group in db.session.scalars(select(Group).where(Group.type_key == KEY)):
            group.leader_id = leader.id
    assert ("log" not in dict(answers.offers(leader)[0][2])) and "record" in dict(answers.offers(leader)[0][2])
    book = openpyxl.load_workbook(io.BytesIO(workbook(answers.paper(leader, KEY, "record"))))
    assert book.sheetnames == ["Ответы", "Шаги", "Словарь"]
    lines = _table(book["Ответы"])
    first = next(line for line in lines if line["Цикл"] == "Цикл gather 0")
    assert (first["Версия типа"], first["Текст"]) == ("1", "последний")
    assert (first["Ради чего"], first["Сколько"], first["П1 Показатель"]) == ("понять тепло", 7, 2)
    assert first["Размер"] == "Много", "the label is of its own version, though it is offered no more"
    assert first["Настроение (до версии 1 включительно)"] == "бодрое" and first["Новый вопрос"] is None
    now, before = (
        next(x for x in lines if x["Цикл"] == "Цикл talk 0" and x["Текст"] == t) for t in ("последний", "прежний")
    )
    assert (now["Ради чего"], now["Новый вопрос"], now["П1 Показатель"]) == ("'=1+1", "новое", "н/н")
    assert (before["Версия типа"], before["Настроение (до версии 1 включительно)"]) == ("1", "бодрое")
    steps = [(x["Какой шаг"], x["Зачем"]) for x in _table(book["Шаги"]) if x["Цикл"] == "Цикл gather 0"]
    assert steps == [("опыт", "увидеть"), ("спор", None)]
    told = {x["Ключ"]: x for x in _table(book["Словарь"])}
    assert (told["goal"]["Вопрос в версии 1"], told["goal"]["Вопрос в версии 2"]) == ("Цель", "Ради чего")
    assert (told["mood"]["С версии"], told["mood"]["До версии"]) == ("1", "1")
    assert (told["added"]["С версии"], told["added"]["До версии"]) == ("2", None)
    assert told["size"]["Варианты"] == "s — Мало; m — Средне; l — Много"
    assert told["steps.deed"]["Таблица"] == "Шаги"
    memo = openpyxl.load_workbook(io.BytesIO(workbook(answers.paper(leader, KEY, "memo"))))
    assert [x["Текст памятки (до версии 1 включительно)"] for x in _table(memo["Ответы"])] == ["моё", "моё"]


def _table(sheet: Any) -> list[dict[str, Any]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_strangers_get_no_table(admin: Person) -> None:
    populate(admin, 1)
    with pytest.raises(NotFound):
        answers.paper(admin, KEY, "notes")
    other = db.session.scalars(select(Person).where(Person.last_name == "Мелков")).one()
    with pytest.raises(NotFound):
        answers.paper(other, KEY, "notes")
    mine = answers.paper(
        member(db.session.scalars(select(Cycle.id).where(Cycle.type_key == KEY)).first()), KEY, "notes"
    )
    assert len(mine.blocks[1].rows) == 1, "a member sees the sheets of the own triad"


def test_two_at_once_move_a_cycle_once(admin: Person) -> None:
    (cycle_id,) = populate(admin, 1, ["gather"])
    offer(V2)
    first = upgrades.apply(admin, admin.school_id, KEY, V2.fingerprint)
    again = upgrades.apply(admin, admin.school_id, KEY, V2.fingerprint, [cycle_id])
    assert len(first) == 1 and list(again) == []
    assert db.session.scalar(select(func.count()).select_from(CycleUpgrade)) == 1
