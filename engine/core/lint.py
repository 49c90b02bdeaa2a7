"""Lint: everything that is wrong with a definition, found before anybody meets it.

Each finding has a code, the place, and what to do. A definition with findings is not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from engine.core.definition import GroupType
from engine.core.errors import DefinitionError
from engine.core.finding import Finding as Finding
from engine.core.forms import Field, FieldKind, Indicator, Rows
from engine.core.lint_life import settings, upgrades
from engine.core.process import Action, Process, rules_of

RESERVED = frozenset({"state", "stage", "trigger", "id", "data", "errors", "csrf_token", "version", "note", "next"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


def lint(
    definition: GroupType,
    roles: Mapping[str, int],
    feeds: frozenset[str] = frozenset(),
    effects: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Every finding. ``roles`` maps the roles the host can fill to how many people hold each (0: any number);
    ``feeds`` and ``effects`` are those the host knows (empty: not checked)."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _keys(definition),
        lambda: _graph(definition.process),
        lambda: _actions(definition.process, roles),
        lambda: _forms(definition, roles),
        lambda: _references(definition, feeds),
        lambda: _effects(definition.process, effects),
        lambda: _criteria(definition),
        lambda: upgrades(definition),
        lambda: settings(definition),
    )
    return [finding for check in checks for finding in check()]


def _keys(definition: GroupType) -> Iterator[Finding]:
    process = definition.process
    groups: list[tuple[str, list[str]]] = [
        ("stage", [s.key for s in process.stages]),
        ("action", [a.key for a in process.actions]),
        ("form", [f.key for f in definition.forms]),
        ("survey", [s.key for s in definition.surveys]),
        ("criterion", [c.key for c in definition.criteria]),
        ("technique", [t.key for t in definition.techniques]),
        ("type", [definition.key]),
        ("indicator", [i.key for _, s in definition.observed for i in s.indicators]),
    ]
    groups += [(f"form {f.key}", [i.key for _, i in f.items()]) for f in definition.forms]
    groups += [(f"survey {s.key}", [q.key for q in s.questions]) for s in definition.surveys]
    nested = [(f"action {a.key}", [f.key for f in a.asks]) for a in process.actions]
    nested += [
        (f"form {f.key} {i.key}", [c.key for c in i.columns])
        for f in definition.forms
        for _, i in f.items()
        if isinstance(i, Rows)
    ]
    for what, keys in (*groups, *nested):
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1:
                yield Finding("duplicate_key", f"{what} {key}", "the key is used twice", "Give each its own key")
    for what, keys in groups:
        for key in dict.fromkeys(keys):
            if not _KEY.match(key):
                yield Finding(
                    "bad_key",
                    f"{what} {key}",
                    "a key is a-z, 0-9 and _, at most 40 characters",
                    "Rename it; the label may be anything",
                )
            if key in RESERVED:
                yield Finding("reserved_key", f"{what} {key}", "the name is reserved", "Choose another key")


def _graph(process: Process) -> Iterator[Finding]:
    stages = {s.key: s for s in process.stages}
    if process.initial not in stages:
        yield Finding("unknown_stage", "initial", f"there is no stage {process.initial!r}", "Name a declared stage")
        return
    edges: dict[str, set[str]] = {key: set() for key in stages}
    known = True
    for action in process.actions:
        for named in (*action.source, *([action.target] if action.target else [])):
            if named not in stages:
                known = False
                yield Finding(
                    "unknown_stage",
                    f"action {action.key}",
                    f"there is no stage {named!r}",
                    "Declare the stage or correct the name",
                )
        if not action.source:
            yield Finding("no_source", f"action {action.key}", "it leaves no stage", "Name its source stages")
    named_elsewhere = [("loop", end) for end in process.loop]
    named_elsewhere += [("private_until", process.private_until)] if process.private_until else []
    for place, named in named_elsewhere:
        if named not in stages:
            known = False
            yield Finding("unknown_stage", place, f"there is no stage {named!r}", "Name declared stages")
    if not known:
        return
    for action in process.actions:
        for source in action.source:
            if action.target and action.target != source:
                edges[source].add(action.target)
    finals = {key for key, s in stages.items() if s.final}
    if not finals:
        yield Finding("no_final", "stages", "no stage is final", "Mark the last stage with final=True")
    reachable = _reach(process.initial, edges)
    backwards: dict[str, set[str]] = {key: set() for key in stages}
    for source, targets in edges.items():
        for target in targets:
            backwards[target].add(source)
    ending = set().union(*(_reach(f, backwards) for f in finals)) if finals else set()
    for key, stage in stages.items():
        if key not in reachable:
            yield Finding("unreachable", f"stage {key}", "no action leads here", "Add an action or remove the stage")
        elif stage.final and edges[key]:
            yield Finding(
                "final_left", f"stage {key}", "a final stage has actions that leave it", "Remove them or the final mark"
            )
        elif not stage.final and not edges[key]:
            yield Finding("dead_end", f"stage {key}", "no action leaves this stage", "Add an action that leaves it")
        elif finals and key not in ending:
            yield Finding(
                "trap", f"stage {key}", "no final stage can be reached from here", "Add an action that leads out"
            )


def _reach(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for target in edges[todo.pop()] - seen:
            seen.add(target)
            todo.append(target)
    return seen


def _actions(process: Process, roles: Mapping[str, int]) -> Iterator[Finding]:
    for action in process.actions:
        place = f"action {action.key}"
        yield from _roles((*action.roles, *filter(None, [action.confidential_to])), roles, place)
        for field in action.asks:
            yield from _item(field, place)
        if not action.roles:
            yield Finding("no_role", place, "nobody may press it", "Name at least one role")
        if action.next_round and not process.loop:
            yield Finding("no_loop", place, "it opens the next round of a process without a loop", "Declare the loop")
    try:
        rules_of(process.actions)
    except DefinitionError as error:
        yield Finding("rule_conflict", "rules", str(error), "Give a new meaning a new key")
    for stage in process.stages:
        seen: dict[str, list[Action]] = {}
        for action in process.leaving(stage.key):
            if any("any" in (a.when, action.when) or a.when == action.when for a in seen.get(action.title, ())):
                yield Finding(
                    "same_name",
                    f"stage {stage.key}",
                    f"two actions are named «{action.title}»",
                    "Give them different names or limit them to different rounds",
                )
            seen.setdefault(action.title, []).append(action)


def _roles(used: tuple[str, ...], roles: Mapping[str, int], place: str) -> Iterator[Finding]:
    for role in used:
        if role not in roles:
            yield Finding(
                "unknown_role", place, f"nobody can hold the role {role!r}", f"Use one of: {', '.join(sorted(roles))}"
            )


def _forms(definition: GroupType, roles: Mapping[str, int]) -> Iterator[Finding]:
    by_key = {f.key: f for f in definition.forms}
    for form in definition.forms:
        place = f"form {form.key}"
        yield from _roles((*form.roles, *form.confirm, *form.readers), roles, place)
        if not form.roles:
            yield Finding("no_role", place, "nobody may fill it in", "Name at least one role")
        if not definition.process.open_stages(form.key) and form.key not in _asked(definition.process):
            yield Finding("form_nowhere", place, "no stage shows it", "Add its key to Stage.forms")
        for _, item in form.items():
            yield from _item(item, place)
        for carry in form.carries:
            source = by_key.get(carry.form)
            if form.find(carry.to) is None or source is None or source.find(carry.field) is None:
                yield Finding(
                    "unknown_field",
                    f"{place} carry {carry.to}",
                    "one of its fields does not exist",
                    "Correct the names",
                )
        soft = {key for _, item in form.items() for f in _columns(item) for key in f.soft}
        for key in soft - {w.key for w in definition.warnings}:
            yield Finding("unknown_warning", place, f"there is no warning {key!r}", "Declare it in warnings")


def _asked(process: Process) -> set[str]:
    return {f.key for a in process.actions for f in a.asks}


def _columns(item: Field | Indicator | Rows) -> tuple[Field, ...]:
    if isinstance(item, Rows):
        return item.columns
    return (item,) if isinstance(item, Field) else ()


def _item(item: Field | Indicator | Rows, place: str) -> Iterator[Finding]:
    if isinstance(item, Indicator) and not (len(item.levels) == 4 and all(item.levels)):
        yield Finding("levels", f"{place} {item.key}", "an indicator needs four descriptions", "Describe levels 0 to 3")
    if isinstance(item, Rows) and not item.columns:
        yield Finding("no_columns", f"{place} {item.key}", "the table has no columns", "Add columns")
    if isinstance(item, Rows) and item.least > item.most:
        yield Finding("bounds", f"{place} {item.key}", "least is greater than most", "Correct the bounds")
    for field in _columns(item):
        if field.kind not in get_args(FieldKind):
            known = ", ".join(get_args(FieldKind))
            yield Finding(
                "unknown_kind", f"{place} {field.key}", f"no field is of kind {field.kind!r}", f"Use: {known}"
            )
        if field.kind in ("choice", "choices") and not (field.options or field.source):
            yield Finding("no_options", f"{place} {field.key}", "a choice without answers", "Add options or a source")


def _references(definition: GroupType, feeds: frozenset[str]) -> Iterator[Finding]:
    forms = {f.key for f in definition.forms}
    surveys = {s.key for s in definition.surveys}
    for stage in definition.process.stages:
        for key in {*stage.forms, *stage.also} - forms:
            yield Finding("unknown_form", f"stage {stage.key}", f"there is no form {key!r}", "Declare it in forms")
        for key in set(stage.surveys) - surveys:
            yield Finding(
                "unknown_survey", f"stage {stage.key}", f"there is no survey {key!r}", "Declare it in surveys"
            )
    for key in set(definition.process.feeds) - feeds if feeds else ():
        yield Finding("unknown_feed", "process", f"the host has no feed {key!r}", f"Use: {', '.join(sorted(feeds))}")
    for hint in definition.hints:
        if hint.indicator not in definition.indicators:
            yield Finding(
                "unknown_indicator", f"hint {hint.indicator}", "there is no such indicator", "Correct the key"
            )


def _effects(process: Process, effects: frozenset[str]) -> Iterator[Finding]:
    for action in process.actions:
        for name in set(action.effects) - effects if effects else ():
            yield Finding(
                "unknown_effect",
                f"action {action.key}",
                f"the host has no effect {name!r}",
                f"Use: {', '.join(sorted(effects))}",
            )


def _criteria(definition: GroupType) -> Iterator[Finding]:
    forms = {f.key: f for f in definition.forms}
    sections = {s.key for _, s in definition.observed}
    surveys = {s.key: {q.key for q in s.questions} for s in definition.surveys}
    for criterion in definition.criteria:
        place = f"criterion {criterion.key}"
        for part in _parts(criterion.tests):
            form, survey = getattr(part, "form", None), getattr(part, "survey", None)
            names = [getattr(part, "field", None), *getattr(part, "fields", ())]
            if form is not None and form not in forms:
                yield Finding("unknown_form", place, f"there is no form {form!r}", "Correct the name")
            elif form is not None:
                for name in filter(None, names):
                    if forms[form].find(name) is None:
                        yield Finding("unknown_field", place, f"{form} has no field {name!r}", "Correct the name")
            if getattr(part, "indicator", None) not in {None, *definition.indicators}:
                yield Finding(
                    "unknown_indicator", place, f"there is no indicator {part.indicator!r}", "Correct the name"
                )
            if getattr(part, "section", None) not in {None, *sections}:
                yield Finding("unknown_section", place, f"there is no section {part.section!r}", "Correct the name")
            for key in filter(None, (survey, *getattr(part, "surveys", ()))):
                if key not in surveys:
                    yield Finding("unknown_survey", place, f"there is no survey {key!r}", "Correct the name")
                elif getattr(part, "question", None) not in {None, *surveys[key]}:
                    yield Finding(
                        "unknown_question", place, f"{key} has no question {part.question!r}", "Correct the name"
                    )


def _parts(value: Any) -> Iterator[Any]:
    """Every measure inside criteria, nested ones too."""
    if isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
