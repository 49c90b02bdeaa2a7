"""``trefoil new-type``: what it writes loads, keeps the contract and is refused under a bad name."""

from __future__ import annotations

import configparser
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.core.text import localise
from engine.extension.loader import Source, load
from engine.extension.new_type import BadName, new_type
from webui.cli import main

#: The plugin of the kit by name: an installation finds it by its entry point.
_PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "engine.testing.pytest_plugin"]
ROOT = Path(__file__).resolve().parents[2]


def test_the_new_type_loads_and_is_told_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_type("sense", tmp_path, "Смысловое чтение", "Reading with sense")
    monkeypatch.syspath_prepend(str(tmp_path / "sense"))
    plugin = load(Source("sense", "tests", lambda: importlib.import_module("trefoil_sense")))
    assert plugin.group_type is not None, plugin.reason + plugin.detail
    assert plugin.group_type.key == "sense"
    assert localise(plugin.group_type.title, "en") == "Reading with sense"
    assert "sense.technique_chosen" in plugin.group_type.rules
    for name in [n for n in sys.modules if n.startswith("trefoil_sense")]:
        del sys.modules[name]


@pytest.mark.slow
def test_its_own_tests_are_green_from_the_start(tmp_path: Path) -> None:
    new_type("two_voices", tmp_path, 'Два «голоса» и "кавычки" $key \\n')
    made = subprocess.run(
        [*_PYTEST, str(tmp_path / "two_voices")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path / "two_voices",
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "12 passed" in made.stdout


def test_it_is_a_distribution_with_an_entry_point(tmp_path: Path) -> None:
    new_type("reading", tmp_path)
    settings = configparser.ConfigParser()
    settings.read(tmp_path / "reading" / "setup.cfg", encoding="utf-8")
    assert settings["options.entry_points"]["trefoil.group_types"].strip() == "reading = trefoil_reading"
    assert settings["metadata"]["name"] == "trefoil-reading"


@pytest.mark.parametrize("key", ["", "Чтение", "Reading", "1st", "a-b", "ab", "x" * 31, "class", "../up"])
def test_a_bad_name_writes_nothing(tmp_path: Path, key: str) -> None:
    with pytest.raises(BadName):
        new_type(key, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "reading").mkdir()
    told = CliRunner().invoke(main, ["new-type", "reading", "--folder", str(tmp_path)])
    assert told.exit_code == 1 and "Папка уже есть" in told.output
    assert list((tmp_path / "reading").iterdir()) == []


def test_the_command_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["new-type", "reading", "--folder", str(tmp_path), "--title", "Чтение"])
    assert told.exit_code == 0, told.output
    assert "setup.cfg" in told.output and "pytest" in told.output
    assert "«Чтение»" in (tmp_path / "reading" / "trefoil_reading" / "__init__.py").read_text(encoding="utf-8")
