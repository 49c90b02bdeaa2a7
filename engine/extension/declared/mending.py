"""A text with some of its tables changed, the rest as its author wrote it, comments included."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.extension.declared.files import parse, text_of
from engine.extension.declared.mistakes import Unreadable
from engine.extension.declared.places import Path


def mended(text: str, tables: Mapping[str, Any]) -> str:
    """``text`` made to say ``tables``. Where its layout is too odd to change in place it is written anew."""
    if parse(text)[0] == tables:
        return text
    try:
        made = _mended(text.replace("\r\n", "\n"), tables)
        return made if parse(made)[0] == tables else text_of(dict(tables))
    except Unreadable:
        return text_of(dict(tables))


def _mended(text: str, tables: Mapping[str, Any]) -> str:
    old = parse(text)[0]
    for key in [k for k in {**old, **tables} if old.get(k) != tables.get(k)]:
        value = tables.get(key)
        now, lines = parse(text)
        if _tables(value) or (value is None and _tables(now.get(key))):
            text = _with_blocks(text, now, lines, key, value or [])
        else:
            text = _with_value(text, now, lines, key, value)
    return text


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _headers(rows: Sequence[str], tables: Mapping[str, Any], lines: Mapping[Path, int]) -> list[tuple[int, str]]:
    """(number of the row, first key) of every header of a table; the comments right above it belong to it."""
    found: dict[int, str] = {}
    for path, line in lines.items():
        if path and rows[line - 1].lstrip().startswith("[") and isinstance(_at(tables, path), dict):
            found[line - 1] = str(path[0])
    starts = []
    for row, key in sorted(found.items()):
        while row and row - 1 not in found and rows[row - 1].lstrip()[:1] in ("#", ""):
            row -= 1
        starts.append((row, key))
    return starts


def _at(tables: Any, path: Path) -> Any:
    for step in path:
        try:
            tables = tables[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tables


def _with_blocks(text: str, tables: Mapping[str, Any], lines: Mapping[Path, int], key: str, items: list[Any]) -> str:
    """The tables called ``key`` in the place of those there are, else at the end."""
    rows = text.split("\n")
    starts = [*_headers(rows, tables, lines), (len(rows), "")]
    ours = [(a, b) for (a, name), (b, _) in itertools.pairwise(starts) if name == key]
    if not ours and key in tables:  # a list in one line at the top
        return _with_value(text, tables, lines, key, None) if not items else text
    told = list(_told(rows, *ours[0])) if ours else [""]
    fresh = [*told, *_rendered(key, items)] if items else []
    first = ours[0][0] if ours else len(rows)
    rest = [row for n, row in enumerate(rows) if n >= first and not any(a <= n < b for a, b in ours)]
    return "\n".join([*rows[:first], *fresh, *rest])


def _told(rows: Sequence[str], start: int, end: int) -> Iterator[str]:
    """The comments above the first of the tables."""
    for row in rows[start:end]:
        if row.lstrip()[:1] not in ("#", ""):
            return
        yield row


def _rendered(key: str, items: list[Any]) -> list[str]:
    text = text_of({key: items})
    if not text.startswith("[["):  # short ones would be put on one line, which can stand at the top alone
        text = "\n".join(f"[[{key}]]\n{text_of(item)}" for item in items)
    return [*text.rstrip("\n").split("\n"), ""]


def _with_value(text: str, tables: Mapping[str, Any], lines: Mapping[Path, int], key: str, value: Any) -> str:
    """A plain value at the top of the file."""
    rows = text.split("\n")
    starts = _headers(rows, tables, lines)
    top = starts[0][0] if starts else len(rows)
    line = lines.get((key,))
    fresh = text_of({key: value}).rstrip("\n").split("\n") if value is not None else []
    if line is None:
        return "\n".join([*rows[:top], *fresh, *rows[top:]])
    following = [at - 1 for path, at in lines.items() if len(path) == 1 and at > line and at - 1 < top]
    end = min([*following, top])
    while end > line and rows[end - 1].lstrip()[:1] in ("#", ""):
        end -= 1
    return "\n".join([*rows[: line - 1], *fresh, *rows[end:]])
