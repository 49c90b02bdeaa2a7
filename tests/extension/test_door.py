"""The door: what goes through it comes out plain or as a fault, and no word of the arguments stands in a trace."""

from __future__ import annotations

import copy
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.api import Action, Attempt, CycleView, Link, Notify, Person, Refusal, RoundFacts, Sheet, Text, refuse
from engine.core.errors import Loud
from engine.core.machine import machine_for
from engine.extension import answers
from engine.extension.door import Call, PluginFault, StrictFault
from engine.extension.edition import edition
from engine.extension.registry import Registry
from engine.extension.roles import LINKS
from tests.extension.pieces import NOUN, plugin, registry
from webui.links import _PLACES

FINISH = Action("finish", "Закончить", ("start",), "end", ("triad_member",))
PEOPLE = {"triad_member": (Person(1, "Мария Демовна Ключевская"),)}
SHEET = Sheet("sheet", 0, None, {"a": "Ученик Б молчал весь урок", "rows": [{"name": "Секретное слово"}]})
VIEW = CycleView(
    "start",
    roles=PEOPLE,
    actor=PEOPLE["triad_member"][0],
    sheets=(SHEET,),
    facts={"leaders": [{"name": "Иванов"}]},
    given={"reason": "болезнь"},
    rounds=(RoundFacts(1, facts={"topic": "Дроби"}),),
)
ATTEMPT = Attempt(FINISH, VIEW)
RULE = """
@rule("own", "Своё", waivable=True)
def own(view):
    {body}


@hookimpl
def plc_group_type():
    import dataclasses
    return made(actions=(dataclasses.replace(FINISH, rules=(own,)),))
"""


def ruled(folder: Path, body: str) -> Registry:
    return registry(folder, one=plugin("first", RULE.format(body=body)))


def heard(found: Registry) -> list[Call]:
    calls: list[Call] = []
    found.door.listeners.append(calls.append)
    return calls


def asked(found: Registry) -> list[Refusal]:
    verdicts = machine_for(found.types["first"]).explain(VIEW)
    return [r for v in verdicts for r in v.refusals]


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        ("return 1 / 0", "raise", "ZeroDivisionError"),
        ("raise SystemExit(2)", "raise", "SystemExit"),
        ("raise GeneratorExit", "raise", "GeneratorExit"),
        ("return True", "wrong", "Wrong"),
        ("return 'нельзя'", "wrong", "Wrong"),
        ("yield None", "wrong", "Wrong"),
        ("return refuse('Нет', roles=('king',))", "wrong", "Wrong"),
        ("return refuse('Нет', link=Link('moon'))", "wrong", "Wrong"),
        ("return Refusal(5)", "wrong", "Wrong"),
        ("return Refusal('Нет', people=('Мария',))", "wrong", "Wrong"),
        ("view.sheets[0].values['a'] = 'иное'", "raise", "TypeError"),
        ("view.facts['leaders'].append(1)", "raise", "TypeError"),
        ("view.stage = 'end'", "raise", "FrozenInstanceError"),
    ],
)
def test_a_rule_that_fails_closes_its_action_and_is_told(tmp_path: Path, body: str, kind: str, error: str) -> None:
    found = ruled(tmp_path, body)
    calls = heard(found)
    (refusal,) = asked(found)
    assert (refusal.code, refusal.waivable) == ("rule_fault", False)
    (call,) = calls
    assert (call.plugin, call.hook, call.kind, type(call.error).__name__) == ("one", "rule own", kind, error)
    assert "one.py" in call.trace or kind == "wrong"
    assert SHEET.values["a"] == "Ученик Б молчал весь урок"


def test_a_rule_answers_plain_values(tmp_path: Path) -> None:
    found = ruled(tmp_path, "return refuse('Нет', 'No', people=view.holders('triad_member'), form='sheet', step='Да')")
    calls = heard(found)
    (refusal,) = asked(found)
    assert (refusal.text, refusal.text.en, refusal.code, refusal.waivable) == ("Нет", "No", "own", True)  # type: ignore[attr-defined]
    assert refusal.people == PEOPLE["triad_member"] and refusal.link == Link("form", "sheet")
    assert [c.kind for c in calls] == [""]


def test_only_the_rule_says_whether_it_may_be_lifted(tmp_path: Path) -> None:
    text = RULE.replace(", waivable=True", "").format(body="return Refusal('Нет', waivable=True, owner='другой')")
    found = registry(tmp_path, one=plugin("first", text))
    assert [(r.waivable, r.owner) for r in asked(found)] == [(False, "")]


def test_what_is_too_long_is_cut_and_told(tmp_path: Path) -> None:
    found = ruled(tmp_path, "return refuse('х' * 50_000)")
    calls = heard(found)
    (refusal,) = asked(found)
    assert len(refusal.text) == answers.LONGEST and refusal.code == "own"
    assert [(c.kind, type(c.error).__name__) for c in calls] == [("wrong", "Excess")]


def test_no_word_of_the_arguments_stands_in_a_message_or_a_trace(tmp_path: Path) -> None:
    body = (
        "raise ValueError(f\"{view.actor.name}: {view.values('sheet', 0)['a'].upper()}, \"\n"
        "                     f\"{view.values('sheet', 0)['rows']}, {dict(view.facts)} {dict(view.given)} "
        '{view.rounds[0].facts} столбца нет")'
    )
    found = ruled(tmp_path, body)
    calls = heard(found)
    asked(found)
    told = calls[0].message + calls[0].trace
    assert "столбца нет" in calls[0].message and "one.py" in told
    for word in ("Мария", "Ключевская", "Ученик", "МОЛЧАЛ", "Секретное", "Иванов", "болезнь", "Дроби"):
        assert word not in told, word
    with pytest.raises(PluginFault) as fault:
        found.types["first"].rules["own"].check(VIEW)
    assert "Мария" not in str(fault.value) and fault.value.__suppress_context__


def test_a_message_that_fails_itself_is_told_to(tmp_path: Path) -> None:
    found = ruled(tmp_path, "E = type('E', (Exception,), {'__str__': lambda self: 1 / 0})\n    raise E")
    calls = heard(found)
    asked(found)
    assert calls[0].message == "(the message itself raised ZeroDivisionError)"


def test_a_cause_is_told_before_what_it_caused(tmp_path: Path) -> None:
    body = "try:\n        1 / 0\n    except ZeroDivisionError as why:\n        raise KeyError('ключ') from why"
    found = ruled(tmp_path, body)
    calls = heard(found)
    asked(found)
    assert calls[0].trace.index("ZeroDivisionError: ") < calls[0].trace.index("KeyError: 'ключ'")


def test_strict_lets_faults_through(tmp_path: Path) -> None:
    found = ruled(tmp_path, "return 1 / 0")
    found.door.strict = True
    with pytest.raises(StrictFault) as fault:
        asked(found)
    assert isinstance(fault.value, Loud) and isinstance(fault.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(("hook", "argument"), [("plc_before", "attempt"), ("plc_after", "change")])
def test_strict_lets_faults_of_verbs_through(tmp_path: Path, hook: str, argument: str) -> None:
    found = registry(tmp_path, one=plugin("first", f"{NOUN}\n@hookimpl\ndef {hook}({argument}):\n    return 'нет'\n"))
    found.door.strict = True
    ask: Any = found.objections if hook == "plc_before" else found.effects
    with pytest.raises(StrictFault):
        ask("first", ATTEMPT)


def test_a_slow_call_is_told_and_taken(tmp_path: Path) -> None:
    found = ruled(tmp_path, "return None")
    calls = heard(found)
    found.door.budget = -1.0
    assert asked(found) == []
    assert {c.kind for c in calls} == {"slow"} and all(c.error is None for c in calls)


def test_a_plugin_at_rest_is_asked_nothing(tmp_path: Path) -> None:
    found = ruled(tmp_path, "return 1 / 0")
    calls = heard(found)
    found.door.resting = lambda: {"first"}
    (refusal,) = asked(found)
    assert (refusal.code, refusal.waivable, calls) == ("own", False, [])
    assert "карантин" in refusal.text and found.objections("first", ATTEMPT) == []


def test_a_contributed_rule_at_rest_may_be_lifted(tmp_path: Path) -> None:
    text = (
        "from engine.api import *\n\n@rule('video', 'Согласие', en='Consent')\ndef video(view):\n    return 1 / 0\n\n"
        "@hookimpl\ndef plc_contribute(group_type):\n    return Contribution('Видео', rules=(('finish', video),))\n"
    )
    found = registry(tmp_path, district=text, one=plugin("first"))
    whole = found.whole("first")
    assert whole is not None
    calls = heard(found)
    verdict = machine_for(whole).explain(VIEW)[0]
    assert [(r.code, r.waivable) for r in verdict.refusals] == [("rule_fault", False)]
    assert [c.plugin for c in calls] == ["district"]
    found.door.resting = lambda: {"district"}
    verdict = machine_for(whole).explain(VIEW)[0]
    assert [(r.code, r.owner, r.waivable, r.roles) for r in verdict.refusals] == [
        ("district.video", "district", True, ("group_leader", "school_admin"))
    ]
    lifted = machine_for(whole).explain(dataclasses.replace(VIEW, waived=frozenset({"district.video"})))[0]
    assert lifted.allowed and [r.code for r in lifted.waived] == ["district.video"]
    assert len(calls) == 1


def test_what_a_plugin_keeps_in_its_hands_changes_nothing(tmp_path: Path) -> None:
    code = "KEPT = made()\n\n@hookimpl\ndef plc_group_type():\n    return KEPT\n"
    found = registry(tmp_path, one=plugin("first", code))
    kept = sys.modules["trefoil_plugin_one"].KEPT
    loaded = found.types["first"]
    assert kept == loaded and kept is not loaded and kept.process is not loaded.process
    object.__setattr__(kept, "title", "Иное")
    assert found.types["first"].title == "Тип"


def test_a_class_of_one_s_own_is_no_part_of_a_definition(tmp_path: Path) -> None:
    code = "class Mine(Form):\n    pass\n\nMINE = Mine('sheet', 'Лист', FORM.sections, roles=('triad_member',))\n"
    found = registry(
        tmp_path, one=plugin("first", code + "@hookimpl\ndef plc_group_type():\n    return made(forms=(MINE,))\n")
    )
    assert found.plugins[0].quarantined and "Mine" in found.plugins[0].reason


def test_what_is_printed_while_loading_is_no_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry(tmp_path, one=plugin("first", "print('громко')\n" + NOUN))
    told = capsys.readouterr()
    assert (told.out, told.err.strip()) == ("", "громко")


def test_the_edition_follows_the_code(tmp_path: Path) -> None:
    (first,) = registry(tmp_path, one=plugin("first")).plugins
    before = edition(first)
    assert before == edition(first)
    (again,) = registry(tmp_path, one=plugin("first") + "\n# mended\n").plugins
    assert edition(again) != before and again.group_type == first.group_type


def test_every_kind_of_place_has_an_address() -> None:
    assert set(_PLACES) == LINKS


# -- what a view holds ------------------------------------------------------------------------------------------------


def test_what_a_view_holds_reads_like_any_other_value() -> None:
    values = SHEET.values
    assert values == {"a": "Ученик Б молчал весь урок", "rows": [{"name": "Секретное слово"}]}
    assert json.loads(json.dumps(values)) == values and {**values, "b": 1}["b"] == 1
    free = copy.deepcopy(values)
    free["rows"].append({})  # type: ignore[union-attr]
    free["a"] = "иное"  # type: ignore[index]
    assert len(values["rows"]) == 1 and copy.copy(values) == values


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.__setitem__("a", 1),
        lambda v: v.pop("a"),
        lambda v: v.update(a=1),
        lambda v: v.setdefault("b", 1),
        lambda v: v.clear(),
        lambda v: v["rows"].append(1),
        lambda v: v["rows"].sort(),
        lambda v: v["rows"].__iadd__([1]),
        lambda v: v["rows"][0].__setitem__("name", "x"),
    ],
)
def test_nothing_in_a_view_can_be_changed(change: Any) -> None:
    with pytest.raises(TypeError, match="copy it first"):
        change(SHEET.values)


def test_answers_keep_what_the_host_may_show() -> None:
    notes: list[str] = []
    said = refuse("Ждём: {who}", "Waiting: {who}", who=["А."], people=(Person(1, "А."),), form="sheet", step="Иди")
    assert answers.refusal(said, notes) == said and not notes
    assert answers.effect(Notify(("group_leader",), Text("Да", en="Yes")), notes).text.en == "Yes"  # type: ignore[attr-defined]
