"""What the documents of a run add up to: indicators, sections, agreement of the asked.

Formulas: the value of an indicator in a round is the mean over observers of each observer's mean over subjects;
a section is the mean of its indicators that have a value; its index is that mean divided by 3. "Not applicable"
(null) enters nothing. Agreement is the share of answers 3 and 4 among the answers to the question. No figure is
ever computed per author of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from math import fsum
from operator import is_not
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Form, Section
from engine.core.view import CycleView, Person, Sheet, Tally

#: Observers who differ by this much or more on one indicator should talk about it.
DISAGREEMENT = 2
TOP = 3
_there: Any = partial(is_not, None)  # as a filter it costs no call for a value


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """One indicator in one round: each observer's scores by subject, the mean, and whether observers disagree."""

    key: str
    scores: tuple[tuple[Person, Mapping[str, int | None]], ...]
    mean: float | None
    disagree: bool


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


def scores(values: Mapping[str, Any], section: Section, key: str) -> dict[str, int | None]:
    """The scores of one indicator in one document, by subject ("" for a section without subjects)."""
    value = values.get(key)
    if section.subjects:
        return dict(value) if isinstance(value, Mapping) else {}
    return {"": value} if key in values else {}


def _apart(scores: Iterable[int | None]) -> bool:
    """Whether observers differ so much on one subject that they should talk about it."""
    there: list[int] = list(filter(_there, scores))
    return len(there) > 1 and max(there) - min(there) >= DISAGREEMENT


class Results:
    """The figures of a run. Computed from the submitted documents and the tallies of a view; nothing is stored.

    A figure that was asked for is kept: criteria, sections and hints look at the same ones.
    """

    def __init__(self, definition: GroupType, view: CycleView) -> None:
        self.definition = definition
        self.view = view
        self._documents: dict[tuple[str, int], list[Sheet]] = {}
        self._indicators: dict[tuple[str, str, int], IndicatorResult] = {}
        self._sections: dict[tuple[str, str, int], SectionResult] = {}

    def rounds(self) -> tuple[int, ...]:
        """The rounds there can be figures for."""
        last = self.view.round if self.definition.process.loop else 1
        return tuple(range(1, last + 1))

    def _sheets(self, form: Form, round_: int) -> list[Sheet]:
        key = form.key, round_ if form.per_round else 0
        if key not in self._documents:
            self._documents[key] = [s for s in self.view.sheets_of(*key) if s.submitted]
        return self._documents[key]

    def indicator(self, key: str, round_: int) -> IndicatorResult:
        """One indicator in one round."""
        place = self.definition.places.get(key)
        if place is None:
            raise KeyError(f"unknown indicator: {key!r}")
        return self._indicator(*place, key, round_)

    def _indicator(self, form: Form, section: Section, key: str, round_: int) -> IndicatorResult:
        of = form.key, key, round_
        if of not in self._indicators:
            self._indicators[of] = self._judged(form, section, key, round_)
        return self._indicators[of]

    def _judged(self, form: Form, section: Section, key: str, round_: int) -> IndicatorResult:
        found = [(s.person or Person(0, ""), scores(s.values, section, key)) for s in self._sheets(form, round_)]
        if section.subjects:
            subjects = {subject for _, given in found for subject in given}
            disagree = any(_apart(given.get(subject) for _, given in found) for subject in subjects)
            found_mean = mean([mean(given.values()) for _, given in found])
        else:
            all_ = [given[""] for _, given in found if given]
            disagree, found_mean = _apart(all_), mean(all_)
        return IndicatorResult(key, tuple(found), found_mean, disagree)

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
            indicators = tuple([self._indicator(form, section, i.key, round_) for i in shown])
            self._sections[of] = SectionResult(
                section.key, section.title, indicators, mean([i.mean for i in indicators])
            )
        return self._sections[of]

    def sections(self, round_: int) -> tuple[SectionResult, ...]:
        """Every section with indicators, in order."""
        return tuple(self._section(form, section, round_) for form, section in self.definition.observed)

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
        return self.view.tally(survey, round_)

    def agreement(self, survey: str, question: str, round_: int) -> float | None:
        """Share (0 to 1) of answers 3 and 4; None when nobody answered or too few answers may be shown."""
        tally = self.tally(survey, round_)
        if not tally or tally.answers < self.definition.survey(survey).least:
            return None
        return tally.agreed(question)

    def field(self, form: str, key: str, round_: int) -> Any:
        """An answer of a shared document (or of the first submitted personal one); None when there is none."""
        spec = self.definition.form(form)
        for sheet in self._sheets(spec, round_):
            if key in sheet.values:
                return sheet.values[key]
        return None
