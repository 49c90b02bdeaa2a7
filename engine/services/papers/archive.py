"""Archives: a cycle with all its papers and files, a school year with its reports. What the person may read goes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.core.text import Text, localise
from engine.services import files, plans
from engine.services.access import cycle_for
from engine.services.definitions import definition_of
from engine.services.errors import NotFound
from engine.services.papers.catalogue import File, file, file_name
from engine.services.papers.cycle import LESSON, sheets
from engine.services.papers.making import PPTX, deck
from engine.services.reports import reports
from engine.services.views import view_of
from engine.store.database import db
from engine.store.documents import StoredFile
from engine.store.people import Person

#: A file of an archive: its folder, and what makes it.
Part = tuple[str, Callable[[], File]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A kind of archive: what it is called, what names it, what lies in it for a person."""

    title: Text
    names: tuple[str, ...]
    parts: Callable[[Person, Mapping[str, Any], str], tuple[str, list[Part]]]


def _paper(person: Person, folder: str, key: str, ending: str, language: str, **names: object) -> Part:
    given = {name: str(value) for name, value in names.items()}
    return folder, lambda: file(person, key, given, ending, language)


def of_cycle(person: Person, given: Mapping[str, int], language: str) -> tuple[str, list[Part]]:
    """A cycle's whole package: every document handed in, results, journal, deficits, plans, decision, files."""
    cycle = cycle_for(person, given["cycle"])
    view = view_of(cycle, definition_of(cycle), person)
    whole = localise(Text("Весь цикл", en="The whole cycle"), language)
    parts: list[Part] = [_paper(person, "", "package", "docx", language, cycle=cycle.id)]
    for form, n, owner, _sheet in sheets(person, cycle, view):
        folder = localise(LESSON.fill({"n": n}), language) if n else whole
        parts.append(_paper(person, folder, "form", "docx", language, cycle=cycle.id, form=form, round=n, owner=owner))
    for key, ending in (
        ("results", "docx"),
        ("results", "xlsx"),
        ("deficits", "docx"),
        ("remedy", "docx"),
        ("decision", "docx"),
        ("summary", "docx"),
        ("journal", "docx"),
    ):
        parts.append(_paper(person, whole, key, ending, language, cycle=cycle.id))
    parts += [
        _paper(person, whole, "route", "docx", language, cycle=cycle.id, owner=plan.owner)
        for plan in plans.of_cycle(person, cycle)
        if plan.kind == "route"
    ]
    folder = localise(Text("Файлы", en="Files"), language)
    stored = db.session.scalars(select(StoredFile.id).where(StoredFile.cycle_id == cycle.id).order_by(StoredFile.id))
    parts += [(folder, _kept(person, file_id)) for file_id in stored]
    return cycle.triad.title, parts


def _kept(person: Person, file_id: int) -> Callable[[], File]:
    def read() -> File:
        row, path = files.read(person, file_id)
        return File(file_name(row.name), row.media_type, path.read_bytes())

    return read


def of_year(person: Person, given: Mapping[str, int], language: str) -> tuple[str, list[Part]]:
    """A school year: the reports the person may read with their slides, the conference, the plan, the figures."""
    year = reports.year_for(person, given["year"])
    folder = localise(Text("Отчёты руководителей", en="Reports"), language)
    parts: list[Part] = []
    for row in reports.listing(person, year):
        if row.open_to_me:
            parts.append(_paper(person, folder, "report", "docx", language, group=row.group.id, year=year.id))
            parts.append((folder, _slides(person, row.group.id, year.id)))
    conference = localise(Text("Конференция", en="Conference"), language)
    parts += [
        _paper(person, conference, key, "docx", language, year=year.id)
        for key in ("programme", "resolution", "next_plan", "collection")
    ]
    days = {"begins": year.begins.isoformat(), "ends": year.ends.isoformat()}
    parts += [_paper(person, "", "figures", ending, language, **days) for ending in ("docx", "xlsx")]
    parts += [_paper(person, "", key, "xlsx", language) for key in ("work_plan", "events")]
    return year.title.replace("/", "–"), parts


def _slides(person: Person, group_id: int, year_id: int) -> Callable[[], File]:
    def make() -> File:
        page = reports.page(person, group_id, year_id)
        return File(f"{file_name(page.group.title)}.pptx", PPTX, deck(page.facts))

    return make


def made(part: Part) -> File | None:
    """The file of a part; None when there is no such document yet, or it is not open to the person."""
    try:
        return part[1]()
    except NotFound:
        return None


CYCLE = Archive(Text("Весь цикл: {what}", en="A whole cycle: {what}"), ("cycle",), of_cycle)
YEAR = Archive(Text("Итоги года: {what}", en="The year: {what}"), ("year",), of_year)
