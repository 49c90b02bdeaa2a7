"""Settings of a type: a form filled in once where the type runs, and what of the answers a version can use. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from engine.core.forms import Field, FieldKind, Form, Section

#: What may be set: answers that mean the same to every run, so neither people nor files.
KINDS: frozenset[FieldKind] = frozenset(
    {"line", "text", "list", "number", "choice", "choices", "flag", "date", "time", "url"}
)
FORM = "settings"


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was set, as this version takes it: every declared setting in ``values``, those it does not know put
    ``aside``, the keys of those it cannot use in ``unfit`` (they have their first value)."""

    values: dict[str, Any]
    aside: dict[str, Any] = field(default_factory=dict)
    unfit: tuple[str, ...] = ()


def fields_of(sections: Sequence[Section]) -> Iterator[Field]:
    """Every declared setting."""
    for section in sections:
        for item in section.items:
            if isinstance(item, Field):
                yield item


def form_of(sections: Sequence[Section], title: str) -> Form:
    """The settings as a form, to be shown and checked like any other."""
    return Form(FORM, title, tuple(sections), per_round=False)


def defaults(sections: Sequence[Section]) -> dict[str, Any]:
    """What holds until somebody sets it."""
    return {item.key: _plain(item.initial) for item in fields_of(sections)}


def fitted(sections: Sequence[Section], stored: Mapping[str, Any]) -> Fitted:
    """Stored settings of whatever version as these ``sections`` take them; nothing is ever an error."""
    values, unfit = defaults(sections), []
    known = {item.key: item for item in fields_of(sections)}
    for key, item in known.items():
        if key in stored:
            if fits(item, stored[key]):
                values[key] = stored[key]
            else:
                unfit.append(key)
    return Fitted(values, {k: v for k, v in stored.items() if k not in known}, tuple(unfit))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def fits(item: Field, value: Any) -> bool:
    """Whether a value answers the field as it is declared."""
    if value is None or value == "" or value == []:
        return not item.required
    if item.kind == "number":
        return type(value) is int and _within(value, item.minimum, item.maximum)
    if item.kind == "flag":
        return isinstance(value, bool)
    if item.kind in ("list", "choices"):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return False
        enough = _within(len(value), item.least or None, item.most or None)
        return enough and (item.kind == "list" or set(value) <= {o.key for o in item.options})
    if not isinstance(value, str):
        return False
    if item.kind == "choice":
        return value in {o.key for o in item.options}
    if item.kind in ("date", "time"):
        return _reads(date.fromisoformat if item.kind == "date" else time.fromisoformat, value)
    return len(value) <= item.max_length


def _within(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _reads(read: Any, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
