"""The peers in the same run, each in a process and an environment of its own.

``python -m benchmarks.versus`` makes the environments under ``build/peers`` from ``benchmarks/peers/requirements``.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import venv
from pathlib import Path
from statistics import median

from benchmarks.peers.catalogue import PEERS, Entry
from benchmarks.timing import SEED, server

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("TREFOIL_PEERS", ROOT / "build" / "peers"))
Found = dict[str, dict[str, list[float]]]


def prepare() -> None:
    """Make the environments that are not there."""
    for wanted in sorted(Path(__file__).with_name("peers").joinpath("requirements").glob("*.txt")):
        home = HOME / wanted.stem
        if not (home / "bin" / "python").exists():
            venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "python", "-m", "pip", "install", "-q", "-r", wanted], check=True)


def _python(entry: Entry) -> Path:
    return HOME / entry.environment / "bin" / "python"


def _one(name: str, kind: str, cycles: int) -> list[float]:
    """One run of a peer. Raises RuntimeError with its last words when it fails."""
    entry = PEERS[name]
    command = [str(_python(entry)), "-m", "benchmarks.peers.worker", name]
    command += ["--cycles", str(max(3, cycles // entry.slower))]
    if kind == "postgres":
        command += ["--postgres", server()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"{name} on {kind}: {done.stderr.strip()[-400:]}")
    return [float(ratio) for ratio in json.loads(done.stdout.strip().splitlines()[-1])]


def add(found: Found, cycles: int, runs: int) -> None:
    """Measure every peer whose environment is there on the databases of ``found``, in an order shuffled by run."""
    there = [name for name, entry in PEERS.items() if _python(entry).exists()]
    for run in range(runs):
        for kind, row in found.items():
            names = [name for name in there if kind != "postgres" or PEERS[name].postgres]
            random.Random(SEED + run).shuffle(names)
            for name in names:
                row.setdefault(name, []).extend(_one(name, kind, cycles))


def table(found: Found) -> str:
    """A Markdown table a database, the fastest first."""
    lines = []
    for kind, row in found.items():
        lines += [f"| {kind} | x the limit | least–most | runs |", "|---|---|---|---|"]
        for name, all_ in sorted(row.items(), key=lambda item: median(item[1])):
            lines.append(f"| {name} | {median(all_):.2f} | {min(all_):.2f}–{max(all_):.2f} | {len(all_)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    prepare()
    sys.exit(0)
