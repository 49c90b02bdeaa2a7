"""What a document is made of, before it becomes a page, a Word file or a workbook. Pure data.

Every string may be a label in two languages; who renders says in which one.
"""

from __future__ import annotations

from dataclasses import dataclass


class Share(float):
    """A share (0 to 1): «83,3 %» in words, a number with the format of percents in a workbook."""

    __slots__ = ()


#: What stands in a cell: words, a whole number, a figure to two places, a share, or nothing.
Cell = str | int | float | Share | None


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part; ``level`` 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Words:
    """Text of one or more paragraphs, parted by line ends; a ``note`` is set smaller."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list: numbered, or with dashes."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels with their values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the heads of its columns and its rows. ``numeric`` columns (by number) stand to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on: who (a role), and the name beside the line."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Break:
    """What follows begins on a new page."""


Block = Heading | Words | Points | Pairs | Grid | Signatures | Break


@dataclass(frozen=True, slots=True)
class Paper:
    """A document. ``head`` stands above the title (the organisation), ``stamp`` in the upper right corner
    («УТВЕРЖДАЮ»), ``name`` is what its file is called, without an ending."""

    title: str
    blocks: tuple[Block, ...]
    head: str = ""
    subtitle: str = ""
    stamp: tuple[str, ...] = ()
    landscape: bool = False
    name: str = ""
