"""Definitions made at random, sound and absurd: each is taken or refused with a reason, and what is taken works."""

from __future__ import annotations

import types as modules
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api import (
    Action,
    Answered,
    Carry,
    Criterion,
    Field,
    Form,
    GroupType,
    Hint,
    Indicator,
    IndicatorMean,
    Option,
    Process,
    Question,
    Rows,
    Rule,
    Section,
    SoftWarning,
    Stage,
    Survey,
    Technique,
    Test,
    answers,
    at_least,
    complete,
    filled,
    hookimpl,
    submitted_by_each,
)
from engine.core.errors import Refused, UnknownAction
from engine.extension.loader import Source, load
from engine.testing import World

ROLES = ["triad_member", "observer", "lead_teacher", "group_leader", "school_admin", "king"]
KEYS = ["a", "b", "c", "d"]
#: What stands where it does not belong, now and then.
ODD: list[Any] = [None, "", "нет", 0, -1, [], (), object, {"a": 1}, 10**30]
key = st.sampled_from(KEYS)


def odd(sound: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Almost always ``sound``."""
    return st.integers(0, 60).flatmap(lambda n: st.sampled_from(ODD) if n == 60 else sound)


def several(of: st.SearchStrategy[Any], most: int = 3, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


roles = several(st.sampled_from(ROLES[:4]) | st.sampled_from(ROLES), 2, 1)
fields = st.builds(
    Field,
    odd(key),
    st.just("Вопрос"),
    odd(st.sampled_from(["line", "text", "list", "number", "choice", "flag", "date", "person", "lines"])),
    st.booleans(),
    options=several(st.builds(Option, key, st.just("Ответ")), 2),
    source=st.sampled_from(["", "", "team", "observers", "a.b.c", "moon"]),
    minimum=st.none() | st.integers(-2, 2),
    maximum=st.none() | st.integers(-2, 2),
)
indicators = st.builds(Indicator, key, key, st.just("Показатель"), st.just(("0", "1", "2", "3")) | several(key, 4))
items = odd(fields | fields | indicators | st.builds(Rows, key, st.just("Т"), several(fields, 2), st.integers(0, 3)))
sections = st.builds(Section, key, st.just("С"), several(items), rounds=several(st.integers(0, 4), 2))
forms = st.builds(
    Form,
    key,
    st.just("Лист"),
    several(sections, 2),
    st.sampled_from(["shared", "each"]),
    roles,
    several(st.sampled_from(ROLES), 1),
    st.booleans(),
    carries=several(st.builds(Carry, key, key, key), 1),
)
rules = st.one_of(
    st.builds(lambda f: complete(f, ("triad_member",), "Цел", "Заполните"), key),
    st.builds(lambda f, r: submitted_by_each(f, r, "Сданы", "Ждём: {who}"), key, st.sampled_from(ROLES)),
    st.builds(lambda f, x: filled(f, x, ("observer",), "Есть", "Нет"), key, key),
    st.builds(lambda s: answers(s, 1, ("triad_member",), "Ответы", "Нет"), key),
    st.builds(lambda f, n: at_least(f, "observer", n, "Кворум", "{n}"), key, st.integers(0, 4)),
    st.builds(lambda k: Rule(k, "Своё", lambda view: None), key),
)
surveys = st.builds(Survey, key, st.just("О"), several(st.builds(Question, key, st.just("?")), 2))


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """A road from stage to stage, most often whole, with more buttons here and there."""
    size = draw(st.integers(2, 4))
    keys = KEYS[:size]
    stages = tuple(
        Stage(k, k.upper(), forms=draw(several(key, 2)), surveys=draw(several(key, 1)), final=k == keys[-1])
        for k in keys
    )
    actions = [
        Action(f"go_{k}", f"Дальше {k}", (k,), keys[n + 1], draw(roles), draw(several(rules, 2)))
        for n, k in enumerate(keys[:-1])
    ]
    for n in range(draw(st.integers(0, 2))):
        action = Action(
            f"x{n}",
            f"Ещё {n}",
            draw(odd(several(st.sampled_from(keys), 2, 1))),
            draw(st.sampled_from(["", *keys, "nowhere"])),
            draw(odd(roles)),
            kind="side",
            next_round=draw(st.booleans()) and draw(st.booleans()),
            hold=draw(st.sampled_from([None, None, None, True, False])),
            asks=draw(several(fields, 1)),
        )
        actions.append(action)
    loop = draw(st.sampled_from([(), (), (keys[0], keys[-2])]))
    return Process(stages, tuple(actions), keys[0], draw(st.integers(1, 3)) if loop else 1, loop)


def _judged(measure: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Criterion, ...]]:
    return several(st.builds(Criterion, key, key, key, several(st.builds(Test, measure, st.just(1)), 1)), 1)


wild = st.builds(
    GroupType,
    st.just("random"),
    odd(st.just("Случайный")),
    st.just("Проверка"),
    st.just("1"),
    processes(),
    several(forms, 2),
    several(surveys, 1),
    _judged(st.builds(Answered, key, key)) | _judged(st.builds(IndicatorMean, key)),
    several(st.builds(Technique, key, st.just("Приём")), 2),
    several(st.builds(Hint, key, key, key), 1),
    several(st.builds(SoftWarning, key, several(key), key, st.sampled_from(["", "(", "x+"])), 1),
    team=odd(st.integers(1, 3)),
    colour=st.sampled_from(["#2f6f4f", "#2f6f4f", "red"]),
)


@st.composite
def tidy(draw: st.DrawFn) -> GroupType:
    """A definition whose parts know each other; what is still wrong with it is rare."""
    team = st.sampled_from([("triad_member",), ("observer",), ("triad_member", "group_leader"), ("lead_teacher",)])
    made = []
    for name in KEYS[: draw(st.integers(1, 3))]:
        asked = tuple(Field(f"f{n}", "Вопрос", draw(st.sampled_from(["line", "list", "flag"]))) for n in range(2))
        filling = draw(st.sampled_from(["shared", "each"]))
        made.append(Form(name, "Лист", (Section("s", "С", asked),), filling, draw(team), ("observer",)))
    ready = []
    for form in made:
        if form.filling == "shared":
            ready += [complete(form.key, form.roles, "Цел", "Нет"), filled(form.key, "f1", form.roles, "Есть", "Нет")]
            ready += [at_least(form.key, "observer", draw(st.integers(0, 3)), "Кворум", "{n}", confirmed=True)]
        else:
            ready += [submitted_by_each(form.key, form.roles[0], "Сданы", "Ждём: {who}")]
            ready += [at_least(form.key, form.roles[0], draw(st.integers(0, 2)), "Кворум", "{n}")]
    keys = [f"s{n}" for n in range(draw(st.integers(2, 4)))]
    stages = tuple(Stage(k, k, forms=tuple(f.key for f in made), final=k == keys[-1]) for k in keys)
    moves = [
        Action(f"go_{k}", f"Дальше {k}", (k,), keys[n + 1], draw(team), draw(several(st.sampled_from(ready), 2)))
        for n, k in enumerate(keys[:-1])
    ]
    loop = draw(st.booleans())
    if loop:
        moves.append(Action("again", "Снова", (keys[-2],), keys[0], draw(team), when="more", next_round=True))
    ends = (keys[0], keys[-2]) if loop else ()
    process = Process(stages, tuple(moves), keys[0], draw(st.integers(2, 3)) if loop else 1, ends)
    return GroupType("random", "Случайный", "Проверка", "1", process, tuple(made))


definitions = tidy() | wild
TAKEN = {"taken": 0, "refused": 0}


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(definition=definitions)
def _each_is_taken_or_refused(definition: GroupType) -> None:
    module = modules.ModuleType("random_plugin")
    module.plc_group_type = hookimpl(lambda: definition, specname="plc_group_type")  # type: ignore[attr-defined]
    loaded = load(Source("random", "tests", lambda: module))
    if loaded.quarantined:
        TAKEN["refused"] += 1
        assert loaded.reason and loaded.detail, loaded
        return
    TAKEN["taken"] += 1
    assert loaded.group_type is not None
    world = World(loaded.group_type)
    for _ in range(12):
        for actor in (*world.team, 9, 10):
            told = [r for v in world.verdicts(actor) for r in v.refusals]
            assert not [r for r in told if r.code == "rule_fault"]
            assert all(str(r.text) and r.code for r in told)
        for action in list(loaded.group_type.process.leaving(world.stage)):
            try:
                world.press(action.key, world.team[0])
            except (Refused, UnknownAction):
                continue


def test_three_hundred_random_definitions_are_taken_or_refused_with_a_reason() -> None:
    _each_is_taken_or_refused()
    assert TAKEN["taken"] >= 50 and TAKEN["refused"] >= 100, TAKEN
