"""Criteria: tests against thresholds, round by round, with the thresholds of a leader."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from engine.api import Criterion, Fact, IndicatorMean, Test
from engine.core.criteria import Measured, findings, judge
from engine.core.results import Results
from tests.core.intake import ANNA, INTAKE, application, opinion, tally, view

CLARITY, SOUND, TRUST, CHEAP = INTAKE.criteria


def results(round_: int = 1, **changes: Any) -> Results:
    return Results(INTAKE, view(round_=round_, **changes))


@pytest.mark.parametrize(
    ("value", "threshold", "at_most", "met"),
    [
        (2, 2, False, True),
        (1.99, 2, False, False),
        (0.1 + 0.2, 0.3, False, True),
        (0.3, 0.1 + 0.2, False, True),
        (100, 100, True, True),
        (101, 100, True, False),
        (0.1 + 0.2, 0.3, True, True),
        (0, 0, False, True),
        (None, 2, False, None),
        (None, 2, True, None),
    ],
)
def test_a_value_meets_a_threshold(value: float | None, threshold: float, at_most: bool, met: bool | None) -> None:
    assert Test(Fact("x"), 5, at_most=at_most).met(value, threshold) is met


@pytest.mark.parametrize(
    ("verdicts", "met"),
    [
        ((True, True), True),
        ((True, None), None),
        ((False, None), False),
        ((None, False), False),
        ((True, False), False),
        ((None,), None),
        ((), True),
    ],
)
def test_a_criterion_is_met_when_all_its_tests_are(verdicts: tuple[bool | None, ...], met: bool | None) -> None:
    finding = judge(CLARITY, results(), 1, {})
    measured = tuple(Measured(CLARITY.tests[0], None, 2, verdict) for verdict in verdicts)
    assert dataclasses.replace(finding, measured=measured).met is met


def test_a_finding_holds_the_value_and_the_threshold_of_each_test() -> None:
    sheets = (opinion(ANNA, clear=2, proven=1), application(papers=[{"name": "План"}]))
    finding = judge(SOUND, results(sheets=sheets), 1, {})
    assert [(m.value, m.threshold, m.met) for m in finding.measured] == [(1.5, 2, False), (1, 1, True)]
    assert (finding.criterion, finding.round, finding.met) == (SOUND, 1, False)


def test_an_unknown_value_leaves_the_criterion_open() -> None:
    finding = judge(SOUND, results(sheets=(opinion(ANNA, clear=3, proven=3),)), 1, {})
    assert ([m.met for m in finding.measured], finding.met) == ([True, None], None)


def test_nothing_is_asked_where_no_threshold_is_set() -> None:
    fact = Fact("closed")
    assert not Test(fact, 0.0, unit="share").asks(0.0) and Test(fact, 0.0, unit="share").asks(0.5)
    assert Test(fact, 0.0, unit="share", at_most=True).asks(0.0)  # none at all may be
    assert Test(fact, 0.0, unit="flag").asks(0.0)
    own, none = judge(SOUND, results(), 1, {}), judge(SOUND, results(), 1, {"sound.0": 0, "sound.1": 0})
    assert own.asks and not none.asks


def test_a_leader_s_threshold_takes_the_place_of_one_test_s() -> None:
    assert [SOUND.threshold_key(n) for n in (0, 1)] == ["sound.0", "sound.1"]
    seen = results(sheets=(opinion(ANNA, clear=2, proven=1),), thresholds={"sound.0": 1.5, "clarity.0": 3})
    clarity, sound = findings(seen)[:2]
    assert [(m.threshold, m.met) for m in sound.measured] == [(1.5, True), (1, None)]
    assert (clarity.measured[0].threshold, clarity.met) == (3, False)


def test_a_threshold_of_zero_is_a_threshold() -> None:
    seen = results(sheets=(opinion(ANNA, clear=0),), thresholds={"clarity.0": 0})
    assert findings(seen)[0].met is True


@pytest.mark.parametrize(
    ("round_", "asked"),
    [
        (1, [("clarity", 1), ("sound", 1), ("cheap", 1)]),
        (2, [("clarity", 1), ("clarity", 2), ("sound", 1), ("sound", 2), ("trust", 2), ("cheap", 2)]),
    ],
)
def test_each_criterion_is_asked_in_its_rounds_and_one_about_the_whole_run_once(
    round_: int, asked: list[tuple[str, int]]
) -> None:
    assert [(f.criterion.key, f.round) for f in findings(results(round_))] == asked


def test_each_round_has_its_own_verdict() -> None:
    seen = results(
        2,
        sheets=(opinion(ANNA, 1, clear=1), opinion(ANNA, 2, clear=2)),
        tallies=(tally(2, 10, counts={"fair": {"4": 7, "1": 3}}),),
        facts={"fee": 100},
    )
    verdicts = {(f.criterion.key, f.round): f.met for f in findings(seen)}
    assert verdicts == {
        ("clarity", 1): False,
        ("clarity", 2): True,
        ("sound", 1): False,
        ("sound", 2): None,
        ("trust", 2): True,
        ("cheap", 2): True,
    }


def test_a_run_without_a_loop_is_judged_once() -> None:
    straight = dataclasses.replace(
        INTAKE,
        process=dataclasses.replace(INTAKE.process, loop=()),
        criteria=(Criterion("clarity", "К1", "Ясность", (Test(IndicatorMean("clear"), 2),)),),
    )
    (finding,) = findings(Results(straight, view(sheets=(opinion(ANNA, clear=2),))))
    assert (finding.round, finding.met) == (1, True)
