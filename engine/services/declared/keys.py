"""A key made of a title: Latin letters from Russian ones."""

from __future__ import annotations

import re
from collections.abc import Callable

_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LATIN = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch _ y _ e yu ya"
_LETTERS = dict(zip(_RUSSIAN, _LATIN.split(), strict=True))


def free_key(title: str, taken: Callable[[str], bool]) -> str:
    """A key for ``title`` that is not taken; a number is put behind it where it would be."""
    letters = "".join(_LETTERS.get(c, c) for c in title.lower()).replace("_", "")
    plain = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:30].strip("_")
    plain = plain if plain[:1].isalpha() else f"type_{plain}".rstrip("_")
    key, n = plain, 2
    while taken(key):
        key, n = f"{plain}_{n}", n + 1
    return key
