"""The guide is carried out by its script; needs root, minutes and a mirror of Debian, so only a long run does it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.gates.plugin import LONG

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not LONG, reason="takes minutes and root: TREFOIL_GATES=long runs it")
def test_a_cycle_is_walked_on_a_bare_debian_with_a_process_killed(chromium_path: str) -> None:
    if os.geteuid() or not (shutil.which("mmdebstrap") or shutil.which("debootstrap")):
        missing("a bare Debian needs root and mmdebstrap or debootstrap")
    ran = subprocess.run(
        [ROOT / "deploy" / "try.sh"],
        env={**os.environ, "TREFOIL_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-8000:]
    assert re.search(r"3 passed", ran.stdout), ran.stdout[-8000:]


@pytest.mark.parametrize("script", ["install.sh", "try.sh"])
def test_the_scripts_are_whole(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "deploy" / script], check=True)


def test_every_setting_of_the_guide_is_known_to_the_application() -> None:
    known = "".join(
        p.read_text(encoding="utf-8") for folder in ("engine", "webui") for p in (ROOT / folder).rglob("*.py")
    )
    told = set()
    for path in (ROOT / "docs" / "deployment.md", ROOT / "deploy" / "install.sh"):
        told |= set(re.findall(r"TREFOIL_[A-Z0-9_]+", path.read_text(encoding="utf-8")))
    told -= {"TREFOIL_GATES", "TREFOIL_PYTHON"}
    buckets = {f"TREFOIL_S3_{name}" for name in ("ENDPOINT", "KEY", "SECRET", "REGION", "PREFIX")}
    assert {name for name in told - buckets if name not in known} == set()


def test_systemd_understands_the_units() -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not here")
    units = sorted(map(str, (ROOT / "deploy" / "systemd").iterdir()))
    said = subprocess.run([program, "verify", *units], capture_output=True, text=True, check=False).stderr
    odd = [line for line in said.splitlines() if "/opt/trefoil/bin/trefoil is not executable" not in line]
    assert odd == []
