"""The accent colour each group type brings, as a stylesheet, made readable on light and on dark pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from flask import Flask, Response

from engine.core.definition import GroupType
from engine.services.host import host
from webui.auth.session import me

LIGHT, DARK = "#ffffff", "#1b221e"
_ENOUGH = 4.5
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def init_app(app: Flask) -> None:
    """Serve the stylesheet; the browser asks again only when the page names other content."""

    @app.get("/accents.css", endpoint="accents")
    def accents() -> Response:
        person = me(optional=True)
        schools = (0, person.school_id) if person else (0,)  # what a school has made itself is told to it alone
        shown = [p.group_type for p in host().registry.plugins if p.group_type and p.school in schools]
        return Response(stylesheet(shown), mimetype="text/css")


def stylesheet(types: Iterable[GroupType]) -> str:
    """A rule for each type, in both schemes; a colour that is none is left out."""
    known = [(t.key, t.colour) for t in types if _COLOUR.match(t.colour)]
    light = "".join(f'[data-accent="{key}"]{{--tf-green:{readable(c, LIGHT)}}}\n' for key, c in known)
    dark = "".join(f'[data-accent="{key}"]{{--tf-green:{readable(c, DARK)}}}\n' for key, c in known)
    return f"{light}@media (prefers-color-scheme: dark){{\n{dark}}}\n"


@cache
def readable(colour: str, page: str) -> str:
    """The colour, moved away from ``page`` until text in it (and text of the page on it) can be read."""
    towards = 0 if _luminance(_parts(page)) > 0.5 else 255
    parts = _parts(colour)
    for _step in range(40):
        if contrast(parts, _parts(page)) >= _ENOUGH:
            break
        parts = tuple(round(p + (towards - p) * 0.06 + (0.5 if towards else -0.5)) for p in parts)
        parts = tuple(min(255, max(0, p)) for p in parts)
    return "#" + "".join(f"{p:02x}" for p in parts)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast ratio of WCAG."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(parts: tuple[int, ...]) -> float:
    linear = [p / 255 / 12.92 if p / 255 <= 0.04045 else ((p / 255 + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
