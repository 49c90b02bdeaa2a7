"""Where a lesson stands by the clock, from the stages of its plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A stage of the lesson, in minutes from its beginning; empty where the plan does not tell."""

    title: str
    begins: int | str = ""
    ends: int | str = ""


@dataclass(frozen=True, slots=True)
class LessonClock:
    """The stages of a lesson. ``since``: minutes since it began; empty when it is not under way."""

    spans: tuple[Span, ...]
    since: int | str = ""


def lesson_clock(plan: Mapping[str, Any], begins: datetime | None, now: datetime) -> LessonClock:
    """The clock of the lesson with this plan that begins at ``begins``."""
    stages: Sequence[Mapping[str, Any]] = plan.get("stages") or ()
    spans: list[Span] = []
    minute: int | None = 0
    for row in stages:
        minutes = row.get("minutes")
        ends = minute + int(minutes) if minute is not None and minutes else None
        title = str(row.get("title") or "")
        spans.append(Span(title) if ends is None or minute is None else Span(title, minute, ends))
        minute = ends
    last = max((s.ends for s in spans if isinstance(s.ends, int)), default=0)
    since = int((now - begins).total_seconds() // 60) if begins else -1
    return LessonClock(tuple(spans), since if 0 <= since < last else "")
