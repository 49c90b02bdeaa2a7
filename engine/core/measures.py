"""Measures: what a criterion looks at. Frozen data; each knows its value in a ``Results``, or None when unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.core.rules import missing

if TYPE_CHECKING:
    from engine.core.results import Results


@dataclass(frozen=True, slots=True)
class IndicatorMean:
    """Mean of an indicator in the round, 0 to 3."""

    indicator: str

    def value(self, results: Results, round_: int) -> float | None:
        return results.indicator(self.indicator, round_).mean


@dataclass(frozen=True, slots=True)
class SectionMean:
    """Mean of a section in the round, 0 to 3."""

    section: str

    def value(self, results: Results, round_: int) -> float | None:
        return results.section(self.section, round_).mean


@dataclass(frozen=True, slots=True)
class ChosenSectionMean:
    """Mean of the section that a document names in ``field`` (for example the leading skill of the round)."""

    form: str
    field: str

    def value(self, results: Results, round_: int) -> float | None:
        chosen = results.field(self.form, self.field, round_)
        return results.section(chosen, round_).mean if chosen else None


@dataclass(frozen=True, slots=True)
class ChosenIndicatorMean:
    """Mean of the indicator that a document names in ``field``."""

    form: str
    field: str

    def value(self, results: Results, round_: int) -> float | None:
        chosen = results.field(self.form, self.field, round_)
        return results.indicator(chosen, round_).mean if chosen else None


@dataclass(frozen=True, slots=True)
class LowestSubjectMean:
    """The lowest, over ``subjects``, mean of the section named in ``field`` of ``form``; None until all are known."""

    form: str
    field: str
    subjects: tuple[str, ...]

    def value(self, results: Results, round_: int) -> float | None:
        chosen = results.field(self.form, self.field, round_)
        if not chosen:
            return None
        means = [results.subject_mean(chosen, subject, round_) for subject in self.subjects]
        known = [m for m in means if m is not None]
        return min(known) if len(known) == len(self.subjects) else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Share of the asked who agree with a statement, 0 to 1."""

    survey: str
    question: str

    def value(self, results: Results, round_: int) -> float | None:
        return results.agreement(self.survey, self.question, round_)


@dataclass(frozen=True, slots=True)
class OptionShare:
    """Share (0 to 1) of answers that fall on ``options``; None when too few answers may be shown."""

    survey: str
    question: str
    options: tuple[str, ...]

    def value(self, results: Results, round_: int) -> float | None:
        tally = results.tally(self.survey, round_)
        counts = tally.counts.get(self.question, {}) if tally else {}
        total = sum(counts.values())
        if not tally or not total or tally.answers < results.definition.survey(self.survey).least:
            return None
        return sum(counts.get(o, 0) for o in self.options) / total


@dataclass(frozen=True, slots=True)
class Participation:
    """Share (0 to 1) of those present who answered, the smallest over ``surveys``."""

    surveys: tuple[str, ...]

    def value(self, results: Results, round_: int) -> float | None:
        shares: list[float] = []
        for survey in self.surveys:
            tally = results.tally(survey, round_)
            if not tally or not tally.present:
                return None
            shares.append(tally.answers / tally.present)
        return min(shares)


@dataclass(frozen=True, slots=True)
class Answered:
    """1 when a choice of a document has the answer ``option`` (or a flag is set), 0 when it has another."""

    form: str
    field: str
    option: str = ""

    def value(self, results: Results, round_: int) -> float | None:
        value = results.field(self.form, self.field, round_)
        if value is None or value == "":
            return None
        return float(value == self.option if self.option else bool(value))


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest of the numbers in ``fields`` of a document; None until all are there."""

    form: str
    fields: tuple[str, ...]

    def value(self, results: Results, round_: int) -> float | None:
        found = _numbers(results, self.form, self.fields, round_)
        return min(found) if found else None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the numbers in ``fields`` of a document; None until all are there."""

    form: str
    fields: tuple[str, ...]

    def value(self, results: Results, round_: int) -> float | None:
        found = _numbers(results, self.form, self.fields, round_)
        return sum(found) if found else None


@dataclass(frozen=True, slots=True)
class Entries:
    """How many entries a list, a table or a set of files in a document has."""

    form: str
    field: str

    def value(self, results: Results, round_: int) -> float | None:
        value = results.field(self.form, self.field, round_)
        return float(len(value)) if isinstance(value, (list, tuple)) else None


@dataclass(frozen=True, slots=True)
class FilledRows:
    """Share (0 to 1) of the rows of a table in which every named column is filled; None while there are no rows."""

    form: str
    rows: str
    columns: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Paths of the columns, for the lint."""
        return tuple(f"{self.rows}.{column}" for column in self.columns)

    def value(self, results: Results, round_: int) -> float | None:
        rows = results.field(self.form, self.rows, round_) or ()
        whole = sum(not any(missing(row, column) for column in self.columns) for row in rows)
        return whole / len(rows) if rows else None


@dataclass(frozen=True, slots=True)
class Fact:
    """A number the host puts into the facts of the run."""

    fact: str

    def value(self, results: Results, round_: int) -> float | None:
        value = results.view.facts.get(self.fact)
        return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Growth:
    """The last round's value minus the first round's; None until there are two rounds."""

    measure: Measure

    def value(self, results: Results, round_: int) -> float | None:
        first, last = self.measure.value(results, 1), self.measure.value(results, round_)
        return None if round_ < 2 or first is None or last is None else last - first


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure minus another."""

    measure: Measure
    minus: Measure

    def value(self, results: Results, round_: int) -> float | None:
        left, right = self.measure.value(results, round_), self.minus.value(results, round_)
        return None if left is None or right is None else left - right


@dataclass(frozen=True, slots=True)
class RoundsWhere:
    """In how many rounds so far a measure reaches ``least``."""

    measure: Measure
    least: float

    def value(self, results: Results, round_: int) -> float | None:
        values = [self.measure.value(results, n) for n in range(1, round_ + 1)]
        known = [v for v in values if v is not None]
        return float(sum(reaches(v, self.least) for v in known)) if known else None


@dataclass(frozen=True, slots=True)
class KindsWhere:
    """In how many different kinds of rounds a measure reaches ``least``."""

    measure: Measure
    least: float

    def value(self, results: Results, round_: int) -> float | None:
        kinds: set[str] = set()
        known = False
        for facts in results.view.rounds:
            if facts.n <= round_ and (value := self.measure.value(results, facts.n)) is not None:
                known = True
                if reaches(value, self.least):
                    kinds.add(facts.kind)
        return float(len(kinds)) if known else None


Measure = (
    IndicatorMean
    | SectionMean
    | ChosenSectionMean
    | ChosenIndicatorMean
    | LowestSubjectMean
    | Agreement
    | OptionShare
    | Participation
    | Answered
    | Lowest
    | Total
    | Entries
    | FilledRows
    | Fact
    | Growth
    | Difference
    | RoundsWhere
    | KindsWhere
)


def _numbers(results: Results, form: str, fields: tuple[str, ...], round_: int) -> list[float]:
    values = [results.field(form, field, round_) for field in fields]
    return [] if any(v is None or v == "" for v in values) else [float(v) for v in values]


def reaches(value: float, threshold: float) -> bool:
    """Whether ``value`` is at least ``threshold``, forgiving the dust of binary fractions."""
    return value >= threshold - 1e-9
