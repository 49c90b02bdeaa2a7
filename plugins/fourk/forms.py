"""What a 4К triad writes: the leading competency, the task card, groups of observers, the sheet and the survey."""

from __future__ import annotations

import dataclasses

from engine.api import Carry, Field, Form, Indicator, Option, Question, Rows, Section, Survey, Text
from plugins.lesson_study import forms as base
from plugins.lesson_study.content import SEEN, SEEN_TITLES, TEAM

SHEET_HELP = (
    "Смотрим на исследуемого ученика и его группу. 0 — не проявилось; 1 — проявилось эпизодически, только с помощью "
    "учителя; 2 — проявлялось у части обучающихся или с отдельными подсказками; 3 — проявлялось устойчиво, "
    "самостоятельно; «н/н» — на этом уроке не планировалось."
)


def _section(key: str, title: str, en: str, *indicators: Indicator) -> Section:
    return Section(key, Text(title, en=en), indicators, subjects=SEEN, subject_titles=SEEN_TITLES)


def _indicator(key: str, code: str, title: str, levels: str) -> Indicator:
    none, helped, partly, steadily = levels.split(" | ")
    return Indicator(key, code, title, (none, helped, partly, steadily))


SECTIONS = (
    _section(
        "critical_thinking",
        "Критическое мышление",
        "Critical thinking",
        _indicator(
            "km1",
            "КМ1",
            "Задаёт вопросы по существу",
            "Нет вопросов | Вопросы только о порядке работы | "
            "Уточняющие вопросы к содержанию | Вопросы «почему?», «а если?», «откуда это известно?»",
        ),
        _indicator(
            "km2",
            "КМ2",
            "Обосновывает мнение",
            "Мнение без довода | Довод по просьбе учителя | "
            "Довод с опорой на текст или данные | Несколько доводов, учитывает возражение",
        ),
        _indicator(
            "km3",
            "КМ3",
            "Проверяет надёжность информации и решения",
            "Принимает всё на веру | Проверяет по указанию | "
            "Сопоставляет два источника или способа | Сам находит противоречие и исправляет",
        ),
    ),
    _section(
        "creativity",
        "Креативность",
        "Creativity",
        _indicator(
            "kr1",
            "КР1",
            "Предлагает идеи",
            "Повторяет образец | Одна идея после подсказки | Несколько идей одного типа | Разные по подходу идеи",
        ),
        _indicator(
            "kr2",
            "КР2",
            "Развивает и дорабатывает идею",
            "Бросает идею | Добавляет деталь по просьбе | "
            "Уточняет и усиливает идею | Перестраивает идею после проверки или критики",
        ),
        _indicator(
            "kr3",
            "КР3",
            "Действует в условиях неопределённости",
            "Отказывается без образца | Пробует с постоянной поддержкой | "
            "Пробует, иногда просит подсказку | Сам выбирает путь, допускает ошибку и идёт дальше",
        ),
    ),
    _section(
        "communication",
        "Коммуникация",
        "Communication",
        _indicator(
            "ko1",
            "КО1",
            "Слушает и откликается на сказанное",
            "Не слушает, перебивает | Слушает, но не откликается | "
            "Отвечает на слова собеседника | Уточняет, пересказывает, развивает мысль другого",
        ),
        _indicator(
            "ko2",
            "КО2",
            "Ясно излагает мысль для адресата",
            "Мысль непонятна | Понятна после вопросов | "
            "Понятна, есть структура | Понятна, учитывает адресата, использует термины и наглядность",
        ),
        _indicator(
            "ko3",
            "КО3",
            "Соблюдает нормы обсуждения",
            "Нарушает | Соблюдает после замечания | Соблюдает | Поддерживает нормы в группе",
        ),
    ),
    _section(
        "cooperation",
        "Кооперация",
        "Cooperation",
        _indicator(
            "kp1",
            "КП1",
            "Участвует в распределении ролей и задач",
            "Вне работы | Принимает роль по назначению | "
            "Договаривается о роли | Помогает группе распределить роли по силам",
        ),
        _indicator(
            "kp2",
            "КП2",
            "Вносит вклад в общий результат",
            "Вклада нет | Выполняет часть по напоминанию | "
            "Выполняет свою часть в срок | Выполняет свою часть и помогает другим",
        ),
        _indicator(
            "kp3",
            "КП3",
            "Решает разногласия и удерживает общую цель",
            "Конфликт или уход | Ждёт решения взрослого | "
            "Ищет компромисс | Возвращает группу к цели, находит общее решение",
        ),
    ),
)

COMPETENCIES = tuple(Option(s.key, s.title) for s in SECTIONS)

OBSERVATION = dataclasses.replace(base.OBSERVATION, title=Text("Лист наблюдения 4К", en="4C observation sheet"))

_COMPETENCY = Section(
    "competency",
    Text("Что наблюдаем", en="What we watch"),
    (
        Field(
            "lead_competency",
            Text("Ведущая компетенция", en="Leading competency"),
            "choice",
            required=True,
            options=COMPETENCIES,
        ),
        Field(
            "second_competency",
            Text("Сопутствующая компетенция", en="Accompanying competency"),
            "choice",
            options=COMPETENCIES,
            help="Не обязательно и не больше одной; отличается от ведущей",
        ),
    ),
    help="На одном уроке наблюдаем одну ведущую компетенцию. За цикл нужны и урок, и внеурочное занятие: "
    "вид занятия указывают в графике.",
)

# The competency goes over to the next lesson, so that growth compares the same section unless the triad changes it.
PLAN = dataclasses.replace(
    base.PLAN.with_sections(_COMPETENCY, before="previous"),
    carries=(
        *base.PLAN.carries,
        Carry("lead_competency", "plan", "lead_competency", 1),
        Carry("second_competency", "plan", "second_competency", 1),
    ),
)

TASK_CARD = Form(
    "task_card",
    Text("Карточка задания 4К", en="4C task card"),
    (
        Section(
            "task",
            Text("Задание", en="Task"),
            (
                Field("task", "Задание", "text", required=True, max_length=4000),
                Field(
                    "expected_actions",
                    "Ожидаемые действия ученика",
                    "text",
                    required=True,
                    max_length=2000,
                    soft=("judging", "surname"),
                    help="что ученик сделает, скажет или напишет",
                ),
                Field(
                    "watched",
                    "Показатели раздела",
                    "choices",
                    required=True,
                    options=tuple(Option(i.key, f"{i.code}. {i.title}") for s in SECTIONS for i in s.indicators),
                    help="по каким показателям ведущей (и сопутствующей) компетенции это увидим",
                ),
            ),
        ),
        Section(
            "variants",
            Text("Варианты", en="Variants"),
            (
                Field("simpler", "Вариант упрощения", "text", required=True, max_length=2000),
                Field("harder", "Вариант усложнения", "text", required=True, max_length=2000),
                Field("attachments", "Материалы к заданию", "files"),
            ),
        ),
    ),
    roles=TEAM,
    help="Одно задание, в котором компетенция становится видимой.",
)

GROUP_ASSIGNMENT = Form(
    "group_assignment",
    Text("Кто какую группу видит", en="Who watches which group"),
    (
        Section(
            "watching",
            Text("Группы и наблюдатели", en="Groups and observers"),
            (
                Rows(
                    "groups",
                    "Группы",
                    (
                        Field("observer", "Наблюдатель", "person", required=True, source="observers"),
                        Field("group", "Группа", required=True, max_length=120, help="например, группа 2 у окна"),
                        Field(
                            "composition",
                            "Состав без имён",
                            required=True,
                            max_length=300,
                            private=True,
                            soft=("surname",),
                            help="например, ученик A и ещё трое",
                        ),
                    ),
                    least=1,
                    most=12,
                ),
            ),
        ),
    ),
    roles=TEAM,
    help="Наблюдатель видит не только исследуемых учеников, но и группу целиком. Состав групп известен до урока.",
)

CLASS_SURVEY = Survey(
    "class_survey",
    Text("Опрос обучающихся", en="Pupil survey"),
    (
        Question("q1", "Сегодня мне пришлось думать, а не просто повторять за учителем."),
        Question("q2", "Я мог(ла) предлагать свои идеи, и их слушали."),
        Question("q3", "Задание было таким, что его интереснее выполнять вместе."),
        Question("q4", "В нашей группе у каждого было своё дело."),
        Question(
            "q5",
            "Чаще всего в группе я:",
            "single",
            (
                Option("ideas", "предлагал идеи"),
                Option("questions", "задавал вопросы"),
                Option("notes", "записывал и оформлял"),
                Option("speaking", "выступал"),
                Option("time", "следил за временем"),
                Option("listening", "в основном слушал"),
            ),
        ),
        Question(
            "q6",
            "Если мы спорили, то:",
            "single",
            (
                Option("arguments", "искали доводы"),
                Option("vote", "голосовали"),
                Option("most_active", "решил самый активный"),
                Option("teacher", "решил учитель"),
                Option("no_dispute", "не спорили"),
            ),
        ),
        Question("q7", "Какой вопрос или идея на уроке запомнились больше всего?", "open"),
        Question("q8", "Что помешало группе работать лучше?", "open"),
    ),
    respondents="pupils",
)
