"""What stands in a document: its hash, the errors of its inputs, the files it names. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import wtforms
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.forms import Field, Form, Rows
from engine.core.rules import missing

_told = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def content_hash(values: Mapping[str, Any]) -> str:
    """What a confirmation refers to: equal texts have equal hashes."""
    return hashlib.sha256(_told(values).encode()).hexdigest()


def errors_of(bound: wtforms.Form) -> dict[str, list[str]]:
    """Errors of a bound form by input name, inputs inside rows too."""
    found: dict[str, list[str]] = {}
    for field in bound:
        entries = getattr(field, "entries", None)
        if entries is None:
            if field.errors:
                found[field.name] = [str(e) for e in field.errors]
            continue
        for entry in entries:
            for inner in entry.form:
                if inner.errors:
                    found[inner.name] = [str(e) for e in inner.errors]
        own = [str(e) for e in field.errors if not isinstance(e, dict)]
        if own:
            found[field.name] = own
    return found


def problems(
    form: Form, raw: Sequence[Sequence[str]], round_: int | None, choices: fields.Choices, *, strict: bool
) -> dict[str, list[str]]:
    """What keeps the fields as typed from being saved (``strict``: from being handed in), by input name."""
    typed = MultiDict([(key, value) for key, value in raw])
    bound = fields.bind(form, {}, posted=typed, round_=round_, strict=strict, choices=choices)
    return {} if bound.validate() else errors_of(bound)


@lru_cache(maxsize=256)
def _filed(same: fields.Same[Form]) -> tuple[tuple[str, str], ...]:
    """Where files are asked for: the field, or the table and its column."""
    found: list[tuple[str, str]] = []
    for _, item in same.whole.items():
        if isinstance(item, Field) and item.kind == "files":
            found.append((item.key, ""))
        elif isinstance(item, Rows):
            found += [(item.key, column.key) for column in item.columns if column.kind == "files"]
    return tuple(found)


def file_ids(form: Form, values: Mapping[str, Any]) -> list[int]:
    """The ids of every file a document names."""
    found: list[int] = []
    for key, column in _filed(fields.Same(form)):
        if column:
            found += [i for row in values.get(key, ()) for i in row.get(column) or ()]
        elif not missing(values, key):
            found += values[key]
    return found
