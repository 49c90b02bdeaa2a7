"""A valid row of any table, its parents included, from what the metadata says."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint, insert
from sqlalchemy.engine import Connection

from engine.store.tables import metadata

#: Every check: its column, what it allows, and some of what it refuses.
CHECKS: dict[str, tuple[str, tuple[Any, ...], tuple[Any, ...]]] = {
    "ck_school_role_role": ("role", ("school_admin", "psychologist"), ("lab_member", "")),
    "ck_one_time_link_purpose": ("purpose", ("first_admin", "invitation", "reset"), ("login", "")),
    "ck_membership_seat": ("seat", (1, 2, 3), (0, 4, -1)),
    "ck_type_switch_state": ("state", ("enabled", "draining", "disabled"), ("purged", "")),
    "ck_submission_state": ("state", ("draft", "submitted"), ("frozen", "")),
    "ck_deficit_level": ("level", (1, 2, 3), (0, 4)),
    "ck_deficit_status": (
        "status",
        ("found", "planned", "in_work", "closed", "remains", "withdrawn"),
        ("open", "Found", ""),
    ),
    "ck_deficit_visibility": ("visibility", ("me", "triad", "leader", "lab"), ("all", "")),
    "ck_development_plan_kind": ("kind", ("route", "remedy"), ("plan", "")),
    "ck_decision_choice": ("choice", ("continue", "change_approach", "move"), ("stop", "")),
    "ck_transfer_state": ("state", ("open", "done", "declined"), ("undone", "")),
}
MOMENT = datetime.fromisoformat("2026-09-07T09:30:15")
_PLAIN: dict[type, Any] = {int: 1, bool: False, float: 0.5, date: MOMENT.date(), datetime: MOMENT, dict: {}}
_numbers = itertools.count(1)


def fresh(connection: Connection, column: Column[Any], place: int = 0) -> Any:
    """A value that no other row has in a column; of a checked one, what is allowed at the given place."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return add(connection, key.column.table.name)[key.column.name]
    if check := CHECKS.get(f"ck_{column.table.name}_{column.name}"):
        return check[1][place]
    number = next(_numbers)
    kind = column.type.python_type
    if kind is str:
        return f"{number}"
    return number.to_bytes(16, "big") if kind is bytes else 1_000_000 + number


def row(connection: Connection, table_name: str, **given: Any) -> dict[str, Any]:
    """The values of a valid row that is not inserted yet; its parents are. Optional columns stay empty."""
    table = metadata.tables[table_name]
    keys = {c.name for key in table.constraints if isinstance(key, UniqueConstraint) for c in key.columns}
    values = dict(given)
    for column in table.columns:
        left_out = column.nullable or column.default is not None or column is table.autoincrement_column
        if column.name not in values and not left_out:
            plain = column.type.python_type in _PLAIN and not column.foreign_keys and column.name not in keys
            checked = f"ck_{table.name}_{column.name}" in CHECKS
            values[column.name] = (
                _PLAIN[column.type.python_type] if plain and not checked else fresh(connection, column)
            )
    return values


def add(connection: Connection, table_name: str, **given: Any) -> dict[str, Any]:
    """Insert a valid row; what was given, what was made up, and its key."""
    table = metadata.tables[table_name]
    values = row(connection, table_name, **given)
    made = connection.execute(insert(table).values(values)).inserted_primary_key
    return values | dict(zip((c.name for c in table.primary_key), made or (), strict=True))
