"""A triad of «СЭР» with its psychologist: who it is, what it writes, the cards of its class."""

from __future__ import annotations

import plugins.sel
from engine.api import CycleView, Person, Sheet, Tally
from engine.extension.loader import Source, load
from tests.plugins import triad

PLUGIN = load(Source("sel", "tests", lambda: plugins.sel))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

PSYCHOLOGIST = Person(8, "Восьмая П. П.")
SEEN = "sel.psychologist_ok"
LESSON = ("planning", "checkin_before", "conducting", "checkin_after", "survey", "discussion")


def view(*sheets: Sheet, **changes: object) -> CycleView:
    return triad.view(*sheets, **{"roles": {**triad.SEATS, "psychologist": (PSYCHOLOGIST,)}, **changes})


def shared(form: str, round_: int = 1, **values: object) -> Sheet:
    return triad.shared(form, round_, **values)


BEFORE, AFTER = (5, 7, 4, 3, 1), (8, 8, 1, 2, 1)


def checkin(when: str, counts: tuple[int, ...], present: int | None = 20, round_: int = 1) -> Tally:
    """Counts in the order of the cards: bright, calm, anxious, tired, skip."""
    keys = [o.key for o in TYPE.survey(f"checkin_{when}").questions[0].options]
    given = {"mood": dict(zip(keys, counts, strict=True))}
    return Tally(f"checkin_{when}", round_, False, sum(counts), present, given)
