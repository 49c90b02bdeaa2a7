"""The survey at its edges: how many are enough, what a sheet may hold, what paper may say, who may touch it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine.services import surveys, tallies
from engine.services.cycles import open_cycle
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.surveys import PaperSummary, SurveyAnswer, SurveyCount, SurveyRun, SurveyText, SurveyToken
from engine.store.unit import unit_of_work
from tests.services.roads import answer

KEY, CHECK_IN = "class_survey", "checkin_before"


class Asked:
    """A survey of a cycle that has just been opened, put there without the way to its stage."""

    def __init__(self, school: Cast, mark: str, key: str, round_: int = 1) -> None:
        self.team = school.team(mark)
        self.cycle: Cycle = open_cycle(school.triads[mark], self.team[0])
        self.key, self.round = key, round_
        with unit_of_work():
            self.run = SurveyRun(cycle_id=self.cycle.id, survey_key=key, round=round_, link=f"link-{mark}-{round_}")
            db.session.add(self.run)

    @property
    def me(self) -> tuple[Person, int, str, int]:
        return self.team[0], self.cycle.id, self.key, self.round

    def phones(self, *sheets: dict[str, str]) -> None:
        for sheet in sheets:
            assert answer(self.run.link, **sheet)

    def close(self) -> None:
        with unit_of_work():
            db.session.merge(self.run).is_open = False

    @property
    def tally(self) -> Any:
        return surveys.tally_of(db.session.get(SurveyRun, self.run.id))


@pytest.fixture
def asked(school: Cast) -> Asked:
    return Asked(school, "ПД-1", KEY)


@pytest.fixture
def check_in(school: Cast) -> Asked:
    return Asked(school, "СЭР-1", CHECK_IN)


# -- how many are enough ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "sheets", "held"),
    [(0, 0, False), (0, 9, False), (1, 0, False), (1, 1, True), (4, 9, True), (5, 9, False), (6, 1, False)],
)
def test_a_few_phones_stay_out_of_counts_of_paper(answered: int, sheets: int, held: bool) -> None:
    assert tallies.held_back(answered, sheets) is held


def test_phones_join_the_counts_of_paper_when_they_hide_each_other(asked: Asked) -> None:
    surveys.set_paper(*asked.me, 3, {"q1": {"4": 2, "3": 1}})
    asked.phones(*[{"q1": "4"}] * 4)
    assert (asked.tally.answers, asked.tally.counts) == (7, {"q1": {"4": 2, "3": 1}})
    asked.phones({"q1": "1"})
    assert (asked.tally.answers, asked.tally.counts) == (8, {"q1": {"4": 6, "3": 1, "1": 1}})


def test_a_cycle_tells_each_of_its_surveys_and_no_other(asked: Asked, school: Cast) -> None:
    other = Asked(school, "ПД-2", KEY)
    assert tallies.of_cycle(other.cycle.id + 100) == ()
    with unit_of_work():
        second = SurveyRun(cycle_id=asked.cycle.id, survey_key=KEY, round=2, link="second", present=7, is_open=False)
        db.session.add(second)
    asked.phones({"q1": "4", "q4": "ideas"}, {"q1": "4"})
    other.phones({"q1": "1"})
    first, later = tallies.of_cycle(asked.cycle.id)
    assert (first.survey, first.round, first.is_open, first.answers, first.present) == (KEY, 1, True, 2, None)
    assert first.counts == {"q1": {"4": 2}, "q4": {"ideas": 1}}
    assert (later.round, later.is_open, later.answers, later.present, later.counts) == (2, False, 0, 7, {})
    assert surveys.tally_of(second).round == 2
    assert [t.counts for t in tallies.of_cycle(other.cycle.id)] == [{"q1": {"1": 1}}]


@pytest.mark.parametrize("keys", [(CHECK_IN, "checkin_after"), ("checkin_after", CHECK_IN)])
def test_each_survey_of_a_lesson_has_its_own_numbers(school: Cast, keys: tuple[str, str]) -> None:
    """Whichever was opened first."""
    first = Asked(school, "СЭР-1", keys[0])
    with unit_of_work():
        second = SurveyRun(cycle_id=first.cycle.id, survey_key=keys[1], round=1, link="second", present=3)
        db.session.add(second)
    for run in (first.run, second):
        assert surveys.tally_of(db.session.get(SurveyRun, run.id)).survey == run.survey_key
        assert surveys.run_for(first.team[0], first.cycle.id, run.survey_key, 1)[1].id == run.id


def test_each_lesson_has_its_own_numbers_whichever_was_asked_first(school: Cast) -> None:
    later = Asked(school, "ПД-1", KEY, round_=2)
    with unit_of_work():
        earlier = SurveyRun(cycle_id=later.cycle.id, survey_key=KEY, round=1, link="first", present=9)
        db.session.add(earlier)
    assert surveys.tally_of(db.session.get(SurveyRun, earlier.id)).present == 9
    assert later.tally.present is None


def test_counts_of_one_class_are_not_those_of_another(school: Cast) -> None:
    first, second = Asked(school, "СЭР-1", CHECK_IN), Asked(school, "СЭР-2", CHECK_IN)
    questions = [q for q in surveys.open_page(first.run.link).survey.questions if q.kind != "open"]
    option = surveys.open_page(first.run.link).options(questions[0])[0].key
    for one, sheets in ((first, 3), (second, 2), (first, 1)):
        one.phones(*[{questions[0].key: option}] * sheets)
    counts = {(c.run_id, c.question): c.n for c in db.session.scalars(select(SurveyCount))}
    assert counts == {(first.run.id, questions[0].key): 4, (second.run.id, questions[0].key): 2}


def test_paper_of_one_class_replaces_that_of_no_other(asked: Asked, school: Cast) -> None:
    later = Asked(school, "ПД-2", KEY)
    surveys.set_paper(*asked.me, 2, {"q1": {"4": 2}, "q2": {"1": 1}})
    surveys.set_paper(*later.me, 3, {"q1": {"1": 3}})
    surveys.set_paper(*later.me, 3, {"q1": {"1": 2}})
    told = [surveys.paper_of(db.session.get(SurveyRun, one.run.id)) for one in (asked, later)]
    assert told == [(2, {"q1": {"4": 2}, "q2": {"1": 1}}), (3, {"q1": {"1": 2}})]


def test_open_answers_are_those_of_the_survey_in_any_order(asked: Asked, school: Cast) -> None:
    later = Asked(school, "ПД-2", KEY)
    survey = surveys.Editions(asked.cycle).survey(KEY)
    for one, word in ((asked, "раньше"), (later, "позже")):
        one.phones(*[{"q6": f"{word} {n}"} for n in range(6)])
        one.close()
    for one, word in ((asked, "раньше"), (later, "позже")):
        told = [surveys.texts(db.session.get(SurveyRun, one.run.id), survey)["q6"] for _ in range(8)]
        assert {tuple(sorted(lines)) for lines in told} == {tuple(f"{word} {n}" for n in range(6))}
        assert len({tuple(lines) for lines in told}) > 1, "the order says nothing"


@pytest.mark.parametrize(("phones", "shown"), [(4, False), (5, True)])
def test_open_answers_are_shown_from_the_least_number_on_and_when_closed(
    asked: Asked, phones: int, shown: bool
) -> None:
    survey = surveys.Editions(asked.cycle).survey(KEY)
    assert survey.least == 5
    asked.phones(*[{"q6": f"слово {n}"} for n in range(phones)])
    run = db.session.get(SurveyRun, asked.run.id)
    assert surveys.texts(run, survey) == {}
    asked.close()
    found = surveys.texts(db.session.get(SurveyRun, asked.run.id), survey)
    assert {key: sorted(lines) for key, lines in found.items()} == (
        {"q6": [f"слово {n}" for n in range(phones)]} if shown else {}
    )


# -- a sheet ----------------------------------------------------------------------------------------------------------


def test_a_sheet_holds_what_was_offered_and_nothing_else(asked: Asked) -> None:
    long = "я" * 501
    asked.phones({"q1": " 4 ", "q2": "5", "q4": "nothing", "q5": "", "q6": f"  {long}  ", "q7": "   ", "q9": "4"})
    assert db.session.scalars(select(SurveyAnswer.choices)).all() == [{"q1": "4"}]
    assert [(t.question, t.text) for t in db.session.scalars(select(SurveyText))] == [("q6", long[:-1])]
    for row in (*db.session.scalars(select(SurveyAnswer)), *db.session.scalars(select(SurveyText))):
        assert len(row.key) == 16


@pytest.mark.parametrize("given", [{}, {"q1": "9"}, {"q6": "  "}])
def test_an_empty_sheet_uses_nothing_up(asked: Asked, given: dict[str, str]) -> None:
    page = surveys.open_page(asked.run.link)
    with pytest.raises(Invalid, match="хотя бы на один"):
        surveys.answer(page.run.link, page.token, given)
    assert surveys.answer(page.run.link, page.token, {"q6": "слово"})
    assert db.session.scalars(select(SurveyAnswer.choices)).all() == [{}], "a sheet of words alone is a sheet"


def test_a_token_is_good_for_one_sheet_of_its_own_survey(asked: Asked, school: Cast) -> None:
    other = Asked(school, "ПД-2", KEY)
    mine, theirs = surveys.open_page(asked.run.link), surveys.open_page(other.run.link)
    assert len({mine.token, theirs.token}) == 2 and len(mine.token) == 24, "144 bits, as base64"
    for token in (theirs.token, "", "made up"):
        with pytest.raises(Conflict):
            surveys.answer(asked.run.link, token, {"q1": "4"})
    for link in ("", "no such link"):
        with pytest.raises(NotFound):
            surveys.answer(link, mine.token, {"q1": "4"})
        with pytest.raises(NotFound):
            surveys.open_page(link)
    assert surveys.answer(asked.run.link, mine.token, {"q1": "4"}) is True
    assert surveys.answer(asked.run.link, mine.token, {"q1": "1"}) is False
    assert surveys.answer(other.run.link, theirs.token, {"q1": "2"}) is True
    kept = db.session.scalars(select(SurveyToken)).all()
    assert {row.used for row in kept} == {True}
    assert all(mine.token not in row.token_hash and len(row.token_hash) == 64 for row in kept)


def test_every_sheet_is_written_anew_under_a_new_key(asked: Asked, school: Cast) -> None:
    other = Asked(school, "ПД-2", KEY)
    other.phones({"q1": "1", "q6": "чужое"})
    untouched = {row.key for row in db.session.scalars(select(SurveyAnswer))}
    asked.phones({"q1": "4", "q6": "раз"})
    before = {row.key for row in db.session.scalars(select(SurveyAnswer))} | {
        row.key for row in db.session.scalars(select(SurveyText))
    }
    asked.phones({"q1": "3"})
    after = {row.key for row in db.session.scalars(select(SurveyAnswer))} | {
        row.key for row in db.session.scalars(select(SurveyText))
    }
    theirs = db.session.scalar(select(SurveyText.key).where(SurveyText.text == "чужое"))
    assert before & after == untouched | {theirs}
    assert sorted(r.choices["q1"] for r in db.session.scalars(select(SurveyAnswer))) == ["1", "3", "4"]
    assert sorted(r.text for r in db.session.scalars(select(SurveyText))) == ["раз", "чужое"]


def test_check_ins_are_counts_and_may_be_passed(check_in: Asked) -> None:
    page = surveys.open_page(check_in.run.link)
    question = page.survey.questions[0]
    first, second = [o.key for o in page.options(question)][:2]
    check_in.phones({question.key: first}, {question.key: first}, {question.key: second})
    counts = {(c.question, c.option): c.n for c in db.session.scalars(select(SurveyCount))}
    assert counts == {(question.key, first): 2, (question.key, second): 1}
    assert db.session.scalars(select(SurveyAnswer)).all() == []
    assert page.may_be_empty
    check_in.phones({})
    assert db.session.get(SurveyRun, check_in.run.id).answered == 4


def test_a_check_in_comes_by_phone_or_on_paper(check_in: Asked) -> None:
    question = surveys.open_page(check_in.run.link).survey.questions[0]
    option = surveys.open_page(check_in.run.link).options(question)[0].key
    surveys.set_paper(*check_in.me, 0, {})
    check_in.phones({question.key: option})
    with pytest.raises(Invalid, match="по ссылке"):
        surveys.set_paper(*check_in.me, 2, {question.key: {option: 2}})
    with unit_of_work():
        db.session.merge(check_in.run).answered = 0
    surveys.set_paper(*check_in.me, 1, {question.key: {option: 1}})
    page = surveys.open_page(check_in.run.link)
    with pytest.raises(Forbidden, match="Спросите учителя"):
        surveys.answer(page.run.link, page.token, {question.key: option})


# -- whom it asks -----------------------------------------------------------------------------------------------------


def test_the_youngest_of_a_class_see_faces_and_nobody_else(asked: Asked) -> None:
    page = surveys.open_page(asked.run.link)
    scale, single = page.survey.questions[0], page.survey.questions[3]
    assert page.asks_pupils and not page.has_faces(scale)
    assert [o.key for o in page.options(scale)] == ["1", "2", "3", "4"]
    surveys.set_run(*asked.me, band="1-4")
    young = surveys.open_page(asked.run.link)
    assert young.has_faces(scale) and not young.has_faces(single)
    assert [o.key for o in young.options(scale)] == ["1", "2.5", "4"]
    assert young.options(single) == single.options
    words = next(q for q in page.survey.questions if q.kind == "open")
    assert young.options(words) == page.options(words) == () and not young.has_faces(words)
    assert not young.may_be_empty


def test_adults_are_asked_without_faces(asked: Asked) -> None:
    surveys.set_run(*asked.me, band="1-4")
    page = surveys.open_page(asked.run.link)
    for respondents, pupils in (("", True), ("pupils", True), ("parents", False), ("experts", False)):
        seen = surveys.Page(page.run, replace(page.survey, respondents=respondents), "")
        assert seen.asks_pupils is pupils
        assert seen.has_faces(page.survey.questions[0]) is pupils


def test_an_empty_sheet_says_something_where_passing_is_an_answer(asked: Asked, check_in: Asked) -> None:
    for one, passing in ((asked, False), (check_in, True)):
        page = surveys.open_page(one.run.link)
        for counted in (False, True):
            seen = surveys.Page(page.run, replace(page.survey, counts_only=counted), "")
            assert seen.may_be_empty is (passing and counted), (one.key, counted)


# -- what the triad enters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("present", "taken"), [(-1, False), (0, True), (100, True), (101, False)])
def test_how_many_were_present(asked: Asked, present: int, taken: bool) -> None:
    if not taken:
        with pytest.raises(Invalid, match="присутствующих"):
            surveys.set_run(*asked.me, present=present)
    else:
        surveys.set_run(*asked.me, present=present)
        surveys.set_run(*asked.me)
    assert asked.tally.present == (present if taken else None)


def test_the_age_is_told_before_the_first_answer(asked: Asked) -> None:
    with pytest.raises(Invalid, match="Выберите возраст"):
        surveys.set_run(*asked.me, band="99")
    surveys.set_run(*asked.me, band="1-4", skipped_because="  карантин  " + "я" * 700)
    asked.phones({"q1": "4"})
    surveys.set_run(*asked.me, band="1-4")
    with pytest.raises(Invalid, match="возраст менять поздно"):
        surveys.set_run(*asked.me, band="5-9")
    run = db.session.get(SurveyRun, asked.run.id)
    assert (run.band, run.skipped_because) == ("1-4", "")


def test_why_it_was_not_held_is_cut_and_kept(asked: Asked) -> None:
    surveys.set_run(*asked.me, skipped_because="  к" + "я" * 700)
    assert asked.tally.skipped_because == "к" + "я" * 599


@pytest.mark.parametrize(
    ("sheets", "counts", "wrong"),
    [
        (0, {}, ""),
        (100, {"q1": {"4": 100}}, ""),
        (101, {}, "sheets"),
        (-1, {}, "q1"),
        (3, {"q1": {"4": 2, "1": 1}, "q2": {"1": 0}}, ""),
        (3, {"q1": {"4": 2, "1": 2}}, "q1"),
        (3, {"q1": {"9": 1}}, "q1"),
        (3, {"q1": {"4": 5, "1": -2}}, "q1"),
        (3, {"q1": {"4": 3}, "q4": {"ideas": 4}}, "q4"),
    ],
)
def test_what_paper_may_say(asked: Asked, sheets: int, counts: dict[str, dict[str, int]], wrong: str) -> None:
    if wrong:
        with pytest.raises(Invalid) as caught:
            surveys.set_paper(*asked.me, sheets, counts)
        assert wrong in caught.value.errors if sheets < 0 else set(caught.value.errors) == {wrong}
        assert surveys.paper_of(asked.run) == (0, {})
        return
    surveys.set_paper(*asked.me, sheets, counts)
    kept = {q: {o: n for o, n in options.items() if n} for q, options in counts.items()}
    assert surveys.paper_of(asked.run) == (sheets, {q: options for q, options in kept.items() if options})
    summary = db.session.get(PaperSummary, asked.run.id)
    assert (summary.sheets, summary.entered_by) == (sheets, asked.team[0].id)


def test_paper_entered_again_replaces_and_touches_no_other_survey(asked: Asked, school: Cast) -> None:
    other = Asked(school, "ПД-2", KEY)
    surveys.set_paper(*other.me, 2, {"q1": {"1": 2}})
    surveys.set_paper(*asked.me, 5, {"q1": {"4": 5}})
    surveys.set_paper(*asked.me, 4, {"q2": {"3": 4}})
    assert surveys.paper_of(asked.run) == (4, {"q2": {"3": 4}})
    assert surveys.paper_of(other.run) == (2, {"q1": {"1": 2}})
    assert asked.tally.answers == 4


# -- who may touch it -------------------------------------------------------------------------------------------------


def test_a_survey_is_run_by_its_triad_while_it_is_open(asked: Asked, school: Cast) -> None:
    person, cycle_id, key, round_ = asked.me
    cycle, run, survey = surveys.run_for(person, cycle_id, key, round_)
    assert (cycle.id, run.id, survey.key) == (asked.cycle.id, asked.run.id, key)
    for wrong in (
        (school.team("ПД-2")[1], cycle_id, key, round_),
        (person, cycle_id + 100, key, round_),
        (person, cycle_id, "other", round_),
        (person, cycle_id, key, round_ + 1),
    ):
        with pytest.raises(NotFound):
            surveys.run_for(*wrong)
        with pytest.raises(NotFound):
            surveys.set_run(*wrong, present=3)
        with pytest.raises(NotFound):
            surveys.set_paper(*wrong, 1, {})
    asked.close()
    for write in (lambda: surveys.set_run(*asked.me, present=3), lambda: surveys.set_paper(*asked.me, 1, {})):
        with pytest.raises(Forbidden, match="Опрос уже закрыт"):
            write()
    with pytest.raises(Forbidden, match="Опрос закрыт"):
        surveys.open_page(asked.run.link)
