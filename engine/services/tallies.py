"""Surveys as numbers: counts of sheets and of paper together. Never who, never when.

Whoever entered the paper sheets knows their counts, and would learn those of a few phones by taking them away. So
sheets of phones join counts of paper only when there are enough of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from engine.core.frozen import FrozenDict
from engine.core.view import Tally as Numbers
from engine.services.names import Within
from engine.store.prepared import Read, Row
from engine.store.reading import direct
from engine.store.surveys import PaperSummary, SurveyAnswer, SurveyCount, SurveyRun
from engine.store.together import Keyed

#: So many phones hide each other.
ENOUGH = 5
_put = object.__setattr__
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


class _Counts:
    """The counts of every survey of a cycle, read when somebody looks at those of one."""

    __slots__ = ("_cycle_id", "_known", "_read", "_runs", "_within")

    def __init__(self, read: Read, cycle_id: int, runs: Sequence[Row], within: Within) -> None:
        self._read, self._cycle_id, self._runs, self._within = read, cycle_id, runs, within
        self._known: Mapping[int, FrozenDict] | None = None

    def of(self, run_id: int) -> FrozenDict:
        """How many have given each answer to each question."""
        if self._known is None:
            view = self._within()
            self._known = self._all() if view is None else view.look(self._all)
        return self._known[run_id]

    def _all(self) -> Mapping[int, FrozenDict]:
        runs = self._runs
        counts: dict[int, dict[str, dict[str, int]]] = {run[0]: defaultdict(_nothing) for run in runs}
        silent = {id_ for id_, _, _, _, answered, _, _, sheets in runs if held_back(answered, sheets or 0)}
        answered = {run[0] for run in runs if run[4]}
        told: list[tuple[int, str, str, int]] = []
        if loud := answered - silent:
            for run_id, choices in self._read(_ANSWERS, cycle=self._cycle_id):
                if run_id in loud:  # a first phone that has come since the runs were read hides among nobody
                    told += [(run_id, question, option, 1) for question, option in choices.items()]
        if answered or any(run[7] for run in runs):
            told += self._read(_COUNTS, cycle=self._cycle_id)
        for run_id, question, option, n in told:
            counts[run_id][question][option] += n
        return {
            id_: FrozenDict({question: FrozenDict(options) for question, options in found.items()})
            for id_, found in counts.items()
        }


class Tally(Numbers):
    """A survey of a cycle in numbers. Most want to know only how many have answered: its counts are read when somebody
    looks at them. Named as what it is: what a failing plugin was given is masked by its name."""

    __slots__ = ("_all", "_run")
    _all: _Counts
    _run: int

    def __init__(self, row: Row, counts: _Counts) -> None:
        id_, survey, round_, is_open, answered, present, why, sheets = row
        _put(self, "survey", survey)
        _put(self, "round", round_)
        _put(self, "is_open", is_open)
        _put(self, "answers", answered + (sheets or 0))
        _put(self, "present", present)
        _put(self, "skipped_because", why)
        _put(self, "_run", id_)
        _put(self, "_all", counts)

    def __getattr__(self, name: str) -> Any:
        if name != "counts":
            raise AttributeError(name)
        _put(self, "counts", self._all.of(self._run))
        return self.counts


def of_cycle(cycle_id: int, read: Read = direct, within: Within = lambda: None) -> tuple[Numbers, ...]:
    """Every survey of a cycle in numbers, the oldest first. ``within`` is the view whose surveys they are, to be told
    what stands in the way of whoever looks at counts."""
    runs = read(_RUNS, cycle=cycle_id)
    counts = _Counts(read, cycle_id, runs, within)
    return tuple([Tally(run, counts) for run in runs])
