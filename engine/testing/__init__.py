"""The kit for authors of group types: a school in memory, walks, refusals, the contract every type keeps.

Import from here in the tests of a type. ``pytest`` finds the kit by itself once Trefoil is installed. The parts are
imported when they are first named: a run of tests that does not ask for them pays nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.testing.contract import GroupTypeContract
    from engine.testing.model import Model, explore, states
    from engine.testing.recorded import Recorded
    from engine.testing.views import cycle_view
    from engine.testing.walks import assert_allows, assert_refuses, go_on, step, walk
    from engine.testing.world import World, day

_PARTS = {
    "contract": ("GroupTypeContract",),
    "model": ("Model", "explore", "states"),
    "recorded": ("Recorded",),
    "views": ("cycle_view",),
    "walks": ("assert_allows", "assert_refuses", "go_on", "step", "walk"),
    "world": ("World", "day"),
}

__all__ = [
    "GroupTypeContract",
    "Model",
    "Recorded",
    "World",
    "assert_allows",
    "assert_refuses",
    "cycle_view",
    "day",
    "explore",
    "go_on",
    "states",
    "step",
    "walk",
]


def __getattr__(name: str) -> Any:
    """A part of the kit, imported now."""
    for part, names in _PARTS.items():
        if name in names:
            return getattr(importlib.import_module(f"engine.testing.{part}"), name)
    raise AttributeError(name)
