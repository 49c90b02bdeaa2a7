"""A group type: everything one kind of team brings, as one frozen value."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.criteria import Criterion
from engine.core.forms import Form, Indicator, Item, Option, Section, SoftWarning, Survey
from engine.core.process import Process, rules_of
from engine.core.rules import Rule


@dataclass(frozen=True, slots=True)
class Technique:
    """A way of working from the catalogue of the type; ``tags`` group techniques (for example by strategy)."""

    key: str
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One step of the way of running work to a newer version: from the version ``source`` to the next one.

    A type holds its steps in order: each leads to the source of the one after it, the last to the definition itself; so
    an author adds a step with each version and never rewrites an old one. Pairs are (old key, new key); what keeps its
    key needs no pair. ``stages`` maps stages (several old ones may go to one), ``forms`` documents, ``fields`` single
    answers, as "form.field" or "form.rows.column" with everything before the last dot in its new words. What is
    ``retired`` ("form", "form.field", "form.rows.column") is asked no more; its answers stay readable in the sheets
    they were given in.
    """

    source: str
    stages: tuple[tuple[str, str], ...] = ()
    forms: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    retired: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """When ``indicator`` stays at or below ``at_most`` in ``rounds`` rounds, suggest a difficulty of ``group``."""

    indicator: str
    group: str
    text: str
    at_most: float = 1.0
    rounds: int = 2


@dataclass(frozen=True, slots=True)
class Addition:
    """That another plugin adds to the definition: its key, and how it is called where the plugin is gone."""

    key: str
    title: str
    version: str = "1"


@dataclass(frozen=True)
class GroupType:
    """What a plugin brings.

    ``api`` is the range of the door's versions it was written for (">=1,<2"); ``colour`` a hex accent, ``icon`` the
    name of an icon of the shipped set. ``kinds`` are the kinds a round may have. ``team`` is how many people run it
    together, ``settings`` what is set once for the type where it runs, ``upgrades`` how runs of older versions go on.
    ``additions`` name the plugins that add to it: filled in by the host, never by the type.
    """

    key: str
    title: str
    purpose: str
    version: str
    process: Process
    forms: tuple[Form, ...] = ()
    surveys: tuple[Survey, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    techniques: tuple[Technique, ...] = ()
    hints: tuple[Hint, ...] = ()
    warnings: tuple[SoftWarning, ...] = ()
    kinds: tuple[Option, ...] = ()
    short: str = ""
    api: str = ">=1,<2"
    colour: str = "#2f6f4f"
    icon: str = "people"
    team: int = 3
    settings: tuple[Section, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()
    additions: tuple[Addition, ...] = ()

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the definition as data: the same content gives the same fingerprint in every process."""
        from engine.core.snapshot import fingerprint

        return fingerprint(self)

    @functools.cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule by key."""
        return rules_of(self.process.actions)

    def owner_title(self, owner: str) -> str:
        """How the plugin keyed ``owner``, whose rule or form this is, is called; empty for the type's own."""
        return next((a.title for a in self.additions if a.key == owner), owner)

    def form(self, key: str) -> Form:
        """The form keyed ``key``; KeyError when there is none."""
        for form in self.forms:
            if form.key == key:
                return form
        raise KeyError(f"unknown form: {key!r}")

    def items_of(self, key: str) -> tuple[Item, ...]:
        """The items of the form keyed ``key``; none where the type has no such form."""
        return tuple([item for form in self.forms if form.key == key for _, item in form.items()])

    def survey(self, key: str) -> Survey:
        """The survey keyed ``key``; KeyError when there is none."""
        for survey in self.surveys:
            if survey.key == key:
                return survey
        raise KeyError(f"unknown survey: {key!r}")

    @functools.cached_property
    def sources(self) -> frozenset[str]:
        """Every "FORM.ROWS.COLUMN" whose entries are answers to choose from in another document."""
        items = (item for form in self.forms for _, item in form.items())
        fields = (field for item in items for field in getattr(item, "columns", (item,)))
        return frozenset(source for field in fields if (source := getattr(field, "source", "")).count(".") == 2)

    @functools.cached_property
    def observed(self) -> tuple[tuple[Form, Section], ...]:
        """The sections that hold indicators, with their forms."""
        return tuple((f, s) for f in self.forms for s in f.sections if s.indicators)

    @functools.cached_property
    def places(self) -> Mapping[str, tuple[Form, Section]]:
        """Where each indicator is judged: the first place that names it."""
        return {i.key: (f, s) for f, s in reversed(self.observed) for i in s.indicators}

    @functools.cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Every indicator by key."""
        return {i.key: i for _, s in self.observed for i in s.indicators}
