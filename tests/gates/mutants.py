"""Changes the code in small ways and looks whether the tests notice: ``python -m tests.gates.mutants [PART …]``.

A part is a module and the fast tests of it. The work is done on a copy under build/, with cosmic-ray. What survives is
printed with its place; the score is the share of mutants the tests have noticed, which is the long figure of R-26. A
run that was interrupted goes on where it stood when it is started again with ``--on``.

A test that takes longer than its part allows has noticed its mutant: leave the machine to it.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.gates.figures import Row

#: The share of the mutants of a part that its tests are to notice.
ENOUGH = 0.9
COPIED = ("engine", "plugins", "webui", "tests", "setup.cfg", "pyproject.toml", "docs")


@dataclass(frozen=True)
class Part:
    """A module, the tests that are to notice, and how long they may take in seconds."""

    module: str
    tests: str
    seconds: int = 60


#: What is fast and near comes first: a mutant that is noticed ends its run.
_SURVEYS = "tests/services/test_survey_edges.py tests/services/test_surveys.py"
PARTS = {
    "machine": Part("engine/core/machine.py", "tests/core/test_machine.py tests/core/test_machine_traps.py"),
    "rules": Part("engine/core/rules.py", "tests/core/test_vocabulary.py tests/core/test_machine.py"),
    "access": Part("engine/services/access.py", "tests/services/test_access.py"),
    "cycles": Part("engine/services/cycles.py", "tests/services/test_cycles.py", seconds=180),
    "tallies": Part("engine/services/tallies.py", _SURVEYS, seconds=120),
    "surveys": Part("engine/services/surveys.py", _SURVEYS, seconds=120),
}
_CONFIG = """[cosmic-ray]
module-path = "{module}"
timeout = {seconds}.0
test-command = "{tests}"

[cosmic-ray.distributor]
name = "local"
"""
_PYTEST = "env PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {} -m pytest -x -q -p no:cacheprovider -W ignore -k 'not postgres'"
#: Whether two equal strings or small numbers are one object is an accident of the interpreter, and ``None``, ``True``
#: and ``False`` equal what they are: no test should notice.
_ACCIDENTS = ("Eq_Is", "Eq_IsNot", "NotEq_Is", "NotEq_IsNot", "Is_Eq", "IsNot_NotEq")


def _dismiss(module: Path, work: Path) -> None:
    """Take back the mutants nobody could notice: accidents, and the ``|`` of annotations, which are never evaluated."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    spans = [
        ((note.lineno, note.col_offset), (note.end_lineno, note.end_col_offset))
        for node in ast.walk(tree)
        for note in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(note, ast.expr)
    ]
    with closing(sqlite3.connect(work)) as base, base:
        gone = [
            job
            for job, operator, *at in base.execute(
                "SELECT job_id, operator_name, start_pos_row, start_pos_col FROM mutation_specs"
            )
            if "_BitOr_" in operator and any(begins <= tuple(at) < ends for begins, ends in spans)
        ]
        for accident in _ACCIDENTS:
            operator = f"core/ReplaceComparisonOperator_{accident}"
            found = base.execute("SELECT job_id FROM mutation_specs WHERE operator_name = ?", (operator,))
            gone += [job for (job,) in found]
        for table in ("mutation_specs", "work_items"):
            base.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job,) for job in gone])


def _score(work: Path) -> tuple[int, int]:
    """(mutants the tests have noticed, mutants)."""
    with closing(sqlite3.connect(work)) as base:
        told = dict(base.execute("SELECT test_outcome, count(*) FROM work_results GROUP BY 1").fetchall())
        return sum(n for outcome, n in told.items() if outcome != "SURVIVED"), sum(told.values())


def run(name: str, root: Path, *, on: bool = False) -> tuple[int, int]:
    """How many mutants of a part were noticed, and how many there were; survivors are printed."""
    part, folder = PARTS[name], root / name
    ray = str(Path(sys.executable).with_name("cosmic-ray"))
    if not on:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for one in COPIED:
            source = Path(one)
            if source.is_dir():
                shutil.copytree(source, folder / one, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / one)
        tests = f"{_PYTEST.format(sys.executable)} {part.tests}"
        config = _CONFIG.format(module=part.module, seconds=part.seconds, tests=tests)
        (folder / "cosmic-ray.toml").write_text(config)
        # By content: a mutant of the same length, made within a second, would otherwise run as the code before it.
        compiled = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "engine", "plugins", "webui"]
        subprocess.run([sys.executable, *compiled], cwd=folder, check=True)
        for command in (["init", "cosmic-ray.toml", "work.sqlite"], ["baseline", "cosmic-ray.toml"]):
            subprocess.run([ray, *command], cwd=folder, check=True)
        _dismiss(folder / part.module, folder / "work.sqlite")
    shutil.copy(part.module, folder / part.module)  # an interrupted run leaves its last mutant behind
    subprocess.run([ray, "exec", "cosmic-ray.toml", "work.sqlite"], cwd=folder, check=True)
    report = [str(Path(sys.executable).with_name("cr-report")), "--show-diff", "--surviving-only", "work.sqlite"]
    print(subprocess.run(report, cwd=folder, check=True, capture_output=True, text=True).stdout)
    return _score(folder / "work.sqlite")


def _keep(name: str, noticed: int, all_: int) -> None:
    """The figure of a part among those of the gates, where somebody keeps them."""
    if not (file := os.environ.get("TREFOIL_GATES_FILE")):
        return
    row: Row = {
        "gate": "R-26",
        "test": PARTS[name].module,
        "outcome": "passed" if noticed >= ENOUGH * all_ else "failed",
        "said": [f"{PARTS[name].module}: {noticed} of {all_} mutants noticed ({100 * noticed / all_:.1f} %)"],
        "seed": "",
        "date": date.today().isoformat(),
        "long": True,
    }
    with Path(file).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def main(arguments: list[str]) -> None:
    root = Path("build/mutants").resolve()
    names = [name for name in arguments if name != "--on"]
    for name in names or list(PARTS):
        noticed, all_ = run(name, root, on="--on" in arguments)
        print(f"{name}: {noticed} of {all_} mutants noticed, {100 * noticed / all_:.1f} %")
        _keep(name, noticed, all_)


if __name__ == "__main__":
    main(sys.argv[1:])
