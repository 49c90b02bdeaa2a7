"""Group type «Формирующее оценивание»: its criteria, and the figures of the worked cycle."""

from __future__ import annotations

import dataclasses

import pytest

from engine.api import CycleView, Tally
from engine.core.criteria import findings
from engine.core.results import Results
from tests.plugins.formative.demo import COMPUTED, LESSONS
from tests.plugins.formative.scene import TYPE, met, observed_in, plan_of, protocol_of, tally_of, view


def worked() -> CycleView:
    """The whole worked cycle at its last lesson."""
    sheets = [sheet for one in LESSONS for sheet in (plan_of(one), *observed_in(one), protocol_of(one))]
    return view(*sheets, tallies=tuple(tally_of(one) for one in LESSONS), stage="discussion", round=3)


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]


def shown(results: Results, label: str, n: int) -> str:
    """One cell of the computed table, as the brief writes it."""

    def comma(value: float, digits: int) -> str:
        return f"{value:.{digits}f}".replace(".", ",")

    if label.startswith(("Раздел", "Все показатели")):
        titles = {str(s.title): s.key for _, s in TYPE.observed}
        found = results.section(titles[label.split(". ")[1]], n) if label.startswith("Раздел") else results.overall(n)
        assert found.mean is not None and found.index is not None
        return f"{comma(found.mean, 2)} ({comma(found.index * 100, 0)} %)"
    if label.startswith("Согласие"):
        question = f"q{label[-1]}"
        share = results.agreement("class_survey", question, n)
        if share is None:
            return "не задавался"
        total = sum(results.tally("class_survey", n).counts[question].values())
        return f"{round(share * total)}/{total} = {comma(share * 100, 1)} %"
    code = label.split(" ")[0]
    if code.startswith("ФО-К"):
        key = next(c.key for c in TYPE.criteria if c.code == code)
        return {True: "да", False: "нет", None: "?"}[met(key, results.view, n)]
    mean = results.indicator(next(i.key for i in TYPE.indicators.values() if i.code == code), n).mean
    assert mean is not None
    return comma(mean, 1)


@pytest.mark.parametrize(("label", "one", "two", "three"), cells(COMPUTED))
def test_computed_table_of_the_worked_cycle(label: str, one: str, two: str, three: str) -> None:
    results = Results(TYPE, worked())
    assert [shown(results, label, n) for n in (1, 2, 3)] == [one, two, three]


def test_how_many_indicators_count() -> None:
    results = Results(TYPE, worked())
    assert [sum(i.mean is not None for i in results.overall(n).indicators) for n in (1, 2, 3)] == [11, 12, 12]


def test_observers_disagree_on_fo8_of_the_second_lesson_alone() -> None:
    results = Results(TYPE, worked())
    flags = [(n, i.key) for n in (1, 2, 3) for i in results.overall(n).indicators if i.disagree]
    assert flags == [(2, "fo8")]


def test_near_miss_of_the_second_lesson() -> None:
    def second(seen: CycleView) -> object:
        return next(f for f in findings(Results(TYPE, seen)) if (f.criterion.key, f.round) == ("fo_k1", 2))

    found = second(worked())
    assert [m.met for m in found.measured] == [True, False]
    assert found.measured[1].value == pytest.approx(17 / 23)
    softer = second(dataclasses.replace(worked(), thresholds={"fo_k1.1": 0.73}))
    assert (softer.met, softer.measured[1].threshold) == (True, 0.73)


def test_criteria_are_unknown_until_there_is_data() -> None:
    nothing = view()
    assert [met(f"fo_k{n}", nothing) for n in range(1, 6)] == [None] * 5
    half = view(*observed_in(LESSONS[2])[:1], round=3)
    assert met("fo_k1", half, 3) is None
    low = view(*observed_in(LESSONS[0]))
    assert met("fo_k1", low) is False
    assert [met(f"fo_k{n}", worked(), 3) for n in range(1, 6)] == [True] * 5


def test_few_answers_say_nothing() -> None:
    few = Tally("class_survey", 3, False, 4, counts={"q2": {"4": 4}})
    assert met("fo_k1", view(*observed_in(LESSONS[2]), tallies=(few,), round=3), 3) is None
