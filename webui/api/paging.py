"""Parts of a list: a cursor tells where the next part begins, in a form that programs hand back and never read."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from engine.core.text import Text
from engine.services.errors import Invalid
from webui.parsing import iso

_WRONG = Text("Такого cursor никто не выдавал", en="Nobody gave out this cursor")
Row = TypeVar("Row")


def cursor(*place: int | str) -> str:
    """The cursor that goes on after a place."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place(given: str, *kinds: type) -> tuple[Any, ...] | None:
    """The place of a cursor (numbers and days); None for the beginning. Raises Invalid for one that nobody gave out."""
    if not given:
        return None
    try:
        found = json.loads(base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != len(kinds):
        raise _wrong()
    return tuple(_read(one, kind) for one, kind in zip(found, kinds, strict=True))


def _read(one: Any, kind: type) -> Any:
    if kind is int and type(one) is int and 0 <= one <= 999_999_999:
        return one
    if kind is date and isinstance(one, str) and (day := iso(one)):
        return day
    raise _wrong()


def _wrong() -> Invalid:
    return Invalid(_WRONG, _WRONG.en, {"cursor": [_WRONG]})


def part(rows: Sequence[Row], limit: int, after: Callable[[Row], str]) -> tuple[Sequence[Row], str | None]:
    """Of one row more than asked for: those asked for, and the cursor of the next part if there is one."""
    return rows[:limit], after(rows[limit - 1]) if len(rows) > limit else None
