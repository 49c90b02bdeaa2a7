"""Word files: what a methodist would take as it is, whatever was typed."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.text import Text
from engine.services.papers.blocks import Break, Grid, Heading, Pairs, Paper, Points, Share, Signatures, Words
from engine.services.papers.typography import NBSP, clean, nested, typeset
from engine.services.papers.word import widths, word

HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} {% raw %}",
    "' OR 1=1 --",
    "a\x00b\x0bc\x1fd",
    "\u202eтскет\u2066",
    "👩‍🏫 emoji \U0001f600",
    "&lt;b&gt; & ]]>",
    "\ud800",
    "я" * 100_000,
    '=HYPERLINK("http://x")',
]
PAPER = Paper(
    Text("План «Река»", en="Plan"),
    (
        Heading(Text("Ход", en="Course")),
        Words("Первый абзац\nВторой - с тире"),
        Points(("раз", "два"), numbered=True),
        Pairs((("Класс", "6 «Б»"),)),
        Grid(("Показатель", "Урок 1", "Доля"), (("ФО1", 1.5, Share(0.5)), ("ФО2", None, 7)), (1, 2)),
        Signatures((("Участник", "Указкина В. Д."),)),
        Break(),
        Words("Примечание", note=True),
    ),
    head="Школа",
    subtitle="Урок 1",
    stamp=("УТВЕРЖДАЮ",),
)


def _opened(paper: Paper, language: str = "ru"):
    return docx.Document(BytesIO(word(paper, language)))


def test_the_page_is_a4_with_margins_for_the_binder() -> None:
    section = _opened(PAPER).sections[0]
    found = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert found == pytest.approx((Cm(21), Cm(29.7), Cm(3), Cm(1.5)), rel=0.001)
    across = _opened(Paper("Т", (), landscape=True)).sections[0]
    assert across.page_width > across.page_height


def test_letters_language_and_page_numbers() -> None:
    document = _opened(PAPER)
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "ru-RU"
    footer = document.sections[0].footer._element.xml
    assert "PAGE" in footer and 'fldCharType="begin"' in footer
    assert document.core_properties.title == "План «Река»"


def test_everything_is_there_in_order() -> None:
    document = _opened(PAPER)
    lines = [p.text for p in document.paragraphs if p.text.strip()]
    assert lines[:4] == ["УТВЕРЖДАЮ", "Школа", "План «Река»", f"Урок{NBSP}1".replace(NBSP, " ")]
    assert f"Второй{NBSP}— с{NBSP}тире" in lines
    assert "1. раз" in lines and any("Указкина" in line for line in lines)
    pairs, grid = document.tables
    assert [c.text for c in pairs.rows[0].cells] == ["Класс", "6 «Б»"]
    assert [[c.text for c in row.cells] for row in grid.rows] == [
        ["Показатель", "Урок 1", "Доля"],
        ["ФО1", "1,50", f"50,0{NBSP}%"],
        ["ФО2", "—", "7"],
    ]


def test_the_head_of_a_table_is_repeated_and_short_rows_are_whole() -> None:
    grid = _opened(PAPER).tables[1]
    assert grid.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert grid.rows[1]._tr.find(f".//{qn('w:cantSplit')}") is not None
    long = Paper("Т", (Grid(("а",), (("слово " * 400,),)),))
    assert _opened(long).tables[0].rows[1]._tr.find(f".//{qn('w:cantSplit')}") is None


def test_the_same_document_in_english() -> None:
    document = _opened(PAPER, "en")
    texts = [p.text for p in document.paragraphs]
    assert "Plan" in texts and "Course" in texts
    assert [c.text for c in document.tables[1].rows[1].cells] == ["ФО1", "1.50", f"50.0{NBSP}%"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_only_words(text: str) -> None:
    made = Paper(text, (Heading(text), Words(text), Pairs(((text, text),)), Grid((text,), ((text,),))), head=text)
    document = _opened(made)
    assert clean(text).split("\n")[0][:50] in "".join(p.text for p in document.paragraphs).replace("«", '"').replace(
        "»", '"'
    ).replace(NBSP, " ")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=80), min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_table_opens_again(rows: list[list[str]]) -> None:
    document = _opened(Paper("Т", (Grid(("а", "б", "в"), tuple(map(tuple, rows))),)))
    assert len(document.tables[0].rows) == len(rows) + 1


@given(
    st.lists(st.lists(st.text(max_size=60), min_size=4, max_size=4), min_size=1, max_size=5),
    st.floats(min_value=10, max_value=26),
)
def test_columns_fill_the_page_and_no_more(rows: list[list[str]], room: float) -> None:
    found = widths(rows, room)
    assert len(found) == 4 and all(w > 0 for w in found)
    assert sum(found) == pytest.approx(room)


def test_no_column_is_narrower_than_its_longest_word() -> None:
    found = widths([["№", "Название", "Минут"], ["10", "слово " * 30, "8"]], 16.5)
    assert found[2] > 5 * 0.2 and found[1] > found[0]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('"Река" и "Лес"', f"«Река» и{NBSP}«Лес»"),
        ("урок - это", f"урок{NBSP}— это"),
        ("2010-2011", "2010-2011"),
        ("№ 5", f"№{NBSP}5"),
        ("83 %", f"83{NBSP}%"),
        ("В. Д. Указкина", f"В.{NBSP}Д.{NBSP}Указкина"),
        ("дети в классе", f"дети в{NBSP}классе"),
        ("кто-то из нас", f"кто-то из{NBSP}нас"),
        ("6 «Б»", "6 «Б»"),
        ("", ""),
    ],
)
def test_typography(typed: str, printed: str) -> None:
    assert typeset(typed) == printed


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("«Набор «Сжатие текста»» в банке", "«Набор „Сжатие текста“» в банке"),
        ("«а «б «в»» г» и «д»", "«а „б „в““ г» и «д»"),
        ("«без пары «внутри»", "«без пары «внутри»"),
        ("лишняя» «пара»", "лишняя» «пара»"),
        ("6 «Б»", "6 «Б»"),
    ],
)
def test_marks_inside_marks_are_the_inner_ones(written: str, shown: str) -> None:
    assert nested(written) == shown


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=60))
def test_typography_changes_no_letter_and_no_figure(text: str) -> None:
    assert typeset(text) == text


@given(st.text())
def test_what_is_clean_stays_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)
