"""A triad of «Проектная деятельность» and its commission: who they are, what they write, whether a criterion is met."""

from __future__ import annotations

import plugins.project
from engine.api import CycleView, Sheet
from engine.core.criteria import findings
from engine.core.results import Results
from engine.extension.loader import Source, load
from tests.plugins.triad import BELLA, shared

PLUGIN = load(Source("project", "tests", lambda: plugins.project))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail


def watched(round_: int, **values: object) -> Sheet:
    return Sheet("observation", round_, BELLA, values)


MARKS = ("independence", "subject_matter", "regulation", "dialogue")
THEIRS = (("Член Первый", False), ("Член Второй", True), ("Член Третий", True))


def commission(*people: tuple[str, bool], marks: str = "2221", **values: object) -> Sheet:
    rows = [{"name": name, "from_triad": ours} for name, ours in people]
    given = {"held_on": "2027-03-01", "product_text": "карта", **dict(zip(MARKS, marks, strict=False)), **values}
    return shared("defence", commission=rows, **given)


def met(key: str, seen: CycleView) -> bool | None:
    return [f for f in findings(Results(TYPE, seen)) if f.criterion.key == key][-1].met
