"""When a figure that a deficit was seen in has risen, the page suggests to look whether the deficit is closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.core.results import Results
from engine.services.outcomes import Outcome
from engine.store.growth import Deficit

#: The level of an indicator that counts as «проявляется» (domain brief §8.2: «устранено, если ФО6 ≥ 2»).
ENOUGH = 2.0
OPEN = ("found", "planned", "in_work", "remains")


@dataclass(frozen=True, slots=True)
class Risen:
    """An indicator (key, code) that stood at ``before`` in ``since`` and stands at ``after`` in the round ``now``."""

    indicator: str
    code: str
    before: float
    after: float
    since: int
    now: int


def risen(deficits: Iterable[Deficit], outcome: Outcome, cycle_id: int) -> dict[int, Risen]:
    """By id of the open deficit: the mapped indicator whose mean has come from below two to two or more.

    The indicator is the one the deficit was named from, else the hints of the type for its block whose words it uses.
    """
    results = Results(outcome.definition, outcome.view)
    found: dict[int, Risen] = {}
    for row in deficits:
        if row.status not in OPEN or not row.confirmed:
            continue
        for key, since in _mapped(row, outcome, cycle_id):
            change = _change(key, since, outcome, results)
            if change is not None:
                found[row.id] = change
                break
    return found


def _mapped(row: Deficit, outcome: Outcome, cycle_id: int) -> list[tuple[str, int]]:
    source = row.source or {}
    if source.get("indicator") in outcome.definition.indicators:
        here = row.cycle_id == cycle_id
        return [(str(source["indicator"]), int(source.get("round") or 1) if here else 1)]
    said = row.text.casefold().strip()
    return [
        (h.indicator, 1) for h in outcome.definition.hints if h.group == row.group_key and h.text.casefold() == said
    ]


def _change(key: str, since: int, outcome: Outcome, results: Results) -> Risen | None:
    means = [(n, results.indicator(key, n).mean) for n in outcome.rounds if n >= since]
    there = [(n, mean) for n, mean in means if mean is not None]
    if len(there) < 2 or there[0][1] >= ENOUGH or there[-1][1] < ENOUGH:
        return None
    (first, before), (last, after) = there[0], there[-1]
    return Risen(key, outcome.definition.indicators[key].code, before, after, first, last)
