"""What the documents of a run add up to, against numbers computed by hand."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import pytest

from engine.api import (
    Agreement,
    Answered,
    ChosenIndicatorMean,
    ChosenSectionMean,
    CycleView,
    Difference,
    Entries,
    Fact,
    FilledRows,
    Growth,
    IndicatorMean,
    KindsWhere,
    Lowest,
    LowestSubjectMean,
    OptionShare,
    Participation,
    RoundsWhere,
    SectionMean,
    Sheet,
    Tally,
    Total,
)
from engine.core import measures
from engine.core.measures import Measure, reaches
from engine.core.results import Results, mean
from tests.core.intake import ANNA, BORIS, CLERK, INTAKE, application, kinds, opinion, tally, view

PAPERS = [{"name": "План", "pages": 0}, {"name": "", "pages": 2}, {"name": "Акт"}, {"name": "Акт", "pages": 4}]
#: Two experts in the first round, one in the second; "fair" is judged for two sides.
SHEETS = (
    opinion(ANNA, clear=1, proven=3, fair={"a": 0, "b": 2}),
    opinion(BORIS, clear=2, proven=None, fair={"a": 3, "b": None}),
    opinion(CLERK, state="draft", clear=0, proven=0, fair={"a": 0}),
    opinion(ANNA, 2, clear=3, proven=3),
    application(
        sum=300, other_sum=120, grounds=["а", "б", "в"], lead="merits", whom="heirs", which="proven", urgent=True,
        papers=PAPERS, empty="", off=False,
    ),
)  # fmt: skip
COUNTS = {"fair": {"1": 1, "2": 2, "3": 3, "4": 4}, "mood": {"calm": 6, "upset": 2}}
TALLIES = (tally(1, 10, present=16, counts=COUNTS), tally(2, 4, present=0, counts=COUNTS))
FULL = view(
    "hearing", 2, sheets=SHEETS, tallies=TALLIES, rounds=kinds("open", "closed"), facts={"fee": 80, "none": None}
)


def results(seen: CycleView = FULL) -> Results:
    return Results(INTAKE, seen)


def of(*sheets: Sheet, **changes: Any) -> Results:
    return results(view(sheets=sheets, **changes))


# -- indicators and sections ------------------------------------------------------------------------------------------


def test_an_indicator_is_the_mean_of_the_observers_means() -> None:
    assert results().indicator("fair", 1).mean == (1.0 + 3.0) / 2
    assert results().indicator("clear", 1).mean == 1.5
    assert results().indicator("clear", 2).mean == 3


def test_not_applicable_enters_nothing() -> None:
    assert results().indicator("proven", 1).mean == 3
    assert of(opinion(ANNA, clear=None)).indicator("clear", 1).mean is None
    assert of(opinion(ANNA, fair={"a": None, "b": 0})).indicator("fair", 1).mean == 0


def test_a_zero_is_a_score() -> None:
    assert of(opinion(ANNA, clear=0), opinion(BORIS, clear=3)).indicator("clear", 1).mean == 1.5


def test_scores_are_kept_by_observer_and_subject() -> None:
    assert results().indicator("fair", 1).scores == ((ANNA, {"a": 0, "b": 2}), (BORIS, {"a": 3, "b": None}))
    assert results().indicator("proven", 1).scores == ((ANNA, {"": 3}), (BORIS, {"": None}))
    assert of(Sheet("opinion", 1, None, {"clear": 1})).indicator("clear", 1).scores[0][0].id == 0


@pytest.mark.parametrize("values", [{}, {"fair": None}, {"fair": []}, {"fair": {}}])
def test_a_document_without_the_scores_of_subjects_has_no_value(values: dict[str, Any]) -> None:
    assert of(opinion(ANNA, **values)).indicator("fair", 1).mean is None


@pytest.mark.parametrize(
    ("given", "disagree"),
    [
        (({"clear": 0}, {"clear": 2}), True),
        (({"clear": 1}, {"clear": 3}), True),
        (({"clear": 1}, {"clear": 2}), False),
        (({"clear": 0}, {"clear": None}), False),
        (({"clear": 0}, {}), False),
        (({"fair": {"a": 0, "b": 3}}, {"fair": {"a": 1, "b": 3}}), False),
        (({"fair": {"a": 0}}, {"fair": {"b": 3}}), False),
        (({"fair": {"a": 2, "b": 3}}, {"fair": {"a": 2, "b": 1}}), True),
    ],
)
def test_observers_disagree_when_two_levels_apart_about_the_same_thing(
    given: tuple[dict[str, Any], dict[str, Any]], disagree: bool
) -> None:
    found = of(opinion(ANNA, **given[0]), opinion(BORIS, **given[1])).indicator(next(iter(given[0])), 1)
    assert found.disagree is disagree


def test_a_section_is_the_mean_of_its_indicators_that_have_a_value() -> None:
    first, second = (results().section("merits", n) for n in (1, 2))
    assert (first.mean, first.index, first.title) == (2.25, 0.75, "Суть")
    assert (second.mean, second.index) == (3, 1)
    half = of(opinion(ANNA, clear=1, proven=None)).section("merits", 1)
    assert (half.mean, [i.mean for i in half.indicators]) == (1, [1, None])


def test_a_section_without_scores_has_no_value() -> None:
    empty = results(view()).section("merits", 1)
    assert (empty.mean, empty.index) == (None, None)


def test_a_section_of_other_rounds_shows_nothing() -> None:
    merits, *others = INTAKE.form("opinion").sections
    form = dataclasses.replace(INTAKE.form("opinion"), sections=(dataclasses.replace(merits, rounds=(2,)), *others))
    found = Results(dataclasses.replace(INTAKE, forms=(form, INTAKE.form("application"))), FULL)
    assert (found.section("merits", 1).indicators, found.section("merits", 1).mean) == ((), None)
    assert found.section("merits", 2).mean == 3


def test_all_sections_and_the_whole_round() -> None:
    assert [(s.key, s.mean) for s in results().sections(1)] == [("merits", 2.25), ("heirs", 2.0)]
    assert results().overall(1).mean == (1.5 + 3 + 2) / 3
    assert results(view()).overall(1).mean is None


def test_one_subject_over_all_observers() -> None:
    assert [results().subject_mean("heirs", s, 1) for s in ("a", "b", "c")] == [1.5, 2, None]


@pytest.mark.parametrize("call", ["indicator", "section"])
def test_what_is_unknown_is_an_error(call: str) -> None:
    with pytest.raises(KeyError, match=f"unknown {call}: 'x'"):
        getattr(results(), call)("x", 1)


@pytest.mark.parametrize("call", ["form", "survey"])
def test_a_definition_says_what_it_does_not_have(call: str) -> None:
    with pytest.raises(KeyError, match=f"unknown {call}: 'x'"):
        getattr(INTAKE, call)("x")


def test_there_are_figures_for_each_round_so_far_and_once_without_a_loop() -> None:
    straight = dataclasses.replace(INTAKE, process=dataclasses.replace(INTAKE.process, loop=()))
    assert results().rounds() == (1, 2)
    assert Results(straight, FULL).rounds() == (1,)


def test_an_answer_is_taken_from_documents_that_were_handed_in() -> None:
    assert results().field("application", "sum", 2) == 300
    assert of(application("draft", sum=1)).field("application", "sum", 1) is None
    assert of(opinion(BORIS, advice="да"), opinion(ANNA, clear=1)).field("opinion", "clear", 1) == 1
    assert results().field("application", "nothing", 1) is None


def test_the_mean_leaves_out_what_is_not_there() -> None:
    assert (mean([1, None, 2]), mean([None]), mean([]), mean([0])) == (1.5, None, None, 0)


# -- the asked --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "share"),
    [
        (tally(1, 5, counts={"fair": {"3": 2, "4": 1, "1": 2}}), 0.6),
        (tally(1, 5, counts={"fair": {"1": 5}}), 0),
        (tally(1, 4, counts={"fair": {"4": 4}}), None),
        (tally(1, 5, counts={"fair": {}}), None),
        (tally(1, 5, counts={"mood": {"4": 5}}), None),
        (tally(2, 5, counts={"fair": {"4": 5}}), None),
    ],
)
def test_agreement_is_the_share_of_threes_and_fours_once_five_have_answered(found: Tally, share: float | None) -> None:
    assert of(tallies=(found,)).agreement("visitors", "fair", 1) == share


# -- measures ---------------------------------------------------------------------------------------------------------

CLEAR, MERITS = IndicatorMean("clear"), SectionMean("merits")
#: Measure, round, its value in the full run.
VALUES: list[tuple[Measure, int, float | None]] = [
    (CLEAR, 1, 1.5),
    (MERITS, 1, 2.25),
    (ChosenSectionMean("application", "lead"), 1, 2.25),
    (ChosenIndicatorMean("application", "which"), 1, 3),
    (LowestSubjectMean("application", "whom", ("a", "b")), 1, 1.5),
    (LowestSubjectMean("application", "whom", ("a", "b", "c")), 1, None),
    (Agreement("visitors", "fair"), 1, 0.7),
    (Agreement("visitors", "fair"), 2, None),
    (OptionShare("visitors", "mood", ("calm",)), 1, 0.75),
    (OptionShare("visitors", "mood", ("calm", "upset", "other")), 1, 1),
    (OptionShare("visitors", "mood", ("calm",)), 2, None),
    (Participation(("visitors",)), 1, 0.625),
    (Participation(("visitors",)), 2, None),
    (Participation(("visitors", "guests")), 1, None),
    (Answered("application", "lead", "merits"), 1, 1),
    (Answered("application", "lead", "heirs"), 1, 0),
    (Answered("application", "urgent"), 1, 1),
    (Answered("application", "off"), 1, 0),
    (Answered("application", "empty"), 1, None),
    (Lowest("application", ("sum", "other_sum")), 1, 120),
    (Lowest("application", ("sum", "nothing")), 1, None),
    (Total("application", ("sum", "other_sum")), 1, 420),
    (Total("application", ("sum", "empty")), 1, None),
    (Entries("application", "grounds"), 1, 3),
    (Entries("application", "lead"), 1, None),
    (FilledRows("application", "papers", ("name", "pages")), 1, 0.5),
    (FilledRows("application", "papers", ("name",)), 1, 0.75),
    (Fact("fee"), 1, 80),
    (Fact("none"), 1, None),
    (Growth(CLEAR), 2, 1.5),
    (Growth(CLEAR), 1, None),
    (Growth(SectionMean("heirs")), 2, None),
    (Difference(MERITS, SectionMean("heirs")), 1, 0.25),
    (Difference(MERITS, SectionMean("heirs")), 2, None),
    (RoundsWhere(CLEAR, 1.5), 2, 2),
    (RoundsWhere(CLEAR, 2), 2, 1),
    (RoundsWhere(CLEAR, 2), 1, 0),
    (KindsWhere(CLEAR, 1.5), 2, 2),
    (KindsWhere(CLEAR, 1.5), 1, 1),
    (KindsWhere(CLEAR, 2), 1, 0),
]


@pytest.mark.parametrize(("measure", "round_", "value"), VALUES)
def test_a_measure_has_the_value_computed_by_hand(measure: Measure, round_: int, value: float | None) -> None:
    assert measure.value(results(), round_) == (value if value is None else pytest.approx(value, abs=1e-12))


@pytest.mark.parametrize("measure", dict.fromkeys(m for m, _, _ in VALUES), ids=lambda m: type(m).__name__)
def test_a_measure_of_nothing_is_unknown(measure: Measure) -> None:
    for round_ in (1, 2):
        assert measure.value(results(view(round_=2)), round_) is None


def test_the_table_speaks_of_every_measure() -> None:
    kinds_ = {cls for cls in vars(measures).values() if dataclasses.is_dataclass(cls)}
    assert {type(m) for m, _, _ in VALUES} == set(get_args(Measure)) == kinds_


def test_participation_is_that_of_the_survey_fewest_answered() -> None:
    guests = Tally("guests", 1, True, 3, present=12)
    found = results(dataclasses.replace(FULL, tallies=(*TALLIES, guests)))
    assert Participation(("visitors", "guests")).value(found, 1) == 0.25


def test_two_rounds_of_one_kind_are_one_kind() -> None:
    found = results(dataclasses.replace(FULL, rounds=kinds("open", "open")))
    assert KindsWhere(CLEAR, 1.5).value(found, 2) == 1


def test_the_paths_of_columns_are_given_to_the_lint() -> None:
    assert FilledRows("application", "papers", ("name", "pages")).fields == ("papers.name", "papers.pages")


@pytest.mark.parametrize(
    ("value", "threshold", "enough"),
    [(0.1 + 0.2, 0.3, True), (0.3, 0.1 + 0.2, True), (2 / 3 * 3, 2, True), (0.7 - 1e-6, 0.7, False), (0, 0, True)],
)
def test_the_dust_of_fractions_fails_nobody(value: float, threshold: float, enough: bool) -> None:
    assert reaches(value, threshold) is enough
