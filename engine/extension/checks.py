"""The lint asked with what this host offers: the same for a type in Python, in a file and on the site."""

from __future__ import annotations

from engine.core.definition import GroupType
from engine.core.lint import Finding, lint
from engine.core.process import Process
from engine.extension.roles import EFFECTS, FEEDS, ROLES, SEATS, SOURCES, absent, holders


def checked(definition: GroupType, sound: GroupType | None = None) -> list[Finding]:
    """The findings of lint against what this host offers; ``sound`` is a definition without any it was made of."""
    if not isinstance(definition.team, int) or not isinstance(definition.process, Process):
        return lint(definition, ROLES)  # it says so
    return lint(
        definition,
        holders(definition),
        frozenset(FEEDS),
        frozenset(EFFECTS),
        absent=absent(definition),
        seats=SEATS,
        sources=SOURCES,
        sound=sound,
    )
