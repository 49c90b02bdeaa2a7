"""How many people a team has, by its group type, and the words of the house for teams of other sizes.

The house says «тройка». «Пара» and «команда» decline exactly as it does and have its gender, so that the one word can
stand for the other in any sentence of ours. Words that people typed are never touched.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TypeVar

from sqlalchemy import bindparam, select

from engine.core.text import Text
from engine.services.access import cycle_at_hand
from engine.services.definitions import definition_of, installed, offered, pinned
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.prepared import Statement
from engine.store.reading import first

_PINS = Statement(select(Cycle.fingerprint, Cycle.type_key).where(Cycle.id == bindparam("cycle")))
#: What the house is made for, and what is taken for a type that is gone without a trace.
USUAL = 3
_RUSSIAN = re.compile(r"\b([Тт])(?:ройк(а|и|е|у|ой|ам|ами|ах)|роек)\b")
_ENGLISH = re.compile(r"\b([Tt])riad(s?)\b")
#: Endings that differ: after к stands и, after р and д stands ы; «троек» has none.
_ENDINGS = {"и": "ы", None: ""}
_NAMES = {2: ("пар", "pair")}
_OTHER = ("команд", "team")
T = TypeVar("T")


def size_of(group: Group) -> int:
    """How many people make a team of the group: as its next cycle asks for, else as its last one did."""
    return size_in(group.school_id, group.type_key)


def size_in(school_id: int, type_key: str) -> int:
    """The same of any group of the type in the school."""
    found = offered(school_id, type_key) or installed(type_key)
    if found is None:
        last = select(Cycle).where(Cycle.school_id == school_id, Cycle.type_key == type_key)
        cycle = db.session.scalar(last.order_by(Cycle.id.desc()).limit(1))
        found = pinned(cycle.fingerprint, cycle.type_key) if cycle else None
    return found.team if found else USUAL


def size_at(*, cycle_id: int = 0, triad_id: int = 0, group_id: int = 0) -> int:
    """The size a page speaks of, by what its address names; the usual one where that is nothing we know."""
    if cycle_id and (cycle := cycle_at_hand(cycle_id)):
        return definition_of(cycle).team
    if cycle_id and (pins := first(_PINS, cycle=cycle_id)):
        return pinned(*pins).team
    if triad_id and (triad := db.session.get(Triad, triad_id)):
        return size_of(triad.group)
    if group_id and (group := db.session.get(Group, group_id)):
        return size_of(group)
    return USUAL


def plain(text: str, size: int) -> str:
    """A pattern of ours with the word for a team of ``size``."""
    if size == USUAL:
        return text
    russian, english = _NAMES.get(size, _OTHER)

    def put(found: re.Match[str]) -> str:
        ending = _ENDINGS.get(found[2], found[2])
        return (russian.capitalize() if found[1].isupper() else russian) + ending

    def put_english(found: re.Match[str]) -> str:
        return (english.capitalize() if found[1].isupper() else english) + found[2]

    return _ENGLISH.sub(put_english, _RUSSIAN.sub(put, text))


def worded(text: T, size: int) -> T:
    """A label of ours with the word for a team of ``size``; whatever is no label of ours stays as it is."""
    if size == USUAL or not isinstance(text, Text):
        return text
    return text.reworded(lambda pattern: plain(pattern, size))  # type: ignore[return-value]


def worded_whole(value: T, size: int) -> T:
    """The same for every label inside a document: tuples and frozen dataclasses all through."""
    if size == USUAL:
        return value
    if isinstance(value, tuple):
        return tuple(worded_whole(item, size) for item in value)  # type: ignore[return-value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {f.name: worded_whole(getattr(value, f.name), size) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **changes)
    return worded(value, size)
