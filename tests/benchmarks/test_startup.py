"""What start-up is measured with is real: fresh processes, types that are installed, pages that answer."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import startup
from engine.extension.loader import ENTRY_POINTS, load
from engine.extension.loader import Source as Installed

#: What a process that serves pages needs none of, until somebody asks for a document, a feed, a table.
LATE = ("docx", "pptx", "openpyxl", "alembic", "icalendar", "snowballstemmer", "holidays", "PIL")


def test_types_are_installed_as_plugins_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    startup.install_types(tmp_path / "types", 5)
    monkeypatch.syspath_prepend(str(tmp_path / "types"))
    points = [p for p in importlib.metadata.entry_points(group=ENTRY_POINTS) if p.name.startswith("copy")]
    loaded = [load(Installed(p.name, "copies", p.load)) for p in points]
    keys = {p.group_type.key for p in loaded if p.group_type}
    assert keys == {f"copy{n:03}" for n in range(5)}, [p.reason for p in loaded]


@pytest.mark.slow
def test_each_figure_is_of_a_fresh_process() -> None:
    found = startup.measure(True, (5, 7), 7)
    assert set(found) == {0, 5, 7}
    for row in (found[5], found[7]):
        assert row["cpu"] > 0 and row["own"] <= row["pss"] <= row["rss"] and row["pss_then"] > 0
    assert [asked for _, asked, *_ in startup.claims(found)] == ["measured"] * 5
    assert "| 7 |" in startup.table(found)


def test_a_start_imports_no_library_of_documents(tmp_path: Path) -> None:
    code = f"""
import sys
from webui import create_app
assert create_app({str(tmp_path / "instance")!r}).test_client().get("/health/live").status_code == 200
print(*[name for name in {LATE!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=startup.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
