"""Answers of documents as words, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.core.forms import Field, Indicator, Option, Section
from engine.core.text import Text, localise
from engine.services import files

YES, NO = Text("да", en="yes"), Text("нет", en="no")
NOT_APPLICABLE = Text("н/н", en="n/a")


def is_empty(value: Any) -> bool:
    """Whether nothing was answered: a score of 0 is an answer, an unticked box is none."""
    return value is None or value is False or value in ("", [])


def answer(value: Any, field: Field, choices: Mapping[str, Sequence[Option]], language: str) -> str:
    """An answer of a document as text."""
    if isinstance(value, bool):
        return localise(YES if value else NO, language)
    options = {o.key: o.title for o in (*field.options, *choices.get(field.source, ()))}
    if field.kind == "files":
        return "; ".join(files.name_of(i) for i in value or ())
    if isinstance(value, (list, tuple)):
        return "; ".join(localise(options.get(str(v), str(v)), language) for v in value)
    if field.kind == "date" and value:
        return f"{date.fromisoformat(str(value)):%d.%m.%Y}"
    return localise(options.get(str(value), str(value)), language)


def by_subject(value: Any, section: Section) -> dict[str, Any]:
    """The scores of an indicator by the title of the subject; under "" where there are no subjects."""
    if not isinstance(value, Mapping):
        return {} if value == "" else {"": value}
    titles: dict[str, str] = dict(zip(section.subjects, section.subject_titles or section.subjects, strict=False))
    return {titles.get(str(key), str(key)): given for key, given in value.items()}


def score(value: int | None, indicator: Indicator, language: str) -> str:
    """A score in words: «2 — обсуждены на примерах»."""
    if value is None:
        return localise(NOT_APPLICABLE, language)
    return f"{value} — {localise(indicator.levels[value], language)}"


def score_text(value: Any, indicator: Indicator, section: Section, language: str) -> str:
    """The scores of an indicator in words, by subject where there are subjects; a dash when there is none."""
    found = by_subject(value, section)
    words = (
        f"{localise(of, language)}: {score(given, indicator, language)}" if of else score(given, indicator, language)
        for of, given in found.items()
    )
    return "; ".join(words) or "—"
