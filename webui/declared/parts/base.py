"""A part of the editor: a form over some tables of the file, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Option
from engine.core.text import Text
from engine.services.declared.keys import free_key

Tables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """What a part may look at: the tables of the file, and the type as far as it can be built (None: not at all)."""

    tables: Tables
    definition: GroupType | None

    def list(self, key: str) -> list[dict[str, Any]]:
        """The tables in the list called ``key``; what is none is left out."""
        found = self.tables.get(key)
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    @property
    def based(self) -> bool:
        """Whether the type builds on a base."""
        return "base" in self.tables


@dataclass(frozen=True, slots=True)
class Part:
    """``form`` asks, ``values`` fills it from the file, ``apply`` gives the file's tables with what was answered.

    ``aside`` names what of the file the form does not show: it stays as it is. ``offered`` says whether the part makes
    sense for a type.
    """

    key: str
    title: Text
    form: Callable[[Around], Form]
    values: Callable[[Around], dict[str, Any]]
    apply: Callable[[Around, Mapping[str, Any]], Tables]
    aside: Callable[[Around], list[str]] = lambda around: []
    offered: Callable[[Around], bool] = lambda around: True


def text(value: Any) -> str:
    """A text of the file; nothing for what is none."""
    return value if isinstance(value, str) else ""


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A table with its answers changed. Empty answers leave no key; a translation goes with the text it was of."""
    made = dict(old)
    for key, value in new.items():
        if value in (None, "", [], False):
            made.pop(key, None)
        else:
            made[key] = value
        if old.get(key) != value and f"{key}_en" not in new:
            made.pop(f"{key}_en", None)
    return made


def keyed(rows: Iterable[Mapping[str, Any]], title: str = "title") -> list[dict[str, Any]]:
    """Rows with a key for each: the given one, else one made of the title."""
    used: set[str] = {text(row.get("key")) for row in rows}
    made = []
    for row in rows:
        key = text(row.get("key")) or free_key(text(row.get(title)), used.__contains__)
        used.add(key)
        made.append({**row, "key": key})
    return made


def by_key(tables: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Tables by their keys."""
    return {text(t.get("key")): dict(t) for t in tables}


def options(pairs: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """Answers of a choice; a key given twice is offered once."""
    return tuple(Option(key, title) for key, title in dict(pairs).items())


def option_lines(value: Any) -> list[str]:
    """Options as lines: «solid = сплошной» (the key may be left out)."""
    items = value if isinstance(value, list) else []
    return [f"{text(o.get('key'))} = {text(o.get('title'))}" for o in items if isinstance(o, dict)]


def lines_options(lines: Iterable[str], old: Any) -> list[dict[str, Any]]:
    """Lines as options; translations of kept ones stay."""
    known = by_key(o for o in old if isinstance(o, dict)) if isinstance(old, list) else {}
    rows = []
    for line in lines:
        head, mark, title = line.partition("=")
        rows.append({"key": head.strip(), "title": title.strip()} if mark else {"title": line.strip()})
    return [merged(known.get(row["key"], {}), row) for row in keyed([r for r in rows if r["title"]])]


KEY = Field(
    "key",
    Text("Ключ", en="Key"),
    max_length=40,
    help=Text("необязательно: без него ключ получится из названия", en="optional: without it it is made of the title"),
)
