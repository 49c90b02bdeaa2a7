"""The model check: every state a cycle can come to, by presses a helpful team can really make, and what is wrong there.

A state is (stage, round, suspended). Documents and facts go along: a state is looked at as the presses left it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.definition import GroupType
from engine.core.machine import Verdict
from engine.core.rules import Refusal
from engine.testing import coverage
from engine.testing.walks import open_up
from engine.testing.world import World

State = tuple[str, int, bool]
#: Reasons that only say who may press, or when: there is nothing to be done about them.
_WHO = frozenset({"role", "nobody", "held", "not_held", "round"})
#: Places of the host anybody of the team may work at.
_OPEN = frozenset({"rules", "schedule", "observers", "deficits", "plans", "decision", "package", "run", "results"})
_ELSEWHERE = frozenset({"people", "types", "handover"})


def states(definition: GroupType) -> dict[State, frozenset[State]]:
    """Every state that presses can reach, with where each press leads; rules are not asked."""
    found: dict[State, frozenset[State]] = {}
    waiting: list[State] = [(definition.process.initial, 1, False)]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found[here] = frozenset(_next(definition, here))
        waiting += found[here] - set(found)
    return found


def _next(definition: GroupType, here: State) -> list[State]:
    stage, round_, held = here
    process = definition.process
    last = round_ >= process.rounds
    reached = []
    for action in process.leaving(stage):
        if held != (action.hold is False) or (action.when == "last" and not last) or (action.when == "more" and last):
            continue
        after = held if action.hold is None else action.hold
        reached.append((action.target or stage, round_ + action.next_round, after))
    return reached


@dataclass
class Model:
    """What was found: the states with a run standing in each, where presses led, and what is wrong."""

    worlds: dict[State, World] = field(default_factory=dict)
    edges: dict[State, set[State]] = field(default_factory=dict)
    pressed: set[str] = field(default_factory=set)
    #: Reasons nobody can do anything about, stage by stage; and what the graph of presses lacks.
    reasons: list[str] = field(default_factory=list)
    roads: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.roads, *self.reasons]


def explore(definition: GroupType, wanted: Mapping[str, Mapping[str, Any]] | None = None) -> Model:
    """Press every button of every state that can be come to, doing first what its reasons ask for.

    Faults: a reason without words, an owner or a place; a task nobody can do; a state without a way to a final stage;
    a stage no press leads to; a button that can be pressed nowhere, whatever is done.
    """
    model = Model()
    with coverage.uncounted():
        waiting = [World(definition, wanted=wanted or {})]
        while waiting:
            world = waiting.pop()
            here = _state(world)
            if here in model.worlds:
                continue
            model.worlds[here] = world
            model.edges[here] = set()
            model.reasons += [wrong for wrong in _faults(world) if wrong not in model.reasons]
            for action in definition.process.leaving(world.stage):
                after = world.copy()
                if _press(after, action.key):
                    model.pressed.add(action.key)
                    model.edges[here].add(_state(after))
                    waiting.append(after)
    model.roads = _unfinished(model, definition) + _unused(model, definition)
    return model


def _state(world: World) -> State:
    return world.stage, world.round, world.held


def _press(world: World, key: str) -> bool:
    """Whether a helpful team can press the button here; then it has."""
    verdict = next(v for v in world.verdicts(world.team[0]) if v.action.key == key)
    if any(r.code in ("held", "not_held", "round") for r in verdict.refusals) or not world.holders(verdict):
        return False
    try:
        return not open_up(world, lambda v: v.action.key == key)
    except AssertionError:
        return False


def _faults(world: World) -> Iterator[str]:
    """What is wrong with the reasons of one state, as it is come to, for everybody who looks at it."""
    for actor in dict.fromkeys((*world.team, world.leader, world.psychologist)):
        for verdict in world.verdicts(actor):
            for refusal in verdict.refusals:
                told = f"{world.stage}, round {world.round}, {verdict.action.key}: {refusal.code}"
                yield from (f"{told} {wrong}" for wrong in _wrong(world, refusal))


def _wrong(world: World, refusal: Refusal) -> Iterator[str]:
    if not str(refusal.text).strip():
        yield "has no words"
    if refusal.code == "rule_fault":
        yield "fails instead of answering"
    owners = {p.id for p in refusal.people} or {p.id for role in refusal.roles for p in world.roles().get(role, ())}
    if not owners:
        yield "belongs to nobody: name roles or people"
    if refusal.link is None:
        yield "leads nowhere: give it a link or a form"
    elif refusal.code not in _WHO and not (refusal.waivable or _doable(world, refusal, owners)):
        yield f"asks for what nobody it names can do here ({refusal.link.kind} {refusal.link.key})"


def _doable(world: World, refusal: Refusal, owners: set[int]) -> bool:
    """Whether somebody who is named can do at the link what is asked."""
    link = refusal.link
    assert link is not None
    definition = world.definition
    if link.kind == "form":
        form = next((f for f in definition.forms if f.key == link.key), None)
        if form is None or world.stage not in definition.process.open_stages(form.key):
            return False
        able = {p.id for role in (*form.roles, *form.confirm) for p in world.roles().get(role, ())}
        return bool(able & owners)
    if link.kind == "survey":
        return link.key in definition.process.stage(world.stage).surveys and bool(owners & set(world.team))
    return link.kind in _ELSEWHERE or (link.kind in _OPEN and bool(owners))


def _unfinished(model: Model, definition: GroupType) -> list[str]:
    ends = {s for s in model.worlds if definition.process.stage(s[0]).final}
    grown = -1
    while grown != len(ends):
        grown = len(ends)
        ends |= {s for s, ahead in model.edges.items() if ahead & ends}
    stuck = sorted(set(model.worlds) - ends)
    return [f"{stage}, round {n}{', suspended' * held}: no way to a final stage" for stage, n, held in stuck]


def _unused(model: Model, definition: GroupType) -> list[str]:
    reached = {stage for stage, _, _ in model.worlds}
    told = [f"stage {s.key}: no press leads to it" for s in definition.process.stages if s.key not in reached]
    told += [
        f"action {a.key}: can be pressed nowhere, whatever is done: {_why(model, a.key)}"
        for a in definition.process.actions
        if a.key not in model.pressed
    ]
    return told


def _why(model: Model, key: str) -> str:
    """The reasons of one state that stay whatever is done."""
    with coverage.uncounted():
        for found in model.worlds.values():
            world = found.copy()
            verdict: Verdict | None = next((v for v in world.verdicts(world.team[0]) if v.action.key == key), None)
            if verdict is None or any(r.code in ("held", "not_held", "round") for r in verdict.refusals):
                continue
            try:
                return "; ".join(open_up(world, lambda v: v.action.key == key))
            except AssertionError as failed:
                return str(failed)
    return "it leaves no state there is"
