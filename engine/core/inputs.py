"""The inputs of WTForms a field of ours becomes, and what each refuses."""

from __future__ import annotations

import re
from datetime import time
from typing import Any
from urllib.parse import urlsplit

import wtforms
from wtforms import SelectChoice, validators  # type: ignore[attr-defined]  # the stubs are older

from engine.core.copied import Copied, Input
from engine.core.forms import NOT_APPLICABLE, SCALE, Field
from engine.core.text import Text

REQUIRED = Text("Заполните это поле", en="Fill in this field")
TOO_LONG = Text("Слишком длинно: не больше {n} знаков", en="Too long: at most {n} characters")
TOO_FEW = Text("Нужно не меньше {n}", en="At least {n} needed")
TOO_MANY = Text("Не больше {n}", en="At most {n}")
NOT_A_NUMBER = Text("Введите число", en="Enter a number")
NOT_A_LINK = Text(
    "Нужна ссылка, которая начинается с https:// или http://", en="A link starts with https:// or http://"
)
NOT_OFFERED = Text("Такого варианта нет в списке", en="This answer is not offered")
BAD_DATE = Text("Дата пишется так: 23.11.2026", en="Write the date as 2026-11-23")
BAD_TIME = Text("Время пишется так: 10:15", en="Write the time as 10:15")
SCORE_EACH = Text("Отметьте уровень или «н/н»", en="Choose a level or “n/a”")


#: Years that a date may lie in: a slip like 0202 or 9999 is no date.
YEARS = range(1900, 2101)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII).fullmatch
#: How many digits a number may have: it fits a column of either database.
_DIGITS = 9


class _Given(validators.InputRequired):
    """Required, where 0 and an empty first choice are told apart (``DataRequired`` would refuse a score of 0)."""

    def __init__(self) -> None:
        super().__init__(REQUIRED)

    def __call__(self, form: Any, field: Any) -> None:
        super().__call__(form, field)
        if isinstance(field.data, str) and not field.data.replace("\x00", "").strip():
            raise validators.StopValidation(REQUIRED)


class Wanted:
    """Marks an input as asked for, also where a half-filled page is fine; refuses nothing by itself."""

    field_flags = {"wanted": True}

    def __call__(self, form: Any, field: Any) -> None:
        return


class StringField(Input, wtforms.StringField):
    """A line."""


class TextAreaField(Input, wtforms.TextAreaField):
    """A text."""


class BooleanField(Input, wtforms.BooleanField):
    """A box to tick."""


class URLField(Input, wtforms.URLField):
    """A link."""


class ListField(Input, wtforms.TextAreaField):
    """One entry a line."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [line.strip() for line in (valuelist[0] if valuelist else "").splitlines() if line.strip()]

    def _value(self) -> str:
        return "\n".join(self.data or [])


class FilesField(Input, wtforms.StringField):
    """Ids of files uploaded before, separated by commas."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        found = [part.strip() for value in valuelist for part in str(value).split(",")]
        self.data = [int(part) for part in dict.fromkeys(found) if part.isdecimal() and len(part) <= _DIGITS]

    def _value(self) -> str:
        return ",".join(str(i) for i in self.data or [])


def _keys(field: wtforms.SelectField | wtforms.SelectMultipleField) -> set[str]:
    """The keys of the answers that are offered, without the rows that WTForms would make to show them."""
    chosen: Any = field.choices
    return {choice.value for choice in chosen or ()}


class ManyField(Input, wtforms.SelectMultipleField):
    """Several answers as checkboxes."""

    option_widget = wtforms.widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        if self.data and not _keys(self) >= set(self.data):
            raise validators.ValidationError(NOT_OFFERED)


class RowsField(wtforms.FieldList):  # type: ignore[type-arg]  # not generic at run time
    """A table. A row in which nothing was written stays on the page but is not counted and asks for nothing."""

    _field_separator: str

    def _extract_indices(self, prefix: str, formdata: Any) -> set[int]:
        """The numbers of the rows that were sent: one of many inputs tells of a row as well as all of them. What is no
        number, as "²", or longer than any is no row."""
        length, end = len(prefix), self._field_separator
        numbers = {key[length + 1 :].split(end, 1)[0] for key in formdata if key[:length] == prefix}
        return {int(number) for number in numbers if number.isdecimal() and len(number) <= _DIGITS}

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        rows, self.entries = self.entries, [row for row in self.entries if _written(row)]
        try:
            return bool(super().validate(form, extra_validators))
        finally:
            self.entries = rows


def _written(row: Any) -> bool:
    return any(str(value).strip("\x00 \t\r\n") for field in row.form for value in field.raw_data or ())


class OneField(Input, wtforms.SelectField):
    """One answer; nothing chosen is the empty string and never an error of its own."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in (None, "") and self.data not in _keys(self):
            raise validators.ValidationError(NOT_OFFERED)


class ScoreField(Input, wtforms.RadioField):
    """A level 0 to 3 or "not applicable"."""

    validate_choice = False

    def pre_validate(self, form: Any) -> None:
        if self.data not in (None, "", NOT_APPLICABLE, *map(str, SCALE)):
            raise validators.ValidationError(NOT_OFFERED)


def limits(least: int, most: int) -> Any:
    def check(form: Any, field: Any) -> None:
        n = len(field.data or ())
        if least and n < least:
            raise validators.ValidationError(TOO_FEW.fill({"n": least}))
        if most and n > most:
            raise validators.ValidationError(TOO_MANY.fill({"n": most}))

    return check


def _length(most: int) -> Any:
    def check(form: Any, field: Any) -> None:
        if len(field.data if isinstance(field.data, str) else "\n".join(field.data or ())) > most:
            raise validators.ValidationError(TOO_LONG.fill({"n": most}))

    return check


def _link(form: Any, field: Any) -> None:
    try:
        parts = urlsplit(field.data or "")
    except ValueError:
        raise validators.ValidationError(NOT_A_LINK) from None
    if field.data and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise validators.ValidationError(NOT_A_LINK)


def _bounds(field: Field) -> Any:
    def check(form: Any, bound: Any) -> None:
        if bound.data is None:
            return
        if field.minimum is not None and bound.data < field.minimum:
            raise validators.ValidationError(TOO_FEW.fill({"n": field.minimum}))
        if field.maximum is not None and bound.data > field.maximum:
            raise validators.ValidationError(TOO_MANY.fill({"n": field.maximum}))

    return check


class _Number(Input, wtforms.IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NOT_A_NUMBER) from None
        if self.data is not None and abs(self.data) >= 10**_DIGITS:
            self.data = None
            raise ValueError(NOT_A_NUMBER)


class _Date(Input, wtforms.DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(BAD_DATE) from None
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(BAD_DATE)


class _Time(Input, wtforms.TimeField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        if len(valuelist) == 1 and _CLOCK(valuelist[0]):  # as every browser sends it
            self.data = time.fromisoformat(valuelist[0])
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(BAD_TIME) from None


def unbound(field: Field, strict: bool) -> Any:
    checks: list[Any] = []
    if strict and field.required and field.kind != "flag":
        checks.append(_Given())
    else:
        checks.append(validators.Optional())
    if field.kind in ("line", "text", "list", "url"):
        checks.append(_length(field.max_length))
    if field.kind in ("list", "choices", "files") and strict:
        checks = [limits(max(field.least, int(field.required)), field.most), *checks[1:]]
    if field.kind == "url":
        checks.append(_link)
    if field.kind == "number":
        checks.append(_bounds(field))
    if (field.required and field.kind != "flag") or field.least:
        checks.append(Wanted())
    kinds: dict[str, Any] = {
        "line": StringField,
        "text": TextAreaField,
        "list": ListField,
        "number": _Number,
        "choice": OneField,
        "choices": ManyField,
        "flag": BooleanField,
        "date": _Date,
        "time": _Time,
        "files": FilesField,
        "url": URLField,
        "person": OneField,
    }
    extra: dict[str, Any] = {}
    if field.kind in ("choice", "choices", "person"):
        extra = {"choices": [SelectChoice(o.key, o.title) for o in field.options], "validate_choice": False}
    if field.kind == "time":
        extra = {"format": ["%H:%M", "%H:%M:%S"]}
    if field.kind == "date":
        extra = {"format": ["%Y-%m-%d", "%d.%m.%Y"]}
    return Copied(kinds[field.kind](field.title, checks, description=field.help, **extra))
