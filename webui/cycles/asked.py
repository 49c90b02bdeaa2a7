"""Small forms beside buttons and in the schedule: the same compiled forms, bound to what was posted."""

from __future__ import annotations

import functools
from typing import Any

import wtforms
from flask import current_app, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from engine.core.fields import Same, bind, values_of
from engine.core.forms import Form, Section
from engine.core.process import Action, Process
from engine.services.errors import Invalid
from webui.parsing import moment, whole
from webui.teams import words


def as_form(action: Action) -> Form:
    """The questions of an action as a form: one for an action, so that it is compiled once."""
    return _form(Same(action))


@functools.lru_cache(maxsize=256)
def _form(same: Same[Action]) -> Form:
    action = same.whole
    return Form(f"ask_{action.key}", action.title, (Section("asks", "", action.asks),))


def asked_form(action: Action, posted: Any = None) -> wtforms.Form:
    """The questions beside a button, with what was typed."""
    return bind(as_form(action), posted=posted)


def drawn_asks(process: Process, action: Action) -> Markup:
    """The questions beside a button before anybody has typed: drawn once for each words, and kept with the process."""
    known: dict[Any, Markup] = process.__dict__.setdefault("asks", {})
    key = (words(), request.root_path, action.key)
    if key not in known:
        draw: Any = current_app.jinja_env.get_template("cycles/fields.html").module
        known[key] = draw.questions(asked_form(action))
    return known[key]


def answered(action: Action, posted: Any) -> dict[str, Any]:
    """What was typed beside a button as plain data. Raises Invalid with ``errors`` by input name."""
    form = asked_form(action, posted)
    if not form.validate():
        errors = {name: list(field.errors) for name, field in form._fields.items() if field.errors}
        raise Invalid("Ответьте на вопросы рядом с кнопкой", "Answer the questions beside the button", errors)
    return values_of(as_form(action), form)


def lesson_values(posted: MultiDict[str, str]) -> dict[str, Any]:
    """A lesson of the schedule as typed. Raises Invalid for a date that is none."""
    day, hour = posted.get("date", ""), posted.get("time", "")
    at = moment(f"{day}T{hour or '00:00'}") if day else None
    if day and at is None:
        raise Invalid("Проверьте дату и время", "Check the date and time")
    return {
        "at": at,
        "subject": posted.get("subject", ""),
        "topic": posted.get("topic", ""),
        "class_name": posted.get("class_name", ""),
        "lead_id": posted.get("lead_id", None, type=whole),
        "kind": posted.get("kind", ""),
        "class_size": posted.get("class_size", None, type=whole),
        "room": posted.get("room", ""),
    }
