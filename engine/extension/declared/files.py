"""Text to data and back. The reader is the standard library's; nothing of a file is ever run."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import tomli_w

from engine.core.text import Text
from engine.extension.declared.document import DOCUMENT, Declared
from engine.extension.declared.kinds import WRONG
from engine.extension.declared.mistakes import Mistake, Mistakes, Unreadable
from engine.extension.declared.places import Path, places

#: A type is some hundred lines; what is longer than this is no type.
LARGEST = 256 * 1024
#: More joined keys in one line than anybody writes, and how they are joined.
_DOTS, _DOTTED = 2000, re.compile(r"""[\w"'-][ \t]*\.""", re.ASCII)
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")


def parse(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """The tables of a TOML text, and the line of each of their places. Raises Unreadable for what is no TOML."""
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise _unreadable(
            0,
            Text(f"Файл больше {LARGEST // 1024} КБ", en=f"The file is larger than {LARGEST // 1024} KB"),
            Text("Сократите его", en="Make it shorter"),
        )
    text = text.removeprefix("\ufeff")
    try:
        if any(line.count(".") > _DOTS and len(_DOTTED.findall(line)) > _DOTS for line in text.split("\n")):
            raise RecursionError  # the reader would need the square of it
        return tomllib.loads(text), places(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        said = _AT.sub("", str(error)).strip()
        raise _unreadable(
            int(at.group(1)) if at else text.count("\n") + 1,
            Text(f"Это не TOML: {said}", en=f"This is not TOML: {said}"),
            Text("Проверьте кавычки, скобки и знак = в этой строке", en="Check quotes, brackets and = in this line"),
        ) from error
    except RecursionError as error:
        raise _unreadable(
            0,
            Text("Слишком глубокая вложенность", en="Nested too deeply"),
            Text("Опишите то же проще", en="Describe it in a simpler way"),
        ) from error


def _unreadable(line: int, text: Text, fix: Text) -> Unreadable:
    place = Text(f"строка {line}", en=f"line {line}") if line else Text("файл", en="the file")
    return Unreadable([Mistake("not_toml", place, text, fix, line)])


def read(text: str) -> tuple[Declared, Mistakes]:
    """The type a text declares, and where its parts stand. Raises Unreadable with every mistake of the format."""
    tables, lines = parse(text)
    mistakes = Mistakes(lines)
    found = DOCUMENT.read(tables, (), mistakes)
    mistakes.refuse()
    assert found is not WRONG
    made: Declared = found
    return made, mistakes


def write(declared: Declared) -> str:
    """The text that reads back as ``declared``."""
    return text_of(DOCUMENT.write(declared))


def text_of(tables: dict[str, Any]) -> str:
    """Tables as TOML: long texts on several lines, short tables on one."""
    return tomli_w.dumps(tables, indent=2)
