"""A triad of «СЭР» with its psychologist: who it is, what it writes, the cards of its class."""

from __future__ import annotations

import dataclasses

import plugins.sel
from engine.api import CycleView, Person, Sheet, Tally
from engine.extension.loader import Source, load

PLUGIN = load(Source("sel", "tests", lambda: plugins.sel))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

ANNA, BELLA, VERA = Person(1, "Первая А. А."), Person(2, "Вторая Б. Б."), Person(3, "Третья В. В.")
LEADER, PSYCHOLOGIST = Person(9, "Девятая Л. Л."), Person(8, "Восьмая П. П.")
ALL = (ANNA, BELLA, VERA)
SEEN = "sel.psychologist_ok"
LESSON = ("planning", "checkin_before", "conducting", "checkin_after", "survey", "discussion")


def view(*sheets: Sheet, **changes: object) -> CycleView:
    roles = {
        "triad_member": ALL, "lead_teacher": (ANNA,), "observer": (BELLA, VERA), "group_leader": (LEADER,),
        "psychologist": (PSYCHOLOGIST,),
    }  # fmt: skip
    return dataclasses.replace(CycleView("planning", 1, actor=ANNA, roles=roles, sheets=sheets), **changes)


def shared(form: str, round_: int = 1, **values: object) -> Sheet:
    return Sheet(form, round_, None, values, confirmed=frozenset(p.id for p in ALL))


BEFORE, AFTER = (5, 7, 4, 3, 1), (8, 8, 1, 2, 1)


def checkin(when: str, counts: tuple[int, ...], present: int | None = 20, round_: int = 1) -> Tally:
    """Counts in the order of the cards: bright, calm, anxious, tired, skip."""
    keys = [o.key for o in TYPE.survey(f"checkin_{when}").questions[0].options]
    given = {"mood": dict(zip(keys, counts, strict=True))}
    return Tally(f"checkin_{when}", round_, False, sum(counts), present, given)
