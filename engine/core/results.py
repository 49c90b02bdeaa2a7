"""What the documents of a run add up to: indicators, sections, agreement of the asked.

Formulas: the value of an indicator in a round is the mean over observers of each observer's mean over subjects;
a section is the mean of its indicators that have a value; its index is that mean divided by 3. "Not applicable"
(null) enters nothing. Agreement is the share of answers 3 and 4 among the answers to the question. No figure is
ever computed per author of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import fsum
from operator import is_not
from typing import Any, NamedTuple

from engine.core.definition import GroupType
from engine.core.forms import Form, Section
from engine.core.view import CycleView, Person, Tally

#: Observers who differ by this much or more on one indicator should talk about it.
DISAGREEMENT = 2
TOP = 3
_there: Any = partial(is_not, None)  # as a filter it costs no call for a value
_NOBODY = Person(0, "")
#: Who has written, and what; one after another.
Written = Sequence[tuple[Person, Mapping[str, Any]]]


class IndicatorResult(NamedTuple):
    """One indicator in one round, as ``written``: the mean, and whether observers disagree.

    A tuple: a package of results has dozens, and a frozen dataclass takes many times as long to make.
    """

    key: str
    mean: float | None
    disagree: bool
    written: Written
    by_subject: bool

    @property
    def scores(self) -> tuple[tuple[Person, Mapping[str, int | None]], ...]:
        """Each observer's scores by subject ("" in a section without subjects)."""
        key = self.key
        if self.by_subject:
            return tuple([(who, _by_subject(values.get(key))) for who, values in self.written])
        return tuple([(who, {"": values[key]} if key in values else {}) for who, values in self.written])


@dataclass(frozen=True, slots=True)
class SectionResult:
    """One section in one round; ``index`` is the mean as a share of the top of the scale."""

    key: str
    title: str
    indicators: tuple[IndicatorResult, ...]
    mean: float | None

    @property
    def index(self) -> float | None:
        return None if self.mean is None else self.mean / TOP


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are there; None when there are none."""
    there: list[float] = list(filter(_there, values))
    return fsum(there) / len(there) if there else None


def _by_subject(value: Any) -> dict[str, int | None]:
    return dict(value) if isinstance(value, Mapping) else {}


@lru_cache(1024)
def _figures(scores: tuple[int | None, ...]) -> tuple[float | None, bool]:
    """The mean, and whether those who gave the scores differ so much that they should talk about it. A few observers on
    a scale of four: the same scores again and again."""
    there: list[int] = list(filter(_there, scores))
    return mean(there), bool(there) and max(there) - min(there) >= DISAGREEMENT


def _alone(keys: Sequence[str], written: Written) -> list[IndicatorResult]:
    """Indicators that are judged once each."""
    columns = [map(values.get, keys) for _, values in written]
    scores = zip(*columns, strict=True) if columns else [()] * len(keys)
    return [
        IndicatorResult(key, *_figures(of), written, by_subject=False) for key, of in zip(keys, scores, strict=True)
    ]


def _subject_by_subject(keys: Sequence[str], written: Written) -> list[IndicatorResult]:
    """Indicators that are judged once per subject."""
    found = []
    for key in keys:
        given = [_by_subject(values.get(key)) for _, values in written]
        subjects = {subject for scores in given for subject in scores}
        apart = any(_figures(tuple([scores.get(subject) for scores in given]))[1] for subject in subjects)
        found.append(IndicatorResult(key, mean([mean(s.values()) for s in given]), apart, written, by_subject=True))
    return found


class Results:
    """The figures of a run. Computed from the submitted documents and the tallies of a view; nothing is stored.

    A figure that was asked for is kept: criteria, sections and hints look at the same ones.
    """

    def __init__(self, definition: GroupType, view: CycleView) -> None:
        self.definition = definition
        self.view = view
        self._documents: dict[tuple[str, int], Written] = {}
        self._indicators: dict[tuple[str, str, int], IndicatorResult] = {}
        self._sections: dict[tuple[str, str, int], SectionResult] = {}
        self._rounds: dict[int, tuple[SectionResult, ...]] = {}
        self._tallies: dict[tuple[str, int], Tally | None] = {}

    def rounds(self) -> tuple[int, ...]:
        """The rounds there can be figures for."""
        last = self.view.round if self.definition.process.loop else 1
        return tuple(range(1, last + 1))

    def _written(self, form: Form, round_: int) -> Written:
        """What stands in the submitted documents."""
        key = form.key, round_ if form.per_round else 0
        if key not in self._documents:
            sheets = self.view.sheets_of(*key)
            self._documents[key] = [(s.person or _NOBODY, s.values) for s in sheets if s.state == "submitted"]
        return self._documents[key]

    def indicator(self, key: str, round_: int) -> IndicatorResult:
        """One indicator in one round."""
        places = self.definition.places
        if key not in places:
            raise KeyError(f"unknown indicator: {key!r}")
        form, section = places[key]
        of = form.key, key, round_
        if of not in self._indicators:
            self._judge(form, section, (key,), round_)
        return self._indicators[of]

    def _judge(self, form: Form, section: Section, keys: Sequence[str], round_: int) -> tuple[IndicatorResult, ...]:
        """Indicators of a section in one round. All together: a package of results has dozens of them."""
        judge = _subject_by_subject if section.subjects else _alone
        judged = judge(keys, self._written(form, round_))
        for result in judged:
            self._indicators[form.key, result.key, round_] = result
        return tuple(judged)

    def section(self, key: str, round_: int) -> SectionResult:
        """One section in one round."""
        for form, section in self.definition.observed:
            if section.key == key:
                return self._section(form, section, round_)
        raise KeyError(f"unknown section: {key!r}")

    def _section(self, form: Form, section: Section, round_: int) -> SectionResult:
        of = form.key, section.key, round_
        if of not in self._sections:
            shown = section.indicators if not section.rounds or round_ in section.rounds else ()
            indicators = self._judge(form, section, [i.key for i in shown], round_) if shown else ()
            self._sections[of] = SectionResult(
                section.key, section.title, indicators, mean([i.mean for i in indicators])
            )
        return self._sections[of]

    def sections(self, round_: int) -> tuple[SectionResult, ...]:
        """Every section with indicators, in order."""
        if round_ not in self._rounds:
            self._rounds[round_] = tuple([self._section(*place, round_) for place in self.definition.observed])
        return self._rounds[round_]

    def overall(self, round_: int) -> SectionResult:
        """All indicators of the round as one section."""
        everything = tuple([i for s in self.sections(round_) for i in s.indicators])
        return SectionResult("", "", everything, mean([i.mean for i in everything]))

    def subject_mean(self, section_key: str, subject: str, round_: int) -> float | None:
        """The mean of a section for one subject over all observers."""
        section = self.section(section_key, round_)
        return mean(given.get(subject) for i in section.indicators for _, given in i.scores)

    def tally(self, survey: str, round_: int) -> Tally | None:
        """The numbers of a survey."""
        of = survey, round_
        if of not in self._tallies:
            self._tallies[of] = self.view.tally(survey, round_)
        return self._tallies[of]

    def agreement(self, survey: str, question: str, round_: int) -> float | None:
        """Share (0 to 1) of answers 3 and 4; None when nobody answered or too few answers may be shown."""
        tally = self.tally(survey, round_)
        if not tally or tally.answers < self.definition.survey(survey).least:
            return None
        return tally.agreed(question)

    def field(self, form: str, key: str, round_: int) -> Any:
        """An answer of a shared document (or of the first submitted personal one); None when there is none."""
        spec = self.definition.form(form)
        for _, values in self._written(spec, round_):
            if key in values:
                return values[key]
        return None
