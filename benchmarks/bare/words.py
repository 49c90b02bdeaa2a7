"""What a page of ours shows, piece by piece: the words and links that the bare page shows too."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

_BLOCKS = frozenset(
    {"h1", "h2", "h3", "p", "li", "td", "th", "legend", "label", "summary", "option", "button", "title"}
)
_VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "use", "path", "circle"})
_DUMB = frozenset({"script", "style", "svg"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a block of HTML, a link or a field. ``endpoint`` with ``args`` and ``rule`` is where a link leads."""

    tag: str
    text: str
    endpoint: str = ""
    args: tuple[tuple[str, Any], ...] = ()
    rule: str = ""
    name: str = ""
    value: str = ""
    kind: str = ""


class _Outline(HTMLParser):
    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self._app, self._open = app, ["p"]
        self._link: Piece | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "a" and (leads := _place(self._app, given.get("href", ""))):
            self._link = Piece("a", "", *leads)
        elif tag == "input" and given.get("type") != "hidden":
            field = {"name": given.get("name", ""), "value": given.get("value", ""), "kind": given.get("type", "text")}
            self.pieces.append(Piece("input", "", **field))
        elif tag in ("select", "textarea"):
            self.pieces.append(Piece(tag, "", name=given.get("name", "")))
        elif tag == "form" and (leads := _place(self._app, given.get("action", ""), "POST")):
            self.pieces.append(Piece("form", "", *leads))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words or _DUMB & {*self._open}:
            return
        if self._link is not None:
            held = self._link
            self.pieces.append(Piece("a", words, held.endpoint, held.args, held.rule))
        else:
            block = next((tag for tag in reversed(self._open) if tag in _BLOCKS), "p")
            self.pieces.append(Piece(block, words))


def _place(app: Flask, address: str, method: str = "GET") -> tuple[str, tuple[tuple[str, Any], ...], str] | None:
    """The endpoint, its arguments and the rule of an address of ours."""
    parts = urlsplit(address)
    if not parts.path.startswith("/") or parts.path.startswith("/static"):
        return None
    try:
        rule, args = app.url_map.bind("").match(parts.path, method, return_rule=True)
    except HTTPException:
        return None
    return rule.endpoint, tuple({**args, **dict(parse_qsl(parts.query))}.items()), rule.rule


def outline(app: Flask, html: str) -> list[Piece]:
    """What somebody sees on the page, from its title to its foot."""
    reader = _Outline(app)
    reader.feed(html)
    return reader.pieces


def words(pieces: list[Piece]) -> list[str]:
    """The words alone."""
    return [piece.text for piece in pieces if piece.text]
