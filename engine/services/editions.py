"""What was written in a cycle, over the versions of its definition: every text keeps the form it was written by.

Rows are never rewritten by an upgrade. Rules and pages that go on see them in the words of today's definition; who
reads an old sheet sees it by its own form.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sqlalchemy import bindparam, select

from engine.core.definition import GroupType, Upgrade
from engine.core.fields import Choices, name
from engine.core.forms import Form, Indicator, Rows, Survey
from engine.core.snapshot import from_data
from engine.core.text import Text
from engine.core.wording import Carried, Inputs, carried, place_after, stage_after
from engine.services.definitions import pinned
from engine.services.errors import NotFound
from engine.store.lives import CycleUpgrade
from engine.store.prepared import Read, Statement
from engine.store.reading import direct


class Run(Protocol):
    """A cycle, as far as its definitions are concerned."""

    @property
    def id(self) -> int: ...
    @property
    def type_key(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def upgrades(self) -> int: ...


class Said(Protocol):
    """What somebody has written in a cycle, as far as its form is concerned."""

    @property
    def form_key(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...


class Written(Said, Protocol):
    """A document with its answers."""

    @property
    def values(self) -> dict[str, Any]: ...


class _Upgrade(NamedTuple):
    """An upgrade that stands: the definition before it, and the steps from there."""

    fingerprint_before: str
    mapping: Any


_STANDING = Statement(
    select(CycleUpgrade.fingerprint_before, CycleUpgrade.mapping)
    .where(CycleUpgrade.cycle_id == bindparam("cycle"), CycleUpgrade.undone_at.is_(None))
    .order_by(CycleUpgrade.seq)
)


@dataclass(frozen=True, slots=True)
class Edition:
    """A sheet by the form it was written by. ``left`` is what has no place in today's form (places of the own one)."""

    definition: GroupType
    form: Form
    values: Mapping[str, Any]
    left: tuple[str, ...]
    choices: Choices


class Editions:
    """The definitions a cycle has gone through. A cycle that was never upgraded costs no statement."""

    def __init__(self, cycle: Run, read: Read = direct) -> None:
        self.cycle = cycle
        self.definition = pinned(cycle.fingerprint, cycle.type_key)
        self._rows = [_Upgrade(*row) for row in read(_STANDING, cycle=cycle.id)] if cycle.upgrades else []

    def steps(self, fingerprint: str) -> tuple[Upgrade, ...]:
        """The steps from the definition of a text to today's; none where it is today's, or was left again."""
        if fingerprint == self.cycle.fingerprint:
            return ()
        for place in range(len(self._rows) - 1, -1, -1):
            if self._rows[place].fingerprint_before == fingerprint:
                return tuple(step for row in self._rows[place:] for step in from_data(row.mapping))
        return ()

    def is_old(self, fingerprint: str) -> bool:
        """Whether a text was written by another definition than today's."""
        return bool(self._rows) and fingerprint not in ("", self.cycle.fingerprint)

    def definition_by(self, fingerprint: str) -> GroupType:
        """The definition a text was written by; today's where that was never kept."""
        if fingerprint in ("", self.cycle.fingerprint):
            return self.definition
        try:
            return pinned(fingerprint, self.cycle.type_key)
        except NotFound:
            return self.definition

    def form_by(self, fingerprint: str, key: str) -> Form | None:
        """The form a text was written by."""
        return _form(self.definition_by(fingerprint), key)

    def key_now(self, fingerprint: str, key: str) -> str | None:
        """What the form of a text is called today; None when it is filled in no more."""
        moved = place_after(self.steps(fingerprint), key)
        return moved if moved is not None and _form(self.definition, moved) else None

    def find(self, key: str) -> tuple[GroupType, Form, bool]:
        """The form an address means, in any words it ever had; True when it is filled in no more.

        Raises KeyError when no definition of the cycle has it.
        """
        if form := _form(self.definition, key):
            return self.definition, form, False
        for row in reversed(self._rows):
            definition = self.definition_by(row.fingerprint_before)
            if form := _form(definition, key):
                today = self.key_now(row.fingerprint_before, key)
                if today is not None:
                    return self.definition, self.definition.form(today), False
                return definition, form, True
        raise KeyError(key)

    def survey(self, key: str) -> Survey:
        """The survey called ``key`` today, or by the newest definition that had it. KeyError when none has."""
        older = (self.definition_by(row.fingerprint_before) for row in reversed(self._rows))
        for definition in itertools.chain([self.definition], older):
            for survey in definition.surveys:
                if survey.key == key:
                    return survey
        raise KeyError(key)

    def stages(self, key: str) -> set[str]:
        """What the stage ``key`` was ever called in this cycle."""
        older = {row.fingerprint_before for row in self._rows}
        return {key} | {
            stage.key
            for fingerprint in older
            for stage in self.definition_by(fingerprint).process.stages
            if stage_after(self.steps(fingerprint), stage.key) == key
        }

    def title(self, key: str) -> str:
        """What a document is called, whatever words its key is in."""
        try:
            return self.find(key)[1].title
        except KeyError:
            return key

    def today(self, fingerprint: str, key: str, values: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """A text in today's words: the key of its form and its answers. What is retired stays in its own words."""
        if not self.is_old(fingerprint):
            return key, values
        moved, old = self.key_now(fingerprint, key), self.form_by(fingerprint, key)
        if moved is None or old is None:
            return key, values
        return moved, carried(old, self.definition.form(moved), values, self.steps(fingerprint)).values

    def carried(self, row: Written) -> Carried:
        """The answers of an old sheet in today's form, and what has no place there."""
        old, moved = self.form_by(row.fingerprint, row.form_key), self.key_now(row.fingerprint, row.form_key)
        if old is None or moved is None:
            return Carried(dict(row.values))
        return carried(old, self.definition.form(moved), row.values, self.steps(row.fingerprint))

    def means(self, row: Said, key: str) -> bool:
        """Whether a row is the document that is called ``key`` today (or was, once it is retired)."""
        today = self.key_now(row.fingerprint, row.form_key)
        return key == (row.form_key if today is None else today)

    def typed(
        self, fingerprint: str, key: str, raw: Sequence[Sequence[str]]
    ) -> tuple[list[list[str]], list[list[str]]]:
        """What was typed into a page made by another definition: inputs of today's page, and what it has no input for
        as [fingerprint, form, input, text]."""
        if fingerprint in ("", self.cycle.fingerprint):
            return [list(pair) for pair in raw], []
        old, moved = self.form_by(fingerprint, key), self.key_now(fingerprint, key)
        if old is None or moved is None:
            return [list(pair) for pair in raw], []
        rename = Inputs(old, self.definition.form(moved), self.steps(fingerprint))
        kept, aside = [], []
        for given, value in raw:
            today = rename(given, value)
            if today is not None:
                kept.append([today, value])
            elif value.strip():
                aside.append([fingerprint, key, given, value])
        return kept, aside

    def told(self, aside: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
        """What was put aside, as question and text."""
        return [
            (_label(form, given) if (form := self.form_by(fingerprint, key)) else given, text)
            for fingerprint, key, given, text in aside
        ]


def _form(definition: GroupType, key: str) -> Form | None:
    try:
        return definition.form(key)
    except KeyError:
        return None


def _labels(form: Form) -> Iterator[tuple[str, str]]:
    for _, item in form.items():
        if isinstance(item, Rows):
            for column in item.columns:
                title = Text("{a}: {b}", en="{a}: {b}").fill({"a": item.title, "b": column.title})
                yield f"{name(item.key)}-*-{name(column.key)}", title
        else:
            yield name(item.key), f"{item.code} {item.title}" if isinstance(item, Indicator) else item.title


def _label(form: Form, given: str) -> str:
    known = dict(_labels(form))
    head, dash, rest = given.partition("-")
    wanted = f"{head}-*-{rest.partition('-')[2]}" if dash else given
    return known.get(wanted) or known.get(given.rpartition("__")[0]) or given
