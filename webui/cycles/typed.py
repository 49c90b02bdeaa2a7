"""The inputs of a document as they were typed: read from a request, with a row more or less."""

from __future__ import annotations

import re

from flask import request, session
from werkzeug.datastructures import MultiDict

from engine.core.fields import name

_COPY = re.compile(r"[a-z0-9]{1,12}\.[0-9]{1,9}")


def as_typed() -> MultiDict[str, str]:
    """The fields of the document as typed, without the buttons of the page."""
    return MultiDict([(k, v) for k, v in request.form.items(multi=True) if k.startswith("q_")])


def _row_numbers(posted: MultiDict[str, str], rows: str) -> set[int]:
    prefix = f"{name(rows)}-"
    return {int(n) for key in posted if key.startswith(prefix) and (n := key[len(prefix) :].split("-")[0]).isdecimal()}


def with_row(posted: MultiDict[str, str], rows: str) -> MultiDict[str, str]:
    """The same with one more row in the table ``rows``."""
    number = max(_row_numbers(posted, rows), default=-1) + 1
    posted.add(f"{name(rows)}-{number}-q_new", "")
    return posted


def without_row(posted: MultiDict[str, str], row: str) -> MultiDict[str, str]:
    """The same without one row, named ``rows-number``."""
    rows, _dash, number = row.rpartition("-")
    prefix = f"{name(rows)}-{number}-"
    return MultiDict([(k, v) for k, v in posted.items(multi=True) if not k.startswith(prefix)])


def confirm_copy() -> None:
    """The browser may drop its copy of what was just sent: the next page tells it so."""
    if (copy := request.form.get("copy", "")) and _COPY.fullmatch(copy):
        session["copies"] = [*session.get("copies", ()), copy][-12:]
