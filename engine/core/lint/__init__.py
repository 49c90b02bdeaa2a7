"""Lint: everything that is wrong with a definition, found before anybody meets it.

Each finding has a code, the place, and what to do. A definition with findings is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set

from engine.core.definition import GroupType
from engine.core.lint.actions import actions, rules
from engine.core.lint.finding import Finding
from engine.core.lint.forms import forms, settings, surveys
from engine.core.lint.graph import graph
from engine.core.lint.keys import RESERVED, keys
from engine.core.lint.life import initial, upgrades
from engine.core.lint.looks import looks
from engine.core.lint.references import criteria, references
from engine.core.lint.shape import shape

__all__ = ["RESERVED", "Finding", "lint"]


def lint(
    definition: GroupType,
    roles: Mapping[str, int],
    feeds: Set[str] = frozenset(),
    effects: Set[str] = frozenset(),
    *,
    absent: Set[str] = frozenset(),
    seats: int = 0,
    sources: Set[str] = frozenset(),
    icons: Set[str] = frozenset(),
    sound: GroupType | None = None,
) -> list[Finding]:
    """Every finding. ``roles`` maps the roles the host can fill to how many people hold each (0: any number); those in
    ``absent`` it knows, and nobody holds them in a run of this definition. ``feeds``, ``effects``, ``sources`` of
    answers and ``icons`` are those the host has, ``seats`` how many people a team has at most (empty, 0: not checked).
    ``sound`` is a definition without findings that this one was made of.
    """
    if unlike := shape(definition, "type", sound):
        return unlike
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: keys(definition),
        lambda: graph(definition.process, absent),
        lambda: actions(definition.process, roles, effects),
        lambda: rules(definition, roles),
        lambda: forms(definition, roles, absent, sources),
        lambda: surveys(definition),
        lambda: settings(definition),
        lambda: initial(definition),
        lambda: upgrades(definition),
        lambda: references(definition, feeds),
        lambda: criteria(definition),
        lambda: looks(definition, seats, icons),
    )
    return [finding for check in checks for finding in check()]
