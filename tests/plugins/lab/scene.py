"""The Laboratory in the middle of its work: its people, summaries that came, a finding, a measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plugins.lab
from engine.api import CycleView, Person, Sheet
from engine.extension.loader import Source, load

PLUGIN = load(Source("lab", "tests", lambda: plugins.lab))
LAB = PLUGIN.group_type
assert LAB is not None, PLUGIN.detail
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
