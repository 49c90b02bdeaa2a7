"""What may stand at a key of the file, and how it is read, checked and written. Both ways from one description."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.core.text import Text
from engine.extension.declared.mistakes import Mistakes
from engine.extension.declared.places import Path

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_WORD = re.compile(r"@?[A-Za-z][A-Za-z0-9_.]{0,120}\Z")
#: What breaks papers, tables or the page itself: control and bidirectional signs, and what is no character.
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
#: Returned for what cannot be read; the mistake is in the list already.
WRONG = object()


class Kind(Protocol):
    """How a value is read (WRONG and a mistake when it cannot be) and written back."""

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any: ...

    def write(self, value: Any) -> Any: ...


def _type(value: Any) -> Text:
    named: tuple[tuple[type, Text], ...] = (
        (bool, Text("да или нет", en="true or false")),
        (str, Text("строка", en="a string")),
        (int, Text("число", en="a number")),
        (float, Text("число", en="a number")),
        (list, Text("список", en="a list")),
        (dict, Text("таблица", en="a table")),
    )
    return next((t for cls, t in named if isinstance(value, cls)), Text("дата", en="a date"))


def _mismatch(value: Any, wanted: Text, path: Path, mistakes: Mistakes) -> Any:
    got = _type(value)
    text = Text(f"Здесь стоит {got}, а нужно: {wanted}", en=f"Here stands {got.en}, wanted: {wanted.en}")
    mistakes.add(path, text, Text("Исправьте значение", en="Correct the value"), "wrong_kind")
    return WRONG


@dataclass(frozen=True)
class Words:
    """A text for people, in Russian; its English form stands at the same key with ``_en``."""

    longest: int = 2000

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, str):
            return _mismatch(value, Text("текст в кавычках", en="a text in quotes"), path, mistakes)
        if _BAD.search(value):
            text = Text("В тексте есть непечатаемый знак", en="The text holds a sign that cannot be printed")
            mistakes.add(path, text, Text("Наберите текст заново", en="Type the text anew"), "bad_sign")
            return WRONG
        if len(value) > self.longest:
            text = Text(f"Текст длиннее {self.longest} знаков", en=f"The text has more than {self.longest} signs")
            mistakes.add(path, text, Text("Сократите его", en="Make it shorter"), "too_long")
            return WRONG
        return value

    def write(self, value: Any) -> Any:
        return str(value)


@dataclass(frozen=True)
class Name:
    """A stable id: a key of its own or the name of something known."""

    pattern: re.Pattern[str] = KEY

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, str):
            return _mismatch(value, Text("имя в кавычках", en="a name in quotes"), path, mistakes)
        if not self.pattern.match(value):
            mistakes.add(
                path,
                Text(f"«{value[:40]}» не годится в имена", en=f"“{value[:40]}” cannot be a name"),
                Text(
                    "Латинские буквы, цифры и _, сначала буква, не длиннее 40; подпись может быть любой",
                    en="Latin letters, digits and _, a letter first, at most 40; the label may be anything",
                ),
                "bad_key",
            )
            return WRONG
        return value

    def write(self, value: Any) -> Any:
        return str(value)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    among: tuple[str, ...]

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, str):
            return _mismatch(value, Text("слово в кавычках", en="a word in quotes"), path, mistakes)
        if value not in self.among:
            mistakes.unknown(path, Text("Непонятное слово", en="Unknown word"), value, self.among, "unknown_word")
            return WRONG
        return value

    def write(self, value: Any) -> Any:
        return str(value)


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, bool):
            return _mismatch(value, Text("true (да) или false (нет)", en="true or false"), path, mistakes)
        return value

    def write(self, value: Any) -> Any:
        return bool(value)


@dataclass(frozen=True)
class Number:
    """A number within bounds; ``whole`` takes no fractions."""

    least: float
    most: float
    whole: bool = True

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        fits = isinstance(value, int) if self.whole else isinstance(value, (int, float))
        if isinstance(value, bool) or not fits:
            return _mismatch(value, Text("число без кавычек", en="a number without quotes"), path, mistakes)
        if not math.isfinite(value) or not self.least <= value <= self.most:
            bounds = f"{self.least:g}–{self.most:g}"
            text = Text("Число вне границ", en="The number is out of bounds")
            mistakes.add(path, text, Text(f"Можно: {bounds}", en=f"Allowed: {bounds}"), "out_of_bounds")
            return WRONG
        return value if self.whole else float(value)

    def write(self, value: Any) -> Any:
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Several:
    """A list of one kind."""

    of: Kind
    exactly: int = 0
    least: int = 0

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, list):
            return _mismatch(value, Text("список в [квадратных скобках]", en="a list in [brackets]"), path, mistakes)
        if self.exactly and len(value) != self.exactly:
            text = Text(f"Здесь {len(value)}, а нужно ровно {self.exactly}", en=f"{len(value)}, not {self.exactly}")
            mistakes.add(path, text, Text("Добавьте или уберите лишнее", en="Add or remove"), "wrong_count")
            return WRONG
        if len(value) < self.least:
            text = Text("Список пуст", en="The list is empty")
            mistakes.add(path, text, Text("Добавьте хотя бы одно", en="Add at least one"), "wrong_count")
            return WRONG
        items = [self.of.read(item, (*path, n), mistakes) for n, item in enumerate(value)]
        return WRONG if any(item is WRONG for item in items) else tuple(items)

    def write(self, value: Any) -> Any:
        return [self.of.write(item) for item in value]


@dataclass(frozen=True)
class Slot:
    """A key of a table. ``attr`` is the name in the definition where it differs."""

    name: str
    kind: Kind
    required: bool = False
    attr: str = ""

    @property
    def into(self) -> str:
        return self.attr or self.name

    @property
    def spoken(self) -> bool:
        """Whether it has an English form beside it."""
        return isinstance(self.kind, Words) or (isinstance(self.kind, Several) and isinstance(self.kind.of, Words))


@dataclass(frozen=True)
class Part:
    """A table of the file that becomes one value of the definition.

    ``make`` builds it from what was read; ``take`` gives back what was read. By default both follow the fields of the
    dataclass ``make`` (or ``shape``, where ``make`` is a function), and what stands there by itself is not written.
    """

    make: Callable[..., Any]
    slots: tuple[Slot, ...]
    take: Callable[[Any], Mapping[str, Any]] | None = None
    shape: type | None = None

    @property
    def keys(self) -> set[str]:
        """Every key that may stand in it."""
        return {s.name for s in self.slots} | {f"{s.name}_en" for s in self.slots if s.spoken}

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, dict):
            return _mismatch(value, Text("таблица", en="a table"), path, mistakes)
        known = self.keys
        for key in value:
            if key not in known:
                mistakes.unknown(
                    (*path, key), Text("Непонятный ключ", en="Unknown key"), str(key), known, "unknown_key"
                )
        given: dict[str, Any] = {}
        wrong = False
        for slot in self.slots:
            read = self._slot(slot, value, path, mistakes)
            wrong |= read is WRONG
            if read is not WRONG and read is not None:
                given[slot.into] = read
        return WRONG if wrong else self.make(**given)

    def _slot(self, slot: Slot, table: Mapping[str, Any], path: Path, mistakes: Mistakes) -> Any:
        """The value of a slot, WRONG, or None where it is not given."""
        if slot.name not in table:
            if slot.spoken and f"{slot.name}_en" in table:
                text = Text("Перевод без текста", en="A translation without its text")
                fix = Text(f"Допишите {slot.name}", en=f"Add {slot.name}")
                mistakes.add((*path, f"{slot.name}_en"), text, fix, "missing_key")
                return WRONG
            if slot.required:
                text = Text(f"Нет ключа {slot.name}", en=f"The key {slot.name} is missing")
                mistakes.add(path, text, Text("Допишите его", en="Add it"), "missing_key")
                return WRONG
            return None
        read = slot.kind.read(table[slot.name], (*path, slot.name), mistakes)
        if slot.required and isinstance(read, str) and not read.strip():
            text = Text("Пустой текст", en="The text is empty")
            mistakes.add((*path, slot.name), text, Text("Напишите его", en="Write it"), "empty")
            return WRONG
        other = f"{slot.name}_en"
        if not slot.spoken or other not in table or read is WRONG:
            return read
        english = slot.kind.read(table[other], (*path, other), mistakes)
        if english is WRONG:
            return WRONG
        if isinstance(english, str):
            return Text(read, en=english)
        if len(english) != len(read):
            text = Text("Переводов не столько же, сколько текстов", en="Not as many translations as texts")
            mistakes.add((*path, other), text, Text("Уравняйте списки", en="Make the lists equal"), "wrong_count")
            return WRONG
        return tuple(Text(ru, en=en) for ru, en in zip(read, english, strict=True))

    def write(self, value: Any) -> dict[str, Any]:
        fields = dataclasses.fields(value)
        return self.write_given(self.take(value) if self.take else {f.name: getattr(value, f.name) for f in fields})

    def write_given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The table of these values, by the names of the definition."""
        table: dict[str, Any] = {}
        for slot in self.slots:
            item = given.get(slot.into)
            if item is None or (not slot.required and item == self._default(slot)):
                continue
            table[slot.name] = slot.kind.write(item)
            if slot.spoken and (english := _english(item)):
                table[f"{slot.name}_en"] = english
        return table

    def _default(self, slot: Slot) -> Any:
        shape: Any = self.shape or self.make
        known = {f.name: f.default for f in dataclasses.fields(shape)} if dataclasses.is_dataclass(shape) else {}
        return known.get(slot.into, () if isinstance(slot.kind, Several) else "")


def _english(item: Any) -> Any:
    if isinstance(item, str):
        return getattr(item, "en", "")
    forms = [getattr(one, "en", "") for one in item]
    return forms if any(forms) else []


@dataclass(frozen=True)
class Tables:
    """Tables in a list: ``[[name]]``."""

    part: Kind
    least: int = 0

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        return Several(self.part, least=self.least).read(value, path, mistakes)

    def write(self, value: Any) -> Any:
        return Several(self.part).write(value)


WORDS = Words()
TITLE = Words(300)
NAME = Name()
WORD = Name(_WORD)
NAMES = Several(NAME)
