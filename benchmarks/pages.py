"""Pages beside a bare Flask + Jinja + Core page with the same rows and words: ``python -m benchmarks.pages [--quick]``.

Both apps stand behind the same server with the same settings and the same visitors ask both: the bare one, ours, the
bare one again. A figure is a median of the runs of (our requests a second) / (theirs, the mean of before and after).
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from benchmarks import scene, servers
from benchmarks.bare.app import BASE
from benchmarks.claim import Claim, alone
from benchmarks.fields import Pairs
from benchmarks.load import Answers
from benchmarks.scene import Place, Scene
from benchmarks.visitor import Visitor

RUNS, SECONDS = 5, 1.5
#: Page → its name in words, what is asked of it.
ASKED = {
    "home": ("«Мои дела» (/)", 0.5),
    "cycle": ("a cycle page", 0.5),
    "sheet": ("an observation sheet, open", 0.5),
    "autosave": ("an observation sheet, autosave", 0.5),
    "submit": ("an observation sheet, submit", 0.5),
    "survey": ("the survey, open", 0.5),
    "answer": ("the survey, answer", 0.6),
    "board": ("the board of the Laboratory (/lab)", 0.5),
}
Doing = Callable[[], Answers]


@dataclass
class Row:
    """A page under a server: the ratio of each run, and what the answers of all runs took, in µs."""

    ratios: list[float] = field(default_factory=list)
    rates: list[tuple[float, float]] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


Found = dict[str, dict[str, Row]]


class App:
    """One served app with its visitors; every doing is repeatable."""

    def __init__(self, port: int, base: Path, places: dict[str, Place], seconds: float) -> None:
        self.seconds, self.base = seconds, base
        self.visitors = {name: Visitor(port, place) for name, place in places.items()}
        self.answers: Pairs = []

    def ready(self, sheet: Pairs, answers: Pairs) -> None:
        """What the sheet and the survey are answered with."""
        self.visitors["sheet"].fill(sheet)
        self.answers = answers

    def doings(self) -> dict[str, Doing]:
        """Page → ask it for a while."""
        opened = {name: self._open(visitor) for name, visitor in self.visitors.items()}
        return opened | {"autosave": self._autosave, "submit": self._submit, "answer": self._answer}

    def _open(self, visitor: Visitor) -> Doing:
        return lambda: visitor.open(self.seconds)

    def _autosave(self) -> Answers:
        return self.visitors["sheet"].autosave(self.seconds)

    def _submit(self) -> Answers:
        with closing(sqlite3.connect(self.base)) as rows, rows:
            about = self.visitors["sheet"].place.asks
            (version,) = rows.execute(
                "SELECT version FROM submission WHERE cycle_id = ? AND form_key = ? AND round = ? AND owner = ?",
                (about["cycle"], about["form"], about["n"], about["me"]),
            ).fetchone()
        return self.visitors["sheet"].submit(self.seconds, version)

    def _answer(self) -> Answers:
        """A class answers a survey nobody has answered yet."""
        visitor = self.visitors["survey"]
        tokens = visitor.tokens(self.seconds / 4)
        with closing(sqlite3.connect(self.base, timeout=30)) as rows, rows:
            for table in ("survey_answer", "survey_text"):
                rows.execute(f"DELETE FROM {table}")
            rows.execute("UPDATE survey_run SET answered = 0 WHERE is_open")
        answered = visitor.answer(tokens, self.answers)
        with closing(sqlite3.connect(self.base)) as rows:
            (kept,) = rows.execute("SELECT count(*) FROM survey_answer").fetchone()
        assert kept == len(tokens), (kept, len(tokens))
        return answered


def choices(html: str) -> Pairs:
    """A pupil's answers: the last choice of every question."""
    return list(dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]+)"', html)).items())


def under(server: str, there: Scene, runs: int, seconds: float) -> dict[str, Row]:
    """Every page of both apps under one server."""
    pair = [servers.Served(server, "trefoil", there.ours), servers.Served(server, "bare", there.bare)]
    try:
        for served in pair:
            served.wait()
        bases = (there.ours / "trefoil.sqlite", there.bare / BASE)
        ours, bare = (App(served.port, base, there.places, seconds) for served, base in zip(pair, bases, strict=True))
        pupil = ours.visitors["survey"]
        given = ours.visitors["sheet"].page(), choices(pupil.text())
        for app in (ours, bare):
            app.ready(*given)
        return beside(ours.doings(), bare.doings(), runs)
    finally:
        for served in pair:
            served.stop()


def beside(ours: dict[str, Doing], bare: dict[str, Doing], runs: int) -> dict[str, Row]:
    """The bare one, ours, the bare one again; once before to warm both up."""
    rows = {name: Row() for name in ASKED}
    for name in ASKED:
        ours[name](), bare[name]()
    for _ in range(runs):
        for name, row in rows.items():
            before, mine, after = bare[name](), ours[name](), bare[name]()
            theirs = (before.rate + after.rate) / 2
            row.ratios.append(mine.rate / theirs)
            row.rates.append((mine.rate, theirs))
            row.ours += mine.each
            row.bare += before.each + after.each
    return rows


def measure(quick: bool) -> Found:
    """Server → page → figures, on SQLite."""
    runs, seconds = (3, 0.5) if quick else (RUNS, SECONDS)
    found: Found = {}
    with tempfile.TemporaryDirectory() as folder:
        there = scene.build(Path(folder))
        for server in servers.there():
            found[server] = under(server, there, runs, seconds)
    return found


def claims(found: Found) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    told: list[Claim] = []
    for server, rows in found.items():
        for name, row in rows.items():
            words, least = ASKED[name]
            ratio = median(row.ratios)
            claim = f"{words} beside a bare page, {server}"
            told.append((claim, f"≥ {least} of its requests/s", f"{ratio:.2f}", ratio >= least))
    return told


def _tail(each: list[float]) -> str:
    """p50 and p99 in ms."""
    return f"{median(each) / 1000:.1f} / {quantiles(each, n=100)[98] / 1000:.1f}"


def table(found: Found) -> str:
    """A Markdown table a server."""
    lines: list[str] = []
    for server, rows in found.items():
        lines += [f"| {server} | of the bare page | least–most | requests/s, bare | p50 / p99, ms | bare |"]
        lines.append("|---|---|---|---|---|---|")
        for name, row in rows.items():
            mine, theirs = (median(rates) for rates in zip(*row.rates, strict=True))
            spread = f"{min(row.ratios):.2f}–{max(row.ratios):.2f}"
            lines.append(
                f"| {ASKED[name][0]} | {median(row.ratios):.2f} | {spread} | {mine:.0f}, {theirs:.0f} "
                f"| {_tail(row.ours)} | {_tail(row.bare)} |"
            )
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    alone(__doc__, "few requests", measure, table, claims)
