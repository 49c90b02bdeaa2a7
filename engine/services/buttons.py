"""What is known of a button before anybody presses it: once for a definition, whatever stands in the cycle."""

from __future__ import annotations

from typing import NamedTuple

from engine.core.definition import GroupType
from engine.core.process import Action
from engine.core.snapshot import to_data
from engine.services.effects import IN_SESSION
from engine.services.teams import worded
from engine.store.database import to_json
from engine.store.prepared import Encoded

#: Marks of a lesson that takes place another day, or not at all: what was asked about it is forgotten.
MOVES = frozenset({"rescheduled", "cancelled"})


class Button(NamedTuple):
    """An action at a stage it leaves.

    ``label`` is the journal's text of it; ``final`` whether the cycle is closed by it; ``closes`` and ``opens`` are the
    surveys of the stage that is left and of the one that is reached; ``beyond`` tells that it writes more than the row,
    the journal, a mark, those surveys and what effects do by hand: an effect in a session, a closed note, another day
    of a lesson, the next lesson's survey.
    """

    action: Action
    label: Encoded
    final: bool
    closes: tuple[str, ...]
    opens: tuple[str, ...]
    beyond: bool


def button(definition: GroupType, stage: str, key: str) -> Button | None:
    """The button, or None where ``stage`` has none of that name."""
    known: dict[tuple[str, str], Button | None] = definition.__dict__.setdefault("buttons", {})
    if (stage, key) not in known:
        action = next((action for action in definition.process.leaving(stage) if action.key == key), None)
        known[stage, key] = _made(definition, stage, action) if action else None
    return known[stage, key]


def _made(definition: GroupType, stage: str, action: Action) -> Button:
    left, reached = definition.process.stage(stage), definition.process.stage(action.target or stage)
    moves = reached is not left
    return Button(
        action,
        Encoded(to_json({"text": to_data(worded(action.done or action.title, definition.team))})),
        reached.final,
        tuple(left.surveys) if moves else (),
        tuple(reached.surveys) if moves else (),
        bool(
            IN_SESSION & set(action.effects)
            or action.confidential_to
            or action.mark in MOVES
            or (action.next_round and action.target and reached.surveys)
        ),
    )
