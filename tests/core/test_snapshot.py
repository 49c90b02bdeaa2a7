"""Definitions as data: they come back whole, look the same in every process, and their differences can be read."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.api import CycleView, GroupType, Link, Option, Stage, Text
from engine.core.snapshot import differences, dumps, fingerprint, from_data, loads, to_data
from engine.core.text import localise
from tests.core.installed import EVERY
from tests.core.intake import APPLICATION, INTAKE, PROCESS, view

ROOT = Path(__file__).parents[2]
every_type = pytest.mark.parametrize("definition", EVERY, ids=lambda t: t.key)


def changed(**parts: Any) -> GroupType:
    return dataclasses.replace(INTAKE, **parts)


def lines(other: GroupType) -> list[str]:
    return differences(to_data(INTAKE), to_data(other))


# -- there and back ---------------------------------------------------------------------------------------------------


@every_type
def test_a_definition_comes_back_whole(definition: GroupType) -> None:
    again = loads(dumps(definition), definition.rules)
    assert again == definition
    assert dumps(again) == dumps(definition)
    assert again.fingerprint == fingerprint(definition) == definition.fingerprint
    assert differences(json.loads(dumps(definition)), to_data(definition)) == []


@every_type
def test_rules_come_back_with_their_code_in_their_order(definition: GroupType) -> None:
    again = loads(dumps(definition), definition.rules)
    assert [r.key for a in again.process.actions for r in a.rules] == [
        r.key for a in definition.process.actions for r in a.rules
    ]
    assert all(again.rules[key].check is rule.check for key, rule in definition.rules.items())


@every_type
def test_a_rule_without_its_code_always_refuses_and_says_where_to_go(definition: GroupType) -> None:
    alone = loads(dumps(definition))
    assert set(alone.rules) == set(definition.rules) != set()
    for key, rule in alone.rules.items():
        refusal = rule(CycleView("anywhere"))
        assert refusal is not None
        assert (refusal.code, refusal.link, refusal.waivable) == (key, Link("types"), rule.waivable)
        assert f"«{rule.title}» недоступно" in refusal.text
        assert localise(rule.title, "en") in localise(refusal.text, "en")


def test_a_rule_keeps_its_words_without_its_code() -> None:
    rule = loads(dumps(INTAKE)).rules["intake.fee_paid"]
    assert (rule.title, rule.title.en) == ("Сбор уплачен", "The fee is paid")
    assert rule.explanation == "The fee is in the facts of the host."
    with_code = loads(dumps(INTAKE), INTAKE.rules).rules["intake.fee_paid"]
    assert with_code(view(facts={"fee": 1})) is None


def test_both_languages_come_back() -> None:
    again = loads(dumps(INTAKE))
    assert (again.title, again.title.en, type(again.title)) == ("Приём заявок", "Intake", Text)
    assert type(again.purpose) is str


def test_what_is_as_usual_is_not_written() -> None:
    assert to_data(Stage("review", "Разбор")) == {"_": "Stage", "key": "review", "title": "Разбор"}
    assert to_data([Option("a", "А"), 1, None, True]) == [{"_": "Option", "key": "a", "title": "А"}, 1, None, True]


def test_data_of_a_newer_version_is_read() -> None:
    data = json.loads(dumps(INTAKE))
    data["mood"] = "fine"
    data["process"]["stages"][0]["weather"] = {"_": "Text", "ru": "дождь", "en": "rain"}
    assert from_data(data, INTAKE.rules) == INTAKE


# -- fingerprints -----------------------------------------------------------------------------------------------------

PRINT = "from tests.core.installed import EVERY\nfor t in EVERY: print(t.key, t.fingerprint)"


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    here = "".join(f"{t.key} {t.fingerprint}\n" for t in EVERY)
    assert [run.communicate(timeout=60)[0] for run in runs] == [here, here]


def test_canonical_json_is_sorted_and_tight() -> None:
    assert (
        dumps(Stage("a", Text("А", en="A"), days=2))
        == '{"_":"Stage","days":2,"key":"a","title":{"_":"Text","en":"A","ru":"А"}}'
    )


#: A change and the lines that name it.
CHANGES: list[tuple[GroupType, list[str]]] = [
    (changed(), []),
    (changed(title=Text("Приём дел", en="Intake")), ["title: «Приём заявок» → «Приём дел»"]),
    (changed(purpose="Иная"), ["purpose: «Рассмотреть заявку дважды» → «Иная»"]),
    (changed(process=PROCESS.staging("review", days=3)), ["process.stages[review].days: null → 3"]),
    (changed(process=PROCESS.changing("again", when="any")), ["process.actions[again].when: «more» → null"]),
    (
        changed(process=dataclasses.replace(PROCESS, stages=(*PROCESS.stages, Stage("new", "Новая")))),
        ["process.stages[new]: +"],
    ),
    (changed(forms=(APPLICATION,)), ["forms[opinion]: −"]),
    (changed(kinds=(Option("open", "Открытое"), Option("shut", "Закрытое"))), ["kinds[closed]: −", "kinds[shut]: +"]),
    (changed(process=PROCESS.changing("hear", roles=("head",))), ["process.actions[hear].roles[0]: «clerk» → «head»"]),
    (changed(process=PROCESS.changing("hear", roles=("clerk", "head"))), ["process.actions[hear].roles[1]: +"]),
    (
        changed(process=PROCESS.changing("accept", rules=PROCESS.action("accept").rules[:2])),
        ["process.actions[accept].rules[intake.fee_paid]: −"],
    ),
    (changed(criteria=INTAKE.criteria[:3]), ["criteria[cheap]: −"]),
    (
        changed(
            criteria=(dataclasses.replace(INTAKE.criteria[0], tests=INTAKE.criteria[1].tests[:1]), *INTAKE.criteria[1:])
        ),
        [
            'criteria[clarity].tests[0].measure: {"_": "IndicatorMean", "indicator": "clear"} → '
            '{"_": "SectionMean", "section": "merits"}'
        ],
    ),
]


@pytest.mark.parametrize(("other", "expected"), CHANGES)
def test_a_difference_is_one_line_a_place(other: GroupType, expected: list[str]) -> None:
    assert lines(other) == expected
    assert (other.fingerprint == INTAKE.fingerprint) == (expected == [])


def test_a_translation_that_changed_is_named() -> None:
    (line,) = lines(changed(title=Text("Приём заявок", en="Reception")))
    assert line.startswith("title: ") and "Intake" in line and "Reception" in line


def test_a_label_that_got_a_translation_is_shown_as_it_is_read() -> None:
    (line,) = lines(changed(purpose=Text(INTAKE.purpose, en="Look twice")))
    assert line.count("Рассмотреть заявку дважды") == 2 and "Look twice" in line


def test_a_long_value_is_cut() -> None:
    (line,) = lines(changed(purpose="я" * 200))
    assert line.endswith("я…") and len(line) < 170


REORDERED: list[Callable[[], GroupType]] = [
    lambda: changed(
        process=dataclasses.replace(PROCESS, stages=(PROCESS.stages[1], PROCESS.stages[0], *PROCESS.stages[2:]))
    ),
    lambda: changed(process=dataclasses.replace(PROCESS, actions=PROCESS.actions[::-1])),
    lambda: changed(forms=INTAKE.forms[::-1]),
    lambda: changed(kinds=INTAKE.kinds[::-1]),
]


@pytest.mark.parametrize("make", REORDERED, ids=["stages", "actions", "forms", "kinds"])
def test_another_order_is_a_difference_too(make: Callable[[], GroupType]) -> None:
    other = make()
    assert other.fingerprint != INTAKE.fingerprint
    assert lines(other) != []
