"""A definition laid out for reading: for the page of a type, and for the preview of one that is being made."""

from __future__ import annotations

from typing import Any

from engine.core.definition import GroupType
from engine.core.diagram import asides, facts, svg
from webui.texts import language


def whole(definition: GroupType) -> dict[str, Any]:
    """What ``types/whole.html`` needs: ``d``, its drawing, the road in words, what can be done beside it, rules."""
    process = definition.process
    return {
        "d": definition,
        "drawing": svg(process, "", language(), definition.title),
        "road": facts(process, language()),
        "beside": asides(process, language()),
        "rules": [(action, rule) for action in process.actions for rule in action.rules],
    }
