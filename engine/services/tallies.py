"""Surveys as numbers: counts of sheets and of paper together. Never who, never when.

Whoever entered the paper sheets knows their counts, and would learn those of a few phones by taking them away. So
sheets of phones join counts of paper only when there are enough of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from sqlalchemy import select

from engine.core.frozen import FrozenDict
from engine.core.view import Tally
from engine.store.prepared import Read
from engine.store.reading import direct
from engine.store.surveys import PaperSummary, SurveyAnswer, SurveyCount, SurveyRun
from engine.store.together import Keyed

#: So many phones hide each other.
ENOUGH = 5
_nothing: Callable[[], dict[str, int]] = partial(defaultdict, int)  # what is not counted yet is made without a call


def held_back(answered: int, sheets: int) -> bool:
    """Whether answers of phones stay out of the counts, because paper ``sheets`` would tell them by what is left."""
    return bool(sheets) and 0 < answered < ENOUGH


_RUNS = Keyed(
    select(
        SurveyRun.id,
        SurveyRun.survey_key,
        SurveyRun.round,
        SurveyRun.is_open,
        SurveyRun.answered,
        SurveyRun.present,
        SurveyRun.skipped_because,
        PaperSummary.sheets,
    )
    .outerjoin(PaperSummary, PaperSummary.run_id == SurveyRun.id)
    .order_by(SurveyRun.id),
    SurveyRun.cycle_id,
    "cycle",
)
_ANSWERS = Keyed(
    select(SurveyAnswer.run_id, SurveyAnswer.choices).join(SurveyRun, SurveyRun.id == SurveyAnswer.run_id),
    SurveyRun.cycle_id,
    "cycle",
)
_COUNTS = Keyed(
    select(SurveyCount.run_id, SurveyCount.question, SurveyCount.option, SurveyCount.n).join(
        SurveyRun, SurveyRun.id == SurveyCount.run_id
    ),
    SurveyRun.cycle_id,
    "cycle",
)


def of_cycle(cycle_id: int, read: Read = direct) -> tuple[Tally, ...]:
    """Every survey of a cycle in numbers, the oldest first."""
    runs = read(_RUNS, cycle=cycle_id)
    if not runs:
        return ()
    counts: dict[int, dict[str, dict[str, int]]] = {run[0]: defaultdict(_nothing) for run in runs}
    silent = {id_ for id_, _, _, _, answered, _, _, sheets in runs if held_back(answered, sheets or 0)}
    answered = {run[0] for run in runs if run[4]}
    told: list[tuple[int, str, str, int]] = []
    if answered - silent:
        for run_id, choices in read(_ANSWERS, cycle=cycle_id):
            if run_id not in silent:
                told += [(run_id, question, option, 1) for question, option in choices.items()]
    if answered or any(run[7] for run in runs):
        told += read(_COUNTS, cycle=cycle_id)
    for run_id, question, option, n in told:
        counts[run_id][question][option] += n
    return tuple(
        [
            Tally(
                survey=key,
                round=round_,
                is_open=is_open,
                answers=answered + (sheets or 0),
                present=present,
                counts=FrozenDict({question: FrozenDict(options) for question, options in counts[id_].items()}),
                skipped_because=why,
            )
            for id_, key, round_, is_open, answered, present, why, sheets in runs
        ]
    )
