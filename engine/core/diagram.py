"""The road of a process: the same facts as a list for everybody and as a picture for those who see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from engine.core.process import Process
from engine.core.text import localise

Standing = Literal["done", "now", "next"]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the road, in one round: where the run stands relative to it."""

    stage: str
    title: str
    round: int
    standing: Standing


def road(process: Process, stage: str, round_: int) -> tuple[Step, ...]:
    """Every stage of every round in the order of the road, final side exits left out unless the run stands there."""
    looped = process.looped
    before = [s for s in process.stages if not looped or s.key not in looped]
    steps: list[tuple[str, int]] = []
    for item in process.stages:
        if looped and item.key == looped[0]:
            steps += [(key, n) for n in range(1, process.rounds + 1) for key in looped]
        elif item in before and (not item.final or item.key == stage or not _side_exit(process, item.key)):
            steps.append((item.key, 0))
    here = (stage, round_ if stage in looped else 0)
    place = steps.index(here) if here in steps else len(steps)
    passed = place
    if place < len(steps) and process.stage(stage).final and _side_exit(process, stage):
        # nobody knows how far the round had come
        passed = next((i for i, (_, n) in enumerate(steps) if n == round_), 1)
    return tuple(
        Step(key, process.stage(key).title, n, "now" if i == place else "done" if i < passed else "next")
        for i, (key, n) in enumerate(steps)
    )


def _side_exit(process: Process, stage: str) -> bool:
    """A final stage that only side actions lead to (for example "ended early")."""
    leading = [a for a in process.actions if a.target == stage]
    return bool(leading) and all(a.kind == "side" for a in leading)


_ROW, _WIDTH, _BOX = 64, 420, 300


def svg(process: Process, stage: str = "", language: str = "ru", title: str = "") -> str:
    """The process as an SVG document: stages top to bottom, main actions between them, the loop at the side.

    Pure text from the definition; every label is escaped. Colours come from the page (``currentColor``).
    """
    stages = list(process.stages)
    height = _ROW * len(stages) + 24
    places = {s.key: 12 + _ROW * i for i, s in enumerate(stages)}
    label = localise(title, language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" class="road" '
        f"aria-label={quoteattr(label)}>"
    ]
    for action in process.actions:
        for source in action.source:
            if action.target and action.target != source and action.kind == "main":
                parts.append(_edge(places[source], places[action.target], localise(action.title, language)))
    for item in stages:
        y = places[item.key]
        classes = "stage now" if item.key == stage else "stage final" if item.final else "stage"
        parts.append(f'<g class="{classes}"><rect x="12" y="{y}" width="{_BOX}" height="40" rx="10"/>')
        parts.append(f'<text x="26" y="{y + 25}">{escape(localise(item.title, language))}</text></g>')
    return "".join([*parts, "</svg>"])


def _edge(start: int, end: int, label: str) -> str:
    if end == start + _ROW:
        return f'<path class="edge" d="M 162 {start + 40} V {end - 4}"/>'
    side = 326 if end < start else 316
    bend = side + min(80, 20 + abs(end - start) // 12)
    return (
        f'<path class="edge {"back" if end < start else "skip"}" '
        f'd="M 312 {start + 20} C {bend} {start + 20} {bend} {end + 20} 316 {end + 20}">'
        f"<title>{escape(label)}</title></path>"
    )


def facts(process: Process, language: str = "ru") -> Sequence[tuple[str, tuple[tuple[str, str], ...]]]:
    """The same facts as text: each stage with its actions and where they lead."""
    titles = {s.key: localise(s.title, language) for s in process.stages}
    return tuple(
        (
            titles[s.key],
            tuple((localise(a.title, language), titles[a.target or s.key]) for a in process.leaving(s.key)),
        )
        for s in process.stages
    )
