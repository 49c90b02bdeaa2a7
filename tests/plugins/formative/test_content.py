"""Group type «Формирующее оценивание»: its content against the brief, its documents without marks, its snapshot."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from engine.api import Field, Rows
from engine.core import fields
from tests.plugins.formative.scene import TYPE
from tests.plugins.triad import numbered, told


def test_is_itself() -> None:
    assert (TYPE.key, TYPE.version, TYPE.short, TYPE.icon) == ("formative", "2", "ФО", "chat-square-text")
    assert str(TYPE.title) == "Формирующее оценивание"


INDICATORS = """
goals| Цели и критерии
| ФО1 | Обучающиеся понимают цель урока | цель не названа | цель назвал учитель | могут пересказать цель | объясняют, зачем это и как узнают, что научились |
| ФО2 | Критерии успеха понятны и используются | критериев нет | критерии показаны | обсуждены на примерах | выработаны вместе, к ним обращаются по ходу работы |
| ФО3 | Использованы образцы разного качества | нет | один образец «как надо» | сравнение двух образцов | обучающиеся сами выводят признаки качества |
evidence_taking| Сбор свидетельств
| ФО4 | Вопросы и задания выявляют мышление | вопросы на память | отдельные «почему» | продуманные ключевые вопросы | ответы раскрывают типичные ошибки всего класса |
| ФО5 | Сведения получены от каждого | от желающих | от части класса | от большинства | от каждого, и это видно учителю сразу |
| ФО6 | Урок изменён по полученным данным | без изменений | замечание «повторим потом» | дополнительное объяснение | выбран иной ход для разных групп |
feedback| Обратная связь
| ФО7 | Отклик связан с критериями | похвала или порицание | общее замечание | указано, что получилось и что нет | указан следующий шаг, ученик понимает его |
| ФО8 | Есть время на исправление | времени нет | исправляют дома | часть исправляет на уроке | каждый дорабатывает и показывает изменение |
peer| Взаимооценивание
| ФО9 | Дают отклик друг другу по критериям | нет | ставят «плюсы» и отметки | называют сильное и слабое по критериям | предлагают, как улучшить, уважительно |
| ФО10 | Помощь однокласснику — объяснение, а не ответ | нет помощи | дают списать | показывают решение | задают вопросы, объясняют способ |
self_assessment| Самооценивание
| ФО11 | Соотносят свою работу с критериями | нет | по указанию, формально | находят своё продвижение или ошибку | сами проверяют и исправляют |
| ФО12 | Определяют свой следующий шаг | нет | «надо больше учить» | называют конкретную трудность | называют трудность и способ её преодолеть |
"""  # noqa: E501 - the table of the brief, word for word


def test_indicators_are_those_of_the_brief() -> None:
    rows = []
    for _, section in TYPE.observed:
        rows.append(f"{section.key}| {section.title}")
        for i in section.indicators:
            levels = ["нет" if x == "Не проявилось" else x[0].lower() + x[1:] for x in i.levels]
            rows.append(f"| {i.code} | {i.title} | " + " | ".join(levels) + " |")
        assert section.subjects == ()
    assert rows == INDICATORS.strip().splitlines()
    assert list(TYPE.indicators) == [f"fo{n}" for n in range(1, 13)]
    assert all(level[0] in "«" or level[0].isupper() for i in TYPE.indicators.values() for level in i.levels)


SURVEY = """
(scale4) Я понимал(а), чему мы учимся на этом уроке.
(scale4) Я знал(а), по каким признакам понять, что работа выполнена хорошо.
(scale4) Мне подсказали, что именно исправить, и я успел(а) это сделать.
(scale4) Отклик одноклассника помог мне.
(single) Сейчас я: могу объяснить другому / справлюсь сам / справлюсь с подсказкой / пока не понимаю
(single) Больше всего помогло: критерии / образцы / ответы на карточках / советы учителя / советы одноклассника / самопроверка
(open) Мой следующий шаг по этой теме…
(open) Что осталось непонятным?
"""  # noqa: E501 - the survey of the brief, word for word


def test_survey_is_that_of_the_brief() -> None:
    survey = TYPE.survey("class_survey")
    assert told(survey) == SURVEY.strip().splitlines() and numbered(survey)


TECHNIQUES = """
«Критерии вместе» (1) — класс выводит признаки хорошей работы из образцов
«Сравни работы» (1) — два-три обезличенных образца разного качества
«Светофор» (2/5) — зелёный, жёлтый, красный сигнал понимания
«Мини-доски» (2) — все показывают ответ одновременно
«Ключевой вопрос» (2) — вопрос с вариантами в середине урока, по ответам решаем, идти ли дальше
«Время подумать» (2) — 3–5 секунд тишины после вопроса
«Вместо поднятых рук» (2) — отвечает выбранный случайно
«Выходной билет» (2) — одно задание в конце урока
«Одноминутное эссе» (2) — что понял, что нет, за минуту
«Две звезды и желание» (3/4) — два достоинства и один совет
«Отклик без отметки» (3) — письменный комментарий и время на доработку
«Найди и исправь» (3) — указано, что ошибка есть, но не где
«Лестница обратной связи» (4) — уточняю, ценю, беспокоюсь, предлагаю
«Лист самооценки» (5) — линейки по критериям до и после работы
«Дневник учения» (5) — следующий шаг на неделю
"""


def test_techniques_and_strategies() -> None:
    lines = []
    for technique in TYPE.techniques:
        strategies = "/".join(tag.removeprefix("s") for tag in technique.tags)
        said = technique.description[0].lower() + technique.description[1:]
        lines.append(f"«{technique.title}» ({strategies}) — {said}")
    assert lines == TECHNIQUES.strip().splitlines()


DEFICIT_GROUPS = {
    "subject", "methodical", "assessment", "psych_ped", "communicative", "organizational", "digital", "research",
}  # fmt: skip


def test_hints_lead_to_deficit_groups() -> None:
    assert {h.indicator for h in TYPE.hints} == set(TYPE.indicators)
    assert {h.group for h in TYPE.hints} <= DEFICIT_GROUPS
    slow = next(h for h in TYPE.hints if h.indicator == "fo8")
    assert (slow.group, slow.text) == ("assessment", "не закладываю время на доработку")
    assert (slow.at_most, slow.rounds) == (1.0, 2)


def test_thresholds_of_the_brief() -> None:
    assert [(c.key, c.code, str(c.title), [(t.threshold, t.unit) for t in c.tests]) for c in TYPE.criteria] == [
        ("fo_k1", "ФО-К1", "Критерии работают", [(2.0, "score"), (0.75, "share")]),
        ("fo_k2", "ФО-К2", "Данные собраны и использованы", [(2.0, "score"), (2.0, "score")]),
        ("fo_k3", "ФО-К3", "Отклик двигает вперёд", [(2.0, "score"), (2.0, "score")]),
        ("fo_k4", "ФО-К4", "Ученик — хозяин учения", [(2.0, "score")]),
        ("fo_k5", "ФО-К5", "Без отметок", [(1.0, "flag")]),
    ]


def written(form: str) -> list[Field]:
    items = [item for _, item in TYPE.form(form).items()]
    return [f for i in items for f in (i.columns if isinstance(i, Rows) else (i,)) if isinstance(f, Field)]


def test_no_field_asks_for_a_mark() -> None:
    asked = [(f.key, field.key) for f in TYPE.forms for field in written(f.key) if "отметк" in field.title.lower()]
    assert asked == []
    marks = TYPE.form("discussion").find("no_marks")
    assert isinstance(marks, Field) and marks.required
    titles = {o.key: o.title for o in marks.options}
    assert titles == {"yes": "Отметки не выставлялись", "no": "Отметки выставлялись"}


@pytest.mark.parametrize("form", ["success_criteria", "evidence", "discussion", "observation"])
def test_texts_are_watched_for_marks(form: str) -> None:
    texts = [f for f in written(form) if f.kind in ("text", "list")]
    assert texts and [f.key for f in texts if "marks" not in f.soft] == []


def test_own_texts_of_the_plan_are_watched_for_marks() -> None:
    watched = {f.key for f in written("plan") if "marks" in f.soft}
    assert watched == {"hinge_question", "hinge_answers", "hinge_a", "hinge_b", "evidence_link"}


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("поставил 4", True),
        ("Поставила 5 за доработку", True),
        ("поставил(а) 4/5", True),
        ("поставил «4» ученику A", True),
        ("поставил пятёрку", True),
        ("учитель ставит четверки", True),
        ("поставила две отметки «по привычке»", True),
        ("выставил отметки за урок", True),
        ("поставил вопрос", False),
        ("поставила 3 вопроса классу", False),
        ("оставил 4 минуты на доработку", False),
        ("указал, что исправить во втором пункте", False),
    ],
)
def test_a_written_mark_raises_a_soft_warning(text: str, warned: bool) -> None:
    marks = [w for w in TYPE.warnings if w.key == "marks"]
    assert bool(fields.soft_warnings(marks, text)) is warned


@pytest.mark.parametrize(("n", "fits"), [(1, False), (2, True), (5, True), (6, False)])
def test_two_to_five_criteria(n: int, fits: bool) -> None:
    posted = MultiDict({"q_criteria": "\n".join(f"Я могу {k}" for k in range(n))})
    assert fields.bind(TYPE.form("success_criteria"), posted=posted).validate() is fits


def test_documents_open_where_they_are_needed() -> None:
    assert TYPE.process.open_stages("success_criteria") == ("planning",)
    assert TYPE.process.open_stages("evidence") == ("survey", "discussion")
    criteria = TYPE.form("success_criteria")
    assert (criteria.filling, criteria.per_round, criteria.roles, criteria.confirm) == (
        "shared", True, ("triad_member",), ("triad_member",),
    )  # fmt: skip
