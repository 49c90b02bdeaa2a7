"""Everything measured, written to ``docs/performance.md``: ``python -m benchmarks.page [--quick]``, ``make bench``."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import decision, fire, real, versus
from benchmarks.peers.catalogue import PEERS
from benchmarks.timing import server

ROOT = Path(__file__).resolve().parents[1]
PAGE, NOTES = ROOT / "docs" / "performance.md", Path(__file__).with_name("notes.md")
_NAMES = {"sqlite_full": "SQLite (WAL, synchronous=FULL)", "postgres": "PostgreSQL (default durability)"}
_ASKED = {"sqlite_full": 1.6, "postgres": 1.25}
Claim = tuple[str, str, str, bool]


def machine() -> list[str]:
    """What the figures were measured on."""
    lines = [f"- {os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}"]
    lines.append(f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    if server():
        with psycopg.connect(server()) as connection:
            found = connection.execute("SHOW server_version").fetchone()
        lines.append(f"- PostgreSQL {found[0] if found else '?'} on the same machine, psycopg {version('psycopg')}")
    names = ("Flask", "SQLAlchemy", "transitions", "pluggy")
    lines.append("- " + ", ".join(f"{name} {version(name)}" for name in names))
    wanted = sorted(Path(__file__).with_name("peers").joinpath("requirements").glob("*.txt"))
    peers = dict.fromkeys(line for file in wanted for line in file.read_text().split() if "psycopg" not in line)
    lines.append("- peers: " + ", ".join(line.replace("==", " ") for line in peers))
    return lines


def claims(
    fired: versus.Found, decided: dict[str, tuple[float, float]], pressed: dict[str, list[float]], most: int
) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    told: list[Claim] = []
    for kind, row in fired.items():
        ours = median(row[fire.OURS])
        name = _NAMES[kind]
        told.append(
            (f"`fire` over the bare driver, {name}", f"≤ {_ASKED[kind]} x", f"{ours:.2f} x", ours <= _ASKED[kind])
        )
        engines = {peer: median(all_) for peer, all_ in row.items() if peer in PEERS and PEERS[peer].engine}
        if engines:
            faster = sorted(peer for peer, ratio in engines.items() if ratio < ours)
            said = f"before {len(engines) - len(faster)} of {len(engines)}"
            said += f"; behind {', '.join(faster)}" if faster else ""
            told.append((f"`fire` beside every peer, {name}", "the fastest", said, not faster))
    over = max(ours - plain for name, (plain, ours) in decided.items() if name.startswith("allowed"))
    told.append(("a decision in memory over a dict table", "≤ 3 µs", f"{over:.1f} µs", over <= 3))
    for kind, all_ in pressed.items():
        ratio = median(all_)
        claim = f"`fire` on «Формирующее оценивание» over the bare driver, {_NAMES[kind]}"
        told.append((claim, "≤ 4 x", f"{ratio:.2f} x", ratio <= 4))
    told.append(("statements of a press on it", "bounded, printed", f"at most {most}", True))
    return told


def written(told: list[Claim], tables: list[str], quick: bool, day: str) -> str:
    """The page."""
    lines = [
        "# Speed",
        "",
        f"Measured on {day} by `make bench`{' (few cycles)' if quick else ''}; medians of {fire.RUNS} runs. Read the "
        "ratio, not the time: the limit, that is the same cycle by the calls of the driver alone, is timed in the same "
        "process right before and right after. At the end of each run every cycle has arrived and every journal is "
        "whole, or there is no figure.",
        "",
        *machine(),
        "",
        "| claim | asked | reached | |",
        "|---|---|---|---|",
        *(
            f"| {claim} | {asked} | {reached} | {'reached' if well else 'not reached'} |"
            for claim, asked, reached, well in told
        ),
        "",
        *tables,
        NOTES.read_text(encoding="utf-8"),
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few cycles and one run of each peer")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    fired: versus.Found = fire.whole(given.quick)
    decided = decision.measure()
    pressed, presses = real.measure()
    told = claims(fired, decided, pressed, max(n for *_, n in presses))
    tables = [versus.table(fired), decision.table(decided), real.table(pressed, presses)]
    page = written(told, tables, given.quick, datetime.now(UTC).date().isoformat())
    PAGE.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
