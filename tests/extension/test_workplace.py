"""Where an author works: what is found at a path, and that a save is read whatever the clock says."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.extension.loader import entry_points, load
from engine.extension.new_type import new_type
from engine.extension.workplace import NoPlugin, forget, places, reading_sources, stamp

ONE_FILE = """
from engine.api import Text, hookimpl
from plugins.lesson_study import lesson_study

@hookimpl
def plc_group_type():
    return lesson_study(key="{key}", title="{title}", purpose="Читаем", version="1")
"""


@pytest.fixture(autouse=True)
def _same_path() -> Iterator[None]:
    """What a workplace puts before everything else on the path does not outlive its test."""
    before, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if name.startswith(("trefoil_", "bare")):
            del sys.modules[name]


def own(path: Path, instance: Path) -> list[str]:
    return [place.source.name for place in places(path, instance) if place.own]


def titles(path: Path, instance: Path) -> list[str]:
    with reading_sources():
        made = [load(p.source) for p in places(path, instance) if p.own]
    return [str(p.group_type.title) if p.group_type else p.reason for p in made]


def test_one_file_is_a_plugin(tmp_path: Path) -> None:
    file = tmp_path / "story.py"
    file.write_text(ONE_FILE.format(key="story", title="Чтение"), encoding="utf-8")
    (tmp_path / "other.py").write_text("1 / 0\n")
    assert own(file, tmp_path / "instance") == ["story"]
    assert titles(file, tmp_path / "instance") == ["Чтение"]


def test_a_new_type_is_found_by_its_entry_point(tmp_path: Path) -> None:
    new_type("story", tmp_path, "Смысловое чтение")
    assert own(tmp_path / "story", tmp_path) == ["story"]
    assert titles(tmp_path / "story", tmp_path) == ["Смысловое чтение"]


def test_a_package_and_pyproject_and_loose_files(tmp_path: Path) -> None:
    package = tmp_path / "bare"
    package.mkdir()
    (package / "__init__.py").write_text(ONE_FILE.format(key="bare", title="Голый"), encoding="utf-8")
    assert titles(package, tmp_path) == ["Голый"]
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project.entry-points."trefoil.group_types"]\nbarely = "bare"\n')
    (project / "src").mkdir()
    package.rename(project / "src" / "bare")
    assert own(project, tmp_path) == ["barely"] and titles(project, tmp_path) == ["Голый"]
    loose = tmp_path / "loose"
    loose.mkdir()
    for key in ("one", "two"):
        (loose / f"{key}.py").write_text(ONE_FILE.format(key=key, title=key), encoding="utf-8")
    assert titles(loose, tmp_path) == ["one", "two"]


@pytest.mark.parametrize("name", ["empty", "notes.md"])
def test_nothing_to_load_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.md").write_text("нет\n")
    with pytest.raises(NoPlugin) as told:
        places(tmp_path / name, tmp_path)
    assert name in str(told.value)


def test_what_is_installed_is_taken_from_the_path_and_the_instance_counts(tmp_path: Path) -> None:
    new_type("sel", tmp_path)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "dropped.py").write_text("")
    found = places(tmp_path / "sel", tmp_path)
    assert [(p.source.name, p.own) for p in found] == [
        ("sel", True),
        ("dropped", False),
        *((source.name, False) for source in entry_points() if source.name != "sel"),
    ]
    assert {root.name for p in found for root in p.roots} >= {"sel", "dropped.py", "fourk"}


def test_two_saves_of_one_second_and_one_length_are_two_saves(tmp_path: Path) -> None:
    new_type("story", tmp_path, "Чтение")
    file = tmp_path / "story" / "trefoil_story" / "__init__.py"
    assert titles(tmp_path / "story", tmp_path) == ["Чтение"]
    moment = file.stat().st_mtime
    file.write_text(file.read_text(encoding="utf-8").replace("Чтение", "Письмо"), encoding="utf-8")
    os.utime(file, (moment, moment))
    forget([tmp_path / "story"])
    assert titles(tmp_path / "story", tmp_path) == ["Письмо"]


def test_what_a_run_leaves_behind_is_no_save(tmp_path: Path) -> None:
    new_type("story", tmp_path)
    before = stamp([tmp_path])
    for name in ("__pycache__", "story.egg-info", ".git", "build"):
        (tmp_path / "story" / name).mkdir()
        (tmp_path / "story" / name / "left.py").write_text("")
    assert stamp([tmp_path]) == before
    (tmp_path / "story" / "trefoil_story" / "more.py").write_text("")
    assert stamp([tmp_path]) != before


def test_a_module_of_the_same_name_from_another_place_gives_way(tmp_path: Path) -> None:
    for place, title in (("one", "Первое"), ("two", "Второе")):
        (tmp_path / place).mkdir()
        new_type("story", tmp_path / place, title)
        assert titles(tmp_path / place / "story", tmp_path) == [title]
