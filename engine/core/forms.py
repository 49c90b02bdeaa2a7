"""Forms as data: what is asked, of whom, and how an answer is checked.

A ``Form`` holds sections, a section holds fields, indicators and tables of rows. Keys are stable ids (ASCII);
labels may change. The same data makes the page, the stored schema and the export.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

FieldKind = Literal[
    "line", "text", "list", "number", "choice", "choices", "flag", "date", "time", "files", "url", "person"
]
#: How a form is filled: one document of the whole team, or one of each person who holds a role.
Filling = Literal["shared", "each"]

#: The scale of every indicator, 0 to 3; "not applicable" is stored as null and never enters a mean.
SCALE = (0, 1, 2, 3)
NOT_APPLICABLE = "na"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: a stable key and its label."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question.

    ``options`` are the fixed answers of a choice; ``source`` names answers known only at run time: "techniques" (the
    catalogue of the type), "team" and "observers" (people), "subjects", or "FORM.ROWS.COLUMN" (what was written in
    another document of the same round). ``soft`` names the warnings of the type that look at the text; ``private``
    marks words about individuals, shown to the team alone until the work is handed over. ``initial`` is what a
    setting is until somebody sets it.
    """

    key: str
    title: str
    kind: FieldKind = "line"
    required: bool = False
    help: str = ""
    options: tuple[Option, ...] = ()
    source: str = ""
    max_length: int = 5000
    minimum: int | None = None
    maximum: int | None = None
    least: int = 0
    most: int = 0
    soft: tuple[str, ...] = ()
    private: bool = False
    initial: str | int | bool | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something watched on the scale 0 to 3, with a description of each level."""

    key: str
    code: str
    title: str
    levels: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table that grows row by row; every row has the same columns."""

    key: str
    title: str
    columns: tuple[Field, ...]
    least: int = 0
    most: int = 60
    help: str = ""


Item = Field | Indicator | Rows


@dataclass(frozen=True)
class Section:
    """Part of a form. ``rounds`` limits it to some rounds (empty: all).

    ``subjects`` makes each indicator be judged once per subject, "@name" takes the subjects from a feed of the run.
    """

    key: str
    title: str
    items: tuple[Item, ...]
    help: str = ""
    rounds: tuple[int, ...] = ()
    subjects: tuple[str, ...] = ()
    subject_titles: tuple[str, ...] = ()

    @functools.cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(item for item in self.items if isinstance(item, Indicator))


@dataclass(frozen=True, slots=True)
class Carry:
    """A value the form starts with: ``field`` of ``form``, ``back`` rounds ago (0: this round or once per run)."""

    to: str
    form: str
    field: str
    back: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A document of a run.

    ``roles`` fill it in, as one ``shared`` document or one for ``each`` holder. ``confirm`` names the roles whose
    every holder must confirm what is written; any change of the text asks for new confirmations. ``per_round``
    false means one document for the whole run. ``readers`` are further roles that may read it. ``owner`` is the plugin
    that added it to a type it does not own (empty: the type itself).
    """

    key: str
    title: str
    sections: tuple[Section, ...]
    filling: Filling = "shared"
    roles: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    per_round: bool = True
    help: str = ""
    readers: tuple[str, ...] = ()
    carries: tuple[Carry, ...] = ()
    view: str = ""
    owner: str = ""

    def items(self, round_: int | None = None) -> Iterator[tuple[Section, Item]]:
        """Every item with its section; with ``round_``, only the sections of that round."""
        for section in self.sections:
            if round_ is None or not section.rounds or round_ in section.rounds:
                for item in section.items:
                    yield section, item

    def find(self, key: str) -> Item | None:
        """The item (or column, as ``rows.column``) with this key."""
        head, _, column = key.partition(".")
        for _, item in self.items():
            if item.key == head:
                if not column:
                    return item
                if isinstance(item, Rows):
                    return next((c for c in item.columns if c.key == column), None)
        return None

    def with_sections(self, *sections: Section, before: str = "") -> Form:
        """The same form with more sections, at the end or before the section keyed ``before``."""
        if not before:
            return dataclasses.replace(self, sections=self.sections + sections)
        place = [s.key for s in self.sections].index(before)
        return dataclasses.replace(self, sections=self.sections[:place] + sections + self.sections[place:])

    def replacing(self, section: Section) -> Form:
        """The same form with the section of the same key replaced."""
        return dataclasses.replace(self, sections=tuple(section if s.key == section.key else s for s in self.sections))


QuestionKind = Literal["scale4", "single", "open"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey. ``scale4`` is 1 "no" to 4 "yes"; agreement is the share of 3 and 4."""

    key: str
    title: str
    kind: QuestionKind = "scale4"
    options: tuple[Option, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """An anonymous survey by link. ``counts_only`` keeps tallies and no answer of anybody.

    ``least`` answers are needed before anything but the count is shown; ``offer_skip`` lets every question pass.
    """

    key: str
    title: str
    questions: tuple[Question, ...]
    intro: str = ""
    outro: str = ""
    respondents: str = ""
    counts_only: bool = False
    least: int = 5


@dataclass(frozen=True, slots=True)
class SoftWarning:
    """A friendly hint beside a text that holds one of ``words`` (stems, matched at the start of a word)."""

    key: str
    words: tuple[str, ...]
    text: str
    pattern: str = ""
