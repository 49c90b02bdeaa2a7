"""Answers as plain data turned into what a page would send, so that programs and pages are judged by one form.

Fields are named by their keys: ``goal``, ``scores.A`` (an indicator of a subject), ``facts.0.text`` (a row's column).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from engine.core.fields import name
from engine.core.forms import NOT_APPLICABLE, Field, Form, Indicator, Rows, Section
from engine.core.text import Text
from engine.services.errors import Invalid

UNKNOWN = Text("Такого поля в документе нет", en="The document has no such field")
SHAPE = Text("Ответ не того вида, что нужен полю", en="The answer is not of the kind the field takes")
Pairs = Iterator[tuple[str, str]]


def typed(form: Form, values: Mapping[str, Any], round_: int | None = None) -> MultiDict[str, str]:
    """``values`` as the inputs of the form's page. Raises Invalid (by field) for unknown fields and wrong shapes."""
    items = {item.key: (section, item) for section, item in form.items(round_)}
    errors: dict[str, list[str]] = {key: [UNKNOWN] for key in values if key not in items}
    made: MultiDict[str, str] = MultiDict()
    for key, value in values.items():
        if key in errors:
            continue
        try:
            for pair in _inputs(*items[key], value):
                made.add(*pair)
        except _WrongShape as wrong:
            errors[wrong.field] = [SHAPE]
    if errors:
        raise Invalid("Проверьте ответы", "Check the answers", errors)
    return made


def by_field(errors: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Errors by the name of an input → by the name of a field."""
    return {_field_name(key): list(told) for key, told in errors.items()}


def _field_name(key: str) -> str:
    return re.sub(r"(^|-)q_", r"\1", key).replace("__", ".").replace("-", ".")


class _WrongShape(Exception):
    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def _inputs(section: Section, item: Field | Indicator | Rows, value: Any) -> Pairs:
    if isinstance(item, Rows):
        yield from _rows(item, value)
    elif isinstance(item, Indicator):
        yield from _scores(section, item, value)
    else:
        yield from answer(name(item.key), item, value, item.key)


def _rows(rows: Rows, value: Any) -> Pairs:
    if not isinstance(value, list):
        raise _WrongShape(rows.key)
    columns = {c.key: c for c in rows.columns}
    for n, row in enumerate(value):
        if not isinstance(row, dict) or not set(row) <= set(columns):
            raise _WrongShape(f"{rows.key}.{n}")
        for key, given in row.items():
            yield from answer(f"{name(rows.key)}-{n}-{name(key)}", columns[key], given, f"{rows.key}.{n}.{key}")


def _scores(section: Section, indicator: Indicator, value: Any) -> Pairs:
    if not section.subjects:
        yield name(indicator.key), _score(value, indicator.key)
        return
    if not isinstance(value, dict) or not set(value) <= set(section.subjects):
        raise _WrongShape(indicator.key)
    for subject, score in value.items():
        yield name(indicator.key, subject), _score(score, f"{indicator.key}.{subject}")


def _score(value: Any, place: str) -> str:
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, bool) or not isinstance(value, int):
        raise _WrongShape(place)
    return str(value)


def answer(key: str, field: Field, value: Any, place: str = "") -> Pairs:
    """The inputs of one answer; nothing for an empty one. ``place`` names the field when the shape is wrong."""
    if field.kind == "flag":
        if not isinstance(value, bool | None):
            raise _WrongShape(place)
        if value:
            yield key, "y"
        return
    many = field.kind in ("list", "choices", "files")
    if value is None or value == "":
        return
    given = value if isinstance(value, list | tuple) else [value]
    plain = all(isinstance(one, str | int) and not isinstance(one, bool) for one in given)
    if not plain or (many and not isinstance(value, list | tuple)) or (not many and isinstance(value, list | tuple)):
        raise _WrongShape(place)
    if field.kind == "choices":
        yield from ((key, str(one)) for one in given)
    elif given:
        yield key, ("," if field.kind == "files" else "\n").join(str(one) for one in given)
