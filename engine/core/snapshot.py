"""Definitions as plain data and back: what a run pins, and what is shown when the code is gone."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from engine.core import criteria, definition, forms, measures, process
from engine.core.rules import Link, Refusal, Rule, refuse
from engine.core.text import Text
from engine.core.view import CycleView

_KINDS: dict[str, type] = {
    name: cls
    for module in (forms, process, measures, criteria, definition)
    for name, cls in vars(module).items()
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
}


#: Kinds of a leaf, looked at first: a definition has thousands of them.
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def to_data(value: Any) -> Any:
    """A definition (or any part of it) as JSON-ready data; rules keep their key and texts, not their code."""
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is tuple:
        return [to_data(item) for item in value]
    if kind is Text:
        return {"_": "Text", "ru": str(value), "en": value.en} if value.en else str(value)
    if isinstance(value, Rule):
        rule = {
            "_": "Rule",
            "key": value.key,
            "title": to_data(value.title),
            "waivable": value.waivable,
            "explanation": value.explanation,
        }
        return {**rule, "owner": value.owner} if value.owner else rule
    if (parts := _parts(kind)) is not None:
        data: dict[str, Any] = {"_": kind.__name__}
        for name, default in parts:
            item = getattr(value, name)
            if item is not default and item != default:
                data[name] = to_data(item)
        return data
    if isinstance(value, Text) and value.en:
        return {"_": "Text", "ru": str(value), "en": value.en}
    if isinstance(value, (tuple, list)):
        return [to_data(item) for item in value]
    return str(value) if isinstance(value, str) else value


@functools.cache
def _parts(kind: Any) -> tuple[tuple[str, Any], ...] | None:
    """Names and defaults of what a class of ours holds; None for any other class."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple((field.name, field.default) for field in dataclasses.fields(kind))


def from_data(data: Any, rules: Mapping[str, Rule] | None = None, keepers: tuple[str, ...] = ()) -> Any:
    """The value again. ``rules`` supplies the code of rules by key; a rule without code always refuses.

    ``keepers`` are the roles that can bring the code of such a rule back.
    """
    if isinstance(data, list):
        return tuple(from_data(item, rules, keepers) for item in data)
    if not isinstance(data, dict):
        return data
    kind = data["_"]
    if kind == "Text":
        return Text(data["ru"], en=data["en"])
    if kind == "Rule":
        return _rule(data, rules or {}, keepers)
    cls = _KINDS[kind]
    known = {field.name for field in dataclasses.fields(cls)}
    return cls(**{key: from_data(item, rules, keepers) for key, item in data.items() if key in known})


def _rule(data: Mapping[str, Any], rules: Mapping[str, Rule], keepers: tuple[str, ...]) -> Rule:
    installed = rules.get(data["key"])

    def gone(view: CycleView) -> Refusal:
        return refuse(
            "Правило «{rule}» недоступно: его плагин не установлен. Обратитесь к администратору",
            "The rule “{rule}” is unavailable: its plugin is not installed. Ask the administrator",
            roles=keepers,
            link=Link("types"),
            rule=from_data(data["title"]),
        )

    return Rule(
        data["key"],
        from_data(data["title"]),
        installed.check if installed else gone,
        data["waivable"],
        data.get("explanation", ""),
        data.get("owner", ""),
    )


def dumps(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, the same text in every process."""
    return json.dumps(to_data(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def loads(text: str, rules: Mapping[str, Rule] | None = None, keepers: tuple[str, ...] = ()) -> Any:
    """The definition kept as canonical JSON."""
    return from_data(json.loads(text), rules, keepers)


def fingerprint(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """What differs between two pieces of definition data, one readable line a place."""
    if isinstance(old, dict) and isinstance(new, dict) and old.get("_") == new.get("_"):
        if old.get("_") == "Text":
            pairs = [(old[key], new[key]) for key in ("ru", "en") if old[key] != new[key]]
            return [f"{path}: «{before}» → «{after}»" for before, after in pairs]
        lines: list[str] = []
        for key in sorted(old.keys() | new.keys()):
            lines += differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        return lines
    if isinstance(old, list) and isinstance(new, list):
        return _list_differences(old, new, path)
    return [] if old == new else [f"{path}: {_brief(old)} → {_brief(new)}"]


def _list_differences(old: list[Any], new: list[Any], path: str) -> list[str]:
    def name(item: Any, place: int) -> str:
        return str(item["key"]) if isinstance(item, dict) and "key" in item else str(place)

    before = {name(item, i): item for i, item in enumerate(old)}
    after = {name(item, i): item for i, item in enumerate(new)}
    lines = [f"{path}[{key}]: −" for key in before if key not in after]
    lines += [f"{path}[{key}]: +" for key in after if key not in before]
    for key in before:
        if key in after:
            lines += differences(before[key], after[key], f"{path}[{key}]")
    if before.keys() == after.keys() and list(before) != list(after):
        lines.append(f"{path}: {_brief(', '.join(before))} → {_brief(', '.join(after))}")
    return lines


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else f"«{value}»"
    return text if len(text) <= 80 else text[:77] + "…"
