"""Random definitions: the lint against an independent look at the graph, the machine against a dict of moves."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api import Action, CycleView, GroupType, Link, Person, Process, Refusal, Rule, Stage, refuse
from engine.core.errors import Refused, UnknownAction
from engine.core.lint import lint
from engine.core.machine import Machine
from engine.core.snapshot import differences, dumps, fingerprint, loads, to_data

ROLES = {"clerk": 1, "judge": 0}
CLERK, JUDGE = Person(1, "К."), Person(2, "С.")
GRAPH_CODES = {"unreachable", "dead_end", "trap", "no_final", "final_left"}
many = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def _needs(fact: str, waivable: bool) -> Rule:
    def check(view: CycleView) -> Refusal | None:
        return None if view.facts.get(fact) else refuse(f"Нет {fact}", roles=("clerk",), link=Link("run"))

    return Rule(f"needs.{fact}.{waivable}", f"Есть {fact}", check, waivable)


RULES = [_needs(fact, waivable) for fact in "abc" for waivable in (False, True)]


@st.composite
def definitions(draw: st.DrawFn) -> GroupType:
    """Two to six stages in a row and any actions between them: sound and unsound ones alike."""
    size = draw(st.integers(2, 6))
    keys = [f"s{n}" for n in range(size)]
    finals = draw(st.sets(st.sampled_from(keys), max_size=2)) | ({keys[-1]} if draw(st.booleans()) else set())
    stages = tuple(Stage(k, k.upper(), final=k in finals) for k in keys)
    loop = draw(st.booleans())
    actions = []
    for n in range(draw(st.integers(1, 9))):
        actions.append(
            Action(
                f"a{n}",
                f"Кнопка {n}",
                tuple(draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True))),
                draw(st.sampled_from(["", *keys])),
                tuple(draw(st.lists(st.sampled_from(sorted(ROLES)), min_size=1, unique=True))),
                tuple(draw(st.lists(st.sampled_from(RULES), max_size=2, unique=True))),
                kind=draw(st.sampled_from(["main", "back", "side"])),
                when=draw(st.sampled_from(["any", "more", "last"])) if loop else "any",
                next_round=loop and draw(st.booleans()),
                hold=draw(st.sampled_from([None, None, True, False])),
            )
        )
    rounds = draw(st.integers(1, 4)) if loop else 1
    process = Process(stages, tuple(actions), keys[0], rounds, (keys[0], keys[-2]) if loop else ())
    return GroupType("random", "Случайный", "Проверка", "1", process)


def _closure(start: set[str], edges: set[tuple[str, str]]) -> set[str]:
    """Everything that can be reached, the slow and obvious way."""
    seen = set(start)
    while more := {b for a, b in edges if a in seen} - seen:
        seen |= more
    return seen


@many
@given(definition=definitions())
def test_the_lint_sees_in_a_graph_what_an_independent_look_sees(definition: GroupType) -> None:
    process = definition.process
    keys = {s.key for s in process.stages}
    finals = {s.key for s in process.stages if s.final}
    edges = {(s, a.target) for a in process.actions for s in a.source if a.target and a.target != s}
    sound = (
        bool(finals)
        and _closure({process.initial}, edges) == keys
        and _closure(finals, {(b, a) for a, b in edges}) == keys
        and not any(a in finals for a, _ in edges)
    )
    assert sound == (not {f.code for f in lint(definition, ROLES)} & GRAPH_CODES)


@many
@given(
    definition=definitions(),
    presses=st.lists(
        st.tuples(
            st.integers(0, 8),
            st.sampled_from([CLERK, JUDGE]),
            st.sets(st.sampled_from("abc")),
            st.sets(st.sampled_from(RULES)),
        ),
        max_size=50,
    ),
)
def test_the_machine_does_what_a_table_of_moves_says(
    definition: GroupType, presses: list[tuple[int, Person, set[str], set[Rule]]]
) -> None:
    machine, process = Machine(definition), definition.process
    stage, round_, held = process.initial, 1, False
    for number, actor, facts, waived in presses:
        action = process.actions[number % len(process.actions)]
        view = CycleView(
            stage,
            round_,
            held,
            actor=actor,
            roles={"clerk": (CLERK,), "judge": (JUDGE,)},
            facts=dict.fromkeys(facts, True),
            waived=frozenset(r.key for r in waived),
        )
        codes = set()
        if action.hold is False and not held:
            codes.add("not_held")
        if action.hold is not False and held:
            codes.add("held")
        if {CLERK: "clerk", JUDGE: "judge"}[actor] not in action.roles:
            codes.add("role")
        if (action.when == "last" and round_ < process.rounds) or (action.when == "more" and round_ >= process.rounds):
            codes.add("round")
        codes |= {r.key for r in action.rules if r.key[6] not in facts and not (r.waivable and r in waived)}
        try:
            move = machine.fire(action.key, view)
        except UnknownAction:
            assert stage not in action.source
            continue
        except Refused as refused:
            assert stage in action.source
            assert {r.code for r in refused.refusals} == codes != set()
            continue
        assert stage in action.source and not codes
        stage, round_ = action.target or stage, round_ + action.next_round
        held = held if action.hold is None else action.hold
        assert (move.stage, move.round, move.held) == (stage, round_, held)
        assert all(r.waivable for r in move.waived)


@many
@given(definition=definitions())
def test_a_definition_survives_being_data(definition: GroupType) -> None:
    again = loads(dumps(definition), definition.rules)
    assert again == definition
    assert fingerprint(again) == definition.fingerprint
    assert differences(to_data(definition), to_data(again)) == []


@many
@given(one=definitions(), other=definitions())
def test_different_content_is_seen_and_named(one: GroupType, other: GroupType) -> None:
    lines = differences(to_data(one), to_data(other))
    assert (one.fingerprint == other.fingerprint) == (not lines)
