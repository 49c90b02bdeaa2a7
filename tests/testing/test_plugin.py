"""The kit as a plugin of pytest: fixtures without set-up, contracts of installed types, the report of coverage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPE = """
from engine.api import Action, GroupType, Process, Stage, Text, hookimpl, refuse, rule

@rule("mini.ready", "Готово", en="Ready", waivable=True)
def ready(view):
    return None if view.facts.get("decision", {}).get("chosen") else refuse("Решите", "Decide", roles=TEAM)

TEAM = ("triad_member",)
STAGES = (Stage("start", Text("Начало", en="Start")), Stage("end", Text("Конец", en="End"), final=True))
ACTIONS = (
    Action("finish", Text("Закончить", en="Finish"), ("start",), "end", TEAM, (ready,)),
    Action("leave", Text("Уйти", en="Leave"), ("start",), "end", TEAM, kind="side"),
)

@hookimpl
def plc_group_type():
    process = Process(STAGES, ACTIONS, "start", feeds=("decision",))
    return GroupType("mini", Text("Мини", en="Mini"), "Проверка", "1", process)
"""
TESTS = """
from engine.testing import assert_refuses

def test_it_waits(world):
    assert_refuses(world, "finish", "mini.ready")

def test_it_ends(world, group_type):
    world.press("leave", 1)
    assert world.stage == "end" and group_type.key == "mini"
"""


@pytest.fixture
def author(tmp_path: Path):
    """A folder with a type and its tests; what a run of pytest there says, and how it ended."""
    (tmp_path / "mini.py").write_text(TYPE, encoding="utf-8")
    (tmp_path / "test_mini.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\ntrefoil_type = mini\npythonpath = .\n", encoding="utf-8")

    def run(*options: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "pytest", "-p", "engine.testing.pytest_plugin", "-q", *options]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_CORE"))}
        made = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
        )
        return made.returncode, made.stdout + made.stderr

    run.folder = tmp_path
    return run


def test_the_fixtures_need_no_set_up(author) -> None:
    code, told = author()
    assert code == 0 and "2 passed" in told


def test_the_type_is_found_by_its_entry_point(author) -> None:
    text = "[options.entry_points]\ntrefoil.group_types =\n    mini = mini\n[tool:pytest]\npythonpath = .\n"
    (author.folder / "setup.cfg").write_text(text, encoding="utf-8")
    assert "2 passed" in author()[1]
    (author.folder / "setup.cfg").write_text("[tool:pytest]\npythonpath = .\n", encoding="utf-8")
    assert "name the type under test" in author()[1]


@pytest.mark.parametrize("spread", [(), ("-n", "2")], ids=["one", "xdist"])
def test_what_no_test_met_is_told(author, spread: tuple[str, ...]) -> None:
    code, told = author("--trefoil-cover", *spread)
    assert code == 0
    assert "group type mini" in told and "4 of 5 met, 80 %" in told and "never pressed: finish" in told


def test_too_little_fails_the_run(author) -> None:
    assert author("--trefoil-cover-under", "80")[0] == 0
    code, told = author("--trefoil-cover-under", "81")
    assert code == 1 and "FAIL: under 81 %" in told
    assert author("-k", "waits", "--trefoil-cover-under", "100")[0] == 1


def test_the_contract_of_installed_types_is_kept(author) -> None:
    code, told = author("--trefoil-type", "formative", "--trefoil-type", "sel", "--trefoil-cover")
    assert code == 0 and "18 passed" in told
    assert "group type sel" not in told  # what the contract does is no test of the author's
    code, told = author("--trefoil-type", "nobody")
    assert code != 0 and "no such group type is installed: nobody" in told


def test_a_run_that_asks_for_nothing_imports_nothing() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import engine.testing.pytest_plugin, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    ours = {name for name in told if name.startswith(("engine", "plugins", "webui"))}
    assert ours == {"engine", "engine.testing", "engine.testing.pytest_plugin"}


def test_every_part_of_the_kit_is_there() -> None:
    import engine.testing as kit

    assert sorted(name for names in kit._PARTS.values() for name in names) == kit.__all__ == sorted(kit.__all__)
    assert all(getattr(kit, name) for name in kit.__all__)
    with pytest.raises(AttributeError):
        kit.nothing  # noqa: B018
