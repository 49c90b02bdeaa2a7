"""The Laboratory: a walk to the archive, an end without a conference, a pause, who may press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.core.errors import Refused
from engine.core.machine import machine_for
from plugins.lab.process import REASON
from tests.plugins.lab.scene import FINDING, LAB, LEADER, LEADERS, MEASURE, handovers, view

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
