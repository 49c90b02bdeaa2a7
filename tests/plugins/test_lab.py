"""The Laboratory: its documents, every rule both ways, criteria, a walk to the end, the snapshot."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

import plugins.lab
from engine.api import Criterion, CycleView, FilledRows, Option, Person, Rows, Rule, Sheet, Test
from engine.core import fields
from engine.core.criteria import findings
from engine.core.errors import Refused
from engine.core.lint import lint
from engine.core.machine import machine_for
from engine.core.results import Results
from engine.core.snapshot import dumps, fingerprint, loads
from engine.extension.loader import Source, load
from engine.extension.roles import FEEDS, ROLES
from plugins.lab import rules
from plugins.lab.process import REASON

LAB = plugins.lab.plc_group_type()
ANNA, BORIS, VERA, LEADER = (
    Person(1, "Акулова А. А."),
    Person(2, "Бобров Б. Б."),
    Person(3, "Вишня В. В."),
    Person(4, "Г"),
)


def handovers(received: int, total: int) -> list[dict[str, Any]]:
    return [{"key": f"c{n}", "title": f"Цикл {n}", "received": n <= received} for n in range(1, total + 1)]


LEADERS = [
    {"id": 11, "name": "Дубова Д. Д.", "group": "4К"},
    {"id": 12, "name": "Ежов Е. Е.", "group": "СЭР"},
]
MEASURE = {
    "measure": "Вертушка по обратной связи",
    "basis": "deficit",
    "basis_text": "обратная связь без следующего шага",
    "due": "2027-01-20",
    "owner": "Бобров Б. Б.",
    "expected": "в каждой тройке отклик со следующим шагом",
}
FINDING = {"text": "Выходной билет меняет следующий урок", "sources": ["sheets", "surveys"], "about": "technique"}


def view(
    stage: str = "collect",
    documents: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    draft: bool = False,
    actor: Person = ANNA,
    held: bool = False,
    **facts: Any,
) -> CycleView:
    sheets = [
        Sheet(form, 0, None, values, "draft" if draft else "submitted") for form, values in (documents or {}).items()
    ]
    roles = {"triad_member": (ANNA, BORIS, VERA), "group_leader": (LEADER,)}
    return CycleView(stage, actor=actor, roles=roles, sheets=sheets, facts=facts, held=held)


def text(rule: Rule, seen: CycleView) -> str | None:
    refusal = rule(seen)
    return None if refusal is None else str(refusal.text)


# -- the definition -------------------------------------------------------------------------------------------------


def test_loads_without_quarantine() -> None:
    plugin = load(Source("lab", "tests", lambda: plugins.lab))
    assert (plugin.reason, plugin.quarantined) == ("", False)
    assert lint(LAB, ROLES, frozenset(FEEDS)) == []


def test_every_stage_but_the_first_goes_one_back_with_a_reason() -> None:
    keys = [s.key for s in LAB.process.stages][:7]
    back = {a.source: a for a in LAB.process.actions if a.kind == "back"}
    assert {source[0]: a.target for source, a in back.items()} == dict(zip(keys[1:], keys, strict=False))
    assert all(a.asks == (REASON,) for a in back.values())


def test_colour_is_readable_on_white() -> None:
    def linear(channel: int) -> float:
        c = channel / 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(LAB.colour[i : i + 2], 16)) for i in (1, 3, 5))
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def test_everything_a_button_says_has_english() -> None:
    process = LAB.process
    said = [x for a in process.actions for x in (a.title, a.done, *(r.title for r in a.rules))]
    said += [s.title for s in process.stages] + [f.title for f in LAB.forms]
    assert [str(x) for x in said if not getattr(x, "en", "")] == []


# -- the documents --------------------------------------------------------------------------------------------------


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


# -- the rules ------------------------------------------------------------------------------------------------------


def test_coverage_names_the_share() -> None:
    seen = view(handovers=handovers(7, 9))
    assert text(rules.coverage, seen) == (
        "Поступили сводки 7 из 9 циклов (78 %). Дождитесь остальных или укажите причину по каждому"
    )
    refusal = rules.coverage(seen)
    assert refusal and refusal.link and (refusal.link.kind, refusal.link.key) == ("form", "collection")


@pytest.mark.parametrize(("received", "total"), [(8, 10), (4, 5), (9, 9), (0, 0)])
def test_coverage_is_enough_at_80_percent(received: int, total: int) -> None:
    assert text(rules.coverage, view(handovers=handovers(received, total))) is None


def test_coverage_never_shows_80_percent_while_it_refuses() -> None:
    assert "39 из 49 циклов (79 %)" in str(text(rules.coverage, view(handovers=handovers(39, 49))))


def test_coverage_counts_in_russian() -> None:
    assert "15 из 21 цикла (71 %)" in str(text(rules.coverage, view(handovers=handovers(15, 21))))
    assert "5 из 11 циклов (45 %)" in str(text(rules.coverage, view(handovers=handovers(5, 11))))


def test_coverage_takes_a_reason_for_each_missing_summary() -> None:
    rows = [{"which": "c8", "reason": "болезнь ведущего"}, {"which": "c9", "reason": ""}]
    assert text(rules.coverage, view(documents={"collection": {"missing": rows}}, handovers=handovers(7, 9)))
    rows[1] = {"which": "c1", "reason": "эта сводка уже поступила"}
    assert text(rules.coverage, view(documents={"collection": {"missing": rows}}, handovers=handovers(7, 9)))
    rows[1] = {"which": "c9", "reason": "урок 3 перенесён"}
    assert text(rules.coverage, view(documents={"collection": {"missing": rows}}, handovers=handovers(7, 9))) is None


def test_checked_waits_for_a_status_and_for_clarifications() -> None:
    rows: list[dict[str, Any]] = [{"summary": "c1", "status": "accepted", "clarified": False}]

    def said() -> str | None:
        return text(rules.checked, view("check", {"checks": {"summaries": rows}}, handovers=handovers(2, 3)))

    assert said() == "Отметьте «Принята» или «Уточнить» у сводок: Цикл 2"
    rows.append({"summary": "c2", "status": "clarify", "note": "нет сводки билетов", "clarified": False})
    assert said() == "Не закрыты уточнения по сводкам: Цикл 2"
    rows[1]["clarified"] = True
    assert said() is None


def test_findings_need_two_sources_each() -> None:
    empty = "Запишите хотя бы один вывод и укажите, на какие источники он опирается"
    assert text(rules.findings_grounded, view("analyse")) == empty
    one = {**FINDING, "sources": ["sheets"]}
    assert text(rules.findings_grounded, view("analyse", {"findings": {"findings": [FINDING, one]}})) == (
        "Вывод «Выходной билет меняет следующий урок» опирается меньше чем на два источника. "
        "Отметьте листы, опросы, дефициты или посещения"
    )
    good = {"findings": {"findings": [FINDING]}}
    assert text(rules.findings_grounded, view("analyse", good, draft=True)) == "Выводы записаны, но ещё не сданы"
    assert text(rules.findings_grounded, view("analyse", good)) is None


def test_session_needs_all_leaders_or_a_dissent() -> None:
    def said(**values: Any) -> str | None:
        return text(rules.session_held, view("session", {"session": values}, leaders=LEADERS))

    assert text(rules.session_held, view("session", leaders=LEADERS)) == (
        "Заполните протокол аналитической сессии: дата, участники, согласованные выводы"
    )
    assert said(date="2026-12-20", present=["11"], dissent="") == (
        "Пригласите на сессию всех руководителей ПОС или внесите особое мнение. Не были: Ежов Е. Е."
    )
    assert said(date="2026-12-20", present=["11"], dissent="Ежов Е. Е. прислал своё мнение") is None
    assert said(date="2026-12-20", present=["11", "12"]) is None


def test_plan_names_the_first_measure_that_lacks_something() -> None:
    def said(*rows: Mapping[str, Any], draft: bool = False) -> str | None:
        return text(rules.plan_traceability, view("plan", {"plan": {"measures": list(rows)}}, draft=draft))

    unlinked = "Мероприятие «Вертушка по обратной связи» не связано ни с одним дефицитом или выводом"
    assert said(MEASURE, {**MEASURE, "basis": ""}) == unlinked
    assert said({**MEASURE, "basis_text": "", "due": None}) == unlinked
    assert said({**MEASURE, "due": None, "owner": "", "expected": "есть"}, {**MEASURE, "basis": ""}) == (
        "У мероприятия «Вертушка по обратной связи» не указано: срок, ответственный"
    )
    empty = "Заполните план методической работы: нужно хотя бы одно мероприятие"
    assert said() == empty
    assert said(MEASURE) is None


def test_grounds_are_chosen_and_the_owner_is_a_person_or_words() -> None:
    def said(**row: Any) -> str | None:
        return text(rules.plan_traceability, view("plan", {"plan": {"measures": [{**MEASURE, **row}]}}))

    assert said(basis="deficit:assessment", basis_text="") is None
    assert said(basis="finding:abc", basis_text="", owner="", owner_id="7") is None
    assert said(owner="", owner_id="") == "У мероприятия «Вертушка по обратной связи» не указано: ответственный"


def test_plans_of_version_1_are_judged_as_before() -> None:
    """Their grounds are a kind and words; without the words the measure is linked to nothing."""
    row = {**MEASURE, "basis": "finding", "basis_text": ""}
    unlinked = "Мероприятие «Вертушка по обратной связи» не связано ни с одним дефицитом или выводом"
    assert text(rules.plan_traceability, view("plan", {"plan": {"measures": [row]}})) == unlinked


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


def test_a_whole_plan_kept_as_a_draft_is_not_handed_in() -> None:
    seen = view("plan", {"plan": {"measures": [MEASURE]}}, draft=True)
    assert text(rules.plan_traceability, seen) == "План методической работы ещё не сдан"
    assert text(rules.plan_traceability, view("plan")) == (
        "Заполните план методической работы: нужно хотя бы одно мероприятие"
    )


def test_council_needs_number_and_date() -> None:
    wanted = "Укажите номер и дату протокола методического совета"
    assert text(rules.council_held, view("approve")) == wanted
    assert text(rules.council_held, view("approve", {"council": {"protocol": "4", "date": None}})) == wanted
    assert text(rules.council_held, view("approve", {"council": {"protocol": "4", "date": "2026-12-25"}})) is None


def test_conference_waits_for_the_reports_of_all_leaders() -> None:
    rows = [{"leader": "11", "accepted": False}]

    def said() -> str | None:
        return text(rules.conference_gate, view("conference", {"conference": {"reports": rows}}, leaders=LEADERS))

    assert said() == "Не приняты годовые отчёты: Дубова Д. Д., Ежов Е. Е."
    rows[:] = [{"leader": "11", "accepted": True}]
    assert said() == "Не приняты годовые отчёты: Ежов Е. Е."
    rows.append({"leader": "12", "accepted": True})
    assert said() is None


# -- criteria -------------------------------------------------------------------------------------------------------


def test_criteria_read_the_host_and_the_plan() -> None:
    rows = [MEASURE, MEASURE, MEASURE, {**MEASURE, "basis": ""}]
    seen = view(
        "plan",
        {"plan": {"measures": rows}},
        coverage=0.8,
        full_packages=0.75,
        closed_deficits=0.4,
        bank_per_cycle=1.5,
    )
    found = {f.criterion.code: (f.measured[0].value, f.met) for f in findings(Results(LAB, seen))}
    assert found == {
        "ЛАБ-К1": (0.8, True),
        "ЛАБ-К2": (0.75, False),
        "ЛАБ-К3": (0.75, False),
        "ЛАБ-К4": (0.4, True),
        "ЛАБ-К5": (1.5, True),
    }


def test_lint_finds_a_criterion_over_a_missing_column() -> None:
    wrong = Criterion("k", "К", "К", (Test(FilledRows("plan", "measures", ("basis", "nowhere")), 1.0),))
    found = lint(dataclasses.replace(LAB, criteria=(wrong,)), ROLES)
    assert [(f.code, f.place) for f in found] == [("unknown_field", "criterion k")]


def test_criteria_say_nothing_while_nothing_is_known() -> None:
    seen = view("plan", {"plan": {"measures": []}}, coverage=None)
    assert {f.met for f in findings(Results(LAB, seen))} == {None}


# -- the walk -------------------------------------------------------------------------------------------------------

WRITTEN: dict[str, Mapping[str, Any]] = {
    "collection": {"missing": [{"which": "c3", "reason": "урок 3 перенесён"}]},
    "checks": {"summaries": [{"summary": f"c{n}", "status": "accepted"} for n in (1, 2)]},
    "findings": {"findings": [FINDING]},
    "session": {"date": "2026-12-20", "present": ["11", "12"], "agreed": "Вывод 1"},
    "plan": {"measures": [MEASURE]},
    "council": {"protocol": "4", "date": "2026-12-25"},
    "conference": {"reports": [{"leader": "11", "accepted": True}, {"leader": "12", "accepted": True}]},
}
ROAD = (
    ("close_collection", "collection", "lab.coverage"),
    ("accept_data", "checks", "lab.checked"),
    ("findings_ready", "findings", "lab.findings"),
    ("agree_findings", "session", "lab.session"),
    ("plan_ready", "plan", "lab.plan_traceability"),
    ("approve_plan", "council", "lab.council"),
    ("conference_held", "conference", "lab.conference_gate"),
)


def test_walk_to_the_archive() -> None:
    machine, stage, documents = machine_for(LAB), LAB.process.initial, dict[str, Mapping[str, Any]]()
    known: dict[str, Any] = {"handovers": handovers(2, 3), "leaders": LEADERS}
    for action, form, rule in ROAD:
        assert form in LAB.process.stage(stage).forms
        with pytest.raises(Refused) as caught:
            machine.fire(action, view(stage, documents, **known))
        assert [r.code for r in caught.value.refusals] == [rule]
        documents[form] = WRITTEN[form]
        stage = machine.fire(action, view(stage, documents, **known)).stage
    assert stage == "archive"


def test_a_period_may_end_without_a_conference_once_the_plan_is_approved() -> None:
    machine = machine_for(LAB)
    with pytest.raises(Refused) as caught:
        machine.fire("skip_conference", view("approve"))
    assert {r.code for r in caught.value.refusals} == {"lab.council", "lab.plan_traceability"}
    assert machine.fire("skip_conference", view("approve", WRITTEN)).stage == "archive"
    action = LAB.process.action("skip_conference")
    assert (action.source, action.asks) == (("approve",), (REASON,))


def test_suspend_resume_and_end_early_anywhere_on_the_road() -> None:
    machine = machine_for(LAB)
    for stage in [s.key for s in LAB.process.stages if not s.final]:
        held = machine.fire("hold", view(stage))
        assert (held.stage, held.held) == (stage, True)
        with pytest.raises(Refused):
            machine.fire("end_early", view(stage, held=True))
        assert machine.fire("resume", view(stage, held=True, actor=LEADER)).held is False
        assert machine.fire("end_early", view(stage)).stage == "closed_early"


def test_only_the_triad_closes_the_gathering() -> None:
    with pytest.raises(Refused) as caught:
        machine_for(LAB).fire("close_collection", view(actor=LEADER))
    assert [r.code for r in caught.value.refusals] == ["role"]


def test_snapshot_round_trip() -> None:
    again = loads(dumps(LAB), LAB.rules)
    assert fingerprint(again) == LAB.fingerprint
    assert again.criteria == LAB.criteria
    assert again.rules["lab.coverage"](view(handovers=handovers(7, 9))) == rules.coverage(
        view(handovers=handovers(7, 9))
    )
