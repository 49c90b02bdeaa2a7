"""The kit for authors of group types: a school in memory, walks, refusals, the contract every type keeps.

Import from here in the tests of a type. ``pytest`` finds the kit by itself once Trefoil is installed.
"""

from engine.testing.contract import GroupTypeContract
from engine.testing.walks import assert_allows, assert_refuses, states, walk
from engine.testing.world import World

__all__ = ["GroupTypeContract", "World", "assert_allows", "assert_refuses", "states", "walk"]
