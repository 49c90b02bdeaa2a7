"""The registry asks the owning type alone, and a type that cannot answer costs itself and nobody else."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.api import Action, CycleView, Link, Notify, Refusal
from engine.core.snapshot import dumps, to_data
from engine.extension.hookspecs import Attempt, Change
from engine.extension.registry import Registry, fault_refusal
from tests.extension.pieces import NOUN, VERBS, plugin, registry

VIEW = CycleView("start")
FINISH = Action("finish", "Закончить", ("start",), "end", ("triad_member",))
ATTEMPT = Attempt(FINISH, VIEW)
CHANGE = Change(FINISH, VIEW, "end", 1)


def answering(key: str, verb: str, body: str) -> str:
    """A plugin whose ``verb`` does ``body``."""
    argument = {"plc_before": "attempt", "plc_after": "change"}[verb]
    return plugin(key, f"{NOUN}\n@hookimpl\ndef {verb}({argument}):\n    {body}\n")


def asked(name: str) -> list[Any]:
    return sys.modules[f"trefoil_plugin_{name}"].CALLS  # type: ignore[no-any-return]


# -- the owning type alone --------------------------------------------------------------------------------------------


def test_a_verb_is_asked_of_the_owning_type_and_of_nobody_else(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("first", NOUN + VERBS), two=plugin("second", NOUN + VERBS))
    assert [r.text for r in found.objections("second", ATTEMPT)] == ["Рано"]
    assert found.effects("second", CHANGE) == [Notify(("group_leader",), "Теперь end")]
    assert asked("one") == []
    assert asked("two") == [ATTEMPT, CHANGE]


def test_the_noun_is_asked_once(tmp_path: Path) -> None:
    counted = NOUN.replace("return", "CALLS.append(1); return") + VERBS
    found = registry(tmp_path, one=plugin("first", counted))
    for _ in range(3):
        found.objections("first", ATTEMPT)
        assert found.types["first"].key == "first"
    assert asked("one").count(1) == 1


@pytest.mark.parametrize("body", ["return []", "return ()"])
def test_nothing_to_say_is_an_empty_list(body: str, tmp_path: Path) -> None:
    found = registry(tmp_path, a=answering("a", "plc_before", body), b=answering("b", "plc_after", body))
    assert (found.objections("a", ATTEMPT), found.effects("b", CHANGE)) == ([], [])
    assert (found.objections("b", ATTEMPT), found.effects("a", CHANGE)) == ([], [])


def test_objections_come_as_they_were_made(tmp_path: Path) -> None:
    body = "return (refuse('Раз', roles=('observer',)), refuse('Два', link=Link('people')))"
    found = registry(tmp_path, one=answering("first", "plc_before", body))
    assert found.objections("first", ATTEMPT) == [
        Refusal("Раз", roles=("observer",)),
        Refusal("Два", link=Link("people")),
    ]


def test_a_type_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    found = registry(tmp_path, broken="raise OSError")
    assert (found.objections("broken", ATTEMPT), found.effects("broken", CHANGE)) == ([], [])
    assert (found.plugin("broken"), found.whole("broken"), dict(Registry().types)) == (None, None, {})


def test_the_code_of_rules_is_found_by_type(tmp_path: Path) -> None:
    code = NOUN.replace("made()", "made(actions=(FINISH, GO))")
    go = "GO = Action('go', 'Идти', ('start',), 'end', ('observer',), (complete('sheet', (), 'Ц', 'З'),))\n"
    found = registry(tmp_path, one=plugin("first", go + code))
    whole = found.whole("first")
    assert whole is not None and list(whole.rules) == ["complete.sheet"]
    assert whole.rules["complete.sheet"](VIEW) is not None


# -- faults -----------------------------------------------------------------------------------------------------------

#: What a verb does, and what the author is told.
FAULTS = {
    "raise ValueError('база закрыта')": "база закрыта",
    "raise SystemExit(1)": "1",
    "return undefined_name": "undefined_name",
    "return [1 / 0]": "division",
    "return 'нельзя'": "must return a list, not str",
    "return True": "must return a list, not bool",
    "return {'a': 1}": "must return a list, not dict",
    "yield 1": "must return a list, not generator",
    "return ['нельзя']": "not of str",
    "return [None]": "not of NoneType",
    "return [FINISH]": "not of Action",
}


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_before_closes_the_action_and_touches_no_other_type(
    body: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = registry(tmp_path, sick=answering("sick", "plc_before", body), well=plugin("well", NOUN + VERBS))
    with caplog.at_level(logging.ERROR):
        objections = found.objections("sick", ATTEMPT)
    sick = found.plugin("sick")
    assert sick is not None and objections == [fault_refusal(sick)]
    assert FAULTS[body] in sick.detail and sick.detail.startswith("plc_before: ") and "Traceback" in sick.detail
    assert [r.getMessage() for r in caplog.records] == [
        sick.detail.split("\n")[0].replace("plc_before:", "plugin sick failed in plc_before:")
    ]
    assert [r.text for r in found.objections("well", ATTEMPT)] == ["Рано"]
    assert (list(found.types), found.effects("sick", CHANGE)) == (["sick", "well"], [])


@pytest.mark.parametrize("body", [*FAULTS, "return [refuse('Рано')]"])
def test_a_fault_after_costs_the_effects_alone(body: str, tmp_path: Path) -> None:
    found = registry(tmp_path, sick=answering("sick", "plc_after", body), well=plugin("well", NOUN + VERBS))
    assert found.effects("sick", CHANGE) == []
    sick = found.plugin("sick")
    assert sick is not None and sick.detail.startswith("plc_after: ") and not sick.quarantined
    assert found.objections("sick", ATTEMPT) == []
    assert found.effects("well", CHANGE) == [Notify(("group_leader",), "Теперь end")]


def test_the_reason_of_a_fault_says_who_can_help_and_where(tmp_path: Path) -> None:
    found = registry(tmp_path, sick=plugin("sick"))
    refusal = fault_refusal(found.plugins[0])
    assert (refusal.code, refusal.roles, refusal.link) == ("plugin_fault", ("school_admin",), Link("types"))
    assert "«sick»" in refusal.text and "“sick”" in refusal.text.en  # type: ignore[attr-defined]
    assert not re.search("[а-я]", refusal.text.en) and not refusal.waivable  # type: ignore[attr-defined]


def test_a_fault_is_over_when_the_plugin_answers_again(tmp_path: Path) -> None:
    body = "return [] if attempt.view.round > 1 else [1 / 0]"
    found = registry(tmp_path, sick=answering("sick", "plc_before", body))
    assert [r.code for r in found.objections("sick", ATTEMPT)] == ["plugin_fault"]
    assert found.objections("sick", Attempt(FINISH, CycleView("start", 2))) == []


# -- versions ---------------------------------------------------------------------------------------------------------


def stored(found: Registry, change: Callable[[dict[str, Any]], object] = lambda data: None) -> dict[str, Any]:
    """The first type as it was kept in the database, with a change."""
    data: dict[str, Any] = json.loads(dumps(found.types["first"]))
    change(data)
    return data


def test_the_same_content_of_the_same_version_is_fine(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("first"))
    assert found.check_version("first", "1", stored(found)) is True
    assert found.check_version("first", "1", to_data(found.types["first"])) is True
    assert list(found.types) == ["first"]


def test_other_content_of_another_version_is_fine(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("first"))
    assert found.check_version("first", "0", stored(found, lambda d: d.update(title="Иное"))) is True
    assert list(found.types) == ["first"]


def test_other_content_of_the_same_version_is_quarantined_with_the_differences(tmp_path: Path) -> None:
    def older(data: dict[str, Any]) -> None:
        data["title"] = "Прежний"
        data["forms"][0]["sections"][0]["items"][0]["title"] = "Прежний вопрос"
        data["process"]["stages"][0]["key"] = "begin"

    found = registry(tmp_path, one=plugin("first", NOUN + VERBS), two=plugin("second", NOUN + VERBS))
    assert found.check_version("first", "1", stored(found, older)) is False
    quarantined = found.plugins[0]
    assert quarantined.reason == "Содержание изменилось, а версия осталась 1. Автору нужно поднять версию"
    assert quarantined.detail.splitlines() == [
        "forms[sheet].sections[part].items[a].title: «Прежний вопрос» → «Вопрос»",
        "process.stages[begin]: −",
        "process.stages[start]: +",
        "title: «Прежний» → «Тип»",
    ]
    assert list(found.types) == ["second"]
    assert found.objections("first", ATTEMPT) == []
    assert [r.text for r in found.objections("second", ATTEMPT)] == ["Рано"]


def test_a_type_that_is_not_there_may_not_be_used(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("first"))
    assert found.check_version("gone", "1", {}) is False
    assert list(found.types) == ["first"]
