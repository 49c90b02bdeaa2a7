"""How the Laboratory looks at the triads: the monitoring card over their documents and the survey of teachers."""

from __future__ import annotations

from engine.api import Field, Form, Indicator, Option, Question, Section, Survey, Text
from plugins.lab.rules import TEAM

READERS = ("lab_member",)


def _card(key: str, title: str, en: str, *indicators: Indicator) -> Section:
    return Section(key, Text(title, en=en), indicators, subjects=("@handovers",))


def _indicator(n: int, title: str, *levels: str) -> Indicator:
    none, low, middle, high = levels
    return Indicator(f"lb{n}", f"ЛБ{n}", title, (none, low, middle, high))


SECTIONS = (
    _card(
        "organisation",
        "Организация цикла",
        "How the cycle was organised",
        _indicator(
            1, "График выполняется", "Не начат", "Сдвиг больше месяца", "Небольшие переносы с причинами", "По графику"
        ),
        _indicator(2, "Документы полны", "Нет пакета", "Часть листов", "Пакет с пробелами", "Полный пакет"),
        _indicator(3, "Обсуждение в течение суток", "Не проводилось", "Позже трёх дней", "1–3 дня", "До 24 часов"),
    ),
    _card(
        "research",
        "Качество исследования",
        "Quality of the study",
        _indicator(
            4,
            "Исследовательский вопрос конкретен",
            "Не проявилось",
            "Общая тема",
            "Назван приём или умение",
            "Приём + умение + условие",
        ),
        _indicator(
            5,
            "Наблюдения фактические",
            "Оценки вместо фактов",
            "Больше оценок",
            "Больше фактов",
            "Факты со свидетельствами",
        ),
        _indicator(
            6,
            "Голос учеников учтён",
            "Опроса нет",
            "Опрос есть, не использован",
            "Упомянут в выводах",
            "Изменил следующий урок",
        ),
        _indicator(
            7,
            "Следующий урок следует из предыдущего",
            "Не связан",
            "Связан темой",
            "Одно решение перенесено",
            "Решения перенесены и проверены",
        ),
    ),
    _card(
        "outcome",
        "Результат и перенос",
        "Result and transfer",
        _indicator(
            8,
            "Вывод о приёме обоснован",
            "Не проявилось",
            "Мнение",
            "Вывод по одному уроку",
            "Вывод по трём урокам с условиями",
        ),
        _indicator(
            9,
            "Дефициты названы честно и конкретно",
            "Не проявилось",
            "«Всё хорошо» / общие слова",
            "Названы, без доказательств",
            "Названы, есть свидетельства и план",
        ),
        _indicator(
            10,
            "Опыт передан коллегам",
            "Не проявилось",
            "Устно",
            "Материал в банке",
            "Материал в банке и применён другими",
        ),
    ),
    _card(
        "team",
        "Команда",
        "The team",
        _indicator(11, "Участвуют все трое", "Один", "Двое", "Все, вклад неравный", "Все, роли меняются"),
        _indicator(
            12,
            "Правила соблюдаются",
            "Конфликты не решены",
            "Нарушения",
            "Единичные нарушения",
            "Правила живые, пересматриваются",
        ),
    ),
)

MONITORING = Form(
    "monitoring",
    Text("Карта мониторинга тройки", en="Monitoring card of a triad"),
    (
        *SECTIONS,
        Section(
            "support",
            Text("Помощь тройкам", en="Support for the triads"),
            (
                Field(
                    "support",
                    Text("Какая помощь нужна и кому", en="What help is needed, and by whom"),
                    "text",
                    max_length=3000,
                ),
            ),
        ),
    ),
    filling="each",
    roles=TEAM,
    readers=READERS,
    per_round=False,
    help="Карту по документам цикла заполняют два участника Лаборатории независимо друг от друга. "
    "Ради карты уроки не посещают. «н/н» — по документам судить нельзя.",
)

TEAM_SURVEY = Survey(
    "team_survey",
    Text("Опрос участников троек", en="Survey of the triads"),
    (
        Question("q1", "В нашей тройке я могу открыто говорить о неудачах."),
        Question("q2", "Время на тройку найдено в расписании."),
        Question("q3", "Листы наблюдения помогают, а не отнимают время."),
        Question("q4", "Я изменил(а) что-то в своих уроках."),
        Question(
            "q5",
            "Больше всего нужна помощь в:",
            "single",
            (
                Option("planning", "планировании"),
                Option("observing", "наблюдении"),
                Option("discussing", "обсуждении"),
                Option("paperwork", "оформлении"),
                Option("techniques", "новых приёмах"),
                Option("time", "организации времени"),
            ),
        ),
        Question(
            "q6",
            "В следующем цикле я хочу:",
            "single",
            (
                Option("continue", "продолжить тему"),
                Option("change", "сменить подход"),
                Option("move", "перейти в другой ПОС"),
                Option("undecided", "пока не решил(а)"),
            ),
        ),
        Question("q7", "Что администрации изменить в первую очередь?", "open"),
    ),
    intro="Опрос анонимный: ответы видны только обобщённо. Он помогает понять, какая поддержка нужна тройкам.",
    respondents="teachers",
)
