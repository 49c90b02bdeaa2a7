"""One direction of imports, without exemptions."""

import configparser
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_contracts_hold() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--config", "setup.cfg", "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_contracts_have_no_exemption() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    contracts = [section for section in config.sections() if section.startswith("importlinter:contract:")]
    assert contracts
    assert not [section for section in contracts if "ignore_imports" in config[section]]
