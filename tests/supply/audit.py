"""Known weaknesses of what the lock names, asked of the advisory service through pip-audit (``make audit``).

What the service could not be asked is said in so many words: an audit that did not take place is no passed audit.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "run.txt"


@dataclass(frozen=True)
class Audit:
    """``found`` are weaknesses, ``asked`` how many packages were looked up, ``skipped`` those that could not be."""

    found: list[str]
    asked: int
    skipped: list[str]


def pinned(lock: Path) -> dict[str, str]:
    """The packages of a lock with their versions."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def audit(packages: dict[str, str]) -> Audit:
    """Ask about these packages alone; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "packages.txt"
        listed.write_text("".join(f"{name}=={version}\n" for name, version in packages.items()))
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "-r",
            str(listed),
            "--no-deps",
            "--disable-pip",
            "--timeout",
            "10",
        ]
        done = subprocess.run([*command, "-f", "json"], capture_output=True, text=True, check=False)
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return Audit([], 0, sorted(packages))  # the service is out of reach
    found = [f"{d['name']} {d['version']}: {v['id']}" for d in told for v in d.get("vulns", ())]
    skipped = sorted(d["name"] for d in told if "skip_reason" in d)
    return Audit(found, len(told) - len(skipped), skipped)


def main() -> int:
    """0: everything was asked and nothing is known, or the service is out of reach (said aloud); 1: weaknesses."""
    packages = pinned(LOCK)
    first = dict(list(packages.items())[:1])
    if audit(first).skipped:  # one question is enough to learn that nobody answers
        print(f"SKIPPED: the advisory service is out of reach; {len(packages)} packages were not audited")
        return 0
    made = audit(packages)
    for line in made.found:
        print(f"! {line}")
    print(f"{made.asked} packages audited, {len(made.found)} known weaknesses")
    if made.skipped:
        print(f"SKIPPED: {', '.join(made.skipped)}")
    return 1 if made.found else 0


if __name__ == "__main__":
    raise SystemExit(main())
