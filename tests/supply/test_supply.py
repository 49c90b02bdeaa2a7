"""What is shipped is known: locked by hash, listed in a bill of materials, scanned, audited where that is possible."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gates.plugin import Figure
from tests.supply.audit import LOCK, ROOT, audit, pinned

TEST_LOCK = LOCK.with_name("test.txt")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.gate("R-27")
def test_every_package_is_pinned_by_hash(figure: Figure) -> None:
    for lock in (LOCK, TEST_LOCK):
        entries = re.split(r"\n(?=[\w.-]+==)", lock.read_text(encoding="utf-8"))
        assert all("--hash=sha256:" in entry for entry in entries if re.match(r"[\w.-]+==", entry))
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    asked = [re.match(r"[\w.-]+", line)[0] for line in config["options"]["install_requires"].split("\n") if line]
    missing = {normal(name) for name in asked} - {normal(name) for name in pinned(LOCK)}
    assert missing == set(), "make lock"
    figure.reached(f"{len(pinned(LOCK))} packages to run and {len(pinned(TEST_LOCK))} to test, each pinned by hash")


@pytest.mark.gate("R-27")
def test_the_bill_of_materials_names_every_package(tmp_path: Path, figure: Figure) -> None:
    path = tmp_path / "sbom.json"
    recipe = re.search(r"\$\(BIN\)/cyclonedx-py (.*) -o \$\(SBOM\) (.*)", (ROOT / "Makefile").read_text())
    command = [sys.executable, "-m", "cyclonedx_py", *recipe[1].split(), "-o", str(path), *recipe[2].split()]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    bill = json.loads(path.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    parts = {normal(part["name"]): part for part in bill["components"]}
    assert {name: part["version"] for name, part in parts.items()} == {normal(n): v for n, v in pinned(LOCK).items()}
    assert all(part["externalReferences"][0]["hashes"] for part in parts.values())
    figure.reached(f"SBOM of {len(parts)} packages with their hashes")


@pytest.mark.gate("R-27")
def test_the_scanner_finds_nothing_of_medium_or_above(figure: Figure) -> None:
    command = [sys.executable, "-m", "bandit", "-c", "pyproject.toml", "-r", "engine", "plugins", "webui", "-ll"]
    done = subprocess.run([*command, "-f", "json", "-q"], cwd=ROOT, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert [f"{i['filename']}:{i['line_number']} {i['test_id']}" for i in told["results"]] == []
    assert told["errors"] == [] and told["metrics"]["_totals"]["loc"] > 10_000
    figure.reached(f"bandit: 0 of medium or above in {told['metrics']['_totals']['loc']} lines")


def test_what_the_scanner_is_told_to_pass_over_says_why() -> None:
    for top in ("engine", "plugins", "webui"):
        for path in (ROOT / top).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if "# nosec" in line:
                    assert re.search(r"# nosec B\d{3}(,B\d{3})* — \w.{10,}", line), f"{path}: {line}"


@pytest.mark.gate("R-27")
def test_no_known_weakness(figure: Figure) -> None:
    packages = pinned(LOCK)
    if audit(dict(list(packages.items())[:1])).skipped:
        pytest.skip("pip-audit: the advisory service is out of reach, nothing was audited")
    made = audit(packages)
    assert made.found == []
    figure.reached(f"pip-audit: {made.asked} packages, 0 known weaknesses, {len(made.skipped)} not asked")
