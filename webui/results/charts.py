"""Small charts as coordinates; the template draws them, the table beside them says the same in figures."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, TOP = 220, 110, 24, 10


def points(values: Sequence[float | None], top: float = 3.0) -> list[tuple[float, float, float]]:
    """(x, y, value) for every value that is there, on a field of WIDTH × HEIGHT."""
    step = (WIDTH - LEFT - 14) / max(1, len(values) - 1)
    return [
        (round(LEFT + i * step, 1), round(TOP + (HEIGHT - TOP - 18) * (1 - v / top), 1), v)
        for i, v in enumerate(values)
        if v is not None
    ]
