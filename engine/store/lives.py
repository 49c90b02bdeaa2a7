"""The life of group types: settings by version, upgrades of running cycles, what was purged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model


class TypeSettings(Model):
    """The settings of a type in a school as somebody set them; the highest ``version`` holds.

    ``type_version`` is the version of the type they were set for; ``aside`` what that version did not know.
    """

    __tablename__ = "type_settings"
    __table_args__ = (UniqueConstraint("school_id", "type_key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    type_version: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    aside: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CycleUpgrade(Model):
    """A cycle went on with another definition. ``seq`` is its journal entry, ``mapping`` the steps as data.

    ``before`` holds what is needed to go back exactly: codes and numbers, no words of people. An upgrade that was
    taken back keeps its row.
    """

    __tablename__ = "cycle_upgrade"
    __table_args__ = (UniqueConstraint("cycle_id", "seq"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    seq: Mapped[int]
    version_before: Mapped[str] = mapped_column(String(40))
    version_after: Mapped[str] = mapped_column(String(40))
    fingerprint_before: Mapped[str] = mapped_column(String(64))
    fingerprint_after: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[list[Any]] = mapped_column(JSON, default=list)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class TypePurge(Model):
    """Everything of a type was deleted in a school: who, when, how many rows of each table.

    While ``finished_at`` is empty the journal lets entries of this type's cycles go, and nothing else.
    """

    __tablename__ = "type_purge"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40))
    title: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
