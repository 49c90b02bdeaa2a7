"""A school in which the types of other authors are switched on: groups, teams, and cycles carried to their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import trefoil_coaching
import trefoil_reading

from engine.extension.loader import Source
from engine.services import groups, schedule, triads, types
from engine.services.demo import lessons
from engine.services.demo.driver import agree, at, press, write
from engine.services.demo.school import Cast
from engine.services.host import host, now
from engine.store.cycles import Cycle
from engine.store.groups import Triad
from engine.store.people import Person

MODULES = {"coaching": trefoil_coaching, "reading": trefoil_reading}
LESSONS = [lessons.slot(date(2026, 9, 14) + timedelta(days=7 * n), "10:15", "Физика", f"Тема {n}") for n in (1, 2, 3)]
QUESTIONS = [
    {"level": key, "question": "Что здесь сказано?", "answer": "Строка 4"} for key in ("find", "conclude", "judge")
]
#: What each of the triad names for themselves.
OWN = ("принимаю вывод без опоры на текст", "редко даю таблицы", "сам объясняю слово")
YES = {key: [1, 2, 9, 8] for key in ("q1", "q2", "q3", "q4")} | {"q5": [5, 6, 7, 2]}


def install(key: str) -> None:
    """Make the type known to the running host, as its entry point would."""
    plugin = host().registry.add(Source(key, f"trefoil-{key} 1.0.0", lambda: MODULES[key]))
    assert plugin.group_type is not None, plugin.reason + plugin.detail


def team(school: Cast, key: str, names: tuple[str, ...]) -> Triad:
    """A group of the type with one team of these people, made by the administrator."""
    admin = school.people["Журналова"]
    types.switch(admin, key, "enabled")
    leader = school.people["Макетов" if key == "coaching" else names[0]].id  # who leads may be one of the team
    psychologist = school.people["Словарёва"].id
    group = groups.add(admin, key, f"ПОС «{key}»", leader, psychologist, [f"Команда {key}"])
    groups.seat_all(admin, group.triads[0].id, {n: school.people[name].id for n, name in enumerate(names, 1)})
    return group.triads[0]


def coaching(school: Cast) -> Iterator[Cycle]:
    """A pair goes its two rounds; yields at every stage it comes to."""
    pair = team(school, "coaching", ("Мелков", "Доскина"))
    people = [m.person for m in pair.memberships]
    cycle = triads.start(people[0], pair.id)
    yield cycle
    write(people[0], cycle, "contract")
    agree(people, cycle, "contract")
    press(people[1], cycle, "agree")
    for n in (1, 2):
        yield cycle
        helped, coach = people[n - 1], people[2 - n]
        when = datetime.combine(now().date() + timedelta(days=3), time(10, 15))
        schedule.set_lesson(helped, cycle.id, n, at=when, subject="Физика", topic="Плавание тел", class_name="7 «А»")
        write(helped, cycle, "request")
        agree([coach], cycle, "request")
        press(coach, cycle, "accept_request")
        yield cycle
        at(when + timedelta(hours=1))
        facts = [{"minute": str(m), "text": "Шестеро читали вслух"} for m in (5, 12, 30)]
        write(coach, cycle, "notes", {"facts": facts, "wonder": ["Что вы заметили?"]})
        press(coach, cycle, "visited")
        yield cycle
        asked = [{"question": f"Что вы заметили? {k}", "answer": "Тихие молчали"} for k in (1, 2, 3)]
        write(coach, cycle, "talk", {"questions": asked, "found": "Спрашиваю одних и тех же"})
        agree([helped], cycle, "talk")
        press(helped, cycle, "talked")
        yield cycle
        write(helped, cycle, "step")
        press(helped, cycle, "change_roles" if n == 1 else "close_rounds")
    yield cycle
    for person in people:
        write(person, cycle, "outcome", {"choice": "again"})
    press(people[0], cycle, "decide")
    yield cycle


def reading(school: Cast) -> Iterator[Cycle]:
    """A triad goes the whole road of Lesson Study with the two rules of reading; yields at every stage."""
    triad = team(school, "reading", ("Конспектова", "Буквина", "Страничкин"))
    school.triads["reading"] = triad
    cycle, people = lessons.start(
        school, "reading", date(2026, 9, 8), "Как вопросы к тексту меняют выводы?", LESSONS, ["insert", "two_texts"]
    )
    text = {"text_title": "Притча о дороге", "text_kind": "continuous", "text_questions": QUESTIONS}
    for n in (1, 2, 3):
        yield cycle
        lessons.plan(cycle, people, text)
        press(people[0], cycle, "approve_plan")
        yield cycle
        lessons.observe(cycle, people)
        yield cycle
        lessons.ask(cycle, people, YES, 20)
        yield cycle
        lessons.discuss(cycle, people)
        press(people[0], cycle, "next_lesson" if n < 3 else "sum_up")
    yield cycle
    deficit = {"group": "methodical", "text": "не прошу показать место в тексте", "evidence": "СЧ8 = 1", "level": 2}
    lessons.finish(cycle, people, {}, deficit, OWN, "Как читать таблицы?")
    yield cycle


ROADS: dict[str, Callable[[Cast], Iterator[Cycle]]] = {"coaching": coaching, "reading": reading}


def carried(school: Cast, key: str) -> Cycle:
    """A cycle of the type carried to its end."""
    install(key)
    *_, last = ROADS[key](school)
    return last


def members_of(cycle: Cycle) -> list[Person]:
    """Its people, by seat."""
    return [m.person for m in cycle.triad.memberships]
