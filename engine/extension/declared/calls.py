"""A rule of the vocabulary made of its parameters, once these are known to mean something in the type."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from engine.core import vocabulary
from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.process import Action
from engine.core.rules import Rule
from engine.core.text import Text
from engine.extension.declared.judging import RuleCall
from engine.extension.declared.mistakes import Mistakes
from engine.extension.declared.places import Path
from engine.extension.roles import ROLES

#: What a journal can hold of the name of a rule.
_LONGEST_KEY = 120


def called(call: RuleCall, made: GroupType, action: Action, path: Path, mistakes: Mistakes) -> Rule | None:
    """The rule; None with mistakes where its parameters mean nothing in the type ``made``."""
    before = len(mistakes.found)
    for code, text, fix, at in _doubts(call, made, path):
        mistakes.add(at, text, fix, code)
    inner = [
        called(dataclasses.replace(c, title=c.title or call.title), made, action, (*path, "of", n), mistakes)
        for n, c in enumerate(call.of)
    ]
    if len(mistakes.found) > before:
        return None
    rule = _MAKERS[call.kind](call, made, action, [r for r in inner if r is not None])
    rule = dataclasses.replace(rule, key=call.key or f"{made.key}.{rule.key}")
    if len(rule.key) > _LONGEST_KEY:
        text = Text(f"Имя правила длиннее {_LONGEST_KEY} знаков", en=f"The key has more than {_LONGEST_KEY} signs")
        mistakes.add(path, text, Text("Задайте короткое key", en="Give a short key"), "too_long")
        return None
    return rule


def _doubts(call: RuleCall, made: GroupType, path: Path) -> Iterator[tuple[str, Text, Text, Path]]:
    rename = Text("Исправьте имя", en="Correct the name")
    forms = {f.key: f for f in made.forms}
    if call.form and call.form not in forms:
        listed = ", ".join(sorted(forms))
        text = Text(f"Нет документа «{call.form}»", en=f"There is no document “{call.form}”")
        yield "unknown_form", text, Text(f"Есть: {listed}", en=f"There is: {listed}"), (*path, "form")
    elif call.form:
        yield from _of_form(call, forms[call.form], path)
    if call.survey and call.survey not in {s.key for s in made.surveys}:
        text = Text(f"Нет опроса «{call.survey}»", en=f"There is no survey “{call.survey}”")
        yield "unknown_survey", text, rename, (*path, "survey")
    for role in filter(None, (call.role, *call.roles)):
        if role not in ROLES:
            text = Text(f"Нет роли «{role}»", en=f"There is no role “{role}”")
            fix = Text(f"Есть: {', '.join(sorted(ROLES))}", en=f"There is: {', '.join(sorted(ROLES))}")
            yield "unknown_role", text, fix, (*path, "role" if role == call.role else "roles")


def _of_form(call: RuleCall, form: Form, path: Path) -> Iterator[tuple[str, Text, Text, Path]]:
    at = (*path, "form")
    handed_in = call.kind == "submitted_by_each" or (call.kind == "at_least" and not call.confirmed)
    agreed = call.kind == "confirmed_by_each" or (call.kind == "at_least" and call.confirmed)
    if handed_in and form.filling != "each":
        fix = Text("Для общего документа есть complete", en="For a shared document use complete")
        yield "shared_form", Text("Документ общий, его не сдаёт каждый", en="The document is shared"), fix, at
    if not handed_in and form.filling == "each":
        fix = Text("Есть submitted_by_each", en="Use submitted_by_each")
        yield "own_form", Text("У каждого свой такой документ", en="Everybody has an own such document"), fix, at
    if agreed and call.role not in form.confirm:
        text = Text(f"Роль {call.role} этот документ не подтверждает", en=f"{call.role} does not confirm the document")
        yield "nobody_confirms", text, Text("Назовите её в confirm", en="Name the role in confirm"), (*path, "role")
    if handed_in and call.role not in form.roles:
        text = Text(f"Роль {call.role} этот документ не заполняет", en=f"{call.role} does not fill the document in")
        yield "nobody_fills", text, Text("Назовите её в roles", en="Name the role in roles"), (*path, "role")
    if call.field and form.find(call.field) is None:
        listed = ", ".join(item.key for _, item in form.items())
        text = Text(f"В документе «{form.key}» нет поля «{call.field}»", en=f"“{form.key}” has no “{call.field}”")
        yield "unknown_field", text, Text(f"Есть: {listed}", en=f"There is: {listed}"), (*path, "field")


def _told(call: RuleCall) -> dict[str, Any]:
    """The words of a rule as the vocabulary takes them."""
    return {"title": call.title, "text": call.text, "step": call.step, "waivable": call.waivable} | {
        name: getattr(words, "en", "") for name, words in (("en", call.title), ("text_en", call.text))
    }


def _roles(call: RuleCall, made: GroupType, action: Action) -> tuple[str, ...]:
    """Who can resolve it: as told, else whoever fills the document in, else whoever presses the button."""
    return call.roles or (made.form(call.form).roles if call.form else ()) or action.roles


Maker = Callable[[RuleCall, GroupType, Action, list[Rule]], Rule]
_MAKERS: dict[str, Maker] = {
    "submitted_by_each": lambda c, t, a, _: vocabulary.submitted_by_each(c.form, c.role, **_told(c)),
    "confirmed_by_each": lambda c, t, a, _: vocabulary.confirmed_by_each(c.form, c.role, **_told(c)),
    "at_least": lambda c, t, a, _: vocabulary.at_least(c.form, c.role, c.least, confirmed=c.confirmed, **_told(c)),
    "complete": lambda c, t, a, _: vocabulary.complete(c.form, _roles(c, t, a), **_told(c)),
    "answers": lambda c, t, a, _: vocabulary.answers(c.survey, c.least, _roles(c, t, a), **_told(c)),
    "filled": lambda c, t, a, _: vocabulary.filled(c.form, c.field, _roles(c, t, a), least=c.least or 1, **_told(c)),
    "any_of": lambda c, t, a, inner: vocabulary.any_of(
        c.key, c.title, c.text, *inner, **{k: v for k, v in _told(c).items() if k not in ("title", "text")}
    ),
    "all_of": lambda c, t, a, inner: vocabulary.all_of(
        c.key, c.title, *inner, en=getattr(c.title, "en", ""), waivable=c.waivable
    ),
}
