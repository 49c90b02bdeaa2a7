"""What the tests of a run have reached, gate by gate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypedDict

from tests.gates.table import Gate

#: What one test told: gate, test, outcome, said, seed, date, long.
Row = dict[str, Any]
#: A gate's figure is read by people: more than this many words of single tests are counted instead.
_TOLD = 6


class Reached(TypedDict):
    """One gate in one run. ``result``: passed, failed, skipped (no test of it ran) or partly (some were skipped)."""

    result: str
    figure: str
    seed: str
    date: str


def read(file: Path) -> list[Row]:
    """The rows of a run."""
    return [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines() if text]


def gathered(rows: list[Row]) -> dict[str, Reached]:
    """The gates that have rows."""
    keys = sorted({row["gate"] for row in rows})
    return {key: _gate([row for row in rows if row["gate"] == key]) for key in keys}


def _gate(rows: list[Row]) -> Reached:
    tests: dict[str, set[str]] = {}
    for row in rows:
        tests.setdefault(row["test"], set()).add(row["outcome"])
    failed = sum("failed" in outcomes for outcomes in tests.values())
    skipped = sum("failed" not in outcomes and "skipped" in outcomes for outcomes in tests.values())
    passed = len(tests) - failed - skipped
    result = "failed" if failed else "passed" if not skipped else "partly" if passed else "skipped"
    said = list(dict.fromkeys(words for row in rows for words in row["said"] if row["outcome"] == "passed"))
    counts = [f"{passed} passed", *([f"{failed} failed"] * bool(failed)), *([f"{skipped} skipped"] * bool(skipped))]
    told = [*said[:_TOLD], *([f"and {len(said) - _TOLD} more"] if len(said) > _TOLD else [])]
    return {
        "result": result,
        "figure": "; ".join([*told, f"tests: {', '.join(counts)}"]),
        "seed": ", ".join(dict.fromkeys(str(row["seed"]) for row in rows if row["seed"])),
        "date": max(row["date"] for row in rows),
    }


def line(gate: Gate, reached: Reached | None) -> str:
    """A gate as one line of a terminal."""
    if reached is None:
        return f"{gate.key}  {'left out' if gate.left_out else 'did not run':11}  {gate.claim}"
    return f"{gate.key}  {reached['result']:11}  {gate.claim}: {reached['figure']}"
