"""On which line of a TOML text everything stands. The standard reader gives values alone; a mistake wants its place."""

from __future__ import annotations

import re
from bisect import bisect_right

#: Keys of tables and numbers of list items, from the top of the file.
Path = tuple[str | int, ...]

#: Tables are three or four deep.
_DEEPEST = 20
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BASIC = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL = re.compile(r"'([^'\n]*)'")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:""?(?!"))?', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:''?(?!'))?", re.DOTALL)
_PLAIN = re.compile(r"[^,\]}\n#]*")


def places(text: str) -> dict[Path, int]:
    """Path → line (from 1) of every table, key and list item of ``text``, which is known to be valid TOML.

    Raises RecursionError for one that is nested beyond all reason.
    """
    return _Scan(text.replace("\r\n", "\n")).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.breaks = [i for i, c in enumerate(text) if c == "\n"]
        self.found: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        here: Path = ()
        self._skip(_GAP)
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                here = self._header(2, several=True)
            elif self.text.startswith("[", self.at):
                here = self._header(1, several=False)
            else:
                self._pair(here)
            self._skip(_GAP)
        return self.found

    def _header(self, width: int, *, several: bool) -> Path:
        start = self.at
        self.at += width
        path: Path = ()
        keys = self._keys()
        for place, key in enumerate(keys):
            path = (*path, key)
            if several and place == len(keys) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            self.found.setdefault(path, self._line(start))
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        self.found[path] = self._line(start)
        self._skip(_BLANK)
        self.at += width
        return path

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return keys
            if len(keys) > _DEEPEST:
                raise RecursionError
            self.at += 1

    def _key(self) -> str:
        for pattern in (_BASIC, _LITERAL, _BARE):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return match.group(match.lastindex or 0)
        raise ValueError(f"no key at line {self._line(self.at)}")

    def _pair(self, here: Path) -> None:
        start = self._line(self.at)
        for key in self._keys():
            here = (*here, key)
            self.found.setdefault(here, start)
        self.at += 1  # the sign of equality
        self._value(here)

    def _value(self, here: Path) -> None:
        self._skip(_BLANK)
        if self.text.startswith("[", self.at):
            self._items(here)
        elif self.text.startswith("{", self.at):
            self._inline(here)
        else:
            for pattern in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL, _PLAIN):
                if match := pattern.match(self.text, self.at):
                    self.at = match.end()
                    return

    def _items(self, here: Path) -> None:
        self.at += 1
        number = 0
        self._skip(_GAP)
        while not self.text.startswith("]", self.at):
            self.found[*here, number] = self._line(self.at)
            self._value((*here, number))
            number += 1
            self._skip(_GAP)
            if self.text.startswith(",", self.at):
                self.at += 1
                self._skip(_GAP)
        self.at += 1

    def _inline(self, here: Path) -> None:
        self.at += 1
        self._skip(_GAP)
        while not self.text.startswith("}", self.at):
            self._pair(here)
            self._skip(_GAP)
            if self.text.startswith(",", self.at):
                self.at += 1
                self._skip(_GAP)
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _line(self, at: int) -> int:
        return bisect_right(self.breaks, at - 1) + 1
