"""A decision in memory: what the machine costs over a table in a dict, no database anywhere.

``python -m benchmarks.decision`` prints microseconds: the dict table, the machine over a view that is ready, and the
difference; the same where a press is refused for every reason at once.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks import steps
from benchmarks.claim import Claim
from benchmarks.process import TYPE
from engine.core.errors import Refused
from engine.core.machine import Machine
from engine.core.view import CycleView, Person, Sheet

_PEOPLE = {"leader": Person(1, "Лидерова Л."), "lead": Person(2, "Учителева У."), "observer": Person(3, "Взорова В.")}
_RUNS, _CALLS = 15, 4000


@dataclass(slots=True)
class _Row:
    state: str
    round: int
    data: dict[str, dict[str, object]]


def _table(action: str, state: str, round_: int, who: str) -> Callable[[], object]:
    """The table of the limit: a look into a dict, then role, document and round."""
    row = _Row(state, round_, steps.data())
    table = {(key, source): (target, key) for key, source, target, *_ in steps.STEPS}

    def decide() -> object:
        way = table.get((action, row.state))
        if way is None or not steps.allowed(row.data, row.round, action, who):
            return None
        return way[0], row.round + (action == "next_round")

    return decide


def view(state: str, round_: int, who: str, *, written: bool = True) -> CycleView:
    """The facts of a cycle of the benchmark, as the host hands them to the machine."""
    words = {"words": "Слова"}
    return CycleView(
        state,
        round_,
        actor=_PEOPLE[who],
        roles={
            "group_leader": (_PEOPLE["leader"],),
            "lead_teacher": (_PEOPLE["lead"],),
            "observer": (_PEOPLE["observer"],),
            "triad_member": tuple(_PEOPLE.values()),
        },
        sheets=tuple(Sheet(key, 0, None, words) for key in steps.DOCUMENTS) if written else (),
    )


def _ours(action: str, known: CycleView) -> Callable[[], object]:
    machine = Machine(TYPE)

    def decide() -> object:
        try:
            return machine.fire(action, known)
        except Refused as refused:
            return refused.refusals

    return decide


def _microseconds(decide: Callable[[], object]) -> float:
    return median(timeit.repeat(decide, number=_CALLS, repeat=_RUNS)) / _CALLS * 1e6


def _pair(action: str, state: str, round_: int, who: str) -> tuple[float, float]:
    return (
        _microseconds(_table(action, state, round_, who)),
        _microseconds(_ours(action, view(state, round_, who))),
    )


def claims(found: dict[str, tuple[float, float]]) -> list[Claim]:
    """(claim, asked, reached, whether it is): microseconds over the table."""
    over = max(ours - plain for name, (plain, ours) in found.items() if name.startswith("allowed"))
    return [("a decision in memory over a dict table", "≤ 3 µs", f"{over:.1f} µs", over <= 3)]


def measure(quick: bool = False) -> dict[str, tuple[float, float]]:
    """Name of the case -> (dict table, machine), in microseconds."""
    refused = _ours("plan", view("planning", 1, "observer", written=False))
    reasons = refused()
    assert isinstance(reasons, tuple)
    assert len(reasons) == 2, "a wrong person and no document: both are told"
    return {
        "allowed, one rule": _pair("plan", "planning", 1, "lead"),
        "allowed, with a round": _pair("next_round", "discussing", 2, "leader"),
        "refused, two reasons collected": (
            _microseconds(_table("plan", "planning", 1, "observer")),
            _microseconds(refused),
        ),
    }


def table(found: dict[str, tuple[float, float]]) -> str:
    """A Markdown table."""
    lines = ["| decision in memory | dict table, µs | machine, µs | over it, µs |", "|---|---|---|---|"]
    lines += [f"| {name} | {plain:.2f} | {ours:.2f} | {ours - plain:.2f} |" for name, (plain, ours) in found.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(measure()))
