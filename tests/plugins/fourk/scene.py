"""A triad of «4К»: who it is, and what it writes."""

from __future__ import annotations

import plugins.fourk
from engine.api import Person, RoundFacts, Sheet
from engine.extension.loader import Source, load
from tests.plugins.triad import shared

PLUGIN = load(Source("fourk", "tests", lambda: plugins.fourk))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail


def groups(round_: int, *observers: Person, group: str = "группа 1") -> Sheet:
    return shared("group_assignment", round_, groups=[{"observer": str(p.id), "group": group} for p in observers])


def kinds(*given: str, status: str = "discussed") -> tuple[RoundFacts, ...]:
    return tuple(RoundFacts(n, kind, status=status) for n, kind in enumerate(given, 1))
