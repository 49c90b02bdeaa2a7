"""What the tests of an author have been through: stages stood in, buttons pressed, rules seen to refuse.

The model check and the contract go everywhere by themselves; what they do is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.core.definition import GroupType


@dataclass
class Seen:
    """What there is in one type, and what of it was met, as "stage plan", "action approve", "rule x.y"."""

    everything: tuple[str, ...]
    met: set[str] = field(default_factory=set)

    @property
    def missing(self) -> list[str]:
        """What no test has met, in the order of the definition."""
        return [name for name in self.everything if name not in self.met]

    @property
    def percent(self) -> float:
        """How much was met, 0 to 100."""
        return 100 * (1 - len(self.missing) / len(self.everything)) if self.everything else 100.0


#: Key of a type → what was met. One for the process: a run of tests.
SEEN: dict[str, Seen] = {}
_counting = True


@contextmanager
def uncounted() -> Iterator[None]:
    """What is done meanwhile is no test of the author's."""
    global _counting
    before, _counting = _counting, False
    try:
        yield
    finally:
        _counting = before


def of_type(definition: GroupType) -> Seen:
    """What was met of a type so far."""
    process = definition.process
    everything = [f"stage {s.key}" for s in process.stages]
    everything += [f"action {a.key}" for a in process.actions]
    everything += [f"rule {key}" for key in definition.rules]
    found = SEEN.setdefault(definition.key, Seen(tuple(everything)))
    found.everything = tuple(everything)
    return found


def entered(definition: GroupType, stage: str) -> None:
    """A run stands in a stage."""
    _meet(definition, f"stage {stage}")


def pressed(definition: GroupType, action: str, stage: str) -> None:
    """A button was pressed and led to ``stage``."""
    _meet(definition, f"action {action}", f"stage {stage}")


def refused(definition: GroupType, *codes: str) -> None:
    """A test has asserted that these rules refuse."""
    _meet(definition, *(f"rule {code}" for code in codes))


def _meet(definition: GroupType, *names: str) -> None:
    if _counting:
        of_type(definition).met.update(names)


def report(seen: Seen) -> list[str]:
    """Lines for the end of a run of tests."""
    told = [f"{len(seen.everything) - len(seen.missing)} of {len(seen.everything)} met, {seen.percent:.0f} %"]
    verbs = {"stage": "never stood in", "action": "never pressed", "rule": "never seen to refuse"}
    for kind, verb in verbs.items():
        names = [name.removeprefix(f"{kind} ") for name in seen.missing if name.startswith(f"{kind} ")]
        told += [f"  {verb}: {', '.join(names)}"] if names else []
    return told
