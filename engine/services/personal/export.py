"""«Мои данные»: everything held on a person, as data and as a document, with their files. Nobody else's names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from engine.core.text import Text, localise
from engine.services import files
from engine.services.access import is_admin
from engine.services.errors import NotFound
from engine.services.papers.archive import Archive, Part
from engine.services.papers.blocks import Heading, Pairs, Paper, Words
from engine.services.papers.catalogue import File, file_name
from engine.services.papers.heads import of_school
from engine.services.papers.making import DOCX, word
from engine.services.personal.names import Name, replacer
from engine.services.personal.tables import CODES, of_person
from engine.services.personal.titles import TABLES
from engine.store.database import Model, db
from engine.store.documents import StoredFile
from engine.store.people import Person

COLLEAGUE = Text("коллега", en="a colleague")
#: Rows that are secrets, or that say of the person only that they entered something for the school.
_LEFT_OUT = frozenset({"destruction_act", "retention_term"})


def held(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Every row that points to the person, by table: own columns, with colleagues as «коллега» and without secrets."""
    found: dict[str, list[dict[str, Any]]] = {}
    hide = _colleagues(person)
    for table in Model.metadata.sorted_tables:
        mine = [table.c.id] if table.name == "person" else of_person(table)
        if not mine or table.name in _LEFT_OUT:
            continue
        shown = [c for c in table.columns if c.name not in CODES]
        rows = db.session.execute(select(*shown).where(or_(*(c == person.id for c in mine)))).all()
        if rows:
            people = {c.name for c in of_person(table)}
            found[table.name] = [
                {c.name: _value(c.name, value, person, people, hide) for c, value in zip(shown, row, strict=True)}
                for row in rows
            ]
    return found


def _colleagues(person: Person) -> list[Any]:
    others = db.session.scalars(
        select(Person).where(Person.school_id == person.school_id, Person.id != person.id, Person.erased_at.is_(None))
    )
    return [replacer(Name(o.last_name, o.first_name, o.patronymic, o.login or "", o.email), COLLEAGUE) for o in others]


def _value(column: str, value: Any, person: Person, people: set[str], hide: list[Any]) -> Any:
    if column in people:
        return None if value is None else str(COLLEAGUE) if value != person.id else value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str | list | dict):
        for replace in hide:
            value = replace(value)
    return value


def paper(person: Person, *, language: str = "ru") -> Paper:
    """The same for reading."""
    blocks: list[Any] = [
        Words(
            Text(
                "Здесь всё, что хранится о вас в Трилистнике. Имена коллег заменены. Пароль и ключи входа хранятся "
                "только в виде отпечатков и не выгружаются.",
                en="This is everything Trefoil holds on you. Names of colleagues are replaced. Passwords and keys are "
                "kept as hashes alone and are not exported.",
            ),
            note=True,
        )
    ]
    for name, rows in held(person).items():
        blocks.append(Heading(TABLES.get(name, Text(name))))
        for row in rows[:200]:
            pairs = tuple((key, _shown(value)) for key, value in row.items() if value not in (None, "", [], {}))
            blocks.append(Pairs(pairs))
    title = Text("Мои персональные данные", en="My personal data")
    return of_school(person.school_id, title, blocks, language, subtitle=person.full_name)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def parts(person: Person, given: Mapping[str, int], language: str) -> tuple[str, list[Part]]:
    """The archive: data, the document, own files. For the person, and for the administrator at their request."""
    who = db.session.get(Person, given["person"])
    if who is None or who.school_id != person.school_id or not (who.id == person.id or is_admin(person)):
        raise NotFound("Таких данных нет", "There are no such data")

    def data() -> File:
        content = json.dumps(held(who), ensure_ascii=False, indent=1, default=str).encode()
        return File("data.json", "application/json", content)

    def document() -> File:
        made = paper(who, language=language)
        return File(f"{file_name(made.name)}.docx", DOCX, word(made, language))

    own = db.session.scalars(select(StoredFile).where(StoredFile.owner_id == who.id).order_by(StoredFile.id)).all()
    folder = localise(Text("Файлы", en="Files"), language)
    return who.short_name, [("", data), ("", document), *((folder, _stored(row)) for row in own)]


def _stored(row: StoredFile) -> Any:
    name, media_type, path = row.name, row.media_type, files.place(row.stored_as)

    def read() -> File:
        if not path.exists():
            raise NotFound("Файла нет", "The file is missing")
        return File(file_name(name), media_type, path.read_bytes())

    return read


PERSON = Archive(Text("Персональные данные: {what}", en="Personal data: {what}"), ("person",), parts)
