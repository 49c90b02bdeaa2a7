"""A whole school year of the demo school: every triad comes to the end of its cycle, by the services as people would.

It goes on from the demo school of 23.11.2026. Its figures are those of the seed: 25 lessons, 80 % of the staff in
triads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.services import cycles, groups, people, years
from engine.services.demo import bank, events, others, spring
from engine.services.demo.driver import agree, at, press, write
from engine.services.demo.lessons import PLAN, agreed, ask, attach, finish, following, later, observe, plan, slot
from engine.services.demo.school import Cast
from engine.services.schedule import set_lesson
from engine.store.cycles import Cycle
from engine.store.people import Person

STAFF = 40
NEWCOMERS = (("Ластикова", "Ольга"), ("Мелова", "Инна"), ("Портфелев", "Илья"), ("Звонков", "Пётр"))
TODAY = datetime(2027, 5, 28, 10, 0)
#: Conclusions of a triad, the deficit it named for itself (block, wording, evidence), its next question.
STORIES: dict[str, tuple[str, str, tuple[str, str, str], str]] = {
    "4К-1": (
        "Карточки с ролями помогают ответить на чужой довод, если роль меняется на каждом уроке.",
        "Ученики повторяют свой довод вместо ответа. Просите начать со слов «ты сказал, что…».",
        ("organizational", "не выдерживаем хронометраж дебатов", "уроки 1–3: на рефлексию осталось 2–3 минуты"),
        "Как оценивать вклад каждого в общем споре?",
    ),
    "4К-2": (
        "Групповой пазл даёт слово тихим ученикам, когда у каждого есть своя часть, без которой ответа нет.",
        "Эксперты читают с листа. Попросите закрыть лист и объяснить рисунком.",
        ("organizational", "не распределяем роли в группе заранее", "урок 1: роли выбирали 6 минут"),
        "Как пазл работает на занятиях внеурочной деятельности?",
    ),
    "ПД-1": (
        "Взаимная экспертиза меняет продукт, если лист отклика спрашивает об одном изменении.",
        "Ученики хвалят вместо совета. Дайте начало фразы: «Чтобы стало удобнее, …».",
        ("methodical", "не успеваем дать время на доработку", "урок 2: вторая версия готова у двух групп из пяти"),
        "Как сократить путь от отклика до второй версии?",
    ),
    "ПД-2": (
        "Интервью с адресатом меняет замысел продукта на первом же уроке.",
        "Вопросы адресату закрытые. Помогает банк открытых вопросов.",
        ("methodical", "не умеем планировать от результата", "урок 1: критерии продукта появились после запуска"),
        "Как критерии продукта, выработанные с адресатом, влияют на защиту?",
    ),
    "ФО-2": (
        "Точка решения показывает, кто не понял, пока это ещё можно исправить на этом же уроке.",
        "Ученики угадывают ответ. Просите объяснить выбор соседу.",
        ("assessment", "не фиксируем свидетельства", "урок 2: ответы на ключевой вопрос не записаны"),
        "Что делать с теми, кто уже понял?",
    ),
    "СЭР-1": (
        "Словарь эмоций расширяет ответы о состоянии, если он перед глазами весь урок.",
        "Ученики называют «нормально» всё. Предложите выбрать два слова из словаря.",
        ("psych_ped", "не знаем, как поддержать ученика, который молчит", "уроки 1–2: трое пропускают круг"),
        "Как переносится словарь эмоций на другие предметы?",
    ),
    "СЭР-2": (
        "Круг сообщества готовит просьбу о помощи, когда есть право пропустить ход.",
        "Первым говорит один и тот же ученик. Пусть круг начинает тот, у кого день рождения ближе.",
        ("psych_ped", "теряемся при конфликте в круге", "урок 2: спор остановили, а не обсудили"),
        "Как круг помогает решать споры без взрослого?",
    ),
}
#: What the three of a triad name for themselves, by the kind of its common deficit.
OWN = {
    "organizational": ("не выдерживаю хронометраж", "не распределяю роли в группе", "не оставляю время на рефлексию"),
    "methodical": ("не умею планировать от результата", "не успеваю дать время на доработку", "даю один образец"),
    "assessment": (
        "критерии формулирую за учеников",
        "обратная связь без следующего шага",
        "не фиксирую свидетельства",
    ),
    "psych_ped": ("не вовлекаю тихих учеников", "спешу ответить за ученика", "теряюсь при конфликте"),
}


def play(cast: Cast) -> None:
    """Go on from November to May."""
    _staff(cast)
    _fourk(cast)
    _project(cast)
    _formative(cast)
    _sel(cast)
    bank.spring(cast)
    events.spring(cast)
    _replace(cast)
    spring.growth()
    spring.plan(cast)
    spring.reports_and_conference(cast)
    at(TODAY)


def _staff(cast: Cast) -> None:
    admin = cast.people["Журналова"]
    for last, first in NEWCOMERS:
        values = {"last_name": last, "first_name": first, "patronymic": "Демовна" if last[-1] == "а" else "Демович"}
        cast.people[last] = people.add(admin, {**values, "position": "учитель"})
    school = years.school_of(admin)
    years.set_school(admin, school.name, school.district, STAFF, date(2026, 9, 1))
    years.add_holiday(admin, "Весенние каникулы", date(2027, 3, 27), date(2027, 4, 4))


def _replace(cast: Cast) -> None:
    """Two teachers take the seats of colleagues in spring: they have been in a triad too."""
    at(datetime(2027, 4, 5, 9, 0))
    for mark, seat, newcomer in (("ПД-2", 3, "Мелков"), ("СЭР-2", 3, "Буквина")):
        groups.seat(cast.people["Журналова"], cast.triads[mark].id, seat, cast.people[newcomer].id)


def _cycle(cast: Cast, mark: str) -> tuple[Cycle, list[Person]]:
    (cycle,) = cycles.open_cycles(cast.triads[mark])
    return cycle, cast.team(mark)


def _end(mark: str, cycle: Cycle, team: list[Person]) -> None:
    learned, advice, (group, text, evidence), question = STORIES[mark]
    finish(
        cycle,
        team,
        {"technique": learned, "recommendations": advice},
        {"group": group, "text": text, "evidence": evidence, "level": 2},
        OWN[group],
        question,
    )


def _fourk(cast: Cast) -> None:
    cycle, team = _cycle(cast, "4К-1")
    following(cycle, team)
    _end("4К-1", cycle, team)
    cycle, team = _cycle(cast, "4К-2")
    for n in (2, 3):
        if n == 3:
            _move(
                team,
                cycle,
                3,
                slot(date(2026, 12, 10), "15:00", "Кружок", "Химия рядом", "8 «Б»", "extracurricular"),
            )
        others.fourk_lesson(cycle, team)
        following(cycle, team)
    _end("4К-2", cycle, team)


def _move(team: list[Person], cycle: Cycle, n: int, lesson: Mapping[str, Any]) -> None:
    """Put one lesson of the schedule otherwise."""
    set_lesson(team[0], cycle.id, n, **lesson)


def _project(cast: Cast) -> None:
    guests = [{"name": f"Гость {n}", "from_triad": False} for n in (1, 2, 3)]

    def defend(cycle: Cycle, team: list[Person]) -> None:
        write(team[0], cycle, "defence", {"commission": guests, "product_text": "макет и смета"})
        press(team[0], cycle, "defence_done")

    cycle, team = _cycle(cast, "ПД-1")
    at(datetime(2026, 11, 27, 14, 0))
    defend(cycle, team)
    _end("ПД-1", cycle, team)
    cycle, team = _cycle(cast, "ПД-2")
    at(datetime(2026, 11, 24, 15, 0))
    sheets = [attach(team[0], cycle, f"лист отклика {n}.txt") for n in (1, 2)]
    write(
        team[0],
        cycle,
        "critique",
        {"feedback_files": sheets, "changes": [{"what": "крупнее подписи", "proof": "версии 1 и 2"}]},
    )
    press(team[0], cycle, "next_lesson")
    others.project_lesson(cycle, team)
    following(cycle, team)
    later(7)
    press(team[0], cycle, "schedule_defence", defence_date="2026-12-18", defence_time="13:00")
    at(datetime(2026, 12, 18, 14, 0))
    defend(cycle, team)
    _end("ПД-2", cycle, team)


def _formative(cast: Cast) -> None:
    cycle, team = _cycle(cast, "ФО-2")
    at(datetime(2026, 11, 25, 15, 0))
    agree(team[2:], cycle, "success_criteria")
    for n in (1, 2, 3):
        if n > 1:
            _criteria(cycle, team)
        _formative_lesson(cycle, team)
        following(cycle, team)
    _end("ФО-2", cycle, team)
    cycle, team = _cycle(cast, "ФО-1")
    at(datetime(2027, 1, 14, 15, 0))
    for person in team:
        cycles.accept_rules(cycle.id, person)
    write(
        team[0],
        cycle,
        "passport",
        {"technique_ids": ["criteria_together", "hinge_question"], "observable": "ученики меняют решение"},
    )
    for n, (day, subject) in enumerate(
        ((date(2027, 2, 2), "Математика"), (date(2027, 2, 16), "Русский язык"), (date(2027, 3, 2), "География")), 1
    ):
        _move(team, cycle, n, slot(day, "10:15", subject, f"Точка решения, урок {n}", "6 «Б»"))
    press(team[0], cycle, "approve_schedule")
    at(datetime(2027, 1, 31, 15, 0))
    _criteria(cycle, team)
    _formative_lesson(cycle, team)


def _criteria(cycle: Cycle, team: list[Person]) -> None:
    write(team[0], cycle, "success_criteria", {"criteria": ["Я могу объяснить выбор", "Я могу исправить ошибку"]})
    agree(team, cycle, "success_criteria")


def _formative_lesson(cycle: Cycle, team: list[Person]) -> None:
    hinge = {
        "hinge_question": "Какой ответ верен: A, B или C?",
        "hinge_answers": "B — большинство",
        "hinge_a": "идём дальше",
        "hinge_b": "разбираем два образца",
        "evidence_link": "Сводка билетов прошлого урока",
    }
    write(team[0], cycle, "plan", {**PLAN, **hinge}, complete=False)  # its stages become the choices of the next line
    plan(cycle, team, {"hinge_stage": PLAN["stages"][1]["title"]})
    press(team[0], cycle, "approve_plan")
    observe(cycle, team)
    write(team[0], cycle, "evidence", {"ticket_right": 12, "ticket_partly": 6, "ticket_not": 2})
    ask(cycle, team, {**{q: agreed(cycle) for q in ("q1", "q2", "q3")}, "q5": [5, 8, 5, 2]}, 20)


def _sel(cast: Cast) -> None:
    yes = {"q1": {"1": 0, "2.5": 3, "4": 17}, "q2": {"2.5": 5, "4": 15}}
    cycle, team = _cycle(cast, "СЭР-1")
    at(datetime(2026, 11, 24, 14, 0))
    ask(cycle, team, yes, 20)
    following(cycle, team)
    others.sel_lesson(cycle, team, [6, 7, 3, 3, 1], [9, 7, 1, 2, 1])
    ask(cycle, team, yes, 20)
    following(cycle, team)
    _end("СЭР-1", cycle, team)
    cycle, team = _cycle(cast, "СЭР-2")
    for n in (1, 2, 3):
        reader = cast.people["Словарёва"] if n == 1 else None
        others.sel_lesson(cycle, team, [6, 6, 4, 3, 1], [8, 8, 1, 2, 1], reader)
        older = cycle.rounds[n - 1].class_name.startswith("6")
        ask(cycle, team, {"q1": agreed(cycle), "q2": agreed(cycle)} if older else yes, 20)
        following(cycle, team)
    _end("СЭР-2", cycle, team)
