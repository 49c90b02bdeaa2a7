"""Any map of stages and answers: a run goes to a stage that is there, or stays with a reason; no answer disappears."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.definition import GroupType, Upgrade
from engine.core.forms import Field, Form, Rows, Section
from engine.core.lint.life import upgrades as findings
from engine.core.process import Action, Process, Stage
from engine.core.upgrade import Blocked, Standing, Step, Written, plan
from engine.core.wording import Inputs, answered, carried, place_after, stage_after, steps_from

KEYS = tuple("abcdef")
many = settings(max_examples=300, deadline=None, derandomize=True, database=None)
keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=5, unique=True)
maps = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(KEYS), max_size=4)
kinds = st.sampled_from(["line", "text", "number", "list"])
WORDS = {"line": "слово", "text": "текст", "number": 5, "list": ["один", "два"]}


def made(version: str, stages: list[str], fields: dict[str, str], *steps: Upgrade) -> GroupType:
    """A type whose road goes through the stages, with one document."""
    road = [Stage(key, key.upper(), forms=("form",)) for key in stages] + [Stage("end", "Конец", final=True)]
    actions = [
        Action(f"to_{n}", f"Дальше {n}", (a.key,), b.key, ("triad_member",))
        for n, (a, b) in enumerate(itertools.pairwise(road))
    ]
    rows = Rows("rows", "Строки", tuple(Field(key, key, "line") for key in fields))
    items = tuple(Field(key, key, kind) for key, kind in fields.items())  # type: ignore[arg-type]
    form = Form("form", "Документ", (Section("s", "Часть", (*items, rows)),), roles=("triad_member",))
    process = Process(tuple(road), tuple(actions), road[0].key)
    return GroupType("any", "Тип", "x", version, process, (form,), upgrades=steps)


@many
@given(stages=keys, first=maps, second=maps, later=keys)
def test_a_stage_leads_to_a_declared_one_or_is_refused(
    stages: list[str], first: dict[str, str], second: dict[str, str], later: list[str]
) -> None:
    old = made("1", stages, {})
    new = made("3", later, {}, Upgrade("1", tuple(first.items())), Upgrade("2", tuple(second.items())))
    for stage in stages:
        middle = first.get(stage, stage)
        target = second.get(middle, middle)
        outcome = plan(old, new, Standing("1", stage, 1, 0, 3))
        assert stage_after(steps_from(new, "1") or (), stage) == target
        if target in later:
            assert isinstance(outcome, Step) and outcome.target == target
        else:
            assert isinstance(outcome, Blocked) and all(outcome.reasons)
    wrong = {f.place for f in findings(new) if f.code == "unknown_stage"}
    assert wrong == {
        *(f"upgrade 1 stages {a}" for a, b in first.items() if second.get(b, b) not in later),
        *(f"upgrade 2 stages {a}" for a, b in second.items() if b not in later),
    }


@many
@given(
    old_fields=st.dictionaries(st.sampled_from(KEYS), kinds, min_size=1, max_size=5),
    new_fields=st.dictionaries(st.sampled_from(KEYS), kinds, max_size=5),
    renames=maps,
    retired=st.sets(st.sampled_from(KEYS), max_size=2),
)
def test_every_answer_has_a_place_or_is_told(
    old_fields: dict[str, str], new_fields: dict[str, str], renames: dict[str, str], retired: set[str]
) -> None:
    step = Upgrade(
        "1",
        fields=tuple((f"form.{a}", f"form.{b}") for a, b in renames.items()),
        retired=tuple(f"form.{key}" for key in sorted(retired)),
    )
    old, new = made("1", ["a"], old_fields), made("2", ["a"], new_fields, step)
    form, target = old.form("form"), new.form("form")
    values = {key: WORDS[kind] for key, kind in old_fields.items()}
    values["rows"] = [{key: f"ряд {key}" for key in old_fields}]
    places = frozenset(answered(form, values))
    assert places == {*old_fields, *(f"rows.{key}" for key in old_fields)}
    outcome = plan(old, new, Standing("1", "a", 1, 0, 3, (Written("form", 0, places),)))
    found = carried(form, target, values, new.upgrades)
    moved = {key: place_after(new.upgrades, f"form.{key}") for key in old_fields}
    if isinstance(outcome, Step):
        assert all(place is None or place.partition(".")[2] in new_fields for place in moved.values())
        for key, place in moved.items():
            now = place.partition(".")[2] if place else ""
            kept = now in found.values and found.values[now] == values[key]
            assert kept != (key in found.left), (key, place)
        for key in old_fields:
            inside = any(row.get(key) == f"ряд {key}" for row in found.values["rows"])
            assert inside != (f"rows.{key}" in found.left)
    else:
        assert outcome.reasons
    rename = Inputs(form, target, new.upgrades)
    for key in old_fields:
        name = rename(f"q_{key}", "x")
        assert name is None or name[2:] in new_fields


@many
@given(stages=keys, fields=st.dictionaries(st.sampled_from(KEYS), kinds, max_size=4))
def test_the_same_version_is_an_identity(stages: list[str], fields: dict[str, str]) -> None:
    definition = made("1", stages, fields)
    values = {key: WORDS[kind] for key, kind in fields.items()}
    form = definition.form("form")
    assert carried(form, form, values, ()).values == values
    for stage in stages:
        outcome = plan(definition, definition, Standing("1", stage, 1, 0, 3))
        assert isinstance(outcome, Step)
        assert (outcome.source, outcome.target, outcome.changes) == (stage, stage, ())
