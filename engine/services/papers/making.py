"""Documents as files. What makes them (python-docx, openpyxl, python-pptx) is a good part of a second of start-up and
tens of megabytes of a worker: it comes with the first document somebody asks for."""

from __future__ import annotations

from engine.services.papers.blocks import Paper
from engine.services.reports.facts import Facts
from engine.store.people import Person

_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OFFICE}.wordprocessingml.document"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
PPTX = f"{_OFFICE}.presentationml.presentation"


def word(paper: Paper, language: str = "ru") -> bytes:
    """The bytes of a .docx file."""
    from engine.services.papers import word

    return word.word(paper, language)


def workbook(paper: Paper, language: str = "ru") -> bytes:
    """The bytes of an .xlsx file."""
    from engine.services.papers import sheet

    return sheet.workbook(paper, language)


def deck(facts: Facts) -> bytes:
    """The presentation (.pptx) of a group's year."""
    from engine.services.reports import deck

    return deck.deck(facts)


def year_in_figures(person: Person, year_id: int, language: str = "ru") -> bytes:
    """The presentation (.pptx) of a school year. Raises NotFound for a year of another school."""
    from engine.services.reports import figures

    return figures.year_in_figures(person, year_id, language)
