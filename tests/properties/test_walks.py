"""Random walks through every installed type: only legal moves, nobody is ever stuck, the loop ends."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.definition import GroupType
from engine.core.errors import Refused, UnknownAction
from engine.core.lint import lint
from engine.extension.loader import entry_points, load
from engine.extension.roles import ROLES
from engine.testing import World
from engine.testing.walks import go_on
from tests.gates.sizes import size
from tests.properties.pieces import WANTED, replay, snapshot

TYPES: dict[str, GroupType] = {
    plugin.group_type.key: plugin.group_type for source in entry_points() if (plugin := load(source)).group_type
}
STEPS = 50
EXAMPLES = size(200, 2000)
each_type = pytest.mark.parametrize("key", sorted(TYPES))
walks = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)
who = st.sampled_from([1, 2, 3, 4, 9, 10])
step = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 40), who),
    st.tuples(st.just("write"), st.integers(0, 40), st.sampled_from([0, 0, 2, 3])),
    st.tuples(st.just("resolve"), st.integers(0, 40), who),
    st.tuples(st.just("ask"), st.integers(0, 5), st.integers(0, 25)),
    st.tuples(st.just("waive"), st.integers(0, 20), who),
    st.tuples(st.just("replace"), st.integers(0, 2), st.integers(1, 8)),
)


def test_there_are_five_types() -> None:
    assert set(TYPES) == {"fourk", "project", "formative", "sel", "lab"}


@pytest.mark.gate("R-04", f"{EXAMPLES} walks of {STEPS} steps a type")
@each_type
@walks
@given(steps=st.lists(step, min_size=STEPS, max_size=STEPS))
def test_every_step_is_legal_and_nobody_is_stuck(key: str, steps: list[tuple[str, int, int]]) -> None:
    world = World(TYPES[key], wanted=WANTED)
    for kind, number, other in steps:
        if world.definition.process.stage(world.stage).final:
            break
        take(world, kind, number, other)
        assert replay(world.journal, world.definition.process.initial) == (world.stage, world.round, world.held)
        somebody_can_do_something(world)


@pytest.mark.gate("R-04", f"{EXAMPLES} walks of up to {STEPS} steps a type")
@each_type
@walks
@given(steps=st.lists(step, max_size=STEPS))
def test_from_anywhere_a_helpful_team_comes_to_the_end(key: str, steps: list[tuple[str, int, int]]) -> None:
    world = World(TYPES[key], wanted=WANTED)
    for kind, number, other in steps:
        take(world, kind, number, other)
    go_on(world)
    stage = world.definition.process.stage(world.stage)
    assert stage.final
    assert 1 <= world.round <= world.definition.process.rounds


def take(world: World, kind: str, number: int, other: int) -> None:
    """One thing somebody does, sensible or not."""
    process = world.definition.process
    if kind == "press":
        press(world, process.actions[number % len(process.actions)].key, other)
    elif kind == "write":
        form = world.definition.forms[number % len(world.definition.forms)]
        world.write(form.key, owner=world.team[number % 3], complete=other != 2, sparse=other)
    elif kind == "resolve":
        if process.stage(world.stage).final:
            return
        refusals = [r for v in world.verdicts(other) for r in v.refusals]
        if refusals:
            world.resolve(refusals[number % len(refusals)])
    elif kind == "ask" and world.definition.surveys:
        world.ask(world.definition.surveys[number % len(world.definition.surveys)].key, other)
    elif kind == "waive":
        rules = [r for r in world.definition.rules.values() if r.waivable]
        if rules:
            world.waived.add((rules[number % len(rules)].key, world.round))
    elif kind == "replace":
        world.replace(number, other)


def press(world: World, key: str, actor: int) -> None:
    """The machine says beforehand exactly what it does, and what it refuses leaves everything as it was."""
    process = world.definition.process
    action = process.action(key)
    leaves = world.stage in action.source
    told = {v.action.key: v for v in world.verdicts(actor)}
    assert (key in told) == leaves
    before = snapshot(world)
    stage, round_, held = world.stage, world.round, world.held
    try:
        move = world.press(key, actor)
    except UnknownAction:
        assert not leaves
        assert snapshot(world) == before
        return
    except Refused as refused:
        assert leaves
        assert refused.refusals == told[key].refusals
        assert all(r.text and r.code for r in refused.refusals)
        assert snapshot(world) == before
        return
    assert leaves and told[key].allowed
    assert actor in world_roles(action.roles, stage_world=world)
    assert move.stage == (action.target or stage)
    assert move.round == round_ + action.next_round
    assert move.held == (held if action.hold is None else action.hold)
    assert 1 <= move.round <= process.rounds


def world_roles(roles: tuple[str, ...], stage_world: World) -> set[int]:
    """Everybody who could hold one of the roles; the lead of the round before counts, the round may just have ended."""
    held = stage_world.roles()
    people = {p.id for role in roles for p in held[role]}
    return people | set(stage_world.team) if {"observer", "lead_teacher"} & set(roles) else people


def somebody_can_do_something(world: World) -> None:
    """In a non-final stage some main action is open for its holder, or each of its reasons has an owner and a place."""
    if world.definition.process.stage(world.stage).final:
        return
    main = [v for v in world.verdicts(world.team[0]) if v.action.kind == "main" and v.action.target]
    assert main, world.stage
    if world.held:
        assert any(v.action.hold is False and v.allowed for v in world.verdicts(world.team[0]))
        return
    for verdict in main:
        holders = world.holders(verdict)
        assert holders
        seen = {v.action.key: v for v in world.verdicts(holders[0])}[verdict.action.key]
        if any(r.code == "round" for r in seen.refusals):
            continue
        for refusal in seen.refusals:
            assert refusal.text and refusal.link, refusal
            assert refusal.people or any(world.roles().get(role) for role in refusal.roles), refusal
        return
    raise AssertionError(f"no main action belongs to round {world.round} of {world.stage}")


@each_type
def test_the_lint_finds_nothing(key: str) -> None:
    assert lint(TYPES[key], ROLES) == []
