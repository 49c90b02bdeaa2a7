"""What is wrong in a file, and where: every mistake with its line and a way to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.core.errors import DefinitionError
from engine.core.lint import Finding
from engine.core.text import Text
from engine.extension.declared.places import Path


@dataclass(frozen=True, slots=True)
class Mistake(Finding):
    """A finding with the line of the file it stands in (0: nowhere in particular)."""

    line: int = 0

    @property
    def where(self) -> Text:
        """The place in words, the line first."""
        return Text(self.place)


class Unreadable(DefinitionError):
    """A file that describes no usable type; ``findings`` are its mistakes, in the order of their lines."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        ordered = sorted(mistakes, key=lambda m: m.line)
        super().__init__(Text(f"В описании типа ошибок: {len(ordered)}"), ordered)
        self.mistakes = tuple(ordered)


@dataclass
class Mistakes:
    """Collects mistakes while a file is read, so that its author sees all of them at once."""

    lines: Mapping[Path, int] = field(default_factory=dict)
    found: list[Mistake] = field(default_factory=list)

    def add(self, path: Path, text: str, fix: str, code: str) -> None:
        """One more mistake, at ``path`` or at the nearest thing around it that has a line."""
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 0)
        self.found.append(Mistake(code, _place(line, path), text, fix, line))

    def unknown(self, path: Path, what: Text, name: str, known: Iterable[str], code: str) -> None:
        """``name`` is not among what is known: say what is, the likeliest first."""
        names = sorted(set(known))
        near = difflib.get_close_matches(name, names, 1)
        listed = ", ".join(names) or "—"
        if near:
            fix = Text(f"Может быть, {near[0]}? Есть: {listed}", en=f"Perhaps {near[0]}? There is: {listed}")
        else:
            fix = Text(f"Есть: {listed}", en=f"There is: {listed}")
        self.add(path, Text(f"{what} «{_short(name)}»", en=f"{what.en} “{_short(name)}”"), fix, code)

    def refuse(self) -> None:
        """Raises Unreadable when anything was found."""
        if self.found:
            raise Unreadable(self.found)


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"


def _place(line: int, path: Path) -> Text:
    """«строка 12, form 2, title»"""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(_short(str(part)))
    told = ", ".join(words)
    return Text(f"строка {line}" + (f", {told}" if told else ""), en=f"line {line}" + (f", {told}" if told else ""))
