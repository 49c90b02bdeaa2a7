"""Whose move it is, in the words of whoever it waits for."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from engine.services import journal, moves, types, years
from engine.services.demo.driver import at, press, write
from engine.services.demo.school import Cast
from engine.services.host import now
from tests.services.roads import own_deficit, road
from tests.services.test_access import change


def _steps(standing: moves.Standing) -> list[str]:
    return [str(t.step) for t in standing.mine]


def test_each_is_told_the_own_step(school: Cast) -> None:
    cycle, team = road(school, "setup")
    assert _steps(moves.standing(cycle, team[0])) == [
        "Прочитайте и примите правила тройки",
        "Заполните паспорт цикла: исследовательский вопрос, приёмы, класс",
        "Составьте график трёх уроков",
    ]
    home = moves.home(team[0])
    assert [s.cycle.id for s in home.mine] == [cycle.id]
    assert home.waiting == home.stopped == []


def test_a_lesson_ahead_asks_nobody_for_sheets_yet(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    at(datetime(2026, 9, 20, 15))
    ahead = moves.standing(cycle, team[0])
    assert _steps(ahead)[0].startswith("Урок 21.09, 10:15: ведёт ")
    assert "Урок ещё впереди" in ahead.mine[0].text
    at(datetime(2026, 9, 21, 11))
    lead = next(p for p in team if p.id == cycle.rounds[0].lead_id)
    watching = next(p for p in team if p.id != lead.id)
    assert _steps(moves.standing(cycle, watching)) == ["Заполните и сдайте лист наблюдения"]
    assert _steps(moves.standing(cycle, lead)) == []


def test_names_are_not_said_twice(school: Cast) -> None:
    cycle, team = road(school, "deficits")
    own_deficit(team[0], cycle, about=team[1].id)
    (task,) = moves.standing(cycle, team[0]).others
    assert team[1].short_name in task.text
    assert task.unnamed == ()
    review, _ = road(school, "leader_review", mark="ПД-2")
    waits = moves.standing(review, school.team("ПД-2")[0]).others[0]
    assert waits.unnamed == (school.people["Макетов"].short_name,)


@pytest.mark.parametrize(("how", "why"), [("hold", "Цикл приостановлен"), ("off", "отключён")])
def test_a_cycle_that_stands_still_is_nobody_s_move(school: Cast, how: str, why: str) -> None:
    cycle, team = road(school, "planning")
    if how == "hold":
        press(team[0], cycle, "hold", reason="карантин")
    else:
        types.switch(school.people["Журналова"], "project", "disabled")
    home = moves.home(team[0])
    assert home.mine == home.waiting == []
    assert [why in s.stopped for s in home.stopped] == [True]


def test_finished_cycles_can_be_found_again(school: Cast) -> None:
    cycle, team = road(school, "planning")
    assert moves.finished_of(team[0]) == []
    press(team[0], cycle, "end_early", reason="переезд")
    for person in (*team, school.people["Макетов"]):
        assert [c.id for c in moves.finished_of(person)] == [cycle.id]
    assert moves.finished_of(school.team("ФО-1")[0]) == []


def test_the_journal_names_the_lesson_that_was_discussed(school: Cast) -> None:
    cycle, _ = road(school, "planning", 2)
    told = {line.entry.action: (line.stage, line.round) for line in journal.told(cycle)}
    assert told["next_lesson"] == ("discussion", 1)
    assert told["open"] == ("", 1)
    assert journal.told(cycle)[-1].entry.action == "open"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 10, 26), "каникулы"),
        (date(2026, 10, 4), "воскресенье"),
        (date(2020, 9, 1), "прошёл"),
        (date(2028, 9, 1), "вне учебного года"),
        (date(2026, 10, 5), ""),
    ],
)
def test_an_odd_day_for_a_lesson_is_said_so(school: Cast, day: date, why: str) -> None:
    told = years.odd_day(school.people["Журналова"].school_id, day)
    assert why in (told or "") if why else told is None


def test_remarks_and_a_mended_plan_pass_the_move_between_triad_and_psychologist(school: Cast) -> None:
    from engine.services.demo.lessons import PLAN, start
    from tests.services.roads import LESSONS

    cycle, team = start(school, "СЭР-1", LESSONS[0]["at"].date(), "Как круг влияет?", LESSONS, ["thermometer"])
    psychologist = school.people["Словарёва"]
    write(team[0], cycle, "plan", {**PLAN, "sensitive": True})
    assert "Посмотрите план урока: тема чувствительная" in _steps(moves.standing(cycle, psychologist))
    at(datetime(2026, 9, 22, 10))
    write(psychologist, cycle, "psychologist_review", {"status": "remarks", "remarks": "смягчите начало"})
    assert _steps(moves.standing(cycle, psychologist)) == []
    assert any("смягчите начало" in step for step in _steps(moves.standing(cycle, team[1])))
    at(datetime(2026, 9, 22, 12))
    write(team[1], cycle, "plan", {"lesson_focus": "мягче"})
    assert _steps(moves.standing(cycle, psychologist)) == ["Посмотрите исправленный план"]


def test_a_psychologist_has_to_do_with_cycles_that_have_a_page_for_one(school: Cast) -> None:
    cycle, _team = road(school, "planning")
    someone = school.people["Словарёва"]
    group = cycle.triad.group
    other, _ = road(school, "setup", mark="СЭР-1")
    before = [c.id for c in moves.cycles_of(someone)]
    assert other.id in before and cycle.id not in before, "she watches over the group of that type already"
    change(group, psychologist_id=someone.id)
    assert cycle.id not in [c.id for c in moves.cycles_of(someone)], "nothing in this type is hers to write"
    change(group, leader_id=someone.id)
    assert [c.id for c in moves.cycles_of(someone)] == sorted((*before, cycle.id))
    change(group, leader_id=None)
    for each in {triad.group for triad in school.triads.values()}:
        change(each, closed_on=now().date())
    assert moves.cycles_of(someone) == [], "of no group that is open"
    assert moves.finished_of(someone) == []
