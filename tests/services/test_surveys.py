"""The pupil survey: anonymous by construction, counted once, shown from five answers on."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from flask import current_app
from sqlalchemy import DateTime, LargeBinary, func, inspect, select

from engine.services import documents, outcomes, surveys, types
from engine.services.definitions import definition_of
from engine.services.demo.driver import press, write
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.surveys import SurveyAnswer, SurveyCount, SurveyText, SurveyToken
from tests.services.roads import YES, answer, road, stranger, survey_run
from tests.webui.crawling import counting


@pytest.fixture
def asked(school: Cast) -> tuple[Cycle, list[Person]]:
    """A cycle whose pupils are being asked."""
    return road(school, "survey")


def _answers(n: int, cycle: Cycle) -> None:
    for _ in range(n):
        answer(survey_run(cycle).link, q1="4", q2="3", q3="1", q4="2", q5="громко было")


def test_a_survey_opens_and_closes_with_its_stage(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    link = survey_run(cycle).link
    _answers(5, cycle)
    press(team[0], cycle, "close_survey")
    with pytest.raises(Forbidden, match="Опрос закрыт"):
        surveys.open_page(link)
    press(team[0], cycle, "back_to_survey", reason="не все успели")
    assert surveys.open_page(link).run.answered == 5


def test_a_page_opened_before_the_survey_closed_is_refused_kindly(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    _answers(5, cycle)
    late = surveys.open_page(survey_run(cycle).link)
    press(team[0], cycle, "close_survey")
    with pytest.raises(Forbidden, match="Спасибо"):
        surveys.answer(late.run.link, late.token, {"q1": "4"})


def test_one_sheet_is_counted_once(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, _ = asked
    page = surveys.open_page(survey_run(cycle).link)
    assert surveys.answer(page.run.link, page.token, {"q1": "4"}) is True
    assert surveys.answer(page.run.link, page.token, {"q1": "1"}) is False
    assert survey_run(cycle).answered == 1
    assert db.session.scalars(select(SurveyAnswer.choices)).all() == [{"q1": "4"}]


def test_wrong_links_and_tokens_answer_nothing(asked: tuple[Cycle, list[Person]], school: Cast) -> None:
    cycle, _ = asked
    other, _ = road(school, "survey", mark="ПД-2")
    link, theirs = survey_run(cycle).link, surveys.open_page(survey_run(other).link)
    for token in ("", "придуманный", theirs.token):
        with pytest.raises(Conflict):
            surveys.answer(link, token, {"q1": "4"})
    with pytest.raises(NotFound):
        surveys.open_page("нет-такой")
    assert survey_run(cycle).answered == survey_run(other).answered == 0


def test_what_was_not_offered_is_left_out(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, _ = asked
    answer(survey_run(cycle).link, q1="5", q2="4", q3="'; DROP TABLE", q4="4", q99="4")
    assert db.session.scalars(select(SurveyAnswer.choices)).all() == [{"q2": "4"}]


def test_a_sheet_without_an_answer_is_no_voice(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, _ = asked
    page = surveys.open_page(survey_run(cycle).link)
    for given in ({}, {"q1": " "}, {"q1": "9"}):
        with pytest.raises(Invalid, match="хотя бы на один"):
            surveys.answer(page.run.link, page.token, given)
    assert survey_run(cycle).answered == 0
    assert surveys.answer(page.run.link, page.token, {"q1": "4"}), "the same sheet may still be sent"


def test_a_disabled_type_takes_no_answers(asked: tuple[Cycle, list[Person]], school: Cast) -> None:
    cycle, _ = asked
    page = surveys.open_page(survey_run(cycle).link)
    types.switch(school.people["Журналова"], cycle.type_key, "disabled")
    with pytest.raises(Forbidden, match="закрыт"):
        surveys.open_page(page.run.link)
    with pytest.raises(Forbidden, match="закрыт"):
        surveys.answer(page.run.link, page.token, {"q1": "4"})
    assert survey_run(cycle).answered == 0


def test_nothing_but_a_counter_is_shown_below_five_answers(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    write(team[0], cycle, "interview", {"helped_b": "карточка"})
    _answers(4, cycle)
    press(team[0], cycle, "close_survey")
    run = survey_run(cycle)
    _, _, survey = surveys.run_for(team[0], cycle.id, "class_survey", 1)
    assert surveys.texts(run, survey) == {}
    assert all(share is None for line in outcomes.outcome(cycle, team[0]).agreement for share in line.shares)
    assert surveys.tally_of(run).answers == 4


def test_shares_and_words_are_shown_from_five_answers_when_closed(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    _, _, survey = surveys.run_for(team[0], cycle.id, "class_survey", 1)
    for _ in range(5):
        answer(survey_run(cycle).link, q1="4", **{q.key: "громко было" for q in survey.questions if q.kind == "open"})
    assert surveys.texts(survey_run(cycle), survey) == {}, "open"
    press(team[0], cycle, "close_survey")
    assert [set(lines) for lines in surveys.texts(survey_run(cycle), survey).values()] == [{"громко было"}] * 2
    assert outcomes.outcome(cycle, team[0]).agreement[0].shares[0] == 1.0


def test_a_whole_view_is_read_to_the_end(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    _answers(5, cycle)
    db.session.rollback()
    with counting() as sent:
        whole = view_of(cycle, definition_of(cycle), team[0])
        read = list(sent)
        tally = whole.tally("class_survey")
        assert tally is not None and tally.counts["q1"] == {"4": 5}
        assert [person.name for person in whole.holders("triad_member")]
    assert sent == read != [], "whoever looks later would have nobody to tell of a failure"


def test_nothing_stored_says_who_or_when(asked: tuple[Cycle, list[Person]]) -> None:
    """An answer must not lead to a token, and no column keeps a time, an order or an address."""
    cycle, _ = asked
    _answers(6, cycle)
    look = inspect(db.engine)
    for table in (SurveyAnswer, SurveyText, SurveyToken):
        columns = {c["name"]: c["type"] for c in look.get_columns(table.__tablename__)}
        assert not any(isinstance(kind, DateTime) for kind in columns.values())
        assert not {"id", "ip", "address", "agent", "device", "person_id", "token"} & set(columns)
    assert isinstance(SurveyAnswer.__table__.c.key.type, LargeBinary)
    assert {f["referred_table"] for f in look.get_foreign_keys("survey_answer")} == {"survey_run"}
    tokens = set(db.session.scalars(select(SurveyToken.token_hash)))
    keys = [k.hex() for k in db.session.scalars(select(SurveyAnswer.key))]
    assert len(set(keys)) == 6
    assert not any(key in token or token in key for key in keys for token in tokens)


def test_the_order_of_the_rows_is_not_the_order_of_the_answers(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, _ = asked
    for number in range(24):
        answer(survey_run(cycle).link, q1=str(number % 4 + 1), q2=str(number // 6 + 1))
    rows = db.session.execute(select(SurveyAnswer.choices).order_by(SurveyAnswer.key)).scalars().all()
    told = [(r["q2"], r["q1"]) for r in rows]
    assert sorted(told) == sorted((str(n // 6 + 1), str(n % 4 + 1)) for n in range(24))
    assert [t[0] for t in told] != sorted(t[0] for t in told)


def test_thirty_five_phones_at_once_are_thirty_five_answers(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, _ = asked
    link, app = survey_run(cycle).link, current_app._get_current_object()
    faults: list[Exception] = []
    start = threading.Barrier(35)

    def phone() -> None:
        with app.app_context():
            try:
                token = surveys.open_page(link).token
                db.session.remove()  # the page is out; the phone holds nothing of ours
                start.wait(timeout=60)
                surveys.answer(link, token, {"q1": "4"})
                surveys.answer(link, token, {"q1": "4"})
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

    phones = [threading.Thread(target=phone) for _ in range(35)]
    for thread in phones:
        thread.start()
    for thread in phones:
        thread.join(timeout=120)
    assert faults == []
    db.session.rollback()
    assert survey_run(cycle).answered == 35
    assert db.session.scalar(select(func.count()).select_from(SurveyAnswer)) == 35


def test_paper_is_a_summary_that_can_be_corrected(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    surveys.set_paper(team[0], cycle.id, "class_survey", 1, 20, {"q1": {"4": 12, "3": 8}})
    surveys.set_paper(team[1], cycle.id, "class_survey", 1, 21, {"q1": {"4": 13, "3": 8}})
    assert surveys.paper_of(survey_run(cycle)) == (21, {"q1": {"4": 13, "3": 8}})
    assert surveys.tally_of(survey_run(cycle)).answers == 21
    answer(survey_run(cycle).link, q1="1")
    tally = surveys.tally_of(survey_run(cycle))
    assert (tally.answers, tally.counts["q1"]) == (22, {"4": 13, "3": 8}), "one phone would be told by the difference"
    for _ in range(4):
        answer(survey_run(cycle).link, q1="1")
    tally = surveys.tally_of(survey_run(cycle))
    assert (tally.answers, tally.counts["q1"]) == (26, {"4": 13, "3": 8, "1": 5})
    for sheets, counts in ((5, {"q1": {"4": 6}}), (-1, {}), (101, {}), (5, {"q1": {"7": 1}}), (5, {"q1": {"4": -1}})):
        with pytest.raises(Invalid):
            surveys.set_paper(team[0], cycle.id, "class_survey", 1, sheets, counts)
    assert surveys.paper_of(survey_run(cycle))[0] == 21


def test_the_youngest_see_three_faces(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    surveys.set_run(team[0], cycle.id, "class_survey", 1, band="1-4")
    page = surveys.open_page(survey_run(cycle).link)
    assert [o.key for o in page.options(page.survey.questions[0])] == ["1", "2.5", "4"]
    assert surveys.answer(page.run.link, page.token, {"q1": "2.5"})
    with pytest.raises(Invalid, match="поздно"):
        surveys.set_run(team[0], cycle.id, "class_survey", 1, band="5-9")
    with pytest.raises(Invalid):
        surveys.set_run(team[0], cycle.id, "class_survey", 1, band="12")
    with pytest.raises(Invalid):
        surveys.set_run(team[0], cycle.id, "class_survey", 1, present=101)


def test_only_the_triad_runs_a_survey(asked: tuple[Cycle, list[Person]], school: Cast) -> None:
    cycle, _ = asked
    for person in (stranger(), school.team("ФО-1")[0], school.people["Словарёва"], school.people["Журналова"]):
        with pytest.raises((NotFound, Forbidden)):
            surveys.set_paper(person, cycle.id, "class_survey", 1, 5, {})
        with pytest.raises((NotFound, Forbidden)):
            surveys.run_for(person, cycle.id, "class_survey", 1)


def _sel(school: Cast) -> tuple[Cycle, list[Person]]:
    from engine.services.demo.lessons import plan, start

    lessons = [
        {
            "at": datetime(2026, 9, 14 + n, 10),
            "subject": "Музыка",
            "topic": "Ритм",
            "class_name": "5 «А»",
            "class_size": 20,
        }
        for n in (1, 2, 3)
    ]
    technique = ["thermometer"]
    cycle, team = start(school, "СЭР-1", datetime(2026, 9, 8).date(), "Как вход влияет?", lessons, technique)
    plan(cycle, team)
    press(team[0], cycle, "approve_plan")
    return cycle, team


def test_check_ins_keep_counts_and_no_sheet_of_anybody(school: Cast) -> None:
    cycle, team = _sel(school)
    link = survey_run(cycle, "checkin_before").link
    for state in ("calm", "calm", "tired", "skip", "придумано"):
        answer(link, mood=state)
    assert survey_run(cycle, "checkin_before").answered == 5, "passing is taking part"
    assert db.session.scalar(select(func.count()).select_from(SurveyAnswer)) == 0
    counts = db.session.execute(select(SurveyCount.option, SurveyCount.n)).all()
    assert dict(map(tuple, counts)) == {"calm": 2, "tired": 1, "skip": 1}
    with pytest.raises(Invalid, match="по ссылке"):
        surveys.set_paper(team[0], cycle.id, "checkin_before", 1, 3, {"mood": {"calm": 3}})


@pytest.mark.parametrize("action", ["cancel_lesson", "put_off"])
def test_a_session_that_did_not_take_place_is_asked_about_anew(school: Cast, action: str) -> None:
    cycle, team = _sel(school)
    link = survey_run(cycle, "checkin_before").link
    answer(link, mood="calm")
    press(team[0], cycle, "begin_lesson")
    press(team[0], cycle, action, reason="карантин", date="2026-10-05", time="10:00")
    run = survey_run(cycle, "checkin_before")
    assert (run.answered, run.link, surveys.tally_of(run).answers) == (0, link, 0)
    assert db.session.scalar(select(func.count()).select_from(SurveyCount)) == 0


def test_the_interview_alone_is_enough(asked: tuple[Cycle, list[Person]]) -> None:
    cycle, team = asked
    assert YES
    write(team[0], cycle, "interview", {"helped_b": "карточка"})
    assert documents.open_page(team[0], documents.place(team[0], cycle.id, "interview", 1)).stored is not None
    press(team[0], cycle, "close_survey")
    assert cycle.stage == "discussion"
