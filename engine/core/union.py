"""A form over the versions of its definition: every question that was ever asked, under its last words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Indicator, Option, Rows, Section
from engine.core.wording import place_after, steps_from

#: The last words of a place and the last version that had it ("" while it is asked).
Last = tuple[str, str]


def last_words(newest: GroupType, version: str, place: str) -> Last:
    """What "form", "form.field" or "form.rows.column" of a version is called for the last time."""
    for step in steps_from(newest, version) or ():
        moved = place_after((step,), place)
        if moved is None:
            return place, step.source
        place = moved
    return place, ""


@dataclass(slots=True)
class Question:
    """One column of the union: its last words, its label in each version, and everything that could be answered.

    ``table`` is the last words of the table it is a column of (("", "") for a question of the form itself). ``item`` is
    as the newest version that asked it has it.
    """

    last: Last
    table: Last
    item: Field | Indicator
    section: Section
    titles: dict[str, str] = field(default_factory=dict)
    options: dict[str, Option] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key without the form it is of."""
        return self.last[0].partition(".")[2]

    @property
    def title(self) -> str:
        """The newest label."""
        return self.titles[self.versions[-1]]

    @property
    def kind(self) -> str:
        return "score" if isinstance(self.item, Indicator) else self.item.kind


@dataclass(frozen=True, slots=True)
class Union:
    """A form over its versions: its newest form, the tables it ever held (last words and title), every question."""

    form: Form
    versions: tuple[str, ...]
    tables: dict[Last, str]
    questions: tuple[Question, ...]

    def of(self, table: Last = ("", "")) -> list[Question]:
        """The questions of a table (default: of the form itself)."""
        return [q for q in self.questions if q.table == table]


def union(definitions: Sequence[GroupType], key: str) -> Union:
    """The form that is called ``key`` for the last time, over ``definitions`` (oldest first; the last is the newest).

    Raises KeyError when none of them has it.
    """
    newest = definitions[-1]
    questions: dict[Last, Question] = {}
    tables: dict[Last, str] = {}
    found: list[tuple[GroupType, Form]] = []
    for definition in definitions:
        for form in definition.forms:
            if last_words(newest, definition.version, form.key)[0] == key:
                found.append((definition, form))
    if not found:
        raise KeyError(key)
    for definition, form in reversed(found):  # the newest order comes first, what is retired after it
        for section, table, item in _questions(form):
            within = last_words(newest, definition.version, f"{form.key}.{table.key}") if table else ("", "")
            place = f"{form.key}.{table.key}.{item.key}" if table else f"{form.key}.{item.key}"
            last = last_words(newest, definition.version, place)
            if table:
                tables.setdefault(within, table.title)
            question = questions.setdefault(last, Question(last, within, item, section))
            question.titles.setdefault(definition.version, item.title)
            if definition.version not in question.versions:
                question.versions.insert(0, definition.version)
            for option in getattr(item, "options", ()):
                question.options.setdefault(option.key, option)
    versions = tuple(dict.fromkeys(definition.version for definition, _ in found))
    return Union(found[-1][1], versions, tables, tuple(questions.values()))


def _questions(form: Form) -> Iterator[tuple[Section, Rows | None, Field | Indicator]]:
    for section, item in form.items():
        if isinstance(item, Rows):
            for column in item.columns:
                yield section, item, column
        else:
            yield section, None, item
