"""Russian typography for what people type in a hurry: quotation marks, dashes, spaces that must not break. Pure."""

from __future__ import annotations

import re

NBSP = "\u00a0"
#: Characters that neither Word nor Excel files may hold (XML 1.0), and the marks that turn the direction of text.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_RULES = (
    (re.compile(r'(?<![\w»”])"(?=\S)'), "«"),
    (re.compile(r'"'), "»"),
    (re.compile(r"(?<=\S) +[-–—] +(?=\S)"), f"{NBSP}— "),
    (re.compile(r"(?<=[№§]) *(?=\d)"), NBSP),
    (re.compile(r"(?<=\d) +(?=%|мин\b|ч\b|кл\b|г\.|гг\.|из\b|класс)"), NBSP),
    (re.compile(r"\b([А-ЯЁ]\.) ?(?:([А-ЯЁ]\.) ?)?(?=[А-ЯЁ][а-яё])"), None),
    (re.compile(r"(?<![\w-])([А-Яа-яЁё]{1,2}) +(?=\S)"), rf"\1{NBSP}"),
)


def clean(text: str) -> str:
    """The text without characters that a file may not hold; line ends as they are."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def typeset(text: str) -> str:
    """The text as a Russian printer would set it. Words and figures stay as they are."""
    for pattern, put in _RULES:
        text = pattern.sub(put if put is not None else _initials, text)
    return nested(text)


def nested(text: str) -> str:
    """The text with „…“ for quotation marks inside other «…»; a mark without its pair stays."""
    marks, depth = list(text), 0
    for place, mark in enumerate(marks):
        if mark == "«":
            depth += 1
            if depth > 1:
                marks[place] = "„"
        elif mark == "»" and depth:
            if depth > 1:
                marks[place] = "“"
            depth -= 1
    return "".join(marks) if depth == 0 else text


def _initials(found: re.Match[str]) -> str:
    return NBSP.join(part for part in found.groups() if part) + NBSP
