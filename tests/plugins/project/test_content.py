"""Group type «Проектная деятельность»: its content against the domain brief, its snapshot."""

from __future__ import annotations

import pytest

from tests.plugins.project.scene import TYPE
from tests.plugins.triad import told


def test_is_itself() -> None:
    assert (TYPE.key, TYPE.version, TYPE.short, TYPE.icon) == ("project", "1", "Проект", "kanban")


INDICATORS = """
| ПД1 | Формулирует проблему своими словами | нет | повторяет за учителем | формулирует с опорой на вопросы | формулирует сам, объясняет, для кого она важна |
| ПД2 | Удерживает проблемный вопрос | забыл вопрос | вспоминает по напоминанию | соотносит с ним свои действия | уточняет вопрос по ходу исследования |
| ПД3 | Делает выбор (тема, способ, продукт) | выбора нет | выбирает из двух готовых | выбирает и объясняет | предлагает свой вариант и обосновывает |
| ПД4 | Планирует работу и следит за сроками | плана нет | действует по чужому плану | составляет план с шаблоном | планирует сам и корректирует план |
| ПД5 | Находит и отбирает информацию | копирует первое найденное | находит по указанному адресу | отбирает из нескольких источников | сопоставляет, указывает источники, добывает данные сам |
| ПД6 | Создаёт продукт под потребителя | продукта нет | продукт без адресата | продукт учитывает адресата | продукт испытан на адресате и изменён |
| ПД7 | Связывает проект с реальной жизнью | связи нет | связь названа учителем | приводит примеры применения | решает реальную задачу школы, села, семьи |
| ПД8 | Принимает критику | отвергает | выслушивает | выбирает, что учесть | сам запрашивает критику и показывает изменения |
| ПД9 | Даёт полезный отклик другим | нет отклика | «понравилось / не понравилось» | отклик по критериям | отклик по критериям с предложением |
| ПД10 | Представляет результат | не может представить | читает с листа | рассказывает, отвечает на простые вопросы | убедительно защищает, отвечает по существу |
| ПД11 | Осмысливает свой путь | нет рефлексии | «было трудно / легко» | называет, чему научился | объясняет, что сделал бы иначе и почему |
| ПД12 | Учитель сопровождает, а не делает за ученика | делает за ученика | ведёт пошагово | помогает по запросу | задаёт вопросы и отступает, когда можно |
"""  # noqa: E501 - the table of the brief, word for word


def low(text: str) -> str:
    return next((text[:i] + c.lower() + text[i + 1 :] for i, c in enumerate(text) if c.isalpha()), text)


def test_indicators_are_those_of_the_brief() -> None:
    rows = [
        f"| {i.code} | {i.title} | " + " | ".join("нет" if x == "Не проявилось" else low(x) for x in i.levels) + " |"
        for i in TYPE.indicators.values()
    ]
    assert rows == INDICATORS.strip().splitlines()
    assert list(TYPE.indicators) == [f"pd{n}" for n in range(1, 13)]
    titles = [s.title for _, s in TYPE.observed]
    assert titles[:2] == ["Замысел", "Исследование и продукт"]
    assert titles[2:4] == ["Экспертиза и доработка", "Представление и рефлексия"]


@pytest.mark.parametrize(
    ("round_", "shown"),
    [(1, (1, 2, 3, 12)), (2, (4, 5, 6, 7, 8, 9, 12)), (3, (8, 9, 10, 11, 12))],
)
def test_phases_show_their_sections(round_: int, shown: tuple[int, ...]) -> None:
    seen = [item.key for _, item in TYPE.form("observation").items(round_) if item.key in TYPE.indicators]
    assert seen == [f"pd{n}" for n in shown]
    assert TYPE.process.round_titles[round_ - 1] == (
        "Урок 1. Запуск и замысел",
        "Урок 2. Работа над продуктом и взаимная экспертиза",
        "Урок 3. Доработка и подготовка к защите",
    )[round_ - 1]  # fmt: skip


SURVEY = """
(scale4) Я понимаю, какую проблему решает наш проект.
(scale4) Это наш проект: мы сами принимали важные решения.
(scale4) Советы одноклассников и взрослых помогли улучшить продукт.
(single) Мой вклад в проект: придумывал / искал информацию / делал продукт / оформлял / готовил выступление / почти не участвовал
(single) Больше всего помощи нужно было, чтобы: выбрать проблему / составить план / найти информацию / сделать продукт / выступить
(open) Что изменилось в продукте после обсуждения?
(open) Чему я научился, работая над проектом?
"""  # noqa: E501 - the survey of the brief, word for word


def test_survey_is_that_of_the_brief() -> None:
    assert told(TYPE.survey("class_survey")) == SURVEY.strip().splitlines()


TECHNIQUES = (
    "Паспорт проекта",
    "Дерево проблем",
    "Пять почему",
    "Входное событие",
    "Проблемный вопрос",
    "Знаю – хочу узнать – узнал",
    "Дорожная карта",
    "Доска задач",
    "Дневник проекта",
    "Галерея",
    "Настройка",
    "Интервью с пользователем",
    "Прототип за 20 минут",
    "Предзащита",
    "Лист вклада",
)


def test_techniques() -> None:
    assert tuple(t.title for t in TYPE.techniques) == TECHNIQUES
    assert all(t.description for t in TYPE.techniques)


def test_a_hint_asks_for_no_more_lessons_than_show_its_indicator() -> None:
    assert {h.indicator for h in TYPE.hints} == set(TYPE.indicators)
    shown = {i.key: len(s.rounds) or 3 for _, s in TYPE.observed for i in s.indicators}
    assert {h.indicator: h.rounds for h in TYPE.hints} == {k: min(n, 2) for k, n in shown.items()}


def test_thresholds_of_the_brief() -> None:
    assert [(c.code, [(t.threshold, t.unit) for t in c.tests], c.rounds, c.overall) for c in TYPE.criteria] == [
        ("ПД-К1", [(2.0, "score")], (1,), False),
        ("ПД-К2", [(1, "count")], (), True),
        ("ПД-К3", [(1, "marks"), (7, "marks")], (), True),
        ("ПД-К4", [(2, "count")], (), True),
        ("ПД-К5", [(0.70, "share")], (), False),
    ]
