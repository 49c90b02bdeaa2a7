"""Forms as data made into WTForms classes, and answers carried both ways. One way for every form of every type.

A class is compiled once per form, round and set of subjects. Field names are ``q_<key>`` (and
``q_<key>__<subject>``), so no question can shadow the API of WTForms. Values are plain data: texts, numbers, lists
of keys, ISO dates; a score is 0 to 3, null for "not applicable", absent when not answered.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any, Generic, NamedTuple, TypeVar

import wtforms
from wtforms import SelectChoice, validators  # type: ignore[attr-defined]  # the stubs are older

from engine.core.copied import Copied, Sheet
from engine.core.forms import (
    NOT_APPLICABLE,
    SCALE,
    Field,
    Form,
    Indicator,
    Option,
    Rows,
    Section,
    SoftWarning,
)
from engine.core.inputs import SCORE_EACH, RowsField, ScoreField, Wanted, limits, unbound
from engine.core.text import Text, localise

Choices = Mapping[str, Sequence[Option]]
Whole = TypeVar("Whole")


def name(key: str, subject: str = "") -> str:
    """The name of an input."""
    return f"q_{key}__{subject}" if subject else f"q_{key}"


def _rows_field(rows: Rows, strict: bool) -> Any:
    attributes = {name(c.key): unbound(c, strict) for c in rows.columns}
    row = type(f"Row_{rows.key}", (Sheet,), attributes)
    return Copied(
        RowsField(Copied(wtforms.FormField(row)), rows.title, [limits(rows.least if strict else 0, rows.most)])
    )


def _score(indicator: Indicator, strict: bool, alone: bool) -> Any:
    choices = [*(SelectChoice(str(n), str(n)) for n in SCALE), SelectChoice(NOT_APPLICABLE, Text("н/н", en="n/a"))]
    checks: list[Any] = [validators.InputRequired(SCORE_EACH)] if strict and alone else [validators.Optional()]
    if alone:
        checks.append(Wanted())
    return Copied(ScoreField(indicator.title, checks, choices=choices))


class Same(Generic[Whole]):
    """Something as a key of a cache: this very object, for two forms may be equal but for their translations."""

    __slots__ = ("whole",)

    def __init__(self, whole: Whole) -> None:
        self.whole = whole

    def __hash__(self) -> int:
        return id(self.whole)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.whole is other.whole


@functools.lru_cache(maxsize=1024)
def _named(same: Same[Form], round_: int | None) -> tuple[tuple[Section, Field | Indicator | Rows, str], ...]:
    """Every item of a form for one round, with the name of its input (of a score by subjects: of what they share)."""
    return tuple((section, item, name(item.key)) for section, item in same.whole.items(round_))


class _Compiled(NamedTuple):
    """A form for one round: its class, its tables, and the questions whose answers are known only at run time."""

    made: type[wtforms.Form]
    tables: tuple[Rows, ...]
    offered: tuple[tuple[Field | Rows, Field], ...]


@functools.lru_cache(maxsize=1024)
def _compiled(same: Same[Form], round_: int | None, strict: bool) -> _Compiled:
    form = same.whole
    attributes: dict[str, Any] = {}
    for section, item in form.items(round_):
        if isinstance(item, Field):
            attributes[name(item.key)] = unbound(item, strict)
        elif isinstance(item, Rows):
            attributes[name(item.key)] = _rows_field(item, strict)
        else:
            for subject in section.subjects or ("",):
                attributes[name(item.key, subject)] = _score(item, strict, not section.subjects)
    items = [item for _, item in form.items(round_)]
    return _Compiled(
        type(f"Form_{form.key}", (Sheet,), attributes),
        tuple(item for item in items if isinstance(item, Rows)),
        tuple((item, field) for item in items if not isinstance(item, Indicator) for field in _choosing(item)),
    )


def compile_form(form: Form, round_: int | None = None, *, strict: bool = True) -> type[wtforms.Form]:
    """The WTForms class of a form. ``strict`` asks for what is required; without it a half-filled page is fine."""
    return _compiled(Same(form), round_, strict).made


def bind(
    form: Form,
    values: Mapping[str, Any] | None = None,
    *,
    posted: Any = None,
    round_: int | None = None,
    strict: bool = True,
    choices: Choices | None = None,
    blank_rows: bool = False,
) -> wtforms.Form:
    """An instance over stored ``values`` or over what was ``posted`` (a multi-dict), with run-time choices set.

    ``blank_rows`` gives every table rows to write in: its least number, one at the fewest.
    """
    compiled = _compiled(Same(form), round_, strict)
    bound = compiled.made(formdata=posted, data=_incoming(form, values, round_) if values else {})
    for rows in compiled.tables if blank_rows else ():
        entries: Any = bound[name(rows.key)]
        while len(entries) < max(rows.least, 1):
            entries.append_entry()
    for item, field in compiled.offered:
        offered = [SelectChoice(o.key, o.title) for o in (choices or {}).get(field.source, ())]
        for place in _places(bound, item, field):
            place.choices = offered
    return bound


def _empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def _choosing(item: Field | Rows) -> Iterable[Field]:
    candidates = item.columns if isinstance(item, Rows) else (item,)
    return [f for f in candidates if f.source and f.kind in ("choice", "choices", "person")]


def _entries(bound: Any, rows: Rows) -> Iterable[Any]:
    return [entry.form for entry in bound[name(rows.key)]]


def _places(bound: wtforms.Form, item: Field | Rows, field: Field) -> Iterable[Any]:
    if isinstance(item, Rows):
        return [row[name(field.key)] for row in _entries(bound, item)]
    return [bound[name(field.key)]]


def _incoming(form: Form, values: Mapping[str, Any], round_: int | None) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for section, item, named in _named(Same(form), round_):
        if item.key not in values:
            continue
        value = values[item.key]
        if isinstance(item, Rows):
            data[named] = [{name(c.key): _from_plain(c, row.get(c.key)) for c in item.columns} for row in value]
        elif isinstance(item, Field):
            data[named] = _from_plain(item, value)
        elif section.subjects:
            for subject, score in dict(value or {}).items():
                data[name(item.key, subject)] = _from_score(score)
        else:
            data[named] = _from_score(value)
    return data


def _from_score(score: int | None) -> str:
    return NOT_APPLICABLE if score is None else str(score)


def _from_plain(field: Field, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if field.kind == "date":
        return date.fromisoformat(value) if value else None
    if field.kind == "time":
        return time.fromisoformat(value) if value else None
    return value


def _plain(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if type(value) is str:
        return _clean(value)
    if field.kind == "date":
        return value.isoformat()
    if field.kind == "time":
        return value.strftime("%H:%M")
    return [_clean(one) if isinstance(one, str) else one for one in value] if isinstance(value, list) else value


def _clean(text: str) -> str:
    if "\r" in text or "\x00" in text:
        text = text.replace("\x00", "").replace("\r\n", "\n")
    return text.strip()


def values_of(form: Form, bound: wtforms.Form, round_: int | None = None) -> dict[str, Any]:
    """The answers of a bound form as plain data. Empty rows of a table are dropped; absent scores stay absent."""
    values: dict[str, Any] = {}
    inputs: Any = bound._fields  # a mapping, without a call for each
    for section, item, named in _named(Same(form), round_):
        if isinstance(item, Field):
            values[item.key] = _plain(item, inputs[named].data)
        elif isinstance(item, Rows):
            rows = [
                {c.key: _plain(c, cell.data) for c, cell in zip(item.columns, entry.form, strict=True)}
                for entry in inputs[named].entries
            ]
            values[item.key] = [row for row in rows if not all(map(_empty, row.values()))]
        elif section.subjects:
            scores = {s: _score_of(inputs[name(item.key, s)].data) for s in section.subjects}
            values[item.key] = {s: v[0] for s, v in scores.items() if v}
        elif score := _score_of(inputs[named].data):
            values[item.key] = score[0]
    return values


def _score_of(data: Any) -> tuple[int | None] | None:
    if data in (None, ""):
        return None
    return (None,) if data == NOT_APPLICABLE else (int(data),)


def with_subjects(form: Form, subjects: Mapping[str, Sequence[Option]]) -> Form:
    """The form with every "@feed" of subjects replaced by the subjects of this run.

    A section whose feed is still empty is left out: there is nobody to judge, and a score without a subject would
    not fit the same document once subjects come. The same subjects give the same form, compiled once.
    """
    feeds = [s.subjects[0][1:] for s in form.sections if s.subjects[:1] and s.subjects[0].startswith("@")]
    if not feeds:
        return form
    named = (
        (feed, tuple((o.key, str(o.title), localise(o.title, "en")) for o in subjects.get(feed, ()))) for feed in feeds
    )
    return _with_subjects(Same(form), tuple(named))


@functools.lru_cache(maxsize=256)
def _with_subjects(same: Same[Form], named: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]) -> Form:
    found = dict(named)
    sections: list[Section] = []
    for section in same.whole.sections:
        if section.subjects and section.subjects[0].startswith("@"):
            options = found[section.subjects[0][1:]]
            if not options:
                continue
            keys, titles = tuple(o[0] for o in options), tuple(Text(o[1], en=o[2]) for o in options)
            section = dataclasses.replace(section, subjects=keys, subject_titles=titles)
        sections.append(section)
    return dataclasses.replace(same.whole, sections=tuple(sections))


def soft_warnings(words: Iterable[SoftWarning], text: str) -> list[str]:
    """The hints (texts of soft warnings) that ``text`` calls for."""
    found: list[str] = []
    for warning in words:
        stems = "|".join(re.escape(w) for w in warning.words)
        pattern = warning.pattern or rf"\b(?:{stems})"
        if re.search(pattern, text, re.IGNORECASE):
            found.append(warning.text)
    return found
