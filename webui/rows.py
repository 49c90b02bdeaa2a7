"""Tables of a posted form: one row more or one less, without scripts."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from engine.core.fields import name


def with_row(posted: MultiDict[str, str], rows: str) -> MultiDict[str, str]:
    """The posted fields with one more row in the table called ``rows``."""
    posted.add(f"{name(rows)}-{max(_numbers(posted, rows), default=-1) + 1}-q_new", "")
    return posted


def without_row(posted: MultiDict[str, str], row: str) -> MultiDict[str, str]:
    """The posted fields without the row named «table-number»."""
    rows, _dash, number = row.rpartition("-")
    prefix = f"{name(rows)}-{number}-"
    return MultiDict([(k, v) for k, v in posted.items(multi=True) if not k.startswith(prefix)])


def _numbers(posted: MultiDict[str, str], rows: str) -> set[int]:
    prefix = f"{name(rows)}-"
    return {int(n) for key in posted if key.startswith(prefix) and (n := key[len(prefix) :].split("-")[0]).isdecimal()}
