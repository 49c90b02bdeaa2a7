"""Shapes: every value is of the kind its place is declared for. Found first, for nothing else can look at the rest."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator, Set
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.core.fields import Same
from engine.core.forms import Form
from engine.core.lint.finding import Finding
from engine.core.text import Text

#: Where a value lies: the place around it, and the field or the item (with its number) it is there. Written out only
#: for a finding: a definition has thousands of places.
_Place = tuple[Any, Any]
_Look = Callable[[Any, _Place, "_Found"], None]
#: What has nothing inside: most of a definition.
_LEAVES = frozenset({str, Text, int, float, bool, type(None)})


class _Found(list[Finding]):
    """The findings, and the ids of parts that are known to be sound."""

    sound: Set[int] = frozenset()


def shape(value: Any, place: str, sound: Any = None) -> list[Finding]:
    """Every value inside ``value`` (a definition or a part of it) that is of another kind than declared.

    ``sound`` is a definition without findings: parts that are its very own are not looked at again.
    """
    found = _Found()
    if sound is not None:
        found.sound = {id(part) for part in _parts(sound)}
    _inside(value, (None, place), found)
    return list(found)


def _parts(sound: Any) -> Iterator[Any]:
    for around in (sound, sound.process):
        for field in fields(around):
            held = getattr(around, field.name)
            if isinstance(held, tuple):
                yield from (part for part in held if is_dataclass(part))


@functools.lru_cache(maxsize=1024)
def _sound(same: Same[Form]) -> bool:
    """Whether every value inside a form is of its kind: asked once of a form that several types bring."""
    found = _Found()
    _fields_of(same.whole, (None, ""), found)
    return not found


def _inside(value: Any, place: _Place, found: _Found) -> None:
    if type(value) is not Form or not _sound(Same(value)):
        _fields_of(value, place, found)


def _fields_of(value: Any, place: _Place, found: _Found) -> None:
    kind: Any = type(value)
    for name, look in _fields(kind):
        look(getattr(value, name), (place, f".{name}"), found)


@functools.cache
def _fields(cls: Any) -> tuple[tuple[str, _Look], ...]:
    hints = _hints(cls)
    return (
        () if not is_dataclass(cls) else tuple((field.name, _look(hints.get(field.name, Any))) for field in fields(cls))
    )


@functools.cache
def _look(hint: Any) -> _Look:
    """The check of a declared kind, made once for each kind."""
    origin = get_origin(hint)
    if hint is Any:
        return lambda value, place, found: None
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint))
    fits = _fits(hint)
    inner = _items(get_args(hint)) if origin is tuple else None
    wanted = "function" if origin is Callable else _name(hint)

    def look(value: Any, place: _Place, found: _Found) -> None:
        if not fits(value):
            found.append(_wrong(place, value, wanted))
        elif inner is not None:
            inner(value, place, found)
        elif origin is not Callable and type(value) not in _LEAVES:
            _inside(value, place, found)

    return look


def _one_of(parts: tuple[Any, ...]) -> _Look:
    looks = [(_fits(part), _look(part)) for part in parts]
    wanted = " | ".join(_name(part) for part in parts)

    def look(value: Any, place: _Place, found: _Found) -> None:
        for fits, inner in looks:
            if fits(value):
                inner(value, place, found)
                return
        found.append(_wrong(place, value, wanted))

    return look


def _items(parts: tuple[Any, ...]) -> _Look:
    """The check of what a tuple holds: of any number of one kind, or of these kinds in turn."""
    looks = [_look(part) for part in parts if part is not Ellipsis]

    def look(value: Any, place: _Place, found: _Found) -> None:
        for n, item in enumerate(value):
            if id(item) in found.sound:
                continue
            looks[min(n, len(looks) - 1)](item, (place, (item, n)), found)

    return look


def _fits(hint: Any) -> Callable[[Any], bool]:
    origin = get_origin(hint) or hint
    if origin is Callable:
        return lambda value: callable(value)
    if origin is Literal:
        return lambda value: isinstance(value, str)
    if origin is float:
        return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)
    if origin is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if isinstance(origin, type):
        return lambda value: isinstance(value, origin)
    return lambda value: True


def _written(place: _Place) -> str:
    around, here = place
    if around is None:
        return str(here)
    return _written(around) + (here if isinstance(here, str) else f"[{_key(*here)}]")


def _wrong(place: _Place, value: Any, wanted: str) -> Finding:
    got = type(value).__name__
    comma = wanted == "tuple" and not isinstance(value, list)
    return Finding(
        "wrong_type",
        _written(place),
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
