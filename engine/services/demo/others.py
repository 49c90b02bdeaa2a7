"""4К, Проект, СЭР, ФО-2 and the Laboratory as they stand on 23.11.2026 (domain brief §8.1)."""

from __future__ import annotations

from datetime import date, datetime

from engine.services import triads
from engine.services.demo.driver import agree, at, paper, press, write
from engine.services.demo.lessons import AGREE, PLAN, agreed, ask, attach, discuss, observe, plan, slot, start
from engine.services.demo.school import Cast
from engine.store.cycles import Cycle
from engine.store.people import Person


def fourk_lesson(cycle: Cycle, team: list[Person]) -> None:
    lead = cycle.rounds[cycle.round - 1].lead_id
    watching = [p for p in team if p.id != lead]
    plan(cycle, team, {"lead_competency": "communication"})
    write(
        team[0],
        cycle,
        "task_card",
        {
            "task": "Спор о реформе: защитить позицию одного из сословий",
            "watched": ["ko1", "ko2"],
            "expected_actions": "выслушать соседа и ответить на его довод",
            "simpler": "карточка с доводами",
            "harder": "довод с цитатой из источника",
        },
    )
    write(
        team[0],
        cycle,
        "group_assignment",
        {
            "groups": [
                {"observer": p.id, "group": f"группа {n}", "composition": "четыре ученика, роли по карточкам"}
                for n, p in enumerate(watching, 1)
            ]
        },
    )
    press(team[0], cycle, "approve_plan")
    observe(cycle, team)
    ask(cycle, team, {q: agreed(cycle) for q in ("q1", "q2", "q3", "q4")}, 20)


def fourk(cast: Cast) -> None:
    """4К-1: the third lesson is being discussed. 4К-2: the second lesson is being planned."""
    lessons = [
        slot(date(2026, 10, 8), "09:20", "История", "Великие реформы: кто за, кто против", "8 «А»"),
        slot(date(2026, 10, 22), "10:15", "Математика", "Задачи с лишними данными", "8 «А»"),
        slot(date(2026, 11, 20), "15:00", "Клуб «Диалог»", "Дебаты о школьной форме", "8 «А»", "extracurricular"),
    ]
    cycle, team = start(
        cast,
        "4К-1",
        date(2026, 10, 1),
        "Как роли в группе влияют на то, как восьмиклассники отвечают на доводы друг друга?",
        lessons,
        ["role_cards", "debate"],
    )
    for _ in (1, 2):
        fourk_lesson(cycle, team)
        discuss(cycle, team)
        press(team[0], cycle, "next_lesson")
    fourk_lesson(cycle, team)
    second = [
        slot(date(2026, 11, 12), "11:10", "Химия", "Признаки реакций", "8 «Б»"),
        slot(date(2026, 11, 26), "10:15", "Технология", "Узел из трёх деталей", "8 «Б»"),
        slot(date(2026, 12, 10), "09:20", "Окружающий мир", "Вода в природе", "4 «А»"),
    ]
    cycle, team = start(
        cast,
        "4К-2",
        date(2026, 11, 2),
        "Как групповой пазл влияет на вклад тихих учеников?",
        second,
        ["jigsaw", "think_pair_share"],
    )
    fourk_lesson(cycle, team)
    discuss(cycle, team)
    press(team[0], cycle, "next_lesson")


def project_lesson(cycle: Cycle, team: list[Person]) -> None:
    plan(cycle, team)
    press(team[0], cycle, "approve_plan")
    observe(cycle, team)
    ask(cycle, team, {q: agreed(cycle) for q in ("q1", "q2", "q3")}, 20)


def project(cast: Cast) -> None:
    """ПД-1: the defence is set for 27.11. ПД-2: the second lesson is discussed, feedback sheets are missing."""
    passport = {
        "problem_question": "Как сделать школьный двор местом, где хочется быть на перемене?",
        "product": "макет и смета зоны отдыха",
        "addressee": "ученики 5–7 классов",
    }
    lessons = [
        slot(date(2026, 10, 9), "12:00", "Информатика", "Запуск: школьный двор", "7 «Б»"),
        slot(date(2026, 10, 23), "12:00", "Технология", "Макет и взаимная экспертиза", "7 «Б»"),
        slot(date(2026, 11, 13), "12:00", "Биология", "Растения для двора, доработка", "7 «Б»"),
    ]
    cycle, team = start(
        cast,
        "ПД-1",
        date(2026, 10, 2),
        "Как взаимная экспертиза меняет продукт проекта?",
        lessons,
        ["passport", "gallery"],
    )
    write(team[0], cycle, "project_passport", passport)
    for n in (1, 2, 3):
        project_lesson(cycle, team)
        if n == 2:
            write(
                team[0],
                cycle,
                "critique",
                {
                    "product_v1": [attach(team[0], cycle, "макет, версия 1.txt")],
                    "feedback_files": [attach(team[0], cycle, f"лист отклика {i}.txt") for i in (1, 2)],
                    "changes": [{"what": "добавили навес", "proof": "сравнение версий 1 и 2"}],
                },
            )
        discuss(cycle, team)
        press(team[0], cycle, "next_lesson" if n < 3 else "sum_up")
    at(datetime(2026, 11, 16, 15, 0))
    press(team[0], cycle, "schedule_defence", defence_date="2026-11-27", defence_time="13:00")
    second = [
        slot(date(2026, 10, 15), "09:20", "Физика", "Запуск: тёплый дом", "9 «А»"),
        slot(date(2026, 11, 19), "10:15", "Литература", "Работа над продуктом", "9 «А»"),
        slot(date(2026, 12, 3), "11:10", "География", "Доработка", "9 «А»"),
    ]
    cycle, team = start(
        cast,
        "ПД-2",
        date(2026, 10, 6),
        "Как интервью с адресатом влияет на продукт?",
        second,
        ["passport", "user_interview"],
    )
    write(team[0], cycle, "project_passport", {**passport, "problem_question": "Как сохранить тепло в старом доме?"})
    project_lesson(cycle, team)
    discuss(cycle, team)
    press(team[0], cycle, "next_lesson")
    project_lesson(cycle, team)
    write(team[0], cycle, "critique", {"product_v1": [attach(team[0], cycle, "буклет, версия 1.txt")]}, complete=False)
    discuss(cycle, team)


def _checkin(cycle: Cycle, team: list[Person], when: str, counts: list[int]) -> None:
    states = ("bright", "calm", "anxious", "tired", "skip")
    paper(
        team[0],
        cycle,
        f"checkin_{when}",
        sum(counts),
        {"mood": dict(zip(states, counts, strict=True))},
        present=sum(counts),
    )


def sel_lesson(
    cycle: Cycle, team: list[Person], before: list[int], after: list[int], psychologist: Person | None = None
) -> None:
    """A lesson with its check-ins; with ``psychologist`` on a sensitive theme, which they agree with."""
    plan(cycle, team, {"lead_skill": "se4", "sensitive": psychologist is not None})
    if psychologist:
        write(psychologist, cycle, "psychologist_review", {"status": "agreed", "remarks": ""})
    press(team[0], cycle, "approve_plan")
    lesson = cycle.rounds[cycle.round - 1]
    assert lesson.at is not None
    at(lesson.at)
    _checkin(cycle, team, "before", before)
    press(team[0], cycle, "begin_lesson")
    observe(cycle, team)
    _checkin(cycle, team, "after", after)
    press(team[0], cycle, "close_checkin")


def sel(cast: Cast) -> None:
    """СЭР-1: the survey of the second lesson is open. СЭР-2: the psychologist has remarks on the first plan."""
    lessons = [
        slot(date(2026, 10, 16), "08:30", "Литературное чтение", "Письмо герою", "3 «В»"),
        slot(date(2026, 11, 20), "09:20", "Музыка", "Настроение в музыке", "3 «В»"),
        slot(date(2026, 12, 4), "10:15", "Обществознание", "Правила, о которых мы договорились", "3 «В»"),
    ]
    cycle, team = start(
        cast,
        "СЭР-1",
        date(2026, 10, 7),
        "Как «словарь эмоций» влияет на то, как третьеклассники говорят о своём состоянии?",
        lessons,
        ["emotion_words", "greeting_circle"],
    )
    sel_lesson(cycle, team, [5, 7, 4, 3, 1], [8, 8, 1, 2, 1])
    ask(cycle, team, {"q1": {"1": 0, "2.5": 3, "4": 17}, "q2": {"2.5": 5, "4": 15}}, 20)
    discuss(cycle, team)
    press(team[0], cycle, "next_lesson")
    sel_lesson(cycle, team, [6, 6, 3, 4, 1], [8, 7, 2, 2, 1])
    second = [
        slot(date(2026, 11, 27), "08:30", "Классный час", "Когда мы теряем", "4 «Б»"),
        slot(date(2026, 12, 9), "09:20", "ИЗО", "Цвет моего дня", "4 «Б»"),
        slot(date(2026, 12, 18), "10:15", "ОБЗР", "Спокойствие в трудную минуту", "6 «А»"),
    ]
    cycle, team = start(
        cast,
        "СЭР-2",
        date(2026, 11, 11),
        "Как «круг сообщества» влияет на готовность просить помощь?",
        second,
        ["community_circle"],
    )
    at(datetime(2026, 11, 18, 14, 0))
    write(team[0], cycle, "plan", {**PLAN, "lead_skill": "se9", "sensitive": True})
    agree(team, cycle, "plan")
    at(datetime(2026, 11, 19, 11, 0))
    write(
        cast.people["Словарёва"],
        cycle,
        "psychologist_review",
        {
            "status": "remarks",
            "remarks": "Тема утраты: добавьте право выйти из круга и завершение, которое возвращает "
            "спокойствие. Обсудим до занятия.",
        },
    )


def criterion(cast: Cast) -> None:
    """ФО-2: the first lesson is planned; the third member has not confirmed the success criteria yet."""
    lessons = [
        slot(date(2026, 11, 27), "09:20", "Английский язык", "My day: рассказ по плану", "5 «А»"),
        slot(date(2026, 12, 8), "10:15", "Литература", "Отзыв о рассказе", "5 «А»"),
        slot(date(2026, 12, 17), "11:10", "Физкультура", "Техника броска", "5 «А»"),
    ]
    cycle, team = start(
        cast,
        "ФО-2",
        date(2026, 11, 16),
        "Как точка решения помогает заметить, кто не понял?",
        lessons,
        ["criteria_together", "hinge_question"],
    )
    at(datetime(2026, 11, 20, 15, 10))
    write(
        team[0],
        cycle,
        "success_criteria",
        {
            "criteria": [
                "Я могу рассказать о своём дне пятью предложениями",
                "Я могу проверить порядок слов по образцу",
            ]
        },
    )
    agree(team[:2], cycle, "success_criteria")
    hinge = {
        "hinge_question": "Какое предложение верно: A, B или C?",
        "hinge_answers": "B — большинство",
        "hinge_a": "идём к рассказу",
        "hinge_b": "разбираем два образца",
    }
    write(team[0], cycle, "plan", {**PLAN, **hinge}, complete=False)
    write(team[0], cycle, "plan", {"hinge_stage": "Работа в группах"})
    agree(team, cycle, "plan")


def laboratory(cast: Cast) -> None:
    """Лаб-1 collects the first half-year. Лаб-2 has a draft of the plan."""
    at(datetime(2026, 11, 16, 9, 0))
    first = cast.team("Лаб-1")
    triads.start(first[0], cast.triads["Лаб-1"].id, "I полугодие")
    at(datetime(2026, 9, 14, 9, 0))
    team = cast.team("Лаб-2")
    cycle = triads.start(team[0], cast.triads["Лаб-2"].id, "Начало года")
    paper(team[0], cycle, "team_survey", 20, {**dict.fromkeys(("q1", "q2", "q4"), AGREE[2]), "q3": AGREE[0]})
    at(datetime(2026, 9, 21, 9, 0))
    press(team[0], cycle, "close_collection")
    write(team[0], cycle, "checks")
    press(team[0], cycle, "accept_data")
    write(
        team[0],
        cycle,
        "findings",
        {
            "findings": [
                {"text": "Время на доработку закладывают не на каждом уроке", "sources": ["sheets", "surveys"]},
            ]
        },
    )
    press(team[0], cycle, "findings_ready")
    at(datetime(2026, 10, 5, 14, 0))
    write(
        team[0],
        cycle,
        "session",
        {
            "date": "2026-10-05",
            "agreed": "Общая линия года — время на доработку",
            "dissent": "Не все руководители смогли прийти; мнение отсутствовавших записано отдельно",
        },
    )
    press(team[0], cycle, "agree_findings")
    at(datetime(2026, 11, 18, 14, 0))
    write(
        team[0],
        cycle,
        "plan",
        {
            "measures": [
                {
                    "measure": "Мастер-класс «Точка решения»",
                    "basis_text": "не меняем ход урока по данным",
                    "due": "2026-12-02",
                    "owner_id": str(cast.people["Дневникова"].id),
                    "expected": "по одному ключевому вопросу от каждого участника",
                },
            ]
        },
        complete=False,
    )
