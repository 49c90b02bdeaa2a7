"""How a test says which gate it shows and what it has reached; the figures are kept for the page.

Short figures by default; ``TREFOIL_GATES=long`` asks for those of a release. ``TREFOIL_GATES_FILE`` names a file of
JSON lines for the figures (`make gates` and `.ci/run` set it) and has a table of the gates printed at the end; without
it nothing is kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.gates.figures import Row, gathered, line, read
from tests.gates.sizes import LONG, size
from tests.gates.table import GATES


class Figure:
    """What one test has reached for its gate."""

    def __init__(self, key: str, test: str) -> None:
        self.key, self.test = key, test
        self.said: list[str] = []
        self.seed = ""

    def size(self, short: int, long: int) -> int:
        """How much of the work this run asks for."""
        return size(short, long)

    def reached(self, words: str, *, seed: object = "") -> None:
        """Tell a figure in words, and the seed it can be repeated by."""
        self.said.append(words)
        self.seed = str(seed) or self.seed


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Iterator[Figure]:
    mark = request.node.get_closest_marker("gate")
    assert mark is not None, "a test that tells a figure names its gate: @pytest.mark.gate('R-01')"
    made = Figure(mark.args[0], request.node.nodeid)
    yield made
    request.node.user_properties.append(("figure", (made.said, made.seed)))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "gate(key, reached=''): shows a release gate of tests/gates/table.py; reached by passing at all"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("gate"):
            key, *reached = mark.args
            if key not in GATES:
                raise pytest.UsageError(f"{item.nodeid}: there is no gate {key}")
            item.user_properties.append(("gate", key))
            if reached:
                item.user_properties.append(("figure", (reached, "")))


def _file() -> Path | None:
    """Where the figures go; None in a process that only works for another."""
    named = os.environ.get("TREFOIL_GATES_FILE")
    return Path(named) if named and not os.environ.get("PYTEST_XDIST_WORKER") else None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Kept by the process that reports: with xdist that is the controller."""
    file = _file()
    keys = [value for name, value in report.user_properties if name == "gate"]
    if file is None or not keys or (report.when != "teardown" and report.outcome == "passed"):
        return
    said: list[str] = []
    seed: Any = ""
    for name, value in report.user_properties:
        if name == "figure" and isinstance(value, (list, tuple)):
            said, seed = [*said, *value[0]], value[1] or seed
    with file.open("a", encoding="utf-8") as lines:
        for key in dict.fromkeys(keys):
            row: Row = {
                "gate": key,
                "test": report.nodeid,
                "outcome": report.outcome,
                "said": said,
                "seed": seed,
                "date": date.today().isoformat(),
                "long": LONG,
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The gates of this run, so that whoever reads the output sees what was shown and what was not."""
    file = _file()
    if file is None or not file.exists():
        return
    reached = gathered(read(file))
    terminalreporter.write_sep("=", f"release gates, {'long' if LONG else 'short'} figures")
    for gate in GATES.values():
        terminalreporter.write_line(line(gate, reached.get(gate.key)))
