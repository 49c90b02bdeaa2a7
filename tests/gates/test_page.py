"""The page of figures: every gate has a row, and a test; what did not run says so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.gates.page import main, page
from tests.gates.table import GATES

_MARK = re.compile(r"mark\.gate\(\s*[\"'](R-\d\d)[\"']")
ROW = {
    "gate": "R-01",
    "test": "a.py::b",
    "outcome": "passed",
    "said": ["20 clients"],
    "seed": "7",
    "date": "2026-12-01",
}


def test_every_gate_is_shown_by_some_test_or_says_why_not() -> None:
    marked = {key for path in Path("tests").rglob("*.py") for key in _MARK.findall(path.read_text(encoding="utf-8"))}
    left_out = {gate.key for gate in GATES.values() if gate.left_out}
    assert set(GATES) - marked == left_out
    assert all(gate.changed for gate in GATES.values() if gate.left_out), "a gate that is left out says why"


def _written(docs: Path, *rows: dict[str, object]) -> str:
    file = docs / "rows"
    file.write_text("".join(json.dumps({**ROW, "long": False, **row}) + "\n" for row in rows), encoding="utf-8")
    main(file, docs)
    return (docs / "gates.md").read_text(encoding="utf-8")


def _row(text: str, kind: str, key: str = "R-01") -> str:
    part = text.split(f"## {kind} figures")[1].split("\n## ")[0]
    return next(line for line in part.splitlines() if line.startswith(f"| {key} |"))


def test_figures_seed_and_date_stand_in_the_row(tmp_path: Path) -> None:
    text = _written(tmp_path, {}, {"test": "a.py::c", "said": ["0 lost"]})
    assert _row(text, "Short").endswith("| 20 clients; 0 lost; tests: 2 passed | passed | 2026-12-01 | 7 |")
    for key in GATES:
        if key != "R-01":
            assert "did not run" in _row(text, "Short", key) or GATES[key].left_out
    assert "did not run" in _row(text, "Long")


@pytest.mark.parametrize(
    ("outcomes", "result"),
    [
        (["passed", "failed"], "failed"),
        (["passed", "skipped"], "partly"),
        (["skipped", "skipped"], "skipped"),
    ],
)
def test_what_failed_or_was_skipped_is_told(tmp_path: Path, outcomes: list[str], result: str) -> None:
    rows = [{"test": f"a.py::{n}", "outcome": outcome} for n, outcome in enumerate(outcomes)]
    assert f"| {result} |" in _row(_written(tmp_path, *rows), "Short")


def test_a_fault_of_the_tidying_up_is_a_fault(tmp_path: Path) -> None:
    assert "| failed |" in _row(_written(tmp_path, {"outcome": "failed"}, {"outcome": "passed"}), "Short")


def test_long_figures_stay_beside_the_short_ones(tmp_path: Path) -> None:
    _written(tmp_path, {"long": True, "said": ["50 clients"]})
    _written(tmp_path, {"long": True, "gate": "R-03", "said": ["1,000 kills"]})
    text = _written(tmp_path, {})
    assert "50 clients" in _row(text, "Long") and "1,000 kills" in _row(text, "Long", "R-03")
    assert "20 clients" in _row(text, "Short")


def test_a_short_run_tells_what_it_left_out(tmp_path: Path) -> None:
    _written(tmp_path, {}, {"gate": "R-03"})
    assert "did not run" in _row(_written(tmp_path, {}), "Short", "R-03")


def test_the_page_is_that_of_the_kept_figures() -> None:
    runs = json.loads(Path("docs/gates.json").read_text(encoding="utf-8"))
    assert Path("docs/gates.md").read_text(encoding="utf-8") == page(runs), "write it anew: make gates"
