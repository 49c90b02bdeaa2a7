"""Every table with the rows of one school and the columns that hold words. From the metadata: nothing is forgotten."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, String, Table, false, or_, select
from sqlalchemy.sql import ColumnElement

from engine.store.database import Model

#: Words that are no words of people: definitions by fingerprint and by version, stems (made anew from the texts),
#: faults of plugins (messages are masked, traces are code) and their quarantine (names of plugins, hooks and errors).
_NOT_OURS = frozenset({"declared_type", "definition_snapshot", "material_word", "plugin_fault", "plugin_quarantine"})
#: Columns of codes and secrets, which no name stands in and which must not change.
CODES = frozenset(
    {
        "token_hash",
        "code_hash",
        "issuer",
        "outer_id",
        "secret",
        "password_hash",
        "stored_as",
        "sha256",
        "content_hash",
        "fingerprint",
        "link",
        "public_key",
        "uid",
        "media_type",
        "type_key",
        "form_key",
        "survey_key",
        "group_key",
        "once",
        "key",
        "action",
        "source",
        "target",
        "stage",
        "version",
        "rule",
        "version_before",
        "version_after",
        "fingerprint_before",
        "fingerprint_after",
        "mapping",
        "before",
        "type_version",
    }
)


def all_tables() -> list[Table]:
    """The tables that may hold words about people."""
    return [t for t in Model.metadata.sorted_tables if t.name not in _NOT_OURS]


def words(table: Table) -> list[Column[Any]]:
    """The columns of a table that hold words of people."""
    return [
        c
        for c in table.columns
        if isinstance(c.type, String | JSON) and c.name not in CODES and not c.primary_key and not _code(c)
    ]


def _code(column: Column[Any]) -> bool:
    """A short column is a code of the program («state», «kind»), except names, classes, places and addresses."""
    return (
        isinstance(column.type, String)
        and column.type.length is not None
        and column.type.length <= 30
        and column.name not in ("class_name", "room", "pupil_code")
    )


def of_person(table: Table) -> list[Column[Any]]:
    """The columns of a table that point to a person."""
    return [c for c in table.columns if any(k.column.table.name == "person" for k in c.foreign_keys)]


def in_school(table: Table, school_id: int) -> ColumnElement[bool]:
    """Condition on the rows of a table that belong to a school, found along the foreign keys."""
    return _condition(table, school_id, frozenset())


def _condition(table: Table, school_id: int, seen: frozenset[str]) -> ColumnElement[bool]:
    if table.name == "school":
        return table.c.id == school_id
    if "school_id" in table.c:
        return table.c.school_id == school_id
    ways = [
        column.in_(select(key.column).where(_condition(key.column.table, school_id, seen | {table.name})))
        for column, key in _keys(table)
        if key.column.table.name not in seen | {table.name} and _reaches(key.column.table)
    ]
    return or_(*ways) if ways else false()


def _keys(table: Table) -> Iterator[tuple[Column[Any], Any]]:
    """The foreign keys to follow: through what the row always belongs to; where it may belong to nothing (a notice
    without a cycle), through people as well."""
    keys = [(column, key) for column in table.columns for key in column.foreign_keys]
    owners = [(c, k) for c, k in keys if k.column.table.name != "person" and _reaches(k.column.table)]
    yield from owners if any(not c.nullable for c, _ in owners) else keys


@functools.cache
def _reaches(table: Table) -> bool:
    """Whether a table leads to a school."""
    return _leads(table, frozenset())


def _leads(table: Table, seen: frozenset[str]) -> bool:
    if table.name == "school" or "school_id" in table.c:
        return True
    parents = {key.column.table for column in table.columns for key in column.foreign_keys}
    return any(_leads(p, seen | {table.name}) for p in parents if p.name not in seen | {table.name})
