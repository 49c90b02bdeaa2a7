"""The Laboratory: criteria over the host's figures and over the plan."""

from __future__ import annotations

import dataclasses

from engine.api import Criterion, FilledRows, Test
from engine.core.criteria import findings
from engine.core.lint import lint
from engine.core.results import Results
from engine.extension.roles import ROLES
from tests.plugins.lab.scene import LAB, MEASURE, view


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
