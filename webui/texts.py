"""How values become words: dates, numbers, labels in the reader's language."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Flask, flash, has_request_context

from engine.core.diagram import Step, road
from engine.core.forms import Field, Indicator, Option, Section
from engine.core.rules import Link
from engine.core.text import localise
from engine.services import answers, files, moves
from engine.services.errors import ServiceError
from engine.services.host import now
from engine.services.journal import text_of
from engine.services.papers.typography import NBSP, nested
from engine.services.reports import numbers
from engine.services.words import DECISION_KINDS, GROUND_RULES, LESSON_STATUSES, ROLE_TITLES
from webui.teams import language, words
from webui.teams import told as _


def say(refused: ServiceError) -> None:
    """Tell on the next page why something was not taken."""
    flash(here(refused.text), "warning")


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
    filters = {
        "b64": lambda text: base64.b64encode(text.encode()).decode(),
        "day": day,
        "when": when,
        "number": number,
        "percent": percent,
        "localise": here,
        "quoted": quoted,
        "nested": nested,
        "stored": stored,
        "steps": steps,
        "round_note": round_note,
        "lesson_status": lesson_status,
        "role_title": role_title,
        "decision_kind": decision_kind,
        "answer": answer,
        "score_text": score_text,
        "file_name": files.name_of,
        "unnamed": moves.unnamed,
        "link": lambda d: Link(**d),
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.tests["typed"] = lambda value: len(value) > 12 and " " in value.strip()
    app.jinja_env.globals.update(language=language, ground_rules=GROUND_RULES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def here(text: Any) -> str:
    """A label in the reader's language, in the words of the page's team."""
    if not isinstance(text, str):
        return str(text)
    return words().label(text) if has_request_context() else localise(text, language())


def quoted(text: Any) -> str:
    """A label in the reader's language between the quotation marks of that language: «ёлочки», “curly”."""
    text = text_of(text) if isinstance(text, dict) else text  # as it lies in the journal
    return f"“{here(text)}”" if language() == "en" else nested(f"«{here(text)}»")


def stored(data: Any) -> str:
    """A label as it was stored in the journal or a notice."""
    return localise(text_of(data), language())


def day(value: date | None) -> str:
    """23.11.2026"""
    return value.strftime("%d.%m.%Y") if value else "—"


def when(value: datetime | None) -> str:
    """«сегодня, 16:40», «вчера, 09:20», «25.11, 10:15»; with the year when it is another one."""
    if value is None:
        return "—"
    today = now().date()
    days = (today - value.date()).days
    match days:
        case 0:
            shown = _("сегодня")
        case 1:
            shown = _("вчера")
        case -1:
            shown = _("завтра")
        case _other:
            shown = value.strftime("%d.%m" if value.year == today.year else "%d.%m.%Y")
    return f"{shown}, {value:%H:%M}"


def number(value: float | None, places: int = 2) -> str:
    """A number with a decimal comma (a point in English) and a true minus; a dash when there is none."""
    text = numbers.number(value, places)
    return text.replace(",", ".") if language() == "en" else text


def percent(value: float | None, places: int = 1) -> str:
    """A share as «83,3 %»; a dash when there is none."""
    return "—" if value is None else f"{number(value * 100, places)}{NBSP}%"


def steps(stand: Any) -> tuple[Step, ...]:
    """The road of a cycle on somebody's list."""
    return road(stand.definition.process, stand.cycle.stage, stand.cycle.round)


def round_note(stand: Any) -> str:
    """«, урок 2» while the cycle stands inside the lessons; nothing before and after them."""
    inside = stand.cycle.stage in stand.definition.process.looped
    return _(", урок %(n)s", n=stand.cycle.round) if inside else ""


def lesson_status(key: str) -> str:
    """The badge of a lesson."""
    return here(LESSON_STATUSES.get(key, key))


def role_title(key: str) -> str:
    """A role in words."""
    return here(ROLE_TITLES.get(key, key))


def decision_kind(key: str) -> str:
    """keep, change, try, check in words."""
    return here(DECISION_KINDS.get(key, key))


def answer(value: Any, field: Field, choices: Mapping[str, Sequence[Option]]) -> str:
    """An answer of a document as text."""
    return answers.answer(value, field, choices, language())


def score_text(value: Any, indicator: Indicator, section: Section) -> str:
    """A score in words: «2 — обсуждены на примерах»; by subject where there are subjects."""
    return answers.score_text(value, indicator, section, language())
