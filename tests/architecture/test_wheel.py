"""What a school installs is exactly our three packages, with everything they need besides code."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"engine", "plugins", "webui"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    # Built from a copy: setuptools leaves build/ behind, and what lies there gets into the next wheel.
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    # The neighbours are there by name, so that a search for packages that is too wide finds them.
    for neighbour in ROOT.iterdir():
        if neighbour.is_dir() and neighbour.name not in PACKAGES and neighbour.name.isidentifier():
            (source / neighbour.name).mkdir()
            (source / neighbour.name / "__init__.py").touch()
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", target, source]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_three_packages_and_nothing_else(names: list[str]) -> None:
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    assert len(top) == len(PACKAGES) + 1


def test_every_file_of_the_packages_is_in_it(names: list[str]) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - set(names) == set()


@pytest.mark.parametrize(
    ("folder", "suffix"),
    [
        ("webui/", ".html"),
        ("webui/static/", ".css"),
        ("webui/static/", ".js"),
        ("webui/", ".mo"),
        ("engine/store/migrations/versions/", ".py"),
        ("engine/store/migrations/", ".mako"),
        ("engine/store/migrations/", "env.py"),
    ],
)
def test_kind_of_file_is_present(names: list[str], folder: str, suffix: str) -> None:
    assert any(name.startswith(folder) and name.endswith(suffix) for name in names)
