"""Tables as a workbook (.xlsx). Words of users never become formulas, figures stay figures."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from engine.core.text import localise
from engine.services.papers.blocks import Cell, Grid, Heading, Pairs, Paper, Share
from engine.services.papers.typography import clean

#: What a program for tables takes for the beginning of a formula (OWASP, CSV injection).
_FORMULA = re.compile(r"^\s*[=+\-@|%]|^[\t\r\n]")
#: More than this a cell cannot hold; sheets are called by at most 31 characters without these.
_LONGEST, _NAME, _UNNAMED = 32_767, 31, re.compile(r"[\\/*?:\[\]]")
#: A table of so many characters fits the width of a page and can still be read (a landscape page holds half of it).
_READABLE = 260


def workbook(paper: Paper, language: str = "ru") -> bytes:
    """The bytes of an .xlsx file: a sheet for every table of the document, called by the heading above it."""
    book = Workbook()
    del book[book.sheetnames[0]]
    title = paper.title
    for block in paper.blocks:
        if isinstance(block, Heading):
            title = block.text
        elif isinstance(block, Grid):
            _sheet(_add(book, localise(title, language)), block, language)
        elif isinstance(block, Pairs) and block.rows:
            _sheet(_add(book, localise(title, language)), Grid(("", ""), block.rows), language)
    if not book.sheetnames:
        _add(book, localise(paper.title, language))
    book.properties.title = clean(localise(paper.title, language))
    book.properties.creator = clean(localise(paper.head, language))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def neutral(text: str) -> str:
    """The text so that no program for tables reads it as a formula: an apostrophe before what looks like one.

    A lone dash or a minus before nothing but words stays readable: only the apostrophe is added.
    """
    return f"'{text}" if _FORMULA.match(text) and text.strip() not in ("-", "—", "–") else text


def _add(book: Workbook, title: str) -> Worksheet:
    name = _UNNAMED.sub(" ", clean(title)).strip("' ")[:_NAME].strip() or "1"
    taken, plain, n = {s.lower() for s in book.sheetnames}, name, 1
    while name.lower() in taken:
        n += 1
        name = f"{plain[: _NAME - 4].strip()} ({n})"
    sheet: Worksheet = book.create_sheet(name)
    return sheet


def _sheet(sheet: Worksheet, grid: Grid, language: str) -> None:
    lines = [grid.heads, *grid.rows] if any(grid.heads) else list(grid.rows)
    for r, line in enumerate(lines, 1):
        for c, value in enumerate(line, 1):
            _put(sheet.cell(r, c), value, language)
    wide = 0
    for c, column in enumerate(zip(*lines, strict=True), 1):
        longest = max((len(str(v)) for v in column if v is not None), default=8)
        wide += (width := min(max(longest + 2, 8), 60))
        sheet.column_dimensions[get_column_letter(c)].width = width
    if any(grid.heads):
        for cell in sheet[1]:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EDF1EE")
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
        sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    if wide <= _READABLE:
        sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)


def _put(cell: Any, value: Cell, language: str) -> None:
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(value, str):
        if text := clean(localise(value, language)):
            cell.value, cell.data_type = neutral(text)[:_LONGEST], "s"
        return
    cell.value = float(value) if isinstance(value, float) else value
    if isinstance(value, Share):
        cell.number_format = "0.0%"
    elif isinstance(value, float):
        cell.number_format = "0.00"
