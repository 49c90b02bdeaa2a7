"""Figures as a Russian document writes them."""

from __future__ import annotations

from datetime import date

from engine.services.papers.typography import NBSP


def number(value: float | None, places: int = 2) -> str:
    """«1,17»; a dash when there is nothing."""
    return "—" if value is None else f"{value + 1e-9:.{places}f}".replace(".", ",").replace("-", "−")


def percent(share: float | None, places: int = 1) -> str:
    """A share (0 to 1) as «83,3 %»; a dash when there is nothing."""
    return "—" if share is None else f"{number(share * 100, places)}{NBSP}%"


def day(value: date | str | None) -> str:
    """«23.11.2026», from a day or its ISO string; a dash when there is none."""
    if not value:
        return "—"
    return (date.fromisoformat(value) if isinstance(value, str) else value).strftime("%d.%m.%Y")
