"""What looks like somebody's personal data in a text (domain brief §6): a hint to look again, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.core.text import Text

_SURNAME = re.compile(
    r"\b([А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ын|ский|цкий|ова|ева|ёва|ина|ына|ская|цкая|енко|ук|юк))"
    r"(?:[ \u00a0_]+[А-ЯЁ](?:[а-яё]+|\.))"
    r"|\b[А-ЯЁ](?:[а-яё]+|\.)[ \u00a0_]+(?:[А-ЯЁ]\.[ \u00a0]*)?"
    r"([А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ын|ский|цкий|ова|ева|ёва|ина|ына|ская|цкая|енко|ук|юк))\b"
)
_PHONE = re.compile(r"(?<!\d)(?:\+7|8)[ \u00a0(-]*\d{3}[ \u00a0)-]*\d{3}[ \u00a0-]*\d{2}[ \u00a0-]*\d{2}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_CLASS = re.compile(
    r"\b(?:1[01]|[1-9])[ \u00a0-]?(?:[«„\"“]?[А-Е][»“\"”]?)[ \u00a0]*(?:класс[а-я]*)?[ \u00a0,:;_(-]+([А-ЯЁ][а-яё]{2,})"
)
KINDS = {
    "surname": Text("похоже на фамилию ребёнка", en="looks like a child’s surname"),
    "phone": Text("похоже на номер телефона", en="looks like a telephone number"),
    "email": Text("похоже на адрес почты", en="looks like an e-mail address"),
    "class": Text("похоже на имя рядом с классом", en="looks like a name beside a class"),
}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A place to look at: what kind of data it resembles, where, and the very words."""

    kind: str
    where: str
    words: str


def suspicions(texts: Mapping[str, str], known: Iterable[str] = ()) -> tuple[Suspicion, ...]:
    """Every suspicious place in ``texts`` (by the title of the field). ``known``: last names of the authors (pure)."""
    names = {name.lower() for name in known}
    found: dict[Suspicion, None] = {}
    for where, text in texts.items():
        for match in _SURNAME.finditer(text):
            surname = match.group(1) or match.group(2)
            if surname.lower() not in names:
                found[Suspicion("surname", where, match.group().strip())] = None
        for kind, pattern in (("phone", _PHONE), ("email", _EMAIL)):
            for match in pattern.finditer(text):
                found[Suspicion(kind, where, match.group().strip())] = None
        for match in _CLASS.finditer(text):
            if match.group(1).lower() not in names | _PLAIN:
                found[Suspicion("class", where, match.group().strip())] = None
    return tuple(found)


#: Words that stand after a class without being a name.
_PLAIN = frozenset({"урок", "тема", "класс", "раздел", "глава", "автор", "авторы", "учебник"})
