"""What walks of our own types need: particular answers, the journal played again, what must not change."""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.testing import World
from engine.testing.world import Entry

#: Where a plausible answer alone does not reach what a rule of a type asks for in particular.
WANTED: dict[str, dict[str, Any]] = {
    "plan": {"technique_ids": lambda keys: keys, "sensitive": False, "second_competency": ""},
    "psychologist_review": {"status": "agreed"},
    "success_criteria": {"criteria": ["Я могу объяснить", "Я могу проверить"]},
    "task_card": {"watched": lambda keys: keys[:2]},
    "defence": {"commission": [{"name": f"Гость {n}", "from_triad": False} for n in (1, 2, 3)]},
}


def replay(entries: list[Entry], initial: str) -> tuple[str, int, bool]:
    """Where the journal says the run stands; ValueError where a link is missing."""
    stage, round_, held = initial, 1, False
    for entry in entries:
        if entry.source != stage:
            raise ValueError(f"{entry} does not go on from {stage}")
        stage, round_, held = entry.target, entry.round, entry.held
    return stage, round_, held


def snapshot(world: World) -> tuple[Any, ...]:
    """Everything a refused press must leave alone."""
    rounds = {n: dict(r) for n, r in world.rounds.items()}
    sheets = {place: dataclasses.asdict(sheet) for place, sheet in world.sheets.items()}
    return world.stage, world.round, world.held, rounds, list(world.journal), sheets
