"""What a rule sees: the read-only facts of one run at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

from engine.core.frozen import frozen

SheetState = Literal["draft", "submitted"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as far as a rule may know them: an id and a short name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document as it stands. ``person`` is None for a shared one; ``confirmed`` holds who agreed with this text."""

    form: str
    round: int
    person: Person | None
    values: Mapping[str, Any]
    state: SheetState = "submitted"
    confirmed: frozenset[int] = frozenset()
    at: datetime | None = None
    id: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(self.values))

    @property
    def submitted(self) -> bool:
        return self.state == "submitted"


@dataclass(frozen=True, slots=True)
class Tally:
    """A survey in numbers: ``counts[question][option]``; open answers are only counted."""

    survey: str
    round: int
    is_open: bool
    answers: int
    present: int | None = None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    skipped_because: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", frozen(self.counts))

    def agreed(self, question: str) -> float | None:
        """Share (0 to 1) of answers 3 and 4 to a question on the scale 1 to 4; None when nobody answered it."""
        counts = self.counts.get(question, {})
        total = sum(counts.values())
        return (counts.get("3", 0) + counts.get("4", 0)) / total if total else None


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """One turn of the loop: when, of what kind, how it stands."""

    n: int
    kind: str = ""
    at: datetime | None = None
    status: str = ""
    done_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", frozen(self.facts))


@dataclass(frozen=True, slots=True)
class CycleView:
    """The facts of a run that rules and criteria read. Nothing here can be written, the insides of documents included.

    ``roles`` maps a role to the people who hold it in the current round; ``facts`` holds what the host knows beyond
    the documents (named by the feeds of the process); ``settings`` what was set for the type where it runs; ``given``
    what the actor typed beside the button.
    """

    stage: str
    round: int = 1
    held: bool = False
    now: datetime = datetime(1, 1, 1)  # noqa: DTZ001 - the clock of a view is local and naive
    actor: Person | None = None
    roles: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)
    sheets: Sequence[Sheet] = ()
    tallies: Sequence[Tally] = ()
    rounds: Sequence[RoundFacts] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()
    given: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozen(self.roles))
        object.__setattr__(self, "facts", frozen(self.facts))
        object.__setattr__(self, "thresholds", frozen(self.thresholds))
        object.__setattr__(self, "given", frozen(self.given))
        object.__setattr__(self, "settings", frozen(self.settings))

    @property
    def today(self) -> date:
        return self.now.date()

    def told(self) -> Mapping[str, Any]:
        """What whoever holds the view has been told, by its fields: here everything."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def holders(self, role: str) -> tuple[Person, ...]:
        """Who holds ``role`` in the current round."""
        return tuple(self.roles.get(role, ()))

    def holds(self, role: str) -> bool:
        """Whether the actor holds ``role`` in the current round."""
        actor = self.actor
        if actor is not None:
            for person in self.roles.get(role, ()):
                if person.id == actor.id:
                    return True
        return False

    def _among(self, form: str, rounds: Collection[int]) -> Iterable[Sheet]:
        """The documents to look among for those of ``form`` in ``rounds``."""
        return self.sheets

    def sheets_of(self, form: str, round_: int | None = None) -> tuple[Sheet, ...]:
        """Every document of this form in ``round_`` (default: current; 0: once-per-run documents)."""
        wanted = (self.round, 0) if round_ is None else (round_,)
        return tuple([s for s in self._among(form, wanted) if s.form == form and s.round in wanted])

    def sheet(self, form: str, round_: int | None = None) -> Sheet | None:
        """The shared document of this form, or None when nobody has saved it yet."""
        wanted = (self.round, 0) if round_ is None else (round_,)
        for sheet in self._among(form, wanted):
            if sheet.form == form and sheet.person is None and sheet.round in wanted:
                return sheet
        return None

    def values(self, form: str, round_: int | None = None) -> Mapping[str, Any]:
        """What is written in the shared document; empty when there is none."""
        sheet = self.sheet(form, round_)
        return sheet.values if sheet else {}

    def tally(self, survey: str, round_: int | None = None) -> Tally | None:
        """The numbers of a survey in ``round_`` (default: current)."""
        wanted = self.round if round_ is None else round_
        for tally in self.tallies:
            if tally.survey == survey and tally.round == wanted:
                return tally
        return None

    def round_facts(self, n: int | None = None) -> RoundFacts:
        """The facts of a round (default: current)."""
        wanted = self.round if n is None else n
        for facts in self.rounds:
            if facts.n == wanted:
                return facts
        return RoundFacts(wanted)
