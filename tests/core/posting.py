"""What a browser would send back from a bound form, read from the page that WTForms renders."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import wtforms
from werkzeug.datastructures import MultiDict

from engine.api import Field, Form, Indicator, Rows, Section
from engine.core.fields import bind, values_of

Item = Field | Indicator | Rows


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._name = self._text = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "input" and (given["type"] not in ("checkbox", "radio") or "checked" in given):
            self.pairs.append((given["name"], given.get("value", "")))
        elif tag in ("textarea", "select"):
            self._name, self._text, self._inside = given["name"], "", tag == "textarea"
        elif tag == "option" and "selected" in given:
            self.pairs.append((self._name, given["value"]))

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.pairs.append((self._name, self._text.removeprefix("\r\n")))
            self._inside = False


def sent_back(bound: wtforms.Form) -> MultiDict[str, str]:
    """The pairs of names and values in the page of ``bound``, as it stands."""
    reader = _Inputs()
    for field in bound:
        reader.feed(str(field()))
    return MultiDict([*reader.pairs, ("page", "sent")])


def form_of(*items: Item, **section: Any) -> Form:
    """A form of one section."""
    return Form("sheet", "Лист", (Section("part", "Часть", items, **section),), roles=("clerk",))


def post(
    form: Form | Item, posted: Mapping[str, Any], **options: Any
) -> tuple[bool, dict[str, list[Any]], dict[str, Any]]:
    """Whether what was posted is accepted, what is refused by input, and the answers as plain data."""
    form = form if isinstance(form, Form) else form_of(form)
    bound = bind(form, posted=MultiDict({**posted, "page": "sent"}), **options)
    accepted = bound.validate()
    return accepted, dict(bound.errors), values_of(form, bound, options.get("round_"))
