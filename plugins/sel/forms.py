"""What a СЭР triad writes: the leading skill, the psychologist's view, the sheet about the class, check-ins, survey."""

from __future__ import annotations

import dataclasses

from engine.api import Field, Form, Indicator, Option, Question, Section, Survey, Text
from plugins.lesson_study import forms as base
from plugins.lesson_study.content import TEAM

SHEET_HELP = "В этом листе оцениваем не детей, а условия и жизнь класса"


def _section(key: str, title: str, en: str, *indicators: Indicator) -> Section:
    return Section(key, Text(title, en=en), indicators)


SECTIONS = (
    _section(
        "safety",
        "Безопасная среда (учитель)",
        "Safe environment (teacher)",
        Indicator(
            "se1",
            "СЭ1",
            "Занятие начинается с включающего приветствия",
            (
                "Не проявилось",
                "Формальное приветствие",
                "Короткий ритуал для всех",
                "Ритуал связан с темой, участвует каждый",
            ),
        ),
        Indicator(
            "se2",
            "СЭ2",
            "Правила общения выработаны и соблюдаются",
            (
                "Нет правил",
                "Объявлены учителем",
                "Обсуждены, есть на виду",
                "Обучающиеся сами напоминают о них",
            ),
        ),
        Indicator(
            "se3",
            "СЭ3",
            "Реакция на ошибку спокойная",
            (
                "Высмеивание, упрёк",
                "Ошибка замалчивается",
                "Ошибка разбирается",
                "Ошибка — повод для общего поиска",
            ),
        ),
    ),
    _section(
        "self",
        "Самосознание и самоуправление",
        "Self-awareness and self-management",
        Indicator(
            "se4",
            "СЭ4",
            "Обучающиеся называют свои чувства",
            (
                "Не проявилось",
                "«нормально / плохо»",
                "Называют 3–5 эмоций",
                "Различают оттенки и причину",
            ),
        ),
        Indicator(
            "se5",
            "СЭ5",
            "Используют способы саморегуляции",
            (
                "Не проявилось",
                "По команде учителя",
                "По напоминанию",
                "Выбирают способ сами",
            ),
        ),
        Indicator(
            "se6",
            "СЭ6",
            "Ставят посильную цель и отмечают продвижение",
            (
                "Не проявилось",
                "Цель назначена",
                "Выбирают из предложенных",
                "Ставят свою и возвращаются к ней",
            ),
        ),
    ),
    _section(
        "others",
        "Понимание других",
        "Understanding others",
        Indicator(
            "se7",
            "СЭ7",
            "Замечают состояние другого",
            (
                "Не замечают",
                "По подсказке",
                "Замечают и называют",
                "Откликаются и поддерживают",
            ),
        ),
        Indicator(
            "se8",
            "СЭ8",
            "Принимают иную точку зрения",
            (
                "Отвергают",
                "Терпят",
                "Пересказывают без оценки",
                "Объясняют, почему другой так думает",
            ),
        ),
    ),
    _section(
        "relations",
        "Отношения и решения",
        "Relations and decisions",
        Indicator(
            "se9",
            "СЭ9",
            "Просят о помощи и предлагают её",
            (
                "Не проявилось",
                "Только учителя",
                "Просят у соседа",
                "Просят и предлагают по собственной инициативе",
            ),
        ),
        Indicator(
            "se10",
            "СЭ10",
            "Разрешают разногласия уважительно",
            (
                "Ссора, уход",
                "Решает учитель",
                "«я-сообщение» с опорой",
                "Договариваются сами",
            ),
        ),
        Indicator(
            "se11",
            "СЭ11",
            "Думают о последствиях решения",
            (
                "Не проявилось",
                "После вопроса учителя",
                "Называют последствия для себя",
                "Для себя и других",
            ),
        ),
        Indicator(
            "se12",
            "СЭ12",
            "Занятие завершается позитивной рефлексией",
            (
                "Не проявилось",
                "Звонок прервал",
                "Несколько человек",
                "Каждый назвал, что берёт с собой",
            ),
        ),
    ),
)

_SKILLS = tuple(Option(i.key, f"{i.code} {i.title}") for s in SECTIONS for i in s.indicators)

PLAN = dataclasses.replace(
    base.PLAN.with_sections(
        Section(
            "skill",
            "Навык занятия",
            (
                Field("lead_skill", "Ведущий навык", "choice", required=True, options=_SKILLS),
                Field(
                    "sensitive",
                    "Чувствительная тема (утрата, травля, семья, страх)",
                    "flag",
                    help="такой план до занятия смотрит педагог-психолог",
                ),
            ),
        ),
        before="pupils",
    ),
    readers=("psychologist",),
    help="Учеников A, B, C описываем только словами о поведении: чувства детей мы не оцениваем и диагнозов не ставим.",
)

REVIEW = Form(
    "psychologist_review",
    Text("Взгляд педагога-психолога", en="The psychologist's view"),
    (
        Section(
            "view",
            "Просмотр плана",
            (
                Field(
                    "status",
                    "Статус",
                    "choice",
                    required=True,
                    options=(
                        Option("reading", "На просмотре"),
                        Option("agreed", "Согласовано"),
                        Option("remarks", "Есть замечания"),
                    ),
                ),
                Field("remarks", "Замечания", "text", max_length=3000),
            ),
        ),
    ),
    roles=("psychologist",),
    readers=TEAM,
)

OBSERVATION = dataclasses.replace(base.OBSERVATION, title=Text("Лист наблюдения СЭР", en="SEL observation sheet"))

_STATES = (
    Option("bright", "бодро и хорошо"),
    Option("calm", "спокойно и хорошо"),
    Option("anxious", "тревожно, сердито"),
    Option("tired", "устал(а), грустно"),
    Option("skip", "пропускаю"),
)


def _checkin(key: str, title: str, en: str) -> Survey:
    return Survey(
        key,
        Text(title, en=en),
        (Question("mood", "Как ты сейчас?", "single", _STATES),),
        intro="Как ты сейчас? Выбери одну карточку. Можно пропустить. Имя не нужно",
        respondents="pupils",
        counts_only=True,
    )


CHECKIN_BEFORE = _checkin("checkin_before", "Эмоциональная отметка до занятия", "Emotional check-in before")
CHECKIN_AFTER = _checkin("checkin_after", "Эмоциональная отметка после занятия", "Emotional check-in after")


def _options(*titles: str) -> tuple[Option, ...]:
    return tuple(Option(str(n), title) for n, title in enumerate(titles, 1))


CLASS_SURVEY = Survey(
    "class_survey",
    Text("Опрос класса", en="Class survey"),
    (
        Question("q1", "На занятии можно было ошибаться, и никто не смеялся."),
        Question("q2", "Меня выслушали."),
        Question("q3", "Я лучше понял(а), что чувствую."),
        Question("q4", "Я лучше понял(а), что чувствуют другие."),
        Question(
            "q5",
            "Если мне было трудно, я:",
            "single",
            _options(
                "попробовал способ, которому учились",
                "попросил помощи",
                "переждал",
                "не знал, что делать",
                "трудно не было",
            ),
        ),
        Question("q6", "После занятия мне:", "single", _options("лучше", "так же", "хуже", "не хочу отвечать")),
        Question(
            "q7",
            "Что я возьму с собой с этого занятия?",
            "open",
            help="Если тебе нужна помощь, подойди к педагогу-психологу.",
        ),
    ),
    respondents="pupils",
)
