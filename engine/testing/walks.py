"""Walks through a process, and what is asserted of one button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.definition import GroupType
from engine.core.machine import Verdict
from engine.testing import coverage
from engine.testing.resolving import satisfied
from engine.testing.world import World

#: How often the reasons against one button are resolved before the walk gives up.
_TRIES = 4


def _verdict(world: World, action: str, actor: int | None) -> Verdict:
    """What the button says to ``actor``, else to the first who may press it."""
    asked = next((v for v in world.verdicts(world.team[0]) if v.action.key == action), None)
    assert asked is not None, f"«{action}» does not leave the stage «{world.stage}»"
    who = actor or next(iter(world.holders(asked)), world.team[0])
    return next(v for v in world.verdicts(who) if v.action.key == action)


def assert_refuses(world: World, action: str, *codes: str, actor: int | None = None) -> None:
    """The button is closed, for these reasons among others: keys of rules, or role, round, held, nobody."""
    verdict = _verdict(world, action, actor)
    found = {r.code: str(r.text) for r in verdict.refusals}
    assert found, f"«{action}» is open"
    missing = set(codes) - set(found)
    assert not missing, f"«{action}» is closed, but not because of {sorted(missing)}; it says {found}"
    coverage.refused(world.definition, *codes)


def assert_allows(world: World, action: str, *, actor: int | None = None) -> None:
    """The button may be pressed."""
    found = {r.code: str(r.text) for r in _verdict(world, action, actor).refusals}
    assert not found, f"«{action}» is closed: {found}"


def walk(
    definition: GroupType, wanted: Mapping[str, Mapping[str, Any]] | None = None, *, to: str = "", round: int = 0
) -> World:
    """A helpful team goes on until the stage ``to`` (of a ``round``), else to the end: it does what the reasons ask
    for, then presses.

    Raises AssertionError with the reasons that could not be resolved, or when the road does not end.
    """
    world = World(definition, wanted=wanted or {})
    go_on(world, to=to, round=round)
    return world


def go_on(world: World, *, to: str = "", round: int = 0) -> None:
    """The same from wherever a world stands."""
    process = world.definition.process
    length = (len(process.stages) + 2) * process.rounds + 5
    for _ in range(length):
        there = world.stage == to and round in (0, world.round)
        if there or process.stage(world.stage).final:
            assert not to or there, f"the road does not come by «{to}»"
            return
        if world.held:
            resume = next(v for v in world.verdicts(world.team[0]) if v.action.hold is False)
            world.press(resume.action.key, world.holders(resume)[0])
        step(world)
    raise AssertionError(f"still in {world.stage}, round {world.round}, after {length} moves")


def step(world: World) -> None:
    """Resolve every reason against the main action of this round, then press it."""

    def ahead(verdict: Verdict) -> bool:
        action = verdict.action
        return action.kind == "main" and bool(action.target) and not any(r.code == "round" for r in verdict.refusals)

    told = open_up(world, ahead)
    assert not told, f"«{world.stage}» cannot be left, whatever is done: {told}"


def open_up(world: World, wanted: Callable[[Verdict], bool]) -> list[str]:
    """Resolve the reasons against the first button that is ``wanted``, then press it; what stays in the way otherwise.

    Raises AssertionError when no button is wanted or nobody may press it.
    """
    told: list[str] = []
    for attempt in range(_TRIES):
        verdict = next(filter(wanted, world.verdicts(world.team[0])), None)
        assert verdict is not None, f"nothing leads on from «{world.stage}» in round {world.round}"
        holders = world.holders(verdict)
        assert holders, f"nobody holds a role of «{verdict.action.key}»: {verdict.action.roles}"
        seen = next(v for v in world.verdicts(holders[0]) if v.action.key == verdict.action.key)
        if seen.allowed:
            world.press(verdict.action.key, holders[0])
            return []
        told = [f"{r.code}: {r.text}" for r in seen.refusals]
        for refusal in seen.refusals:
            if attempt:  # what is plausible was not enough
                satisfied(world, refusal)
            else:
                world.resolve(refusal)
    return told
