"""A finding of lint: what is wrong with a definition, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: ``code`` for machines, ``place`` inside the definition, ``text`` and ``fix`` for people."""

    code: str
    place: str
    text: str
    fix: str

    def __str__(self) -> str:
        return f"{self.code} · {self.place}: {self.text}. {self.fix}"
