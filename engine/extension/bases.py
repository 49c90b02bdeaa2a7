"""Bases: whole types other types may build on without code, offered by plugins through an entry point."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable

from engine.core.definition import GroupType

ENTRY_POINTS = "trefoil.bases"
#: Called with key, title, purpose, version, short, colour, icon, indicators and techniques, all by name.
Base = Callable[..., GroupType]


def names() -> list[str]:
    """The bases that are installed."""
    return sorted({point.name for point in importlib.metadata.entry_points(group=ENTRY_POINTS)})


@functools.cache
def base(name: str) -> Base:
    """The base called ``name``. Raises LookupError when no distribution offers it, and whatever its module raises."""
    points = list(importlib.metadata.entry_points(group=ENTRY_POINTS, name=name))
    if not points:
        raise LookupError(name)
    found: Base = points[0].load()
    return found
