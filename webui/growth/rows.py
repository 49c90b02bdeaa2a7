"""Rows of a plan as they come from the page."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

CELLS = ("deficit_id", "text", "form", "who", "partner", "due", "measure", "result", "done")


def posted_steps(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The rows ``step-N-cell`` in order; wholly empty ones are left out."""
    parts = [key.split("-") for key in form if key.startswith("step-")]
    numbers = sorted({int(part[1]) for part in parts if part[1].isdecimal()})
    rows = [{cell: form.get(f"step-{n}-{cell}", "").strip() for cell in CELLS} for n in numbers]
    return [row for row in rows if any(row.values())]
