"""The rows of the board in words: a template would ask for each of them by a dozen calls."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app
from flask_babel import ngettext
from markupsafe import Markup

from engine.services.laboratory.board import Board, Row
from webui.signature import drawn
from webui.teams import told as _
from webui.texts import here, round_note


class Line(NamedTuple):
    """A triad on the board: where it leads to (empty: nowhere), where it stands, how late it is, whose move it is."""

    number: int
    title: str
    address: str
    place: str
    late: str
    waits: str
    cells: Markup | str


class Section(NamedTuple):
    """A group: its number and title, the columns of its table (empty: a plain list), its triads."""

    number: int
    title: str
    columns: Markup | str
    lines: list[Line]


def sections(board: Board) -> tuple[list[Section], list[Line]]:
    """The groups with their lines, and the lines of those who need help first."""
    move = _("Ход")
    lines = {row.triad.id: _line(row, move) for part in board.parts for row in part.rows}
    made = []
    for part in board.parts:
        longest = part.longest
        columns = _drawn("columns", longest) if longest else ""
        made.append(Section(part.group.id, part.group.title, columns, [lines[row.triad.id] for row in part.rows]))
    return made, [lines[row.triad.id] for row in board.help_first]


def _drawn(name: str, row: Row) -> Markup | str:
    return drawn(name, row.standing.definition.process, row.steps) if row.standing else ""


def _line(row: Row, move: str) -> Line:
    triad, standing = row.triad, row.standing
    if standing is None:
        return Line(triad.id, triad.title, "", "", "", _("цикл не начат"), "")
    of_lessons = bool(standing.definition.process.loop)
    address = current_app.url_for("lab.cycle", cycle_id=standing.cycle.id) if of_lessons else ""
    waits = here(standing.stopped) if standing.stopped else f"{move}: {', '.join(row.waits)}" if row.waits else ""
    place = here(row.stage) + round_note(standing)
    return Line(triad.id, triad.title, address, place, _past(row.late) if row.late else "", waits, _drawn("cells", row))


def _past(days: int) -> str:
    return ngettext("на %(num)s рабочий день дольше обычного", "на %(num)s рабочих дней дольше обычного", days)
