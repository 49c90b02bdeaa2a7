"""The road of a process: the same facts as a list for everybody and as a picture for those who see it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from engine.core.process import Process
from engine.core.text import localise

Standing = Literal["done", "now", "next"]


class Step(NamedTuple):
    """One stage of the road, in one round: where the run stands relative to it."""

    stage: str
    title: str
    round: int
    standing: Standing


def road(process: Process, stage: str, round_: int) -> tuple[Step, ...]:
    """Every stage of every round in the order of the road, final side exits left out unless the run stands there.

    It is kept with the process: a run stands in one of few places.
    """
    known: dict[tuple[str, int], tuple[Step, ...]] = process.__dict__.setdefault("roads", {})
    steps = known.get((stage, round_))
    if steps is None:
        steps = known[stage, round_] = _road(process, stage, round_)
    return steps


def _road(process: Process, stage: str, round_: int) -> tuple[Step, ...]:
    looped = process.looped
    before = [s for s in process.stages if not looped or s.key not in looped]
    steps: list[tuple[str, int]] = []
    for item in process.stages:
        if looped and item.key == looped[0]:
            steps += [(key, n) for n in range(1, process.rounds + 1) for key in looped]
        elif item in before and (not item.final or item.key == stage or not process.side_exit(item.key)):
            steps.append((item.key, 0))
    here = (stage, round_ if stage in looped else 0)
    place = steps.index(here) if here in steps else len(steps)
    passed = place
    if place < len(steps) and process.stage(stage).final and process.side_exit(stage):
        # nobody knows how far the round had come
        passed = next((i for i, (_, n) in enumerate(steps) if n == round_), 1)
    return tuple(
        Step(key, process.stage(key).title, n, "now" if i == place else "done" if i < passed else "next")
        for i, (key, n) in enumerate(steps)
    )


_ROW, _WIDTH, _BOX, _LETTERS = 64, 400, 300, 34
#: Colours of its own, because an image sees no style sheet: dark on a light ground, whatever surrounds it.
_GROUND, _INK, _LINE, _NOW = "#ffffff", "#1d2721", "#56635b", "#e8c14a"


def svg(process: Process, stage: str = "", language: str = "ru", title: str = "") -> str:
    """The process as an SVG document: stages top to bottom, main actions between them, the loop at the side.

    Pure text from the definition; every label is escaped. It stands on a ground of its own and can be read anywhere.
    """
    stages = list(process.stages)
    height = _ROW * len(stages) + 4
    places = {s.key: 12 + _ROW * i for i, s in enumerate(stages)}
    label = localise(title, language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" class="road" font-family="system-ui, sans-serif" font-size="13" aria-label={quoteattr(label)}>'
        f'<rect width="{_WIDTH}" height="{height}" rx="10" fill="{_GROUND}"/>'
    ]
    for action in process.actions:
        for source in action.source:
            if action.target and action.target != source and action.kind == "main":
                parts.append(_edge(places[source], places[action.target], localise(action.title, language)))
    for item in stages:
        y = places[item.key]
        fill = _NOW if item.key == stage else _GROUND
        dashes = ' stroke-dasharray="4 3"' if item.final else ""
        parts.append(
            f'<rect x="12" y="{y}" width="{_BOX}" height="40" rx="10" fill="{fill}" stroke="{_LINE}"{dashes}/>'
        )
        lines = wrap(localise(item.title, language), _LETTERS)
        for n, line in enumerate(lines):
            parts.append(f'<text x="26" y="{y + 33 - 8 * len(lines) + 16 * n}" fill="{_INK}">{escape(line)}</text>')
    return "".join([*parts, "</svg>"])


def _edge(start: int, end: int, label: str) -> str:
    if end == start + _ROW:
        line, tip = f"M {12 + _BOX // 2} {start + 40} v {_ROW - 46}", f"M {12 + _BOX // 2} {end - 1} l -4 -7 h 8 z"
    else:
        edge = 12 + _BOX
        bend = edge + 14 + min(80, 20 + abs(end - start) // 12)
        line = f"M {edge} {start + 20} C {bend} {start + 20} {bend} {end + 20} {edge + 8} {end + 20}"
        tip = f"M {edge + 1} {end + 20} l 8 -4 v 8 z"
    return (
        f'<path d="{line}" fill="none" stroke="{_LINE}" stroke-width="1.5"><title>{escape(label)}</title></path>'
        f'<path d="{tip}" fill="{_LINE}"/>'
    )


def facts(process: Process, language: str = "ru") -> Sequence[tuple[str, tuple[tuple[str, str], ...]]]:
    """The road as text: each stage with its main actions and where they lead (empty: nowhere else)."""
    titles = {s.key: localise(s.title, language) for s in process.stages}
    return tuple(
        (
            titles[s.key],
            tuple(
                (localise(a.title, language), titles.get(a.target, ""))
                for a in process.leaving(s.key)
                if a.kind == "main"
            ),
        )
        for s in process.stages
    )


def asides(process: Process, language: str = "ru") -> tuple[str, ...]:
    """What can be done beside the road, each thing once."""
    return tuple(dict.fromkeys(localise(a.title, language) for a in process.actions if a.kind != "main"))
