"""The trefoil of a cycle: what its picture shows, as data, and the pictures of a road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from markupsafe import Markup

from engine.core.diagram import Standing, Step
from engine.core.process import Process
from engine.core.text import localise
from webui.teams import language, words


@dataclass(frozen=True, slots=True)
class Petal:
    """One round. ``bands`` grow from the knot to the tip, one for each part of a round."""

    angle: float
    bands: tuple[Standing, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """Petals for rounds (none: a ring alone), arcs for the stages before and after them, and the same in words."""

    petals: tuple[Petal, ...]
    arcs: tuple[Standing, ...]
    label: str


def signature(steps: Sequence[Step], process: Process) -> Signature:
    """The picture of a road."""
    rounds = sorted({s.round for s in steps} - {0})
    petals = []
    for place, n in enumerate(rounds):
        parts: dict[str, list[Standing]] = {}
        for step in steps:
            if step.round == n:
                parts.setdefault(process.stage(step.stage).petal or step.stage, []).append(step.standing)
        bands = tuple(_together(part) for part in parts.values())
        petals.append(Petal(round(place * 360 / len(rounds), 1), bands, "now" in bands))
    return Signature(tuple(petals), tuple(s.standing for s in steps if not s.round), _label(steps))


def drawn(name: str, process: Process, steps: tuple[Step, ...], **look: Any) -> Markup:
    """The macro of ``drawn/NAME.html`` over a road: drawn once for each standing on it, and kept with the process."""
    known: dict[Any, Markup] = process.__dict__.setdefault("drawn", {})
    key = (name, words(), steps, *look.values())
    if key not in known:
        template: Any = current_app.jinja_env.get_template(f"drawn/{name}.html").module
        known[key] = template.drawing(steps, process, **look)
    return known[key]


def fixed(name: str, *look: str) -> Markup:
    """The macro of ``drawn/NAME.html`` that shows nothing but our own words and addresses: drawn once for each
    ``look``, in each language, for each size of team."""
    known: dict[Any, Markup] = current_app.extensions.setdefault("trefoil-drawn", {})
    key = (name, words(), request.root_path, *look)
    if key not in known:
        template: Any = current_app.jinja_env.get_template(f"drawn/{name}.html").module
        known[key] = template.drawing(*look)
    return known[key]


def parted(steps: Sequence[Step]) -> list[tuple[int, list[Step]]]:
    """A road by its rounds; 0 is what comes before and after them."""
    return [(n, list(part)) for n, part in groupby(steps, key=lambda step: step.round)]


def _together(part: Sequence[Standing]) -> Standing:
    """A part of several stages is done when all of them are, and open from its first to its last."""
    kinds = set(part)
    return part[0] if len(kinds) == 1 else "now"


def _label(steps: Sequence[Step]) -> str:
    done = sum(s.standing == "done" for s in steps)
    here = next((s for s in steps if s.standing == "now"), None)
    passed = _("Пройдено этапов: %(done)s из %(all)s", done=done, all=len(steps))
    if here is None:
        return passed
    stage = localise(here.title, language())
    lesson = _(", урок %(n)s", n=here.round) if here.round else ""
    return f"{passed}. {_('Сейчас')}: {stage}{lesson}"
