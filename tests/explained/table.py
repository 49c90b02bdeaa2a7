"""Every type × stage × role × action at the moment when nothing is done yet: may it be pressed, and if not, why.

``python -m tests.explained.table`` writes the table that the test compares with; read its diff before committing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from engine.core.definition import GroupType
from engine.core.machine import Verdict
from engine.core.rules import Refusal
from engine.extension.loader import entry_points, load
from engine.extension.roles import ROLES
from engine.testing import World
from webui.links import address

FILE = Path(__file__).with_name("table.txt")


def types() -> list[GroupType]:
    """Every installed type."""
    return [p.group_type for source in entry_points() if (p := load(source)).group_type]


def moments(definition: GroupType) -> Iterator[tuple[str, World]]:
    """Every stage a run can stand at: those of the loop in the first and in the last round, and suspended."""
    process = definition.process
    for stage in process.stages:
        if stage.final:
            continue
        for round_ in sorted({1, process.rounds}) if stage.key in process.looped else [process.rounds]:
            world = World(definition, round=round_)
            world.stage = stage.key
            yield f"{stage.key} «{stage.title}» {round_}", world
    held = World(definition, held=True)
    yield f"{held.stage} приостановлен", held


def explained(world: World) -> Iterator[tuple[str, Verdict]]:
    """Each role with the verdict on each action of the stage."""
    for role in ROLES:
        for person in world.roles()[role][:1]:
            for verdict in world.verdicts(person.id):
                yield role, verdict


def owners(world: World, refusal: Refusal) -> list[str]:
    """Who can do something about it: the people named, or the roles that somebody holds."""
    if refusal.people:
        return [p.name for p in refusal.people]
    return [role for role in refusal.roles if world.roles().get(role)]


def place(refusal: Refusal) -> str:
    """The address a person is sent to."""
    with Flask("table").test_request_context():
        return address(refusal.link, 1, 1)


def lines() -> Iterator[str]:
    """The table as text, roles with the same answer together."""
    for definition in types():
        yield f"# {definition.key}"
        for title, world in moments(definition):
            yield f"## {title}"
            answers: dict[str, dict[tuple[str, ...], list[str]]] = {}
            for role, verdict in explained(world):
                told = tuple(
                    f"    {r.code}: {r.text} — {', '.join(owners(world, r))} — {place(r)}" for r in verdict.refusals
                )
                head = f"{verdict.action.key} «{verdict.action.title}»"
                answers.setdefault(head, {}).setdefault(told, []).append(role)
            for head, by_answer in answers.items():
                yield head
                for told, roles in by_answer.items():
                    yield f"  {', '.join(roles)}: {'можно' if not told else 'нельзя'}"
                    yield from told


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
