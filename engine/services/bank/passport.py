"""«Паспорт апробации»: where and how a material was tried, drawn from its cycle. No names, no private fields."""

from __future__ import annotations

from typing import Any

from engine.core.snapshot import to_data
from engine.core.view import CycleView
from engine.services import handovers
from engine.services.definitions import definition_of
from engine.services.views import view_of
from engine.store.cycles import DONE, Cycle

#: A class smaller than this is not named: its pupils could be told apart (domain brief §6).
SMALL_CLASS = 5
#: What the passport takes from the summary of the cycle: figures and titles.
_FIGURES = ("type", "question", "rounds", "techniques", "sections", "overall", "criteria", "agreement")


def closed_lessons(cycle: Cycle) -> list[int]:
    """Numbers of the lessons that are discussed: from these something may go to the bank."""
    return [r.n for r in cycle.rounds if r.status == "discussed"]


def draw(cycle: Cycle) -> dict[str, Any]:
    """The passport as plain data: lessons, conditions, results lesson by lesson, typical difficulties of pupils.

    Sections are means of the observers on the scale 0 to 3, agreement is the share (0 to 1) of the asked.
    """
    definition = definition_of(cycle)
    view = view_of(cycle, definition, None)
    figures = handovers.summary(cycle, definition, view)
    form = handovers.conclusions(definition)
    public = {
        item.key
        for _, item in (form.items() if form else ())
        if not getattr(item, "private", False) and getattr(item, "kind", "") == "text"
    }
    values = view.values("summary", 0)
    return {
        **{key: figures[key] for key in _FIGURES},
        "lessons": _lessons(view),
        "conditions": str(values.get("technique") or "") if "technique" in public else "",
        "difficulties": str(values.get("recommendations") or "") if "recommendations" in public else "",
        "finished": cycle.closed_at is not None,
        "kind": to_data(definition.title),
    }


def _lessons(view: CycleView) -> list[dict[str, Any]]:
    return [
        {
            "n": r.n,
            "on": r.at.date().isoformat() if r.at else "",
            "subject": r.facts.get("subject") or "",
            "topic": r.facts.get("topic") or "",
            "size": r.facts.get("class_size"),
            "class": (r.facts.get("class_name") or "") if (r.facts.get("class_size") or 0) >= SMALL_CLASS else "",
        }
        for r in view.rounds
        if r.status in DONE
    ]
