"""Everything measured, written to ``docs/performance.md``: ``python -m benchmarks.page [--quick] [PART…]``.

``make bench`` calls it with a server of PostgreSQL. A part that is named is measured anew; of the others the last
figures are kept (under ``build/bench``), with their day.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks import decision, fire, growth, pages, real, region, rush, startup, weight
from benchmarks.claim import Claim
from benchmarks.timing import server

ROOT = Path(__file__).resolve().parents[1]
PAGE, KEPT, NOTES = ROOT / "docs" / "performance.md", ROOT / "build" / "bench", Path(__file__).with_name("notes")
#: The parts of the page in their order: the title, and what measures (``measure``, ``claims``, ``table``).
PARTS: dict[str, tuple[str, Any]] = {
    "fire": ("A press", fire),
    "decision": ("A decision in memory", decision),
    "real": ("A press of a real type", real),
    "pages": ("Pages", pages),
    "growth": ("Growth", growth),
    "rush": ("The rush", rush),
    "weight": ("Weight on a bad uplink", weight),
    "startup": ("Start-up and memory", startup),
    "region": ("A region of 1,000 schools", region),
}


class Figures(NamedTuple):
    """What a part has said: the day, whether it took few runs, (claim, asked, reached, whether it is), its tables."""

    day: str
    quick: bool
    claims: list[Claim]
    table: str


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


def taken(part: str, quick: bool) -> Figures:
    """Measure a part."""
    module = PARTS[part][1]
    found = module.measure(quick)
    return Figures(datetime.now(UTC).date().isoformat(), quick, module.claims(found), module.table(found))


def written(figures: dict[str, Figures]) -> str:
    """The page."""
    lines = [
        "# Speed",
        "",
        f"Measured by `make bench`; medians of {fire.RUNS} runs unless said otherwise. Read the ratio, not the time: "
        "what is compared runs in the same minutes on the same machine. At the end every cycle has arrived, every "
        "journal is whole and every answer is counted, or there is no figure.",
        "",
        *machine(),
        "",
        "| claim | asked | reached | |",
        "|---|---|---|---|",
    ]
    for told in figures.values():
        for claim, asked, reached, well in told.claims:
            lines.append(f"| {claim} | {asked} | {reached} | {'reached' if well else 'not reached'} |")
    for part, (title, _) in PARTS.items():
        told, note = figures.get(part), NOTES / f"{part}.md"
        if told is None and not note.exists():
            continue
        lines += ["", f"## {title}", ""]
        if told is not None:
            runs = ", few runs" if told.quick else ""
            lines += [f"{told.day}, `make bench ARGS={part}`{runs}.", "", told.table.rstrip(), ""]
        if note.exists():
            lines.append(note.read_text(encoding="utf-8").rstrip())
    return "\n".join(lines) + "\n"


def kept() -> dict[str, Figures]:
    """The last figures of every part that has been measured, in the order of the page."""
    found = {part: KEPT / f"{part}.json" for part in PARTS}
    return {part: Figures(**json.loads(path.read_text("utf-8"))) for part, path in found.items() if path.exists()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them without any")
    parser.add_argument("--quick", action="store_true", help="few cycles and one run of each peer")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    logging.disable(logging.ERROR)
    KEPT.mkdir(parents=True, exist_ok=True)
    for part in given.parts or PARTS:
        figures = taken(part, given.quick)
        (KEPT / f"{part}.json").write_text(json.dumps(figures._asdict(), ensure_ascii=False), encoding="utf-8")
        print(f"# {PARTS[part][0]}\n\n{figures.table}\n", *map(str, figures.claims), sep="\n", flush=True)
    PAGE.write_text(written(kept()), encoding="utf-8")


if __name__ == "__main__":
    main()
