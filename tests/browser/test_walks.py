"""Whole cycles through the pages alone, each person in a browser of their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.school import TEAM, School

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TYPES = {
    "fourk": "4К компетенции в урочной и внеурочной деятельности",
    "project": "Проектная деятельность",
    "formative": "Формирующее оценивание",
    "sel": "СЭР",
}


#: What only this type goes through, as its journal tells.
OWN = {
    "project": ["Защита продукта состоялась"],
    "sel": ["Занятие началось", "Отметка после занятия закрыта"],
}


def _ready(school: School, title: str) -> None:
    school.import_people()
    school.enable(title)
    school.group(title, "Наш ПОС")
    school.invite()
    school.start()


@pytest.mark.parametrize("key", TYPES)
def test_a_triad_takes_a_cycle_to_its_decision(school: School, key: str) -> None:
    title = TYPES[key]
    _ready(school, title)
    school.walk("Цикл завершён", pupils=key == "formative")
    journal = school.journal()
    assert journal.count("Урок проведён") == 3
    passed = ["Третий урок обсуждён", "Материалы переданы руководителю ПОС", "Принято решение тройки"]
    for line in passed + OWN.get(key, []):
        assert line in journal
    first = school.people[TEAM[0]]
    first.go("/cycles/2")
    assert "Организационная встреча" in first.text()
    first.go("/cycles/2/docs/passport/0")
    assert first.page.input_value("[name=q_research_question]").startswith("Как точка решения")
    for member in school.people.values():
        assert member.foreign == []
        assert member.violations == []


def test_the_laboratory_takes_its_own_process_to_the_archive(school: School) -> None:
    _ready(school, "Лаборатория")
    school.walk("Итоги периода")
    journal = school.journal()
    for line in ("Сбор данных закрыт", "Выводы согласованы с руководителями ПОС", "Методическая конференция проведена"):
        assert line in journal
    first = school.people[TEAM[0]]
    first.go("/plan")
    assert "Вывод: Запись 1" in first.text(), "the approved plan is followed measure by measure"
    first.press("article.card summary")
    first.choose("article.card [name=status]", "done")
    first.put("article.card [name=result]", "Провели для трёх ПОС")
    first.press("article.card form button")
    assert "Провели для трёх ПОС" in first.text()


def test_switching_a_type_on_needs_no_restart(school: School, server: Any) -> None:
    from tests.browser.conftest import Server

    second = Server(server.instance)
    try:
        school.import_people()
        admin = school.admin
        admin.go(second.url + "/types")
        assert "не включался" in admin.page.inner_text("article:has(a:text-is('СЭР'))")
        school.enable("СЭР")
        admin.go(second.url + "/types")
        assert "включён" in admin.page.inner_text("article:has(a:text-is('СЭР'))")
        school.group("СЭР", "Наш СЭР")
        school.invite()
        school.start(second.url)
        assert school.people[TEAM[0]].page.url.startswith(second.url), "the cycle was opened in the other worker"
        assert school.stage().startswith("Организационная встреча")
    finally:
        second.stop()
