"""Small charts as coordinates; the template draws them, the table beside them says the same in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 220, 132, 34, 198, 20, 104
LEVELS = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Chart:
    """Where everything stands on a field of WIDTH × HEIGHT.

    ``points`` are (x, y, value) for every value that is there, ``places`` the x of every round, ``levels`` the
    (y, level) of the scale.
    """

    points: tuple[tuple[float, float, float], ...]
    places: tuple[float, ...]
    levels: tuple[tuple[float, int], ...]


def _y(value: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / LEVELS[-1], 1)


def chart(values: Sequence[float | None]) -> Chart:
    """The chart of one section, round by round."""
    step = (RIGHT - LEFT) / max(1, len(values) - 1)
    places = tuple(round(LEFT + i * step, 1) for i in range(len(values)))
    found = tuple((x, _y(v), v) for x, v in zip(places, values, strict=True) if v is not None)
    return Chart(found, places, tuple((_y(level), level) for level in LEVELS))
