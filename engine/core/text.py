"""Texts that carry their translations.

A label is a plain ``str`` in the primary language. ``Text`` is a ``str`` that also knows its English form, so
that a definition, stored as data, can be shown in either language when the code that made it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Text(str):
    """A string in the primary language (Russian) with an optional English form.

    >>> Text("Готово", en="Done").en
    'Done'
    >>> localise(Text("Готово", en="Done"), "en")
    'Done'
    """

    __slots__ = ("en", "filled")
    en: str
    #: The pattern this text was made from and what was put into it; None for a text that is its own pattern.
    filled: tuple[Text, Mapping[str, Any]] | None

    def __new__(cls, value: str, en: str = "") -> Text:
        self = str.__new__(cls, value)
        if type(value) is str:  # as nearly all are: thousands are made of them for a page
            self.en, self.filled = en or "", None
        else:
            self.en = en or getattr(value, "en", "")
            self.filled = value.filled if isinstance(value, Text) and value.en == self.en else None
        return self

    def fill(self, params: Mapping[str, Any]) -> Text:
        """Both forms with ``{name}`` placeholders replaced; values are localised lists or strings."""
        if "{" not in self and "{" not in self.en:
            return self  # nothing to fill: most refusals
        made = Text(
            str(self).format_map({k: joined(v, "ru") for k, v in params.items()}),
            en=self.en.format_map({k: joined(v, "en") for k, v in params.items()}) if self.en else "",
        )
        made.filled = (self, params)
        return made

    def reworded(self, change: Callable[[str], str]) -> Text:
        """Both forms of the text itself changed; what was filled in stays as it was typed."""
        if self.filled is not None:
            pattern, params = self.filled
            return pattern.reworded(change).fill(params)
        return Text(change(str(self)), en=change(self.en))


def joined(value: Any, language: str) -> str:
    """A parameter as text: a list becomes «a, b», a label its form in ``language``."""
    if isinstance(value, (list, tuple)):
        return ", ".join(joined(item, language) for item in value)
    return localise(value, language) if isinstance(value, str) else str(value)


def localise(text: str, language: str) -> str:
    """``text`` in ``language`` ("ru" or "en"); falls back to the primary form."""
    if language == "en":
        return getattr(text, "en", "") or str(text)
    return str(text)
