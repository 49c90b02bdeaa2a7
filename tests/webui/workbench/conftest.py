"""A workbench with the small plugin on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webui.workbench.clicking import PLUGIN, Author, author


@pytest.fixture(autouse=True)
def _same_path() -> Iterator[None]:
    """What a workbench puts before everything else on the path does not outlive its test."""
    before = list(sys.path)
    yield
    sys.path[:] = before


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small plugin in a file of its own."""
    path = tmp_path / "two.py"
    path.write_text(PLUGIN, encoding="utf-8")
    return path


@pytest.fixture
def at(file: Path, tmp_path: Path) -> Author:
    """An author of it; its number is 1."""
    return author(file, tmp_path / "instance")
