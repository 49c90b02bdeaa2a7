"""Criteria: what a team counts as achieved, as formulas over indicators, surveys and documents.

A criterion holds tests, a test compares a measure with a threshold, and a threshold can be changed by the leader of
the group without touching the definition. Measures are frozen data; each knows its value in a ``Results``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from engine.core.measures import Measure, reaches

if TYPE_CHECKING:
    from engine.core.results import Results

#: What a measure counts in: the scale 0 to 3, a share (0 to 1), a gap between two shares (-1 to 1), marks added up,
#: pieces, or a condition that holds (1) or not (0).
Unit = Literal["score", "share", "gap", "marks", "count", "flag"]


@dataclass(frozen=True, slots=True)
class Test:
    """A measure against a threshold: at least it, or with ``at_most`` at most it."""

    __test__ = False

    measure: Measure
    threshold: float
    title: str = ""
    unit: Unit = "score"
    at_most: bool = False

    def asks(self, threshold: float) -> bool:
        """Whether it asks for anything: a threshold of nought to be reached is one that nobody has set."""
        return self.unit == "flag" or self.at_most or threshold != 0

    def met(self, value: float | None, threshold: float) -> bool | None:
        """True, False, or None while the value is unknown."""
        if value is None:
            return None
        return reaches(threshold, value) if self.at_most else reaches(value, threshold)


@dataclass(frozen=True, slots=True)
class Criterion:
    """All ``tests`` must hold. ``rounds`` limits it to some rounds; ``overall`` asks once, about the whole run."""

    key: str
    code: str
    title: str
    tests: tuple[Test, ...]
    rounds: tuple[int, ...] = ()
    overall: bool = False
    help: str = ""
    owner: str = ""

    def threshold_key(self, place: int) -> str:
        """The name under which a leader's own threshold of the test at ``place`` is kept."""
        return f"{self.key}.{place}"


class Measured(NamedTuple):
    """A test with its value, the threshold in force and the verdict."""

    test: Test
    value: float | None
    threshold: float
    met: bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A criterion in a round: met, not met, or None when something is not known yet."""

    criterion: Criterion
    round: int
    measured: tuple[Measured, ...]

    @property
    def asks(self) -> bool:
        """Whether any of its tests asks for anything; without that there is no verdict to show."""
        return any(m.test.asks(m.threshold) for m in self.measured)

    @property
    def met(self) -> bool | None:
        met: bool | None = True
        for measured in self.measured:
            if measured.met is False:
                return False
            if measured.met is None:
                met = None
        return met


def judge(criterion: Criterion, results: Results, round_: int, thresholds: Mapping[str, float]) -> Finding:
    """Evaluate one criterion in one round with the thresholds of the group."""
    measured = []
    for place, test in enumerate(criterion.tests):
        threshold = test.threshold
        if thresholds:  # most groups have none of their own
            threshold = thresholds.get(criterion.threshold_key(place), threshold)
        value = test.measure.value(results, round_)
        measured.append(Measured(test, value, threshold, test.met(value, threshold)))
    return Finding(criterion, round_, tuple(measured))


def findings(results: Results) -> tuple[Finding, ...]:
    """Every criterion of the type in every round it speaks of; criteria about the whole run are asked once."""
    rounds, thresholds = results.rounds(), results.view.thresholds
    return tuple(
        [
            judge(criterion, results, n, thresholds)
            for criterion in results.definition.criteria
            for n in (rounds[-1:] if criterion.overall else rounds)
            if criterion.overall or not criterion.rounds or n in criterion.rounds
        ]
    )
