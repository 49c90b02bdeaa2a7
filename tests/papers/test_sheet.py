"""Workbooks: figures stay figures, words never become formulas."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.text import Text
from engine.services.papers.blocks import Cell, Grid, Heading, Pairs, Paper, Share, Words
from engine.services.papers.sheet import neutral, workbook

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+7 900",
    "-1+1|cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "|cmd",
    "%0A=1",
]


def _opened(*cells: Cell, language: str = "ru"):
    grid = Grid(tuple(f"h{n}" for n in range(len(cells))), (cells,))
    return openpyxl.load_workbook(BytesIO(workbook(Paper("Таблица", (grid,)), language))).worksheets[0]


@pytest.mark.gate("R-12")
@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_neutralised(text: str) -> None:
    cell = _opened(text)["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


@pytest.mark.parametrize("text", ["—", "-", "слово", "5 «А»", "'уже", "а=б", ""])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.gate("R-12")
@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=20))
def test_no_text_ever_becomes_a_formula(texts: list[str]) -> None:
    sheet = _opened(*texts)
    assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n"}
    assert all(c.value is None or isinstance(c.value, str) for c in sheet[2])


def test_figures_are_numbers_and_shares_are_percents() -> None:
    sheet = _opened(3, 1.5, Share(0.8), None, "слова")
    assert [c.value for c in sheet[2]] == [3, 1.5, 0.8, None, "слова"]
    assert sheet["C2"].number_format == "0.0%" and sheet["B2"].number_format == "0.00"


def test_every_table_has_a_sheet_called_by_its_heading() -> None:
    table = Grid(("а",), (("б",),))
    made = Paper(
        "Документ",
        (
            table,
            Heading(Text("Показатели: всё/итог", en="Figures")),
            table,
            Words("слова"),
            Heading("Показатели: всё/итог"),
            Pairs((("Тройка", "ФО-1"),)),
            Pairs(()),
        ),
    )
    book = openpyxl.load_workbook(BytesIO(workbook(made)))
    assert book.sheetnames == ["Документ", "Показатели  всё итог", "Показатели  всё итог (2)"]
    first = book.worksheets[0]
    assert first.freeze_panes == "A2" and first.print_title_rows == "$1:$1"
    assert first.page_setup.orientation == "landscape" and first.sheet_properties.pageSetUpPr.fitToPage
    assert (first.page_setup.fitToWidth or 1, first.page_setup.fitToHeight) == (1, 0)  # a page wide, as long as it is
    assert [c.value for c in book.worksheets[2][1]] == ["Тройка", "ФО-1"]
    assert openpyxl.load_workbook(BytesIO(workbook(made, "en"))).sheetnames[1] == "Figures"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_headings_make_names_of_sheets(titles: list[str]) -> None:
    blocks = [b for t in titles for b in (Heading(t), Grid(("а",), (("б",),)))]
    book = openpyxl.load_workbook(BytesIO(workbook(Paper("Т", tuple(blocks)))))
    assert len(book.sheetnames) == len(titles)


def test_a_document_without_tables_is_an_empty_workbook() -> None:
    book = openpyxl.load_workbook(BytesIO(workbook(Paper("Только слова", (Words("слова"),)))))
    assert book.sheetnames == ["Только слова"]


def test_a_text_longer_than_a_cell_is_cut_and_nothing_breaks() -> None:
    assert len(_opened("я" * 50_000)["A2"].value) == 32_767
