"""The kit for authors of group types: a school in memory, walks, refusals, the contract every type keeps.

Import from here in the tests of a type. ``pytest`` finds the kit by itself once Trefoil is installed.
"""

from engine.testing.contract import GroupTypeContract
from engine.testing.model import Model, explore, states
from engine.testing.recorded import Recorded
from engine.testing.views import cycle_view
from engine.testing.walks import assert_allows, assert_refuses, go_on, step, walk
from engine.testing.world import World, day

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
