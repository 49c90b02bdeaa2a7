"""A triad of «4К»: who it is, and what it writes."""

from __future__ import annotations

import dataclasses

import plugins.fourk
from engine.api import CycleView, Person, RoundFacts, Sheet
from engine.extension.loader import Source, load

PLUGIN = load(Source("fourk", "tests", lambda: plugins.fourk))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

ANNA, BELLA, VERA = Person(1, "Первая А. А."), Person(2, "Вторая Б. Б."), Person(3, "Третья В. В.")
LEADER = Person(9, "Девятая Л. Л.")
ALL = (ANNA, BELLA, VERA)


def view(*sheets: Sheet, **changes: object) -> CycleView:
    roles = {"triad_member": ALL, "lead_teacher": (ANNA,), "observer": (BELLA, VERA), "group_leader": (LEADER,)}
    start = CycleView("planning", 1, actor=ANNA, roles=roles, sheets=sheets)
    return dataclasses.replace(start, **changes)  # type: ignore[arg-type]


def shared(form: str, round_: int, **values: object) -> Sheet:
    return Sheet(form, round_, None, values, confirmed=frozenset(p.id for p in ALL))


def groups(round_: int, *observers: Person, group: str = "группа 1") -> Sheet:
    return shared("group_assignment", round_, groups=[{"observer": str(p.id), "group": group} for p in observers])


def kinds(*given: str, status: str = "discussed") -> tuple[RoundFacts, ...]:
    return tuple(RoundFacts(n, kind, status=status) for n, kind in enumerate(given, 1))
