"""The Laboratory says what the domain brief says: card, stages, buttons, tools, survey; its documents, its snapshot."""

from __future__ import annotations

import dataclasses
import re

from werkzeug.datastructures import MultiDict

from engine.api import CycleView, Option, Rows, Sheet
from engine.core import fields
from engine.core.machine import machine_for
from engine.core.results import Results
from engine.core.snapshot import dumps, fingerprint, loads
from plugins.lab import rules
from plugins.lab.process import REASON
from tests.plugins.lab.scene import ANNA, LAB, MEASURE, handovers, view


def test_everything_a_button_says_has_english() -> None:
    process = LAB.process
    said = [x for a in process.actions for x in (a.title, a.done, *(r.title for r in a.rules))]
    said += [s.title for s in process.stages] + [f.title for f in LAB.forms]
    assert [str(x) for x in said if not getattr(x, "en", "")] == []


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


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


STAGES = """
collect | Сбор данных | Закрыть сбор
check | Проверка полноты и качества | Данные приняты
analyse | Анализ: карта дефицитов и карта приёмов | Выводы готовы
session | Аналитическая сессия с руководителями ПОС | Выводы согласованы
plan | План методической работы | План составлен
approve | Утверждение на методическом совете | План утверждён
conference | Методическая конференция | Конференция проведена
"""


def test_stages_and_buttons_are_the_brief() -> None:
    main = {a.source[0]: a for a in LAB.process.actions if a.kind == "main"}
    road = [(s.key, str(s.title), str(main[s.key].title)) for s in LAB.process.stages if not s.final]
    assert road == [tuple(row) for row in table(STAGES)]
    keys = [s.key for s in LAB.process.stages]
    assert [main[key].target for key in keys[:7]] == keys[1:8]
    assert [s.key for s in LAB.process.stages if s.final] == ["archive", "closed_early"]
    assert str(LAB.process.stage("archive").title) == "Итоги периода"


def test_every_stage_but_the_first_goes_one_back_with_a_reason() -> None:
    keys = [s.key for s in LAB.process.stages][:7]
    back = {a.source: a for a in LAB.process.actions if a.kind == "back"}
    assert {source[0]: a.target for source, a in back.items()} == dict(zip(keys[1:], keys, strict=False))
    assert all(a.asks == (REASON,) for a in back.values())


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


def test_tools_and_survey_are_the_brief() -> None:
    expected = [(t, d.lower()) for t, d in re.findall(r"«(.+?)» — ([^;]+)", TOOLS)]
    assert len(expected) == 13
    assert [(t.title, t.description.lower()) for t in LAB.techniques] == expected
    survey = LAB.survey("team_survey")
    assert survey.respondents == "teachers"
    assert [(q.title, q.kind, tuple(o.title for o in q.options)) for q in survey.questions] == list(QUESTIONS)
    assert [s.key for s in LAB.process.stages if "team_survey" in s.surveys] == ["collect"]


def test_card_judges_every_summary_that_came() -> None:
    subjects = {"handovers": [Option("c1", "Цикл 1"), Option("c2", "Цикл 2")]}
    form = fields.with_subjects(LAB.form("monitoring"), subjects)
    posted = MultiDict({"q_lb1__c1": "0", "q_lb1__c2": "na", "q_lb12__c2": "3", "q_support": "супервизия"})
    bound = fields.bind(form, posted=posted)
    assert bound.validate(), bound.errors
    values = fields.values_of(form, bound)
    assert values["lb1"] == {"c1": 0, "c2": None}
    assert values["lb12"] == {"c2": 3}
    results = Results(LAB, CycleView("check", sheets=[Sheet("monitoring", 0, ANNA, values)]))
    assert results.indicator("lb1", 1).mean == 0
    assert results.subject_mean("team", "c2", 1) == 3


def test_card_without_summaries_asks_for_no_scores() -> None:
    form = fields.with_subjects(LAB.form("monitoring"), {"handovers": []})
    assert [s.key for s in form.sections] == ["support"]
    assert fields.bind(form, posted=MultiDict({"q_support": ""})).validate()


def test_a_finding_with_one_source_is_not_handed_in() -> None:
    form = LAB.form("findings")
    row = {"q_findings-0-q_text": "Вывод", "q_findings-0-q_sources": "sheets"}
    bound = fields.bind(form, posted=MultiDict(row))
    assert not bound.validate()
    both = MultiDict([*row.items(), ("q_findings-0-q_sources", "visits")])
    assert fields.bind(form, posted=both).validate()


def test_snapshot_round_trip() -> None:
    again = loads(dumps(LAB), LAB.rules)
    assert fingerprint(again) == LAB.fingerprint
    assert again.criteria == LAB.criteria
    assert again.rules["lab.coverage"](view(handovers=handovers(7, 9))) == rules.coverage(
        view(handovers=handovers(7, 9))
    )


def test_a_snapshot_of_version_1_is_still_read_and_moved() -> None:
    """Its plan has grounds of two kinds in words, no feed of grounds and no effect: all of that stays its own."""
    form = LAB.form("plan")
    section = form.sections[0]
    (table,) = section.items
    assert isinstance(table, Rows)
    kinds = tuple(Option(key, key) for key in ("deficit", "finding"))
    columns = tuple(
        dataclasses.replace(c, source="", options=kinds) if c.key == "basis" else c
        for c in table.columns
        if c.key != "owner_id"
    )
    old_form = form.replacing(dataclasses.replace(section, items=(dataclasses.replace(table, columns=columns),)))
    process = dataclasses.replace(
        LAB.process,
        feeds=tuple(f for f in LAB.process.feeds if f not in ("bases", "staff")),
        actions=tuple(dataclasses.replace(a, effects=()) for a in LAB.process.actions),
    )
    old = dataclasses.replace(
        LAB, version="1", process=process, forms=tuple(old_form if f.key == "plan" else f for f in LAB.forms)
    )
    assert (old.version, LAB.version) == ("1", "2") and fingerprint(old) != LAB.fingerprint
    again = loads(dumps(old), LAB.rules)
    bound = fields.bind(again.form("plan"), {"measures": [MEASURE]})
    (row,) = fields.values_of(again.form("plan"), bound)["measures"]
    assert (row["basis"], row["basis_text"]) == ("deficit", MEASURE["basis_text"])
    seen = view("plan", {"plan": {"measures": [MEASURE]}})
    assert machine_for(again).fire("plan_ready", seen).stage == "approve"
