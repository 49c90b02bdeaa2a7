"""The Laboratory: every rule both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.api import CycleView, Rule
from plugins.lab import rules
from tests.plugins.lab.scene import FINDING, LEADERS, MEASURE, handovers, view


def text(rule: Rule, seen: CycleView) -> str | None:
    refusal = rule(seen)
    return None if refusal is None else str(refusal.text)


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
