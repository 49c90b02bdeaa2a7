"""What plugins did wrong, and which of them are in quarantine. Of the whole installation: a plugin is one for all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model, only_where


class Fault(Model):
    """Every fault of one kind of one plugin in one place: how often, since when, and what the last one was.

    ``recent`` holds the last moments that count towards a quarantine.
    """

    __tablename__ = "plugin_fault"
    __table_args__ = (
        UniqueConstraint("plugin", "hook", "kind", "error"),
        CheckConstraint("kind IN ('raise', 'wrong', 'slow')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plugin: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    hook: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(8))
    error: Mapped[str] = mapped_column(String(80))
    message: Mapped[str] = mapped_column(String(500), default="")
    trace: Mapped[str] = mapped_column(Text, default="")
    count: Mapped[int] = mapped_column(default=0)
    recent: Mapped[list[str]] = mapped_column(JSON)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Quarantine(Model):
    """A plugin taken out of use because it kept failing; ``edition`` is the code it had, ``lifted_by`` empty when newer
    code lifted it."""

    __tablename__ = "plugin_quarantine"
    __table_args__ = (
        Index("uq_plugin_quarantine_plugin_open", "plugin", unique=True, **only_where("lifted_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plugin: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str] = mapped_column(String(64))
    reason: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
