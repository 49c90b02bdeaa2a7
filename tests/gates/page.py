"""Writes docs/gates.md: ``python -m tests.gates.page FIGURES``.

FIGURES are the rows a run has left. The figures of the last runs are kept in docs/gates.json, from which the page is
made. A short run tells of every gate, so it replaces all the short figures; long figures take hours and may be reached
gate by gate, so a gate's last one stays until the next.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.gates.figures import Reached, gathered, read
from tests.gates.table import GATES, Gate

DOCS = Path("docs")
_HEAD = """# Release gates

What is claimed, what was asked, what was reached. Made by `make gates` (short figures, those of every submission) and
`make gates LONG=1` (those of a release); the tests are marked `gate` and repeat a run by its seed. “Partly” means that
some tests of the gate were skipped, for want of PostgreSQL, Chromium or LibreOffice.
"""

Runs = dict[str, dict[str, Reached]]


def taken_in(runs: Runs, rows: list[dict[str, object]]) -> Runs:
    """The kept figures with those of a run."""
    new: Runs = {kind: gathered([r for r in rows if r["long"] == (kind == "long")]) for kind in ("short", "long")}
    return {"short": new["short"] or runs.get("short", {}), "long": {**runs.get("long", {}), **new["long"]}}


def page(runs: Runs) -> str:
    """The text of the page."""
    parts = [_HEAD]
    for kind, title in (("short", "Short figures"), ("long", "Long figures")):
        parts += [f"\n## {title}\n", "| gate | claim | asked | reached | result | date | seed |", "|---" * 7 + "|"]
        parts += [_row(gate, getattr(gate, kind), runs.get(kind, {}).get(gate.key)) for gate in GATES.values()]
    changed = [f"- **{gate.key}** {gate.changed}" for gate in GATES.values() if gate.changed]
    parts.append("\n## Changed or left out\n")
    parts += changed or ["Nothing: every gate asks what was first planned."]
    return "\n".join(parts) + "\n"


def _row(gate: Gate, asked: str, reached: Reached | None) -> str:
    if reached is None:
        told = ["–", "left out" if gate.left_out else "did not run", "–", "–"]
    else:
        told = [reached["figure"], reached["result"], reached["date"], reached["seed"] or "–"]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (gate.key, gate.claim, asked, *told)) + " |"


def main(rows: Path, docs: Path = DOCS) -> None:
    """Take the rows in and write the page anew."""
    kept = docs / "gates.json"
    runs: Runs = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    runs = taken_in(runs, read(rows))
    kept.write_text(json.dumps(runs, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (docs / "gates.md").write_text(page(runs), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
