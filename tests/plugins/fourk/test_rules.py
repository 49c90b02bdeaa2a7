"""Group type «4К»: its rules, what each asks for and in what words."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from functools import partial

import pytest
from werkzeug.datastructures import MultiDict

from engine.api import RoundFacts
from engine.core import fields
from engine.core.text import localise
from tests.plugins import triad
from tests.plugins.fourk.scene import TYPE, groups, kinds
from tests.plugins.triad import ANNA, BELLA, VERA, shared, view

refusal = partial(triad.refusal, TYPE)


LEAD = "Выберите одну ведущую компетенцию (и не более одной сопутствующей): на одном уроке наблюдать все четыре не получится"  # noqa: E501
SAME = "Сопутствующая компетенция совпадает с ведущей: выберите другую или оставьте поле пустым"


@pytest.mark.parametrize("round_", [1, 2, 3])
def test_lead_competency(round_: int) -> None:
    def judged(**values: object) -> str:
        return refusal("fourk.lead_competency", view(shared("plan", round_, **values), round=round_))

    assert refusal("fourk.lead_competency", view(round=round_)) == LEAD
    assert judged(lead_competency="") == LEAD
    assert judged(lead_competency="creativity", second_competency="creativity") == SAME
    assert judged(lead_competency="creativity", second_competency="cooperation") == ""
    assert judged(lead_competency="creativity", second_competency="") == ""


def test_lead_competency_is_one_of_the_four_and_required() -> None:
    plan = TYPE.form("plan")

    def errors(chosen: str) -> object:
        bound = fields.bind(plan, posted=MultiDict({"q_lead_competency": chosen}))
        bound.validate()
        return bound.errors.get("q_lead_competency")

    assert errors("") == ["Заполните это поле"]
    assert errors("all_four") == ["Такого варианта нет в списке"]
    assert errors("communication") is None


CARD = "Приложите карточку задания 4К: что делает ученик и по каким показателям мы это увидим"


def test_task_card() -> None:
    card = shared("task_card", 2, task="Сравните два текста")
    assert refusal("fourk.task_card", view(round=2)) == CARD
    assert refusal("fourk.task_card", view(dataclasses.replace(card, state="draft"), round=2)) == CARD
    assert refusal("fourk.task_card", view(dataclasses.replace(card, round=1), round=2)) == CARD
    assert refusal("fourk.task_card", view(card, round=2)) == ""


GROUP = "Укажите, какую группу видит каждый наблюдатель"


def test_group_assignment() -> None:
    key = "fourk.group_assignment"
    assert refusal(key, view()) == GROUP
    assert refusal(key, view(groups(1, BELLA))) == GROUP
    assert refusal(key, view(groups(1, ANNA, BELLA))) == GROUP
    assert refusal(key, view(groups(1, BELLA, VERA, group=""))) == GROUP
    assert refusal(key, view(dataclasses.replace(groups(1, BELLA, VERA), state="draft"))) == GROUP
    assert refusal(key, view(groups(1, BELLA, VERA))) == ""
    found = TYPE.rules[key](view(groups(1, BELLA)))
    assert found and found.people == (VERA,)


NO_SESSION = "В цикле нет ни одного внеурочного занятия. Проведите его или попросите руководителя ПОС снять ограничение с указанием причины"  # noqa: E501
NO_LESSON = (
    "В цикле нет ни одного урока. Проведите его или попросите руководителя ПОС снять ограничение с указанием причины"
)


def test_both_settings() -> None:
    key = "fourk.both_settings"
    assert refusal(key, view(rounds=kinds("lesson", "lesson", "lesson"))) == NO_SESSION
    assert refusal(key, view(rounds=kinds("extracurricular", "extracurricular"))) == NO_LESSON
    assert refusal(key, view(rounds=kinds("lesson", "extracurricular", "lesson"))) == ""
    assert refusal(key, view(rounds=(*kinds("lesson"), RoundFacts(2, "extracurricular", status="ready")))) == NO_SESSION
    done = RoundFacts(2, "extracurricular", done_at=datetime.fromisoformat("2026-11-23"))
    assert refusal(key, view(rounds=(*kinds("lesson", status="surveyed"), done))) == ""
    assert TYPE.rules[key].waivable
    english = TYPE.rules[key](view(rounds=kinds("lesson")))
    assert english and localise(english.text, "en").startswith("The cycle has no extracurricular session.")
