"""What a cycle has shown: criteria and figures lesson by lesson, disagreement of observers, the asked, hints."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

from engine.core.criteria import Finding, findings
from engine.core.definition import GroupType, Hint
from engine.core.results import Results, SectionResult
from engine.core.view import CycleView
from engine.services.definitions import definition_of
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.people import Person


class Agreed(NamedTuple):
    """A question of the survey with the share (0 to 1) of agreement in each round; None where it may not be shown.

    ``pupils`` tells whether a class is asked, or adults.
    """

    title: str
    shares: tuple[float | None, ...]
    pupils: bool = True


@dataclass(frozen=True)
class Outcome:
    """The results page of a cycle. Nothing here is about one teacher."""

    definition: GroupType
    view: CycleView
    results: Results
    rounds: tuple[int, ...]
    sections: tuple[tuple[SectionResult, ...], ...]
    overall: tuple[SectionResult, ...]
    findings: tuple[Finding, ...]
    disagreements: tuple[tuple[int, str], ...]
    agreement: tuple[Agreed, ...]
    class_changed: bool

    def finding(self, criterion: str, round_: int) -> Finding | None:
        """The verdict on a criterion in a round."""
        return next((f for f in self.findings if f.criterion.key == criterion and f.round == round_), None)

    @functools.cached_property
    def hints(self) -> tuple[Hint, ...]:
        """What to think about, worked out for whoever looks: the Laboratory does not."""
        found = []
        for hint in self.definition.hints:
            means = [self.results.indicator(hint.indicator, n).mean for n in self.rounds]
            if sum(m is not None and m <= hint.at_most for m in means) >= hint.rounds:
                found.append(hint)
        return tuple(found)


def measures(definition: GroupType) -> bool:
    """Whether cycles of the type have results: something is judged, observed on the scale, or asked."""
    asked = any(not s.counts_only and any(q.kind == "scale4" for q in s.questions) for s in definition.surveys)
    return bool(definition.criteria or definition.observed or asked)


def outcome(cycle: Cycle, person: Person | None = None) -> Outcome:
    """Compute everything from the submitted documents; nothing is stored."""
    definition = definition_of(cycle)
    view = view_of(cycle, definition, person)
    return of_view(definition, view)


def of_view(definition: GroupType, view: CycleView) -> Outcome:
    """The outcome of any view (pure)."""
    results = Results(definition, view)
    rounds = results.rounds()
    sections = tuple([results.sections(n) for n in rounds])
    overall = tuple([results.overall(n) for n in rounds])
    disagreements = [
        (n, indicator.key)
        for n, whole in zip(rounds, overall, strict=True)
        for indicator in whole.indicators
        if indicator.disagree
    ]
    agreement = [
        Agreed(
            question.title,
            tuple([results.agreement(survey.key, question.key, n) for n in rounds]),
            survey.respondents in ("", "pupils"),
        )
        for survey in definition.surveys
        if not survey.counts_only
        for question in survey.questions
        if question.kind == "scale4"
    ]
    classes = {str(r.facts.get("class_name")) for r in view.rounds if r.facts.get("class_name") and r.n in rounds}
    return Outcome(
        definition,
        view,
        results,
        rounds,
        sections,
        overall,
        findings(results),
        tuple(disagreements),
        tuple(agreement),
        len(classes) > 1,
    )
