"""The Laboratory says what the domain brief says: card, stages, buttons, tools, survey."""

from __future__ import annotations

import re

import plugins.lab

LAB = plugins.lab.plc_group_type()

# Copied from the brief; "нет" at level 0 is shown as «Не проявилось».
CARD = """
ЛБ1 | График выполняется | не начат | сдвиг больше месяца | небольшие переносы с причинами | по графику
ЛБ2 | Документы полны | нет пакета | часть листов | пакет с пробелами | полный пакет
ЛБ3 | Обсуждение в течение суток | не проводилось | позже трёх дней | 1–3 дня | до 24 часов
ЛБ4 | Исследовательский вопрос конкретен | нет | общая тема | назван приём или умение | приём + умение + условие
ЛБ5 | Наблюдения фактические | оценки вместо фактов | больше оценок | больше фактов | факты со свидетельствами
ЛБ6 | Голос учеников учтён | опроса нет | опрос есть, не использован | упомянут в выводах | изменил следующий урок
ЛБ7 | Следующий урок следует из предыдущего | не связан | связан темой | одно решение перенесено | \
решения перенесены и проверены
ЛБ8 | Вывод о приёме обоснован | нет | мнение | вывод по одному уроку | вывод по трём урокам с условиями
ЛБ9 | Дефициты названы честно и конкретно | нет | «всё хорошо» / общие слова | названы, без доказательств | \
названы, есть свидетельства и план
ЛБ10 | Опыт передан коллегам | нет | устно | материал в банке | материал в банке и применён другими
ЛБ11 | Участвуют все трое | один | двое | все, вклад неравный | все, роли меняются
ЛБ12 | Правила соблюдаются | конфликты не решены | нарушения | единичные нарушения | правила живые, пересматриваются
"""
STAGES = """
collect | Сбор данных | Закрыть сбор
check | Проверка полноты и качества | Данные приняты
analyse | Анализ: карта дефицитов и карта приёмов | Выводы готовы
session | Аналитическая сессия с руководителями ПОС | Выводы согласованы
plan | План методической работы | План составлен
approve | Утверждение на методическом совете | План утверждён
conference | Методическая конференция | Конференция проведена
"""
TOOLS = (
    "«Карта дефицитов» — матрица дефицит × ПОС; «Карта приёмов» — приём × класс × результат; «Тепловая карта "
    "показателей» — средние по разделам; «SWOT-анализ» — сильные и слабые стороны, возможности, риски; «ОДИ "
    "(организационно-деятельностная игра)» — группы проживают полный цикл от проблемы к проекту; «Вертушка» — группы "
    "переходят по станциям мастер-классов; «Мировое кафе» — столы по дефицитам; «Педагогический консилиум» — узкие "
    "специалисты и учителя об одном классе; «Методический десант» — выезд или визит группы в помощь тройке; "
    "«Взаимопосещение» — посещение с одной целью; «Супервизия тройки» — один участник Лаборатории помогает провести "
    "обсуждение; «Дорожная карта» — план по кварталам; «Методический квест» — поиск решений по материалам банка"
)
QUESTIONS = (
    ("В нашей тройке я могу открыто говорить о неудачах.", "scale4", ()),
    ("Время на тройку найдено в расписании.", "scale4", ()),
    ("Листы наблюдения помогают, а не отнимают время.", "scale4", ()),
    ("Я изменил(а) что-то в своих уроках.", "scale4", ()),
    (
        "Больше всего нужна помощь в:",
        "single",
        ("планировании", "наблюдении", "обсуждении", "оформлении", "новых приёмах", "организации времени"),
    ),
    (
        "В следующем цикле я хочу:",
        "single",
        ("продолжить тему", "сменить подход", "перейти в другой ПОС", "пока не решил(а)"),
    ),
    ("Что администрации изменить в первую очередь?", "open", ()),
)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def test_card_is_the_brief() -> None:
    expected = [
        [code, title, *("не проявилось" if level == "нет" else level.lower() for level in levels)]
        for code, title, *levels in table(CARD)
    ]
    assert [[i.code, i.title, *(x.lower() for x in i.levels)] for i in LAB.indicators.values()] == expected
    assert list(LAB.indicators) == [f"lb{n}" for n in range(1, 13)]
    assert [(str(s.title), len(s.indicators)) for _, s in LAB.observed] == [
        ("Организация цикла", 3),
        ("Качество исследования", 4),
        ("Результат и перенос", 3),
        ("Команда", 2),
    ]


def test_stages_and_buttons_are_the_brief() -> None:
    main = {a.source[0]: a for a in LAB.process.actions if a.kind == "main"}
    road = [(s.key, str(s.title), str(main[s.key].title)) for s in LAB.process.stages if not s.final]
    assert road == [tuple(row) for row in table(STAGES)]
    keys = [s.key for s in LAB.process.stages]
    assert [main[key].target for key in keys[:7]] == keys[1:8]
    assert [s.key for s in LAB.process.stages if s.final] == ["archive", "closed_early"]
    assert str(LAB.process.stage("archive").title) == "Итоги периода"


def test_tools_and_survey_are_the_brief() -> None:
    expected = [(t, d.lower()) for t, d in re.findall(r"«(.+?)» — ([^;]+)", TOOLS)]
    assert len(expected) == 13
    assert [(t.title, t.description.lower()) for t in LAB.techniques] == expected
    survey = LAB.survey("team_survey")
    assert survey.respondents == "teachers"
    assert [(q.title, q.kind, tuple(o.title for o in q.options)) for q in survey.questions] == list(QUESTIONS)
    assert [s.key for s in LAB.process.stages if "team_survey" in s.surveys] == ["collect"]
