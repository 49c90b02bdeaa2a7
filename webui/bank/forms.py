"""What the pages of the bank send: parsed, nothing decided."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from engine.services.bank.materials import FIELDS
from webui.parsing import whole

FILTERS = ("q", "state", "kind", "type", "technique", "subject", "grade", "page")


def lines(text: str) -> list[str]:
    """The lines of a text area, empty ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def material(form: MultiDict[str, str]) -> dict[str, Any]:
    """The answers of the editor."""
    return {
        **{key: form.get(key, "") for key in ("title", "kind", "licence", "body", *FIELDS)},
        "techniques": lines(form.get("techniques", "")),
        "authors": form.getlist("authors", type=whole),
    }


def score(text: str | None) -> int | None:
    """A score as it was picked."""
    return int(text) if text in ("0", "1", "2") else None
