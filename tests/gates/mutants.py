"""Changes the code in small ways and looks whether the tests notice: ``python -m tests.gates.mutants [PART …]``.

A part is a module and the fast tests of it. The work is done on a copy under build/, with cosmic-ray. What survives is
printed with its place; the score is the share of mutants the tests have noticed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COPIED = ("engine", "plugins", "webui", "tests", "setup.cfg", "pyproject.toml", "docs")


@dataclass(frozen=True)
class Part:
    """A module, the tests that are to notice, and how long they may take in seconds."""

    module: str
    tests: str
    seconds: int = 60


PARTS = {
    "machine": Part("engine/core/machine.py", "tests/core/test_machine.py tests/core/test_machine_traps.py"),
    "rules": Part("engine/core/rules.py", "tests/core/test_vocabulary.py tests/core/test_machine.py"),
    "access": Part(
        "engine/services/access.py", "tests/services/test_members.py tests/services/test_cycles.py", seconds=120
    ),
    "cycles": Part("engine/services/cycles.py", "tests/services/test_cycles.py", seconds=180),
    "tallies": Part("engine/services/tallies.py", "tests/services/test_surveys.py", seconds=120),
    "surveys": Part("engine/services/surveys.py", "tests/services/test_surveys.py", seconds=120),
}
_CONFIG = """[cosmic-ray]
module-path = "{module}"
timeout = {seconds}.0
test-command = "{python} -m pytest -x -q -p no:cacheprovider -W ignore -k 'not postgres' {tests}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]
"""


def run(name: str, root: Path) -> float:
    """The score of one part, from 0 to 100; survivors are printed."""
    part, folder = PARTS[name], root / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for one in COPIED:
        source = Path(one)
        if source.is_dir():
            shutil.copytree(source, folder / one, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / one)
    config = _CONFIG.format(module=part.module, seconds=part.seconds, python=sys.executable, tests=part.tests)
    (folder / "cosmic-ray.toml").write_text(config)
    ray = str(Path(sys.executable).with_name("cosmic-ray"))
    for command in (["init", "cosmic-ray.toml", "work.sqlite"], ["baseline", "cosmic-ray.toml"]):
        subprocess.run([ray, *command], cwd=folder, check=True)
    # What stands between types in an annotation is never evaluated: no test could notice.
    skip = str(Path(sys.executable).with_name("cr-filter-operators"))
    subprocess.run([skip, "work.sqlite", "cosmic-ray.toml"], cwd=folder, check=True)
    subprocess.run([ray, "exec", "cosmic-ray.toml", "work.sqlite"], cwd=folder, check=True)
    report = [str(Path(sys.executable).with_name("cr-report")), "--show-diff", "--surviving-only", "work.sqlite"]
    text = subprocess.run(report, cwd=folder, check=True, capture_output=True, text=True).stdout
    print(text)
    found = re.search(r"surviving mutants: \d+ \(([\d.]+)%\)", text)
    assert found, "cosmic-ray has counted nothing"
    return 100 - float(found.group(1))


def main(names: list[str]) -> None:
    root = Path("build/mutants").resolve()
    for name in names or list(PARTS):
        print(f"{name}: {run(name, root):.1f} % of the mutants noticed")


if __name__ == "__main__":
    main(sys.argv[1:])
