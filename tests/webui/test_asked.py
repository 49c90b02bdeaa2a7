"""The questions beside a button, drawn once for a definition, are those that a page would draw for itself."""

from __future__ import annotations

from flask import Flask

from engine.services.host import host
from webui.cycles.asked import asked_form, drawn_asks
from webui.teams import speak


def _asking(app: Flask) -> int:
    count = 0
    for definition in host().registry.types.values():
        for action in definition.process.actions:
            if not action.asks:
                continue
            macros = app.jinja_env.get_template("cycles/fields.html").module
            alone = "".join(macros.plain(bound, None) for bound in asked_form(action))  # type: ignore[attr-defined]
            assert drawn_asks(definition.process, action) == alone == drawn_asks(definition.process, action)
            count += 1
    return count


def test_questions_drawn_once_are_the_same(demo_school: Flask) -> None:
    for root in ("", "/trefoil"):
        with demo_school.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            speak("ru")
            russian = _asking(demo_school)
            speak("en")
            assert _asking(demo_school) == russian > 10
