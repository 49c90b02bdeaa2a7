"""A valid row of any table, its parents included, from what the metadata says."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, UniqueConstraint, insert
from sqlalchemy.engine import Connection

from engine.store.tables import metadata

#: Every check: its column, what it allows, and some of what it refuses.
CHECKS: dict[str, tuple[str, tuple[Any, ...], tuple[Any, ...]]] = {
    "ck_school_role_role": ("role", ("school_admin", "psychologist", "district_coordinator"), ("lab_member", "")),
    "ck_person_digest": ("digest", ("off", "daily", "weekly"), ("hourly", "")),
    "ck_one_time_link_purpose": ("purpose", ("first_admin", "invitation", "reset"), ("login", "")),
    "ck_plugin_fault_kind": ("kind", ("raise", "wrong", "slow"), ("other", "")),
    "ck_declared_type_state": ("state", ("draft", "published"), ("withdrawn", "")),
    "ck_membership_seat": ("seat", (1, 2, 3, 8), (0, 9, -1)),
    "ck_type_switch_state": ("state", ("enabled", "draining", "disabled", "purged"), ("gone", "")),
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
    "ck_material_state": (
        "state",
        ("draft", "review", "rework", "recommended", "in_bank", "archived"),
        ("accepted", ""),
    ),
    "ck_material_licence": ("licence", ("school", "district", "open"), ("closed", "")),
    "ck_material_review_seat": ("seat", ("own", "other"), ("third", "")),
    "ck_material_review_verdict": ("verdict", ("", "accept", "rework"), ("maybe",)),
    "ck_trial_outcome": ("outcome", ("", "worked", "partly", "failed"), ("good",)),
    "ck_visit_kind": ("kind", ("lesson", "session", "event"), ("exam", "")),
    "ck_visit_status": ("status", ("planned", "held", "moved"), ("done", "")),
    "ck_participation_kind": ("kind", ("teacher", "pupil"), ("parent", "")),
    "ck_year_report_state": ("state", ("draft", "submitted", "rework", "accepted"), ("sent", "")),
    "ck_measure_status": ("status", ("planned", "done", "moved", "dropped"), ("late", "")),
    "ck_maturity_run_half": ("half", ("autumn", "spring"), ("winter", "")),
    "ck_letter_state": ("state", ("waiting", "sending", "sent", "failed"), ("lost", "")),
    "ck_job_state": ("state", ("waiting", "running", "done", "failed"), ("stopped", "")),
    "ck_invitation_kind": ("kind", ("open_lesson", "visit", "event"), ("party", "")),
    "ck_invitation_state": ("state", ("open", "closed", "held", "cancelled"), ("full", "")),
    "ck_api_token_kind": ("kind", ("personal", "service"), ("robot", "")),
    "ck_webhook_delivery_state": ("state", ("waiting", "sending", "sent", "failed"), ("lost", "")),
    "ck_consent_subject": ("subject", ("pupil", "class", "teacher"), ("parent", "")),
    "ck_destruction_act_kind": ("kind", ("erasure", "retention"), ("loss", "")),
}
#: Checks over several columns: the table, and rows that they refuse.
COMPOUND: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "ck_stored_file_one_place": ("stored_file", ({"cycle_id": None}, {"cycle_id": ..., "material_id": ...})),
    "ck_trial_of_one": ("trial", ({"material_id": None}, {"material_id": ..., "cycle_id": ...})),
    "ck_visit_two_people": ("visit", ({"guest_id": 1, "host_id": 1},)),
    "ck_participation_teacher_is_a_person": (
        "participation",
        ({"kind": "teacher", "person_id": None}, {"kind": "pupil", "person_id": ...}),
    ),
    "ck_participation_name_needs_consent": (
        "participation",
        ({"kind": "pupil", "pupil_name": "Имя", "consent_id": None},),
    ),
}
#: Optional columns of which one is needed, unless another of the list is given: table → (the needed one, the others).
NEEDED: dict[str, tuple[str, tuple[str, ...]]] = {
    "stored_file": ("cycle_id", ("cycle_id", "material_id", "participation_id")),
    "trial": ("material_id", ("material_id", "cycle_id")),
    "participation": ("person_id", ("person_id",)),
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
    if kind is date:
        return MOMENT.date() + timedelta(days=number)
    return number.to_bytes(16, "big") if kind is bytes else 1_000_000 + number


def row(connection: Connection, table_name: str, **given: Any) -> dict[str, Any]:
    """The values of a valid row that is not inserted yet; its parents are. Optional columns stay empty; ``...`` asks
    for a value made up."""
    table = metadata.tables[table_name]
    keys = {c.name for key in table.constraints if isinstance(key, UniqueConstraint) for c in key.columns}
    values = {k: fresh(connection, table.c[k]) if v is ... else v for k, v in given.items()}
    needed, others = NEEDED.get(table_name, ("", ()))
    if needed and not set(others) & set(given) and given.get("kind", "teacher") == "teacher":
        values[needed] = fresh(connection, table.c[needed])
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
