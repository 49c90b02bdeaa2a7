"""What stands around every page, the same for everybody who reads one language: drawn once, kept in the process."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, has_request_context, request
from markupsafe import Markup

from webui.teams import words


class Frame:
    """The macros of ``drawn/frame.html`` by their names, each drawn when a page first asks for it; and the language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __getattr__(self, name: str) -> Markup:
        template: Any = current_app.jinja_env.get_template("drawn/frame.html").module
        drawn: Markup = getattr(template, name)().strip()
        setattr(self, name, drawn)
        return drawn


def init_app(app: Flask, *, kept: bool = True) -> None:
    """Give the templates the frame of the page at hand; not ``kept`` where what it shows may change meanwhile."""
    known: dict[Any, Frame] = {}

    def frame() -> Frame:
        spoken = words()
        key = (spoken, request.root_path if has_request_context() else "")
        found = known.get(key)
        if found is None:
            found = Frame(spoken.language)
            if kept and not app.debug:
                known[key] = found
        return found

    app.context_processor(lambda: {"frame": frame()})
