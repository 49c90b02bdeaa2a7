"""The finished cycle of ФО-1 «Обратная связь», as the brief tells it (§8.2). Its figures are test expectations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.services import decisions, deficits, plans
from engine.services.demo import texts
from engine.services.demo.driver import agree, at, paper, press, write
from engine.services.demo.lessons import start
from engine.services.demo.school import Cast
from engine.services.schedule import assign_observers
from engine.store.cycles import Cycle
from engine.store.growth import Deficit
from engine.store.people import Person

#: Scores of the two observers, fo1 to fo12; None is «н/н».
SCORES: tuple[dict[str, tuple[int | None, ...]], ...] = (
    {
        "Тетрадкина": (2, 1, 1, 2, 1, 1, 1, 0, None, 1, 1, 0),
        "Глобусова": (1, 1, 1, 2, 1, 0, 1, 0, None, 1, 1, 1),
    },
    {
        "Глобусова": (2, 2, 2, 2, 2, 1, 2, 3, 1, 2, 2, 1),
        "Указкина": (2, 2, 2, 2, 2, 2, 2, 1, 2, 1, 2, 1),
    },
    {
        "Указкина": (3, 3, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2),
        "Тетрадкина": (2, 3, 3, 2, 3, 2, 2, 2, 2, 2, 3, 2),
    },
)
#: Survey of each lesson: sheets, present, counts by question.
SURVEYS: tuple[tuple[int, int, dict[str, list[int]]], ...] = (
    (
        22,
        23,
        {"q1": [1, 5, 9, 7], "q2": [4, 7, 8, 3], "q3": [8, 7, 5, 2], "q5": [3, 8, 8, 3], "q6": [4, 3, 6, 7, 1, 1]},
    ),
    (
        23,
        23,
        {
            "q1": [0, 4, 11, 8],
            "q2": [2, 4, 10, 7],
            "q3": [3, 3, 9, 8],
            "q4": [3, 5, 10, 5],
            "q5": [5, 9, 7, 2],
            "q6": [6, 4, 2, 5, 4, 2],
        },
    ),
    (
        21,
        22,
        {
            "q1": [0, 1, 9, 11],
            "q2": [0, 2, 8, 11],
            "q3": [1, 2, 8, 10],
            "q4": [1, 4, 10, 6],
            "q5": [6, 10, 4, 1],
            "q6": [7, 2, 1, 3, 3, 5],
        },
    ),
)
LEADS = ("Указкина", "Тетрадкина", "Глобусова")


def load(cast: Cast) -> Cycle:
    """Drive the cycle from the first meeting to the Laboratory."""
    cycle, team = start(
        cast,
        "ФО-1",
        date(2026, 9, 28),
        texts.QUESTION,
        texts.LESSONS,
        ["criteria_together", "exit_ticket", "two_stars", "self_sheet"],
    )
    for n in (1, 2, 3):
        _lesson(cast, cycle, team, n)
        press(team[0], cycle, "next_lesson" if n < 3 else "sum_up")
    _hand_over(cast, cycle, team)
    _grow(cast, cycle, team)
    return cycle


def _lesson(cast: Cast, cycle: Cycle, team: list[Person], n: int) -> None:
    lesson, people = cycle.rounds[n - 1], cast.people
    first, second = SCORES[n - 1]
    assert lesson.at is not None
    at(datetime(lesson.at.year, lesson.at.month, lesson.at.day - 2, 15, 0))
    assign_observers(
        team[0],
        cycle.id,
        n,
        {
            "A": people[first].id,
            "B": people[first].id,
            "C": people[second].id,
            "class": people[second].id,
        },
    )
    write(team[0], cycle, "success_criteria", {"criteria": texts.CRITERIA[n - 1]})
    agree(team, cycle, "success_criteria")
    plan: dict[str, Any] = {**texts.PLANS[n - 1], **texts.PUPILS}
    write(team[0], cycle, "plan", plan, complete=False)
    write(team[0], cycle, "plan", {"hinge_stage": plan["stages"][1]["title"]})
    agree(team, cycle, "plan")
    press(team[0], cycle, "approve_plan")
    at(lesson.at.replace(hour=lesson.at.hour + 1))
    for name, scores in SCORES[n - 1].items():
        given = {f"fo{i}": score for i, score in enumerate(scores, 1)}
        write(people[name], cycle, "observation", {**texts.SHEETS[n - 1][name], **given})
    press(people[LEADS[n - 1]], cycle, "lesson_done")
    _voices(cycle, team, n)
    moment = texts.DISCUSSED[n - 1]
    at(moment)
    moderator = people[first]
    write(
        team[0],
        cycle,
        "discussion",
        {
            **texts.PROTOCOLS[n - 1],
            "held_on": moment.date().isoformat(),
            "held_at": moment.strftime("%H:%M"),
            "moderator": moderator.id,
            "recorder": people[second].id,
        },
    )


def _voices(cycle: Cycle, team: list[Person], n: int) -> None:
    sheets, present, counts = SURVEYS[n - 1]
    write(team[1], cycle, "interview", texts.INTERVIEWS[n - 1])
    paper(team[1], cycle, "class_survey", sheets, counts, present)
    write(team[1], cycle, "evidence", texts.EVIDENCE[n - 1])
    press(team[1], cycle, "close_survey")


def _hand_over(cast: Cast, cycle: Cycle, team: list[Person]) -> None:
    leader = cast.people["Дневникова"]
    at(datetime(2026, 11, 12, 15, 0))
    write(team[0], cycle, "summary", texts.SUMMARY)
    at(datetime(2026, 11, 13, 14, 0))
    press(team[0], cycle, "submit_package")
    at(datetime(2026, 11, 16, 16, 0))
    press(leader, cycle, "return_package", reason=texts.RETURNED)
    at(datetime(2026, 11, 17, 15, 0))
    write(
        team[0],
        cycle,
        "summary",
        {"done": texts.DONE + " Сводка билетов урока 1: верно 11, частично 7, не справились 4."},
    )
    press(team[0], cycle, "submit_package")
    at(datetime(2026, 11, 18, 12, 0))
    write(leader, cycle, "review", {"conclusion": "Вывод о времени на доработку важен для всех ПОС"})
    press(leader, cycle, "accept_package")


def _grow(cast: Cast, cycle: Cycle, team: list[Person]) -> None:
    at(datetime(2026, 11, 19, 15, 0))
    made: dict[str, Deficit] = {}
    for who, group, text, evidence, level in texts.DEFICITS:
        person = cast.people[who] if who else team[0]
        made[who] = deficits.propose(
            person,
            cycle.id,
            about=person.id if who else None,
            group=group,
            text=text,
            evidence=evidence,
            level=level,
            visibility="leader",
            source=texts.SOURCES.get(who),
        )
    press(team[0], cycle, "fix_deficits")
    plans.save(
        team[0],
        cycle.id,
        "remedy",
        0,
        {"goal": "Менять ход урока по данным"},
        [{**step, "deficit_id": made[who].id} for who, step in texts.REMEDY],
    )
    mentor = cast.people["Дневникова"]
    route = plans.save(
        cast.people["Указкина"],
        cycle.id,
        "route",
        0,
        {
            "goal": "На каждом уроке по теме — 8 минут доработки",
            "basis": "Исследование урока, 06.10.2026",
            "begins": date(2026, 11, 20),
            "ends": date(2026, 12, 28),
            "mentor_id": mentor.id,
        },
        [{**step, "deficit_id": made["Указкина"].id} for step in texts.ROUTE],
    )
    plans.set_state(mentor, route.id, "agreed")
    for who, state in (("Указкина", "in_work"), ("Глобусова", "closed")):
        row = made[who]
        deficits.change(
            cast.people[who],
            row.id,
            text=row.text,
            evidence=row.evidence,
            level=row.level,
            visibility="leader",
            status=state,
            closing=texts.CLOSING if state == "closed" else "",
        )
    press(team[0], cycle, "approve_development_plan")
    at(datetime(2026, 11, 20, 14, 30))
    wishes: Mapping[str, str] = {"Глобусова": "Хотела бы попробовать СЭР со второго полугодия"}
    for person in team:
        choice = "move" if person.last_name in wishes else "continue"
        decisions.state_position(person, cycle.id, choice, wishes.get(person.last_name, "Есть открытые вопросы"))
    decisions.decide(
        team[0], cycle.id, choice="continue", grounds=texts.GROUNDS, next_question=texts.NEXT, dissent=texts.DISSENT
    )
    press(team[0], cycle, "make_decision")
    at(datetime(2026, 11, 23, 9, 0))
    press(team[0], cycle, "hand_to_lab")
