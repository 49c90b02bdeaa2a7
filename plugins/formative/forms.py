"""What a formative assessment triad writes: success criteria, decision point, evidence, sheet, survey."""

from __future__ import annotations

import dataclasses

from engine.api import Field, Form, Indicator, Option, Rows, Section, SoftWarning, Text
from plugins.lesson_study import forms as base
from plugins.lesson_study import protocols
from plugins.lesson_study.content import TEAM


def _section(key: str, title: str, en: str, *indicators: Indicator) -> Section:
    return Section(key, Text(title, en=en), indicators)


MARKS = SoftWarning(
    "marks",
    (),
    "Здесь пишем оценку словами, а не отметку: «указано, что исправить», а не «поставил 4».",
    pattern=r"\b(?:по|вы)?став(?:ил|лю|им|ит|ят)[а-яё]*(?:\(а\))?\s+(?:\w+\s+)?[«„\"]?"
    r"(?:[2-5]\b(?!\s+(?:вопрос|задач|цел|услови))|двойк|тройк|четв[её]рк|пят[её]рк|отметк)",
)


def _watching_marks(form: Form) -> Form:
    """Every free text of the form also warns when a mark is written instead of words."""

    def mark(item: Field) -> Field:
        return dataclasses.replace(item, soft=(*item.soft, "marks")) if item.kind in ("text", "list") else item

    def watch(item: Field | Indicator | Rows) -> Field | Indicator | Rows:
        if isinstance(item, Rows):
            return dataclasses.replace(item, columns=tuple(mark(c) for c in item.columns))
        return mark(item) if isinstance(item, Field) else item

    sections = tuple(dataclasses.replace(s, items=tuple(watch(i) for i in s.items)) for s in form.sections)
    return dataclasses.replace(form, sections=sections)


CRITERIA_FORM = Form(
    "success_criteria",
    Text("Критерии успеха", en="Success criteria"),
    (
        Section(
            "criteria",
            "Критерии успеха урока",
            (
                Field(
                    "criteria",
                    "Критерии на языке ученика",
                    "list",
                    required=True,
                    least=2,
                    most=5,
                    soft=("marks",),
                    help="на языке ученика: «Я могу…»; от двух до пяти, по одному в строке",
                ),
            ),
        ),
    ),
    roles=TEAM,
    confirm=TEAM,
    help="После любого изменения нужны новые подтверждения всех троих.",
)

PLAN = base.PLAN.with_sections(
    Section(
        "hinge",
        Text("Точка решения", en="Decision point"),
        (
            Field("hinge_stage", "На каком этапе", "choice", source="plan.stages.title"),
            Field("hinge_question", "Вопрос", "text", max_length=1000, soft=("marks",)),
            Field("hinge_answers", "Ожидаемые ответы", "text", max_length=1000, soft=("marks",)),
            Field("hinge_a", "Ход А: если большинство справилось", "text", max_length=1000, soft=("marks",)),
            Field("hinge_b", "Ход Б: если нет", "text", max_length=1000, soft=("marks",)),
        ),
        help="Один этап, на котором по ответам класса решаем, идти дальше или разобрать ещё раз.",
    ),
    Section(
        "from_evidence",
        "Опора на данные",
        (
            Field(
                "evidence_link",
                "На какое свидетельство предыдущего урока опирается план",
                "text",
                max_length=1000,
                soft=("marks",),
            ),
        ),
        rounds=(2, 3),
    ),
    before="evidence",
)

EVIDENCE = Form(
    "evidence",
    Text("Свидетельства урока", en="Evidence of the lesson"),
    (
        Section(
            "works",
            "Работы A, B, C",
            (
                Field(
                    "works",
                    "Обезличенные работы с откликом и доработкой",
                    "files",
                    private=True,
                    help="не менее трёх; фамилии закрыты",
                ),
                Field(
                    "works_note",
                    "Что видно по работам",
                    "text",
                    max_length=2000,
                    private=True,
                    soft=("surname", "marks"),
                ),
            ),
        ),
        Section(
            "tickets",
            "Сводка выходных билетов",
            (
                Field("ticket_right", "Верно", "number", minimum=0, maximum=60),
                Field("ticket_partly", "Частично", "number", minimum=0, maximum=60),
                Field("ticket_not", "Не справились", "number", minimum=0, maximum=60),
            ),
        ),
    ),
    roles=TEAM,
)

DISCUSSION = _watching_marks(
    protocols.DISCUSSION.with_sections(
        Section(
            "marks",
            "Без отметок",
            (
                Field(
                    "no_marks",
                    "На этапе формирующего оценивания",
                    "choice",
                    required=True,
                    options=(Option("yes", "Отметки не выставлялись"), Option("no", "Отметки выставлялись")),
                ),
            ),
        ),
        before="next",
    )
)
OBSERVATION = _watching_marks(
    dataclasses.replace(
        base.OBSERVATION,
        title=Text("Лист наблюдения формирующего оценивания", en="Formative assessment observation sheet"),
    )
)


SECTIONS = (
    _section(
        "goals",
        "Цели и критерии",
        "Goals and criteria",
        Indicator(
            "fo1",
            "ФО1",
            "Обучающиеся понимают цель урока",
            (
                "Цель не названа",
                "Цель назвал учитель",
                "Могут пересказать цель",
                "Объясняют, зачем это и как узнают, что научились",
            ),
        ),
        Indicator(
            "fo2",
            "ФО2",
            "Критерии успеха понятны и используются",
            (
                "Критериев нет",
                "Критерии показаны",
                "Обсуждены на примерах",
                "Выработаны вместе, к ним обращаются по ходу работы",
            ),
        ),
        Indicator(
            "fo3",
            "ФО3",
            "Использованы образцы разного качества",
            (
                "Не проявилось",
                "Один образец «как надо»",
                "Сравнение двух образцов",
                "Обучающиеся сами выводят признаки качества",
            ),
        ),
    ),
    _section(
        "evidence_taking",
        "Сбор свидетельств",
        "Eliciting evidence",
        Indicator(
            "fo4",
            "ФО4",
            "Вопросы и задания выявляют мышление",
            (
                "Вопросы на память",
                "Отдельные «почему»",
                "Продуманные ключевые вопросы",
                "Ответы раскрывают типичные ошибки всего класса",
            ),
        ),
        Indicator(
            "fo5",
            "ФО5",
            "Сведения получены от каждого",
            ("От желающих", "От части класса", "От большинства", "От каждого, и это видно учителю сразу"),
        ),
        Indicator(
            "fo6",
            "ФО6",
            "Урок изменён по полученным данным",
            (
                "Без изменений",
                "Замечание «повторим потом»",
                "Дополнительное объяснение",
                "Выбран иной ход для разных групп",
            ),
        ),
    ),
    _section(
        "feedback",
        "Обратная связь",
        "Feedback",
        Indicator(
            "fo7",
            "ФО7",
            "Отклик связан с критериями",
            (
                "Похвала или порицание",
                "Общее замечание",
                "Указано, что получилось и что нет",
                "Указан следующий шаг, ученик понимает его",
            ),
        ),
        Indicator(
            "fo8",
            "ФО8",
            "Есть время на исправление",
            (
                "Времени нет",
                "Исправляют дома",
                "Часть исправляет на уроке",
                "Каждый дорабатывает и показывает изменение",
            ),
        ),
    ),
    _section(
        "peer",
        "Взаимооценивание",
        "Peer assessment",
        Indicator(
            "fo9",
            "ФО9",
            "Дают отклик друг другу по критериям",
            (
                "Не проявилось",
                "Ставят «плюсы» и отметки",
                "Называют сильное и слабое по критериям",
                "Предлагают, как улучшить, уважительно",
            ),
        ),
        Indicator(
            "fo10",
            "ФО10",
            "Помощь однокласснику — объяснение, а не ответ",
            ("Нет помощи", "Дают списать", "Показывают решение", "Задают вопросы, объясняют способ"),
        ),
    ),
    _section(
        "self_assessment",
        "Самооценивание",
        "Self-assessment",
        Indicator(
            "fo11",
            "ФО11",
            "Соотносят свою работу с критериями",
            (
                "Не проявилось",
                "По указанию, формально",
                "Находят своё продвижение или ошибку",
                "Сами проверяют и исправляют",
            ),
        ),
        Indicator(
            "fo12",
            "ФО12",
            "Определяют свой следующий шаг",
            (
                "Не проявилось",
                "«надо больше учить»",
                "Называют конкретную трудность",
                "Называют трудность и способ её преодолеть",
            ),
        ),
    ),
)
