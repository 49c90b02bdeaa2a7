"""Documents: what people type is never lost, and nobody reads what is not theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.services import documents, files
from engine.services.contents import content_hash
from engine.services.demo.driver import agree, press, write
from engine.services.demo.lessons import PLAN
from engine.services.demo.school import Cast
from engine.services.documents import Place
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Draft, Revision, Submission
from engine.store.people import Person
from tests.services.roads import road, stranger


def _place(person: Person, cycle: Cycle, form: str = "plan", round_: int = 1, owner: int | None = None) -> Place:
    return documents.place(person, cycle.id, form, round_, owner)


def _drafts(person: Person) -> list[Draft]:
    return list(db.session.scalars(select(Draft).where(Draft.person_id == person.id)))


def test_what_was_typed_stays_when_something_is_missing(school: Cast) -> None:
    cycle, team = road(school, "planning")
    posted = MultiDict({"q_lesson_focus": "Как спорят", "q_learning_goal": "", "csrf_token": "x", "version": "0"})
    with pytest.raises(Invalid) as refused:
        documents.save(team[0], _place(team[0], cycle), posted, 0, complete=True)
    assert "q_learning_goal" in refused.value.errors
    (draft,) = _drafts(team[0])
    assert draft.raw == [["q_lesson_focus", "Как спорят"], ["q_learning_goal", ""]]
    page = documents.open_page(team[0], _place(team[0], cycle))
    assert page.bound["q_lesson_focus"].data == "Как спорят"
    assert page.stored is None


def test_a_draft_is_the_own_one_and_goes_when_the_document_is_saved(school: Cast) -> None:
    cycle, team = road(school, "planning")
    place = _place(team[0], cycle)
    documents.keep_draft(team[0], place, [("q_lesson_focus", "моё")], 0)
    documents.keep_draft(team[0], place, [("q_lesson_focus", "моё и дальше"), ("stage", "closed")], 0)
    assert [d.raw for d in _drafts(team[0])] == [[["q_lesson_focus", "моё и дальше"]]]
    assert documents.open_page(team[1], place).bound["q_lesson_focus"].data != "моё и дальше"
    assert [title for _, title in documents.drafts_of(team[0])] == ["План (конспект) исследуемого урока"]
    documents.save(team[0], place, MultiDict({"q_lesson_focus": "моё и дальше"}), 0, complete=False)
    assert _drafts(team[0]) == []


def test_an_own_draft_can_be_thrown_away(school: Cast) -> None:
    cycle, team = road(school, "planning")
    place = _place(team[0], cycle)
    documents.keep_draft(team[0], place, [("q_lesson_focus", "лишнее")], 0)
    documents.discard_draft(team[1], place)
    assert _drafts(team[0])
    documents.discard_draft(team[0], place)
    assert _drafts(team[0]) == []


@pytest.mark.gate("R-23")
def test_two_who_write_at_once_lose_nothing(school: Cast) -> None:
    cycle, team = road(school, "planning")
    place = _place(team[0], cycle)
    documents.save(team[0], place, MultiDict({"q_lesson_focus": "первый"}), 0, complete=False)
    with pytest.raises(Conflict) as conflict:
        documents.save(team[1], place, MultiDict({"q_lesson_focus": "второй"}), 0, complete=False)
    assert conflict.value.details["theirs"]["lesson_focus"] == "первый"
    assert conflict.value.details["version"] == 1
    assert _drafts(team[1])[0].raw == [["q_lesson_focus", "второй"]]
    stored = documents.save(team[1], place, MultiDict({"q_lesson_focus": "оба"}), 1, complete=False)
    assert (stored.version, stored.values["lesson_focus"]) == (2, "оба")
    (old,) = db.session.scalars(select(Revision).where(Revision.submission_id == stored.id))
    assert (old.version, old.values["lesson_focus"], old.by_id) == (1, "первый", team[0].id)


def test_a_stage_closed_meanwhile_keeps_the_text_in_the_draft(school: Cast) -> None:
    cycle, team = road(school, "planning")
    press(team[1], cycle, "hold", reason="карантин")
    with pytest.raises(Forbidden, match="черновик"):
        documents.save(team[0], _place(team[0], cycle), MultiDict({"q_lesson_focus": "успела"}), 0, complete=False)
    assert _drafts(team[0])[0].raw == [["q_lesson_focus", "успела"]]
    page = documents.open_page(team[0], _place(team[0], cycle))
    assert (page.editable, page.closed_because) == (False, "Цикл приостановлен")


@pytest.mark.parametrize(("form", "round_"), [("plan", 2), ("plan", 0), ("plan", 9), ("passport", 1), ("нет", 1)])
def test_addresses_of_no_document_are_not_found_or_closed(school: Cast, form: str, round_: int) -> None:
    cycle, team = road(school, "planning")
    try:
        page = documents.open_page(team[0], _place(team[0], cycle, form, round_))
    except NotFound:
        assert (form, round_) != ("plan", 2)
    else:
        assert (form, round_) == ("plan", 2)
        assert page.closed_because == "До этого урока ещё не дошли"


def test_strangers_find_nothing_and_write_nothing(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    place = _place(team[0], cycle)
    for person in (stranger(), school.team("ФО-1")[0], school.people["Мелков"]):
        with pytest.raises(NotFound):
            documents.open_page(person, place)
        with pytest.raises(NotFound):
            documents.keep_draft(person, place, [("q_lesson_focus", "чужое")], 0)
        with pytest.raises(NotFound):
            documents.confirm(person, place, "x")
    leader = school.people["Словарёва"]
    with pytest.raises((Forbidden, NotFound)):
        documents.save(leader, place, MultiDict({"q_lesson_focus": "чужое"}), 1, complete=False)


def test_a_sheet_is_read_by_colleagues_only_once_it_is_handed_in(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    watching = [p for p in team if p.id != cycle.rounds[0].lead_id]
    write(watching[0], cycle, "observation", complete=False)
    place = _place(watching[1], cycle, "observation", owner=watching[0].id)
    with pytest.raises(NotFound):
        documents.open_page(watching[1], place)
    with pytest.raises(NotFound):
        documents.save(watching[1], place, MultiDict({"q_helped": "чужой лист"}), 1, complete=False)
    write(watching[0], cycle, "observation")
    page = documents.open_page(watching[1], place)
    assert not page.editable
    assert db.session.scalars(select(Submission).where(Submission.form_key == "observation")).one().owner == (
        watching[0].id
    )


def test_the_teacher_of_the_lesson_has_no_sheet_to_fill(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    lead = next(p for p in team if p.id == cycle.rounds[0].lead_id)
    page = documents.open_page(lead, _place(lead, cycle, "observation"))
    assert (page.editable, str(page.closed_because)) == (False, "Этот документ заполняют другие участники")
    with pytest.raises(Forbidden):
        documents.save(lead, _place(lead, cycle, "observation"), MultiDict(), 0, complete=False)


def test_any_change_asks_for_new_confirmations(school: Cast) -> None:
    cycle, team = road(school, "planning")
    write(team[0], cycle, "plan", PLAN)
    place = _place(team[1], cycle)
    first = documents.open_page(team[1], place)
    assert first.confirmed == {team[0].id} and first.may_confirm
    shown = first.stored.content_hash
    agree(team, cycle, "plan")
    assert documents.open_page(team[1], place).confirmed == {p.id for p in team}
    write(team[2], cycle, "plan", {"lesson_focus": "Иначе"})
    assert documents.open_page(team[1], place).confirmed == {team[2].id}
    with pytest.raises(Conflict, match="изменился"):
        documents.confirm(team[1], place, shown)
    with pytest.raises((Forbidden, NotFound)):
        documents.confirm(school.people["Дневникова"], place, documents.open_page(team[1], place).stored.content_hash)


def test_going_back_to_the_same_words_needs_no_new_signature(school: Cast) -> None:
    cycle, team = road(school, "planning")
    write(team[0], cycle, "plan", {**PLAN, "lesson_focus": "Так"})
    agree(team, cycle, "plan")
    write(team[0], cycle, "plan", {"lesson_focus": "Иначе"})
    write(team[0], cycle, "plan", {"lesson_focus": "Так"})
    assert documents.open_page(team[1], _place(team[1], cycle)).confirmed == {p.id for p in team}


def test_words_about_pupils_stay_in_the_triad_until_the_package_is_handed_over(school: Cast) -> None:
    cycle, _ = road(school, "planning", mark="ПД-2")
    leader = school.people["Макетов"]
    team = school.team("ПД-2")
    write(team[0], cycle, "plan", PLAN)
    assert documents.open_page(team[1], _place(team[1], cycle)).shows_private
    assert not documents.open_page(leader, _place(leader, cycle)).shows_private


def test_a_handed_over_package_is_read_whole_by_the_leader(school: Cast) -> None:
    cycle, _ = road(school, "leader_review", mark="ПД-2")
    leader = school.people["Макетов"]
    assert documents.open_page(leader, _place(leader, cycle)).shows_private
    assert documents.open_page(leader, _place(leader, cycle, "review", 0)).editable


def test_decisions_travel_into_the_next_plan(school: Cast) -> None:
    cycle, team = road(school, "planning", 2)
    page = documents.open_page(team[0], _place(team[0], cycle, "plan", 2))
    typed = str(page.values)
    assert "даём две минуты подумать" in typed
    assert page.values["profile_a"] == PLAN["profile_a"]


def test_a_million_characters_are_refused_and_kept(school: Cast) -> None:
    cycle, team = road(school, "planning")
    long = "ы" * 1_000_000
    with pytest.raises(Invalid) as refused:
        documents.save(team[0], _place(team[0], cycle), MultiDict({"q_lesson_focus": long}), 0, complete=False)
    assert "Слишком длинно" in str(refused.value.errors["q_lesson_focus"])
    assert _drafts(team[0])[0].raw == [["q_lesson_focus", long]]


def test_hostile_words_are_only_words(school: Cast) -> None:
    cycle, team = road(school, "planning")
    for text in ("{{7*7}}", "<script>alert(1)</script>", "=1+1", "\x00нуль", "😀 \u202e"):
        page = documents.open_page(team[0], _place(team[0], cycle))
        stored = documents.save(team[0], page.place, MultiDict({"q_lesson_focus": text}), page.version, complete=False)
        assert stored.values["lesson_focus"] == text.replace("\x00", "")
        assert stored.content_hash == content_hash(stored.values)


def test_a_file_of_another_cycle_cannot_be_put_into_a_document(school: Cast) -> None:
    cycle, team = road(school, "discussion", 2)
    other, others = road(school, "planning", mark="ПД-2")
    foreign = files.add(others[0], other.id, "чужое.txt", "чужое".encode()).id
    page = documents.open_page(team[0], _place(team[0], cycle, "critique", 0))
    with pytest.raises(Invalid, match="файлов не найден"):
        documents.save(team[0], page.place, MultiDict({"q_product_v1": str(foreign)}), page.version, complete=False)
