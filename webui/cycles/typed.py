"""The inputs of a document as they were typed, read from a request."""

from __future__ import annotations

import re

from flask import request, session
from werkzeug.datastructures import MultiDict

_COPY = re.compile(r"[a-z0-9]{1,12}\.[0-9]{1,9}")


def pairs() -> list[tuple[str, str]]:
    """The fields of the document as typed, without the buttons of the page."""
    return [(key, value) for key, value in request.form.items(multi=True) if key.startswith("q_")]


def as_typed() -> MultiDict[str, str]:
    """The same by name."""
    return MultiDict(pairs())


def confirm_copy() -> None:
    """The browser may drop its copy of what was just sent: the next page tells it so."""
    if (copy := request.form.get("copy", "")) and _COPY.fullmatch(copy):
        session["copies"] = [*session.get("copies", ()), copy][-12:]
