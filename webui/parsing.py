"""Numbers, days and moments as addresses and forms send them: what cannot be meant is refused, never a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from werkzeug.routing import IntegerConverter, Map, Rule

from engine.core.inputs import YEARS
from engine.core.text import Text
from engine.services.errors import Invalid

#: The longest number an id or a count may have: it fits a column of either database.
DIGITS = 9


class Id(IntegerConverter):
    """An id in an address; one that no table can hold is a page that does not exist."""

    def __init__(self, map: Map, **given: Any) -> None:
        super().__init__(map, max=10**DIGITS - 1, **given)


class Address(Rule):
    """An address whose builders are compiled when it is first written somewhere: two functions for each of hundreds of
    addresses are half of what an application costs to make, and most of them a process never needs."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder

        def build(address: Address, /, **values: Any) -> tuple[str, str]:
            made = compiled(append_unknown).__get__(address, None)
            setattr(address, "_build_unknown" if append_unknown else "_build", made)
            found: tuple[str, str] = made(**values)
            return found

        return build


def whole(text: str) -> int:
    """A whole number, for ``type=`` of a form or query. Raises ValueError for anything else, and for a longer one."""
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS):
        raise ValueError(text)
    return int(text)


def iso(text: str) -> date | None:
    """A day as 2026-11-23; None when it is empty, no day, or of no year that can be meant."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def day(given: Mapping[str, str], key: str) -> date | None:
    """A day of a date field; None when it is empty. Raises Invalid for what is no day: it must not pass for none."""
    typed = given.get(key, "").strip()
    found = iso(typed)
    if typed and found is None:
        text = Text("Проверьте дату", en="Check the date")
        raise Invalid(text, text.en, {key: [text]})
    return found


def moment(text: str) -> datetime | None:
    """A moment as 2026-11-23T10:15; None when it is empty, no moment, or of no year that can be meant."""
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return found if found.year in YEARS else None
