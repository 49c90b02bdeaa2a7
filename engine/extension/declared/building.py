"""From what a file declares to a whole type: the base or the own process, with rules of the vocabulary."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Rows, Survey
from engine.core.process import Process
from engine.core.text import Text
from engine.extension.bases import Base, base, names
from engine.extension.declared.calls import called
from engine.extension.declared.content import Shown
from engine.extension.declared.document import Declared
from engine.extension.declared.mistakes import Mistakes
from engine.extension.declared.places import Path
from engine.extension.roles import SOURCES


def build(declared: Declared, mistakes: Mistakes, find: Callable[[str], Base] = base) -> GroupType:
    """The type. Raises Unreadable, with lines, for what does not fit together."""
    if (declared.process is None) == (not declared.base):
        text = Text("Нужно одно из двух: base или [process]", en="One of the two: base or [process]")
        mistakes.add((), text, Text("Оставьте одно", en="Keep one"), "base_or_process")
    mistakes.refuse()
    made = _on_base(declared, mistakes, find) if declared.base else _own(declared, mistakes)
    for n, more in enumerate(declared.extensions):
        made = _extended(made, n, declared, mistakes) if _known(made, more.form, n, mistakes) else made
    made = dataclasses.replace(made, forms=(*made.forms, *(_form(s) for s in declared.forms)))
    made = _with_surveys(made, declared)
    made = dataclasses.replace(made, process=_staged(made.process, declared, mistakes))
    made = dataclasses.replace(
        made,
        criteria=(*made.criteria, *declared.criteria),
        hints=(*made.hints, *declared.hints),
        warnings=(*made.warnings, *declared.warnings),
        kinds=declared.kinds or made.kinds,
        settings=declared.settings or made.settings,
        upgrades=(*made.upgrades, *declared.upgrades),
        team=declared.team or made.team,
    )
    _sources(declared, mistakes)
    made = dataclasses.replace(made, process=_guarded(made, declared, mistakes))
    mistakes.refuse()
    return made


def _identity(declared: Declared) -> dict[str, Any]:
    given = {
        "key": declared.key,
        "title": declared.title,
        "purpose": declared.purpose,
        "version": declared.version,
        "short": declared.short or declared.title,
    }
    return given | {name: value for name in ("colour", "icon") if (value := getattr(declared, name))}


def _on_base(declared: Declared, mistakes: Mistakes, find: Callable[[str], Base]) -> GroupType:
    try:
        builder = find(declared.base)
    except LookupError:
        what = Text("Такой основы нет:", en="There is no such base:")
        mistakes.unknown(("base",), what, declared.base, names(), "unknown_base")
        mistakes.refuse()
        raise
    return builder(**_identity(declared), indicators=declared.indicators, techniques=declared.techniques)


def _own(declared: Declared, mistakes: Mistakes) -> GroupType:
    for name, key in (("inserted", "stage"), ("extensions", "extend"), ("indicators", "indicators")):
        if getattr(declared, name):
            text = Text(f"[[{key}]] дополняет основу, а её здесь нет", en=f"[[{key}]] adds to a base, there is none")
            fix = Text("Опишите то же в [process] и [[form]]", en="Describe the same in [process] and [[form]]")
            mistakes.add((key,), text, fix, "no_base")
    mistakes.refuse()
    assert declared.process is not None
    return GroupType(**_identity(declared), process=declared.process, techniques=declared.techniques)


def _known(made: GroupType, form: str, n: int, mistakes: Mistakes) -> bool:
    keys = [f.key for f in made.forms]
    if form not in keys:
        what = Text("Нет документа", en="There is no document")
        mistakes.unknown(("extend", n, "form"), what, form, keys, "unknown_form")
    return form in keys


def _extended(made: GroupType, n: int, declared: Declared, mistakes: Mistakes) -> GroupType:
    more = declared.extensions[n]
    form = made.form(more.form)
    sections = [s.key for s in form.sections]
    if more.before and more.before not in sections:
        what = Text("Нет раздела", en="There is no section")
        mistakes.unknown(("extend", n, "before"), what, more.before, sections, "unknown_section")
        return made
    grown = form.with_sections(*more.sections, before=more.before)
    return dataclasses.replace(made, forms=tuple(grown if f.key == form.key else f for f in made.forms))


def _form(shown: Shown) -> Form:
    assert isinstance(shown.what, Form)
    return shown.what


def _with_surveys(made: GroupType, declared: Declared) -> GroupType:
    """A survey of a known key takes the place of that of the base."""
    own = {s.what.key: s.what for s in declared.surveys if isinstance(s.what, Survey)}
    kept = tuple(own.pop(s.key, s) for s in made.surveys)
    return dataclasses.replace(made, surveys=(*kept, *own.values()))


def _staged(process: Process, declared: Declared, mistakes: Mistakes) -> Process:
    """The process with the added stages, and with the documents and surveys where they are shown."""
    for n, more in enumerate(declared.inserted):
        actions = [a.key for a in process.actions]
        if more.on not in actions:
            mistakes.unknown(
                ("stage", n, "on"), Text("Нет действия", en="No action"), more.on, actions, "unknown_action"
            )
        elif not process.action(more.on).target:
            text = Text("Это действие никуда не ведёт", en="This action leads nowhere")
            mistakes.add(("stage", n, "on"), text, Text("Назовите другое", en="Name another"), "no_target")
        else:
            process = process.with_stage(more.stage, on=more.on, leave=more.leave)
    stages = [s.key for s in process.stages]
    shown = [("form", n, s, "forms") for n, s in enumerate(declared.forms)]
    shown += [("survey", n, s, "surveys") for n, s in enumerate(declared.surveys)]
    for table, n, item, into in shown:
        for name, where in (("stages", into), ("also", "also")):
            for place, stage in enumerate(getattr(item, name)):
                if stage in stages:
                    held = (*getattr(process.stage(stage), where), item.what.key)
                    process = process.staging(stage, **{where: tuple(dict.fromkeys(held))})
                else:
                    what, path = Text("Нет этапа", en="There is no stage"), (table, n, name, place)
                    mistakes.unknown(path, what, stage, stages, "unknown_stage")
    return process


def _guarded(made: GroupType, declared: Declared, mistakes: Mistakes) -> Process:
    process = made.process
    actions = [a.key for a in process.actions]
    titles: dict[str, str] = {}
    for n, call in enumerate(declared.rules):
        path: Path = ("rule", n)
        if call.action not in actions:
            what = Text("Нет действия", en="There is no action")
            mistakes.unknown((*path, "action"), what, call.action, actions, "unknown_action")
            continue
        made_rule = called(call, made, process.action(call.action), path, mistakes)
        if made_rule is None:
            continue
        if titles.setdefault(made_rule.key, made_rule.title) != made_rule.title:
            text = Text("Два разных правила под одним именем", en="Two different rules under one name")
            mistakes.add(path, text, Text("Дайте им разные key", en="Give each its own key"), "rule_conflict")
            continue
        process = process.guarded(call.action, made_rule)
    return process


def _sources(declared: Declared, mistakes: Mistakes) -> None:
    """Answers known only at run time are offered by the host: what it does not offer would be an empty list."""
    for path, field in _fields(declared):
        known = field.source in SOURCES or field.source.count(".") == 2
        if field.source and not known:
            what = Text("Нет такого источника ответов", en="There is no such source of answers")
            mistakes.unknown((*path, "source"), what, field.source, SOURCES, "unknown_source")


def _fields(declared: Declared) -> Iterator[tuple[Path, Field]]:
    tables: list[tuple[Path, Any]] = []
    for n, shown in enumerate(declared.forms):
        tables += [(("form", n, "section", k), s) for k, s in enumerate(_form(shown).sections)]
    for n, more in enumerate(declared.extensions):
        tables += [(("extend", n, "section", k), s) for k, s in enumerate(more.sections)]
    for path, section in tables:
        for place, item in enumerate(section.items):
            here = (*path, "field", place)
            if isinstance(item, Field):
                yield here, item
            elif isinstance(item, Rows):
                yield from (((*here, "columns", c), column) for c, column in enumerate(item.columns))
