"""What a project triad writes: the sheet by phases, the project passport, the critique, the defence, the survey."""

from __future__ import annotations

import dataclasses

from engine.api import Field, Form, Indicator, Option, Question, Rows, Section, Survey, Text
from plugins.lesson_study import forms as base
from plugins.lesson_study.content import SEEN, SEEN_TITLES, TEAM

SHEET_HELP = (
    "На каждом уроке — свои показатели: урок 1 — замысел, урок 2 — исследование, продукт и экспертиза, урок 3 — "
    "доработка и представление. 0 — не проявилось; 1 — проявилось эпизодически, только с помощью учителя; "
    "2 — проявлялось у части обучающихся или с отдельными подсказками; 3 — проявлялось устойчиво, самостоятельно; "
    "«н/н» — на этом уроке не планировалось."
)


def _phase(key: str, title: str, en: str, rounds: tuple[int, ...], *indicators: Indicator) -> Section:
    return Section(key, Text(title, en=en), indicators, rounds=rounds, subjects=SEEN, subject_titles=SEEN_TITLES)


def _indicator(key: str, code: str, title: str, levels: str) -> Indicator:
    none, helped, partly, steadily = levels.split(" | ")
    return Indicator(key, code, title, (none, helped, partly, steadily))


SECTIONS = (
    _phase(
        "idea",
        "Замысел",
        "Idea",
        (1,),
        _indicator(
            "pd1",
            "ПД1",
            "Формулирует проблему своими словами",
            "Не проявилось | Повторяет за учителем | "
            "Формулирует с опорой на вопросы | Формулирует сам, объясняет, для кого она важна",
        ),
        _indicator(
            "pd2",
            "ПД2",
            "Удерживает проблемный вопрос",
            "Забыл вопрос | Вспоминает по напоминанию | "
            "Соотносит с ним свои действия | Уточняет вопрос по ходу исследования",
        ),
        _indicator(
            "pd3",
            "ПД3",
            "Делает выбор (тема, способ, продукт)",
            "Выбора нет | Выбирает из двух готовых | Выбирает и объясняет | Предлагает свой вариант и обосновывает",
        ),
    ),
    _phase(
        "product",
        "Исследование и продукт",
        "Inquiry and product",
        (2,),
        _indicator(
            "pd4",
            "ПД4",
            "Планирует работу и следит за сроками",
            "Плана нет | Действует по чужому плану | Составляет план с шаблоном | Планирует сам и корректирует план",
        ),
        _indicator(
            "pd5",
            "ПД5",
            "Находит и отбирает информацию",
            "Копирует первое найденное | Находит по указанному адресу | "
            "Отбирает из нескольких источников | Сопоставляет, указывает источники, добывает данные сам",
        ),
        _indicator(
            "pd6",
            "ПД6",
            "Создаёт продукт под потребителя",
            "Продукта нет | Продукт без адресата | Продукт учитывает адресата | Продукт испытан на адресате и изменён",
        ),
        _indicator(
            "pd7",
            "ПД7",
            "Связывает проект с реальной жизнью",
            "Связи нет | Связь названа учителем | "
            "Приводит примеры применения | Решает реальную задачу школы, села, семьи",
        ),
    ),
    _phase(
        "critique",
        "Экспертиза и доработка",
        "Critique and revision",
        (2, 3),
        _indicator(
            "pd8",
            "ПД8",
            "Принимает критику",
            "Отвергает | Выслушивает | Выбирает, что учесть | Сам запрашивает критику и показывает изменения",
        ),
        _indicator(
            "pd9",
            "ПД9",
            "Даёт полезный отклик другим",
            "Нет отклика | «Понравилось / не понравилось» | Отклик по критериям | Отклик по критериям с предложением",
        ),
    ),
    _phase(
        "presentation",
        "Представление и рефлексия",
        "Presentation and reflection",
        (3,),
        _indicator(
            "pd10",
            "ПД10",
            "Представляет результат",
            "Не может представить | Читает с листа | "
            "Рассказывает, отвечает на простые вопросы | Убедительно защищает, отвечает по существу",
        ),
        _indicator(
            "pd11",
            "ПД11",
            "Осмысливает свой путь",
            "Нет рефлексии | «Было трудно / легко» | Называет, чему научился | Объясняет, что сделал бы иначе и почему",
        ),
    ),
    # ПД12 belongs to the last part of the printed sheet, but its criterion needs it on two lessons, and it is about
    # the teacher's way of leading, not about a pupil: so it stands apart, in every lesson and without subjects.
    Section(
        "support",
        Text("Сопровождение учителя", en="The teacher's support"),
        (
            _indicator(
                "pd12",
                "ПД12",
                "Учитель сопровождает, а не делает за ученика",
                "Делает за ученика | Ведёт пошагово | Помогает по запросу | Задаёт вопросы и отступает, когда можно",
            ),
        ),
    ),
)

OBSERVATION = dataclasses.replace(
    base.OBSERVATION, title=Text("Лист наблюдения проектной работы", en="Project observation sheet")
)

PASSPORT = Form(
    "project_passport",
    Text("Паспорт проекта", en="Project passport"),
    (
        Section(
            "project",
            Text("Проект", en="Project"),
            (
                Field("problem", "Проблема", "text", max_length=1000, help="что не так и для кого это важно"),
                Field("problem_question", "Проблемный вопрос", "text", required=True, max_length=600),
                Field("goal", "Цель", "text", max_length=1000),
                Field("product", "Продукт", "text", required=True, max_length=1000),
                Field("addressee", "Адресат продукта", required=True, max_length=300, help="кому он нужен"),
                Field("deadlines", "Сроки", "list", help="по одному в строке: этап — дата"),
                Field("roles", "Роли", "list", soft=("surname",), help="по одной в строке, без имён учеников"),
            ),
        ),
    ),
    roles=TEAM,
    per_round=False,
    help="Одна страница: проблема, вопрос, цель, продукт, адресат, сроки, роли.",
)

# Once per cycle, not per lesson: the feedback comes in lesson 2, what it changed is seen only after the revision.
CRITIQUE = Form(
    "critique",
    Text("Экспертиза продукта", en="Product critique"),
    (
        Section(
            "version_1",
            Text("Версия 1 и отклики", en="Version 1 and feedback"),
            (
                Field("product_v1", "Продукт, версия 1", "files", required=True),
                Field("feedback_files", "Листы отклика (файлы)", "files"),
                Rows(
                    "feedback",
                    "Листы отклика (записью)",
                    (
                        Field(
                            "by", "Кто дал отклик", required=True, max_length=120, soft=("surname",), help="без имён"
                        ),
                        Field("good", "Что удалось", "text", max_length=1000),
                        Field("advice", "Что предложили", "text", required=True, max_length=1000),
                    ),
                    help="Всего нужно не менее двух листов отклика: файлами или записью.",
                ),
            ),
        ),
        Section(
            "version_2",
            Text("Версия 2: что изменилось", en="Version 2: what changed"),
            (
                Rows(
                    "changes",
                    "Доказанные изменения продукта",
                    (
                        Field("what", "Что изменилось", "text", required=True, max_length=1000),
                        Field("because", "Какой отклик учли", "text", max_length=1000),
                        Field(
                            "proof",
                            "Чем подтверждается",
                            "text",
                            required=True,
                            max_length=1000,
                            help="что было в версии 1 и что стало в версии 2",
                        ),
                    ),
                ),
                Field("product_v2", "Продукт, версия 2", "files"),
            ),
            help="Заполняется после доработки, на уроке 3.",
        ),
    ),
    roles=TEAM,
    per_round=False,
    help="Отклики собираем на уроке 2; как они изменили продукт, записываем после доработки.",
)

LEVELS = (
    Option("0", Text("0 — ниже базового", en="0 — below basic")),
    Option("1", Text("1 — базовый", en="1 — basic")),
    Option("2", Text("2 — повышенный", en="2 — advanced")),
    Option("3", Text("3 — высокий", en="3 — high")),
)

MARKS = ("independence", "subject_matter", "regulation", "dialogue")

DEFENCE = Form(
    "defence",
    Text("Лист комиссии на защите", en="Defence commission sheet"),
    (
        Section(
            "defended",
            Text("Что защищали", en="What was defended"),
            (
                Field("held_on", "Дата защиты", "date", required=True),
                Field("product_files", "Продукт: файлы", "files", help="файл, ссылка или описание"),
                Field("product_url", "Продукт: ссылка", "url", max_length=500),
                Field("product_text", "Продукт: описание", "text", max_length=2000),
            ),
        ),
        Section(
            "people",
            Text("Комиссия", en="Commission"),
            (
                Rows(
                    "commission",
                    "Комиссия",
                    (
                        Field("name", "Член комиссии", required=True, max_length=160),
                        Field("from_triad", "Из нашей тройки", "flag"),
                    ),
                    most=12,
                    help="Не менее трёх человек, хотя бы один не из вашей тройки.",
                ),
            ),
        ),
        Section(
            "marks",
            Text("Оценка продукта", en="Marks"),
            tuple(
                Field(key, title, "choice", required=True, options=LEVELS)
                for key, title in zip(
                    MARKS,
                    (
                        "Самостоятельность и решение проблемы",
                        "Владение предметным содержанием",
                        "Планирование и управление (регулятивные действия)",
                        "Представление и диалог (коммуникативные действия)",
                    ),
                    strict=True,
                )
            ),
            help="Комиссия оценивает продукт и его защиту, а не ученика.",
        ),
        Section(
            "dialogue_record",
            Text("Вопросы", en="Questions"),
            (Field("questions", "Вопросы комиссии и ответы", "text", max_length=4000, soft=("surname",)),),
        ),
    ),
    roles=TEAM,
    per_round=False,
)

CLASS_SURVEY = Survey(
    "class_survey",
    Text("Опрос обучающихся", en="Pupil survey"),
    (
        Question("q1", "Я понимаю, какую проблему решает наш проект."),
        Question("q2", "Это наш проект: мы сами принимали важные решения."),
        Question("q3", "Советы одноклассников и взрослых помогли улучшить продукт."),
        Question(
            "q4",
            "Мой вклад в проект:",
            "single",
            (
                Option("ideas", "придумывал"),
                Option("search", "искал информацию"),
                Option("making", "делал продукт"),
                Option("design", "оформлял"),
                Option("talk", "готовил выступление"),
                Option("little", "почти не участвовал"),
            ),
        ),
        Question(
            "q5",
            "Больше всего помощи нужно было, чтобы:",
            "single",
            (
                Option("problem", "выбрать проблему"),
                Option("plan", "составить план"),
                Option("information", "найти информацию"),
                Option("product", "сделать продукт"),
                Option("talk", "выступить"),
            ),
        ),
        Question("q6", "Что изменилось в продукте после обсуждения?", "open"),
        Question("q7", "Чему я научился, работая над проектом?", "open"),
    ),
    respondents="pupils",
)
