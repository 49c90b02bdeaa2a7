"""Types and style hold for the whole tree."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def check(*command: str) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_types_are_strict() -> None:
    check("mypy", "--strict", "-p", "engine", "-p", "plugins")


def test_style() -> None:
    check("ruff", "check", ".")
