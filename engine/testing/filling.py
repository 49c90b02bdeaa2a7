"""Plausible answers to a form, as somebody would give them who wants to go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Indicator, Option, Rows
from engine.core.view import CycleView
from engine.extension.offered import choices, subjects

#: What a plausible answer alone does not reach: form → field → the answer, or a function of the keys offered.
Wanted = Mapping[str, Mapping[str, Any]]


class Filling:
    """Plausible answers to a form."""

    def __init__(self, definition: GroupType, view: CycleView, form: Form, wanted: Wanted, sparse: int = 0) -> None:
        self.view, self.form, self.sparse = view, form, sparse
        self.choices = choices(definition, view)
        self.wanted = wanted.get(form.key, {})
        self.count = 0

    def values(self, round_: int | None) -> dict[str, Any]:
        """An answer to every field of the form in a round."""
        found: dict[str, Any] = {}
        for section, item in self.form.items(round_):
            self.count += 1
            if self.sparse and self.count % self.sparse == 0:
                continue
            if isinstance(item, Rows):
                found[item.key] = self.wanted.get(item.key) or self._rows(item)
            elif isinstance(item, Indicator):
                found[item.key] = self._score(section.subjects)
            else:
                found[item.key] = self._answer(item)
        return found

    def _score(self, names: tuple[str, ...]) -> Any:
        if names[:1] and names[0].startswith("@"):
            return {o.key: 2 for o in subjects(self.view)[names[0][1:]]}
        return dict.fromkeys(names, 2) if names else 2

    def _rows(self, rows: Rows) -> list[dict[str, Any]]:
        longest = max([1, rows.least, *(len(self.options(c)) for c in rows.columns if c.source)])
        return [{c.key: self._answer(c, n) for c in rows.columns} for n in range(max(longest, 3))]

    def options(self, item: Field) -> tuple[Option, ...]:
        """What may be answered to a choice now."""
        return (*item.options, *self.choices.get(item.source, ()))

    def _answer(self, item: Field, n: int = 0) -> Any:
        wanted = self.wanted.get(item.key)
        keys = [o.key for o in self.options(item)]
        if wanted is not None:
            return wanted(keys) if callable(wanted) else wanted
        if item.kind == "choices":
            return keys[: item.most or None]
        if item.kind in ("choice", "person"):
            return keys[n % len(keys)] if keys else ""
        plain: dict[str, Any] = {
            "number": item.maximum if item.maximum is not None else 3,
            "flag": True,
            "date": self.view.today.isoformat(),
            "time": "10:15",
            "files": [1, 2, 3],
            "url": "https://example.org/",
            "list": ["первое", "второе", "третье"],
        }
        return plain.get(item.kind, f"обсудили {n}")
