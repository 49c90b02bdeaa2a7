"""Actions: who may press them, how they are called, and the rules that guard them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from engine.core.definition import GroupType
from engine.core.lint.finding import Finding
from engine.core.lint.forms import item, roles
from engine.core.process import Action, Process
from engine.core.rules import Rule
from engine.core.text import Text

_READ = Text("Исправьте имя или объявите то, что правило читает", en="Correct the name, or declare what the rule reads")


def actions(process: Process, known: Mapping[str, int], effects: Set[str]) -> Iterator[Finding]:
    """Every flaw of a button."""
    for action in process.actions:
        place = f"action {action.key}"
        yield from roles((*action.roles, *filter(None, [action.confidential_to])), known, place)
        for field in action.asks:
            yield from item(field, place)
        if not action.roles:
            yield Finding(
                "no_role",
                place,
                Text("его некому нажать", en="nobody may press it"),
                Text("Назовите хотя бы одну роль", en="Name at least one role"),
            )
        if action.next_round and not process.loop:
            yield Finding(
                "no_loop",
                place,
                Text(
                    "открывает следующий круг, а повтора в процессе нет",
                    en="it opens the next round of a process without a loop",
                ),
                Text("Объявите loop", en="Declare the loop"),
            )
        for name in sorted(set(action.effects) - effects) if effects else ():
            yield Finding(
                "unknown_effect",
                place,
                Text(f"такого действия системы нет: «{name}»", en=f"the host has no effect {name!r}"),
                Text(f"Можно: {', '.join(sorted(effects))}", en=f"Use: {', '.join(sorted(effects))}"),
            )
    if process.rounds > 1 and not process.loop and not any(a.next_round for a in process.actions):
        yield Finding(
            "no_loop",
            "process",
            Text(
                f"кругов {process.rounds}, а повторять нечего", en=f"{process.rounds} rounds and nothing that repeats"
            ),
            Text("Объявите loop или оставьте один круг", en="Declare the loop or leave one round"),
        )
    yield from _titles(process)


def _titles(process: Process) -> Iterator[Finding]:
    for stage in process.stages:
        seen: dict[str, list[Action]] = {}
        for action in process.leaving(stage.key):
            if any("any" in (a.when, action.when) or a.when == action.when for a in seen.get(action.title, ())):
                yield Finding(
                    "same_name",
                    f"stage {stage.key}",
                    Text(f"два действия названы «{action.title}»", en=f"two actions are named «{action.title}»"),
                    Text(
                        "Назовите их по-разному или разведите по кругам",
                        en="Give them different names or limit them to different rounds",
                    ),
                )
            seen.setdefault(action.title, []).append(action)


def rules(definition: GroupType, known: Mapping[str, int]) -> Iterator[Finding]:
    """Rules of one key and several meanings, rules over what is not there, rules that nobody can ever meet."""
    found: dict[str, Rule] = {}
    for action in definition.process.actions:
        for rule in action.rules:
            if found.setdefault(rule.key, rule).title != rule.title:
                yield Finding(
                    "rule_conflict",
                    "rules",
                    Text(
                        f"под ключом «{rule.key}» два разных правила", en=f"two different rules are keyed {rule.key!r}"
                    ),
                    Text("Новому смыслу — новый ключ", en="Give a new meaning a new key"),
                )
    for rule in found.values():
        place = f"rule {rule.key}"
        yield from roles(tuple(role for role, _ in rule.needs), known, place)
        for role, least in rule.needs:
            most = known.get(role, 0)
            if most and least > most:
                yield Finding(
                    "quorum",
                    place,
                    Text(
                        f"нужно {least}, а роль «{role}» могут иметь не больше {most}",
                        en=f"it needs {least} of {role!r}, and at most {most} can hold the role",
                    ),
                    Text("Уменьшите число или выберите другую роль", en="Ask for fewer, or choose another role"),
                )
        for kind, name in rule.reads:
            yield from _reads(definition, place, kind, name)


def _reads(definition: GroupType, place: str, kind: str, name: str) -> Iterator[Finding]:
    head, _, rest = name.partition(".")
    if kind == "survey":
        if all(s.key != name for s in definition.surveys):
            yield Finding("unknown_survey", place, _no("опроса", "survey", name), _READ)
        return
    form = next((f for f in definition.forms if f.key == head), None)
    if form is None:
        yield Finding("unknown_form", place, _no("формы", "form", head), _READ)
    elif kind == "field":
        if form.find(rest) is None:
            yield Finding("unknown_field", place, _no("поля", "field", name), _READ)
    elif kind in ("shared", "confirmed") and form.filling != "shared":
        yield _never(place, f"«{head}» заполняет каждый своё, общего листа нет", f"{head!r} has no shared document")
    elif kind == "each" and form.filling != "each":
        yield _never(place, f"«{head}» — один общий лист, своих нет", f"{head!r} is one shared document")
    elif kind == "each" and rest not in form.roles:
        yield _never(place, f"роль «{rest}» не заполняет «{head}»", f"{rest!r} does not fill in {head!r}")
    elif kind == "confirmed" and rest not in form.confirm:
        yield _never(place, f"роль «{rest}» не подтверждает «{head}»", f"{rest!r} does not confirm {head!r}")


def _never(place: str, text: str, en: str) -> Finding:
    fix = Text("Исправьте форму или возьмите другое правило", en="Correct the form or take another rule")
    return Finding("never_met", place, Text(text, en=en), fix)


def _no(what: str, en: str, name: str) -> Text:
    return Text(f"нет {what} «{name}»", en=f"there is no {en} {name!r}")
