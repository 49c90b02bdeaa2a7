"""Shapes: every value is of the kind its place is declared for. Found first, for nothing else can look at the rest."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.core.lint.finding import Finding
from engine.core.text import Text


def shape(value: Any, place: str) -> Iterator[Finding]:
    """Every value inside ``value`` (a definition or a part of it) that is of another kind than declared."""
    kind: Any = type(value)
    for field in fields(value):
        hint = _hints(kind).get(field.name, Any)
        yield from _checked(getattr(value, field.name), hint, f"{place}.{field.name}")


def _checked(value: Any, hint: Any, place: str) -> Iterator[Finding]:
    origin = get_origin(hint)
    if hint is Any:
        return
    if origin is Callable:
        if not callable(value):
            yield _wrong(place, value, "function")
    elif origin in (Union, types.UnionType):
        fitting = next((part for part in get_args(hint) if _is(value, part)), None)
        if fitting is None:
            yield _wrong(place, value, " | ".join(_name(part) for part in get_args(hint)))
        else:
            yield from _checked(value, fitting, place)
    elif not _is(value, hint):
        yield _wrong(place, value, _name(hint))
    elif origin is tuple:
        for n, item in enumerate(value):
            parts = get_args(hint)
            part = parts[0] if len(parts) == 2 and parts[1] is Ellipsis else parts[min(n, len(parts) - 1)]
            yield from _checked(item, part, f"{place}[{_key(item, n)}]")
    elif is_dataclass(value):
        yield from shape(value, place)


def _is(value: Any, hint: Any) -> bool:
    origin = get_origin(hint) or hint
    if origin is Literal:
        return isinstance(value, str)
    if origin is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, origin) if isinstance(origin, type) else True


def _wrong(place: str, value: Any, wanted: str) -> Finding:
    got = type(value).__name__
    comma = wanted == "tuple" and not isinstance(value, list)
    return Finding(
        "wrong_type",
        place,
        Text(f"здесь {got}, а нужен {wanted}", en=f"this is {got}, and {wanted} is needed"),
        Text("Набор из одного пишут с запятой: (x,)", en="A tuple of one has a comma: (x,)")
        if comma
        else Text("Дайте значение нужного вида", en="Give a value of that kind"),
    )


def _name(hint: Any) -> str:
    return getattr(get_origin(hint) or hint, "__name__", str(hint))


def _key(item: Any, place: int) -> str:
    key = getattr(item, "key", None)
    return key if isinstance(key, str) else str(place)


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:
    """The declared kinds of the fields of one of our classes; a union of measures is one of its own classes."""
    try:
        return get_type_hints(cls)
    except NameError:
        return {}
