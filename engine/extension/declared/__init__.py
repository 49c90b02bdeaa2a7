"""Types without Python: one TOML file, read with the line of every mistake, linted like any other, written back.

Pure: no database, no web. ``define`` makes a type of a text, ``declared`` a hook of a file beside a module.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from engine.core.definition import GroupType
from engine.core.lint import Finding
from engine.core.text import Text
from engine.extension.checks import checked
from engine.extension.declared.building import build
from engine.extension.declared.document import Declared
from engine.extension.declared.files import parse, read, text_of, write
from engine.extension.declared.mistakes import Mistake, Mistakes, Unreadable
from engine.extension.markers import hookimpl

__all__ = ["Declared", "FileType", "Mistake", "Unreadable", "declared", "define", "parse", "read", "text_of", "write"]

#: «form sheet a» of a finding → the table of the file it speaks of.
_TABLES = {
    "stage": (("process", "stage"), ("stage",)),
    "action": (("process", "action"),),
    "form": (("form",),),
    "survey": (("survey",),),
    "criterion": (("criterion",),),
    "technique": (("technique",),),
    "hint": (("hint",),),
}


def define(text: str) -> GroupType:
    """The type a text declares. Raises Unreadable with every mistake, those of lint among them."""
    found, mistakes = read(text)
    try:
        made = build(found, mistakes)
    except Unreadable:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        wrong = Text(f"Тип не собрался: {said}", en=f"The type could not be built: {said}")
        mistakes.add(("base",), wrong, Text("Сообщите автору основы", en="Tell the author of the base"), "base_fault")
        mistakes.refuse()
        raise
    for finding in checked(made):
        line = _line(finding, text, mistakes)
        place, en = finding.where, finding.where.en
        place = Text(f"строка {line}, {place}", en=f"line {line}, {en}") if line else place
        mistakes.found.append(Mistake(finding.code, place, finding.text, finding.fix, line))
    mistakes.refuse()
    return made


def _line(finding: Finding, text: str, mistakes: Mistakes) -> int:
    """The line of the table a finding of lint speaks of; 0 where it is not in the file (a part of the base)."""
    kind, _, rest = finding.place.partition(" ")
    key = re.split(r"[ .]", rest)[0]
    tables, _lines = parse(text)
    for path in _TABLES.get(kind, ()):
        found: object = tables
        for step in path:
            found = found.get(step, {}) if isinstance(found, dict) else {}
        for n, item in enumerate(found if isinstance(found, list) else ()):
            if key in (item.get("key"), item.get("indicator")):
                return mistakes.lines.get((*path, n), 0)
    return 0


class FileType:
    """A plugin that is one declared type."""

    def __init__(self, text: str) -> None:
        self._made = define(text)

    @hookimpl
    def plc_group_type(self) -> GroupType:
        """The type of the file."""
        return self._made


def declared(path: str | Path) -> Callable[[], GroupType]:
    """The hook of a module whose type is a TOML file: ``plc_group_type = declared(Path(__file__).with_name("…"))``.

    Raises Unreadable, which the loader turns into a quarantine with every mistake.
    """
    made = define(Path(path).read_text(encoding="utf-8"))

    @hookimpl
    def plc_group_type() -> GroupType:
        return made

    return plc_group_type
