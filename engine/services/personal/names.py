"""The forms of a person's name in Russian text, and their replacement. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_GAP = r"[\s\u00a0]*"
_ENDS = "[а-яёa-z]{0,3}"
#: Vowels and soft signs that case endings take the place of.
_LOOSE = "аеёиоуыэюяйьь"


@dataclass(frozen=True, slots=True)
class Name:
    """Whom to look for. ``shared``: somebody else of the school has the same surname, so it does not tell enough."""

    last: str
    first: str
    patronymic: str = ""
    login: str = ""
    email: str = ""
    shared: bool = False


def _form(word: str, least: int = 4) -> str:
    """The word with any ending, so that «Указкиной» is found by «Указкина»; what is shorter than ``least`` letters
    without its ending is taken whole."""
    stem = word.rstrip(_LOOSE)
    stem = stem if len(stem) >= least else word
    return re.escape(stem) + (_ENDS if stem != word or word[-1] not in _LOOSE else "")


def patterns(name: Name) -> list[re.Pattern[str]]:
    """What the name looks like, the longest forms first: in full and with initials, either way round, in any case."""
    last, first = _form(name.last), _form(name.first, least=2)
    initials = re.escape(name.first[:1]) + r"\." + _GAP
    full = first + (rf"{_GAP}{_form(name.patronymic)}" if name.patronymic else "")
    if name.patronymic:
        initials += rf"(?:{re.escape(name.patronymic[:1])}\.)?"
    word = r"(?<![\w-])"
    found = [
        rf"{word}{last}{_GAP}{full}(?!\w)",
        rf"{word}{full}{_GAP}{last}(?!\w)",
        rf"{word}{last}{_GAP}{first}(?!\w)",
        rf"{word}{first}{_GAP}{last}(?!\w)",
        rf"{word}{last}{_GAP}{initials}",
        rf"{word}{initials}{_GAP}{last}(?!\w)",
    ]
    if name.patronymic:
        found.append(rf"{word}{full}(?!\w)")
    if not name.shared:
        found.append(rf"{word}{last}(?!\w)")
    found += [rf"(?<![\w.@-]){re.escape(plain)}(?![\w@-])" for plain in (name.email, name.login) if plain]
    return [re.compile(pattern, re.IGNORECASE) for pattern in found]


def replacer(name: Name, alias: str) -> Callable[[Any], Any]:
    """A function that puts ``alias`` for the name in any data: texts, lists, mappings (keys too). Data without the
    name comes back as the very same object."""
    wanted = patterns(name)

    def replace(value: Any) -> Any:
        if isinstance(value, str):
            for pattern in wanted:
                value = pattern.sub(alias, value)
            return value
        if isinstance(value, list):
            made = [replace(one) for one in value]
            return made if made != value else value
        if isinstance(value, dict):
            changed = {replace(key): replace(one) for key, one in value.items()}
            return changed if changed != value else value
        return value

    return replace
