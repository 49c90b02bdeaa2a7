"""The core could move any documents through any stages: it knows neither schools nor frameworks."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "engine" / "core").rglob("*.py"))
SCHOOL = re.compile("lesson|triad|teacher|pupil|school|урок|тройк", re.IGNORECASE)
FRAMEWORKS = {"flask", "sqlalchemy", "pluggy"}


def test_there_is_a_core() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_school_word(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if SCHOOL.search(line)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_framework(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert {name for name in imported if name.split("_")[0] in FRAMEWORKS} == set()
