"""A document as a Word file: A4, Russian margins, Times New Roman, numbered pages, heads of tables on every page."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from engine.core.text import localise
from engine.services.papers.blocks import Break, Cell, Grid, Heading, Pairs, Paper, Points, Share, Signatures, Words
from engine.services.papers.typography import clean, typeset
from engine.services.reports.numbers import number, percent

FONT = "Times New Roman"
#: Margins in centimetres: left (for the binder), right, top and bottom.
LEFT, RIGHT, EDGE = 3.0, 1.5, 2.0
_SHADE = "EDF1EE"
#: A table of more columns than this has smaller letters; texts longer than this many letters share the spare room.
_MANY, _WIDE = 6, 60
_BREAKS = re.compile(r"[ \n/-]")


def word(paper: Paper, language: str = "ru") -> bytes:
    """The bytes of a .docx file."""
    document = docx.Document()
    say = functools.partial(_said, language=language)
    _page(document, paper.landscape)
    _styles(document, language)
    _about(document, paper, say)
    _top(document, paper, say)
    for block in paper.blocks:
        _WRITE[type(block)](document, block, say)
    _footer(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _said(value: Cell, language: str) -> str:
    """A label or a value as it is printed."""
    if value is None:
        return "—"
    if isinstance(value, Share):
        shown = percent(value)
    elif isinstance(value, float):
        shown = number(value)
    elif isinstance(value, int):
        return str(value)
    else:
        text = clean(localise(value, language))
        return text if language == "en" else typeset(text)
    return shown.replace(",", ".") if language == "en" else shown


Say = Callable[[Cell], str]


def _page(document: Document, landscape: bool) -> None:
    section = document.sections[0]
    short, long = Cm(21), Cm(29.7)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin, section.right_margin = Cm(EDGE if landscape else LEFT), Cm(RIGHT)
    section.top_margin = Cm(LEFT if landscape else EDGE)
    section.bottom_margin = Cm(EDGE)


def _styles(document: Document, language: str) -> None:
    for name, size, bold in (
        ("Normal", 12, False),
        ("Title", 14, True),
        ("Heading 1", 13, True),
        ("Heading 2", 12, True),
    ):
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.space_before = Pt(12 if name.startswith("Heading") else 0)
    normal: Any = document.styles["Normal"]
    normal.paragraph_format.line_spacing = 1.15
    normal.paragraph_format.widow_control = True
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), "en-GB" if language == "en" else "ru-RU")
    normal.element.get_or_add_rPr().append(spoken)
    title: Any = document.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)


def _about(document: Document, paper: Paper, say: Say) -> None:
    about = document.core_properties
    about.title, about.author = say(paper.title)[:255], say(paper.head)[:255]
    about.comments, about.keywords = "", ""


def _top(document: Document, paper: Paper, say: Say) -> None:
    for line in paper.stamp:
        row = document.add_paragraph(say(line))
        row.alignment = WD_ALIGN_PARAGRAPH.LEFT
        row.paragraph_format.left_indent = Cm(14 if paper.landscape else 9)
        row.paragraph_format.space_after = Pt(0)
    if paper.stamp:
        _gap(document)
    if paper.head:
        _centred(document, say(paper.head))
    document.add_paragraph(say(paper.title))._p.style = "Title"
    if paper.subtitle:
        _centred(document, say(paper.subtitle))


def _centred(document: Document, text: str) -> None:
    document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _heading(document: Document, block: Heading, say: Say) -> None:
    row = document.add_paragraph(say(block.text))
    row._p.style = f"Heading{block.level}"  # by its id: by its name, every style there is would be looked through
    row.paragraph_format.keep_with_next = True


def _words(document: Document, block: Words, say: Say) -> None:
    for line in filter(str.strip, say(block.text).split("\n")):
        row = document.add_paragraph()
        run = row.add_run(line.strip())
        if block.note:
            run.font.size, run.italic = Pt(10.5), True
        else:
            row.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def _points(document: Document, block: Points, say: Say) -> None:
    for n, item in enumerate(block.items, 1):
        row = document.add_paragraph(f"{n}. {say(item)}" if block.numbered else f"— {say(item)}")
        row.paragraph_format.left_indent, row.paragraph_format.first_line_indent = Cm(0.8), Cm(-0.8)


def _grid(document: Document, block: Grid, say: Say) -> None:
    table = _table(document, len(block.heads))
    size = 11 if len(block.heads) <= _MANY else 10
    shown = [[say(h) for h in block.heads], *([say(c) for c in cells] for cells in block.rows)]
    _row(table.rows[0], shown[0], block.numeric, size=size, head=True)
    _repeat(table.rows[0])
    for texts in shown[1:]:
        _row(table.add_row(), texts, block.numeric, size=size)
    _set_widths(table, widths(shown, _room(document), size))
    _gap(document)


def _pairs(document: Document, block: Pairs, say: Say) -> None:
    if not block.rows:
        return
    table = _table(document, 2, rows=0)
    for label, value in block.rows:
        row = table.add_row()
        _row(row, [say(label), say(value)], ())
        for paragraph in row.cells[0].paragraphs:
            for run in paragraph.runs:
                run.bold = True
    _set_widths(table, [_room(document) * part for part in (0.32, 0.68)])
    _gap(document)


def _gap(document: Document) -> None:
    """Two tables that touch would become one."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(8)


def _signatures(document: Document, block: Signatures, say: Say) -> None:
    for role, name in block.lines:
        row = document.add_paragraph(f"{say(role)}  ____________________  {say(name)}".rstrip())
        row.paragraph_format.space_before, row.paragraph_format.keep_together = Pt(14), True


def _break(document: Document, block: Break, say: Say) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _table(document: Document, columns: int, rows: int = 1) -> Any:
    table: Any = document.add_table(rows=rows, cols=columns)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    table._tbl.tblStyle_val = "TableGrid"
    return table


def _row(row: Any, texts: Sequence[str], numeric: Sequence[int], *, size: float = 11, head: bool = False) -> None:
    unbroken = OxmlElement("w:cantSplit")
    if sum(map(len, texts)) < 1500:  # a longer row must be let over the edge of a page
        row._tr.get_or_add_trPr().append(unbroken)
    for n, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        for line, part in enumerate(filter(None, text.split("\n")) if text else [""]):
            paragraph = cell.paragraphs[0] if not line else cell.add_paragraph()
            run = paragraph.add_run(part)
            run.font.size, run.bold = Pt(size), head
            paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), 1.0
            if n in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if head:
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), _SHADE)
            cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def widths(rows: Sequence[Sequence[str]], room: float, size: float = 11) -> list[float]:
    """How wide the columns are, in centimetres: none narrower than its longest word, the rest by what is in them.

    ``room`` is what there is, ``size`` the letters in points.
    """
    letter, padding = 0.0205 * size, 0.45
    least, wanted = [], []
    for column in zip(*rows, strict=True):
        longest = max((len(word) for text in column for word in _BREAKS.split(text)), default=1)
        least.append(longest * letter + padding)
        wanted.append(max(min(max(map(len, column)), _WIDE) * letter + padding, least[-1]))
    if sum(least) >= room:
        return [room * one / sum(least) for one in least]
    more = [want - low for want, low in zip(wanted, least, strict=True)]
    spare = room - sum(least)
    if not sum(more):
        return [room * one / sum(least) for one in least]
    return [low + spare * extra / sum(more) for low, extra in zip(least, more, strict=True)]


def _room(document: Document) -> float:
    section: Any = document.sections[0]
    return float((section.page_width - section.left_margin - section.right_margin) / Cm(1))


def _set_widths(table: Any, centimetres: Sequence[float]) -> None:
    wide = [Cm(one) for one in centimetres]
    for column, width in zip(table.columns, wide, strict=True):
        column.width = width
    for row in table.rows:  # by rows: a column asks for all cells of the table
        for cell, width in zip(row.cells, wide, strict=True):
            cell.width = width


def _footer(document: Document) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)


_WRITE: dict[type, Callable[[Document, Any, Say], None]] = {
    Heading: _heading,
    Words: _words,
    Points: _points,
    Grid: _grid,
    Pairs: _pairs,
    Signatures: _signatures,
    Break: _break,
}
