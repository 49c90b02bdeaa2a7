"""The export that goes before a purge: everything of a type in a school, as tables, data and files.

Left out is what nobody but one person or role may read: drafts, deficits kept to oneself, closed notes, sheets of
surveys one by one.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.core.text import Text, localise
from engine.services import files, purges, tallies
from engine.services.access import require_admin
from engine.services.definitions import switches
from engine.services.editions import Editions
from engine.services.errors import NotFound
from engine.services.papers.answers import definitions_of, everything, forms_of, made
from engine.services.papers.archive import Archive, Part
from engine.services.papers.catalogue import File, file_name
from engine.services.papers.making import XLSX, workbook
from engine.store.cycles import Cycle, DefinitionSnapshot
from engine.store.database import Model, db
from engine.store.documents import StoredFile
from engine.store.people import Person

LEFT_OUT = frozenset({"draft", "closed_note", "survey_token", "survey_answer", "survey_text", "survey_count"})


def parts(person: Person, given: Mapping[str, Any], language: str) -> tuple[str, list[Part]]:
    """For the administrator, of a type that is disabled: a workbook for each form, every table as JSON, surveys in
    numbers, the definitions, the files."""
    require_admin(person)
    key = str(given["type"])
    if switches(person.school_id).get(key) != "disabled":
        raise NotFound("Выгружают отключённый тип", "A disabled type is exported")
    definitions = definitions_of(person.school_id, key)
    found: list[Part] = []
    sheets = localise(Text("Листы", en="Sheets"), language)
    for form, _ in forms_of(definitions) if definitions else ():
        found.append((sheets, _sheets(person.school_id, definitions, form, language)))
    gone = purges.doomed(person.school_id, key)
    for name in sorted(set(gone) - LEFT_OUT):
        found.append(("data", _json(f"{name}.json", functools.partial(_rows, name, gone[name]))))
    found.append(("data", _json("surveys.json", lambda: _surveys(person.school_id, key))))
    used = select(Cycle.fingerprint).where(Cycle.school_id == person.school_id, Cycle.type_key == key)
    for snapshot in db.session.scalars(select(DefinitionSnapshot).where(DefinitionSnapshot.type_key == key)):
        if snapshot.fingerprint in set(db.session.scalars(used)) | {d.fingerprint for d in definitions}:
            name = f"{snapshot.version}-{snapshot.fingerprint[:8]}.json"
            found.append(("definitions", _json(name, functools.partial(json.loads, snapshot.data))))
    folder = localise(Text("Файлы", en="Files"), language)
    kept = db.session.execute(
        select(StoredFile, Cycle)
        .join(Cycle, Cycle.id == StoredFile.cycle_id)
        .where(Cycle.school_id == person.school_id, Cycle.type_key == key)
        .order_by(StoredFile.id)
    ).unique()
    found += [(f"{folder}/{file_name(cycle.title)}", _kept(row)) for row, cycle in kept]
    return purges.title_of(person.school_id, key), found


def _sheets(school_id: int, definitions: Any, form: str, language: str) -> Callable[[], File]:
    def make() -> File:
        paper = made(school_id, definitions, form, everything, language)
        return File(f"{file_name(paper.name)}.xlsx", XLSX, workbook(paper, language))

    return make


def _json(name: str, read: Callable[[], Any]) -> Callable[[], File]:
    def make() -> File:
        content = json.dumps(read(), ensure_ascii=False, indent=1, default=str)
        return File(name, "application/json", content.encode())

    return make


def _rows(name: str, condition: Any) -> list[dict[str, Any]]:
    table = Model.metadata.tables[name]
    if name == "deficit":
        condition &= table.c.visibility != "me"
    columns = [c for c in table.columns if c.name not in ("stored_as", "link")]
    return [dict(row._mapping) for row in db.session.execute(select(*columns).where(condition))]


def _surveys(school_id: int, key: str) -> list[dict[str, Any]]:
    """Surveys in numbers, where enough answers came to tell them."""
    cycles = db.session.scalars(select(Cycle).where(Cycle.school_id == school_id, Cycle.type_key == key)).unique()
    found = []
    for cycle in cycles:
        editions = Editions(cycle)
        for tally in tallies.of_cycle(cycle.id):
            line: dict[str, Any] = {
                "cycle": cycle.id,
                "survey": tally.survey,
                "round": tally.round,
                "answers": tally.answers,
            }
            if tally.answers >= editions.survey(tally.survey).least:
                line["counts"] = tally.counts
            found.append(line)
    return found


def _kept(row: StoredFile) -> Callable[[], File]:
    name, media_type, stored_as = row.name, row.media_type, row.stored_as

    def read() -> File:
        path = files.place(stored_as)
        if not path.exists():
            raise NotFound("Файла нет", "The file is missing")
        return File(file_name(name), media_type, path.read_bytes())

    return read


TYPE = Archive(Text("Всё по типу: {what}", en="Everything of a type: {what}"), ("type",), parts)
