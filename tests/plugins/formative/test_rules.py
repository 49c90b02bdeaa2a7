"""Group type «Формирующее оценивание»: its rules, what each asks for and what it reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from engine.core.machine import machine_for
from tests.plugins import triad
from tests.plugins.formative.demo import LESSONS
from tests.plugins.formative.scene import (
    AGREED,
    ALL,
    DATA,
    PACK,
    STRATEGIES,
    TYPE,
    observed_in,
    plan_of,
    shared,
    tally_of,
    view,
)

refusal = partial(triad.refusal, TYPE)


EVERYBODY = "Указкина В. Д., Тетрадкина О. Д., Глобусова Н. Д."
WAIT = "Критерии успеха должны подтвердить все трое. Ждём: "


def test_criteria_agreed() -> None:
    sheet = shared("success_criteria", 1, criteria=["Я могу раз", "Я могу два"])
    assert refusal(AGREED, view()) == WAIT + EVERYBODY
    assert refusal(AGREED, view(dataclasses.replace(sheet, state="draft"))) == WAIT + EVERYBODY
    assert refusal(AGREED, view(dataclasses.replace(sheet, confirmed=frozenset({1, 3})))) == WAIT + "Тетрадкина О. Д."
    assert refusal(AGREED, view(dataclasses.replace(sheet, confirmed=frozenset()))) == WAIT + EVERYBODY
    assert refusal(AGREED, view(sheet, round=2)) == WAIT + EVERYBODY
    for n in (0, 1, 6):
        other = dataclasses.replace(sheet, values={"criteria": ["Я могу"] * n})
        assert refusal(AGREED, view(other)) == WAIT + EVERYBODY
    assert refusal(AGREED, view(sheet)) == ""
    assert not TYPE.rules[AGREED].waivable


CHOOSE = (
    "Выберите приёмы не менее чем из двух стратегий и отметьте точку решения: вопрос, ожидаемые ответы, ход А и ход Б"
)


def test_two_strategies() -> None:
    plan = plan_of(LESSONS[0])

    def judged(**changed: object) -> str:
        return refusal(STRATEGIES, view(dataclasses.replace(plan, values={**plan.values, **changed})))

    assert refusal(STRATEGIES, view()) == CHOOSE
    assert judged() == ""
    assert judged(technique_ids=[]) == CHOOSE
    assert judged(technique_ids=["criteria_together", "compare_works"]) == CHOOSE
    assert judged(technique_ids=["mini_boards", "exit_ticket", "unknown"]) == CHOOSE
    assert judged(technique_ids=["traffic_light"]) == ""
    for key in ("hinge_stage", "hinge_question", "hinge_answers", "hinge_a", "hinge_b"):
        assert judged(**{key: ""}) == CHOOSE


LINK = "Укажите, на какое свидетельство предыдущего урока опирается новый план"


def test_next_lesson_from_data() -> None:
    assert refusal(DATA, view(plan_of(LESSONS[0]))) == ""
    for lesson in LESSONS[1:]:
        plan, n = plan_of(lesson), lesson["n"]
        assert refusal(DATA, view(plan, round=n)) == ""
        bare = dataclasses.replace(plan, values={**plan.values, "evidence_link": ""})
        assert refusal(DATA, view(bare, round=n)) == LINK
        assert refusal(DATA, view(round=n)) == LINK
    shown = [[i.key for _, i in TYPE.form("plan").items(n)].count("evidence_link") for n in (1, 2, 3)]
    assert shown == [0, 1, 1]


ATTACH = "Приложите три обезличенные работы с откликом и доработкой или сводку выходных билетов"


def test_evidence_pack() -> None:
    works = shared("evidence", 1, works=[1, 2, 3])
    tickets = shared("evidence", 1, **LESSONS[0]["tickets"])
    assert refusal(PACK, view()) == ATTACH
    assert refusal(PACK, view(shared("evidence", 1, works=[1, 2]))) == ATTACH
    assert refusal(PACK, view(shared("evidence", 1, ticket_right=0, ticket_partly=0, ticket_not=None))) == ATTACH
    assert refusal(PACK, view(works)) == ""
    assert refusal(PACK, view(tickets)) == ""
    assert refusal(PACK, view(dataclasses.replace(tickets, state="draft"))) == ATTACH
    assert refusal(PACK, view(works, round=2)) == ATTACH


class Unread(Mapping[str, Any]):
    """Part of a view that would be read in vain."""

    def __getitem__(self, key: str) -> Any:
        pytest.fail(f"{key} is read in vain")

    def __iter__(self) -> Iterator[str]:
        pytest.fail("read in vain")

    def __len__(self) -> int:
        return 1


def test_rules_look_at_what_they_need_and_at_nothing_beside() -> None:
    assert refusal(PACK, view(shared("evidence", 1, **LESSONS[0]["tickets"]), settings=Unread())) == ""
    mild = {"confirmed": True, "person_id": ALL[0].id, "level": 2, "open": True, "id": 1}
    facts = {"deficits": [mild], "plans": Unread()}
    assert refusal("lesson_study.route", view(facts=facts, roles=Unread())) == ""
    sheets = [sheet for sheet in observed_in(LESSONS[0]) if sheet.person in ALL[1:]]
    (key,) = (r.key for r in TYPE.process.action("lesson_done").rules if r.key.startswith("submitted_by_each"))
    assert refusal(key, view(*sheets, rounds=Unread())) == ""


def test_the_evidence_rule_may_be_lifted_by_the_leader() -> None:
    seen = view(stage="survey", tallies=(tally_of(LESSONS[0]),), waived=frozenset({PACK}))
    assert [w.code for w in machine_for(TYPE).fire("close_survey", seen).waived] == [PACK]
