"""Days and moments as forms send them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime


def day(given: Mapping[str, str], key: str) -> date | None:
    """A day of a date field; None when it is empty or no day."""
    try:
        return date.fromisoformat(given.get(key, ""))
    except ValueError:
        return None


def moment(given: Mapping[str, str], key: str) -> datetime | None:
    """A moment of a date-and-time field; None when it is empty or no moment."""
    try:
        return datetime.fromisoformat(given.get(key, "")).replace(tzinfo=None)
    except ValueError:
        return None
