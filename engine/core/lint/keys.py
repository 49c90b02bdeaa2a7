"""Keys: written as keys, told once, and not taken by the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.core.definition import GroupType
from engine.core.forms import Field, Rows
from engine.core.lint.finding import Finding
from engine.core.text import Text

RESERVED = frozenset({"state", "stage", "trigger", "id", "data", "errors", "csrf_token", "version", "note", "next"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_Groups = list[tuple[str, list[str]]]


def keys(definition: GroupType) -> Iterator[Finding]:
    """Every key that is ill written, told twice or reserved."""
    named, nested, offered = _named(definition), _nested(definition), _offered(definition)
    for what, found in (*named, *nested, *offered):
        for key in dict.fromkeys(found):
            if found.count(key) > 1:
                yield Finding(
                    "duplicate_key",
                    f"{what} {key}",
                    Text("ключ назван дважды", en="the key is used twice"),
                    Text("Дайте каждому свой ключ", en="Give each its own key"),
                )
    for what, found in (*named, *nested):
        for key in dict.fromkeys(found):
            if not _KEY.match(key):
                yield Finding(
                    "bad_key",
                    f"{what} {key}",
                    Text(
                        "ключ — это a–z, 0–9 и «_», первая — буква, не больше 40 знаков",
                        en="a key is a-z, 0-9 and _, a letter first, at most 40 characters",
                    ),
                    Text("Переименуйте ключ: подпись может быть любой", en="Rename it; the label may be anything"),
                )
    for what, found in named:
        for key in dict.fromkeys(found):
            if key in RESERVED:
                yield Finding(
                    "reserved_key",
                    f"{what} {key}",
                    Text("это имя занято", en="the name is reserved"),
                    Text("Выберите другой ключ", en="Choose another key"),
                )


def _named(definition: GroupType) -> _Groups:
    process = definition.process
    groups: _Groups = [
        ("stage", [s.key for s in process.stages]),
        ("action", [a.key for a in process.actions]),
        ("form", [f.key for f in definition.forms]),
        ("survey", [s.key for s in definition.surveys]),
        ("criterion", [c.key for c in definition.criteria]),
        ("technique", [t.key for t in definition.techniques]),
        ("type", [definition.key]),
        ("indicator", [i.key for _, s in definition.observed for i in s.indicators]),
        ("settings", [i.key for s in definition.settings for i in s.items]),
    ]
    groups += [(f"form {f.key}", [i.key for _, i in f.items()]) for f in definition.forms]
    groups += [(f"survey {s.key}", [q.key for q in s.questions]) for s in definition.surveys]
    return groups


def _nested(definition: GroupType) -> _Groups:
    groups: _Groups = [(f"action {a.key}", [f.key for f in a.asks]) for a in definition.process.actions]
    groups += [
        (f"form {f.key} {i.key}", [c.key for c in i.columns])
        for f in definition.forms
        for _, i in f.items()
        if isinstance(i, Rows)
    ]
    return groups


def _offered(definition: GroupType) -> _Groups:
    """Answers to choose from: their keys need only be told apart."""
    groups: _Groups = [("process kinds", [o.key for o in definition.kinds])]
    for form in definition.forms:
        for _, item in form.items():
            fields = item.columns if isinstance(item, Rows) else (item,) if isinstance(item, Field) else ()
            groups += [(f"form {form.key} {f.key}", [o.key for o in f.options]) for f in fields]
    groups += [(f"survey {s.key} {q.key}", [o.key for o in q.options]) for s in definition.surveys for q in s.questions]
    return groups
