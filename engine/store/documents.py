"""Documents: what was written, who confirmed it, drafts, and uploaded files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model


class Submission(Model):
    """A document as it stands: shared (``owner`` 0) or of one person; ``round`` 0 for once-per-cycle ones.

    ``version`` grows with every save. ``content_hash`` is what confirmations refer to; ``form`` holds the fingerprint
    of the definition it was written with.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("cycle_id", "form_key", "round", "owner"),
        CheckConstraint("state IN ('draft', 'submitted')", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    form_key: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    owner: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]
    updated_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]


class Revision(Model):
    """An earlier text of a document, kept whole, with the definition and the form it was written by."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("submission_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    form_key: Mapped[str] = mapped_column(String(40), default="", server_default="")
    fingerprint: Mapped[str] = mapped_column(String(64), default="", server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Confirmation(Model):
    """Somebody agreed with exactly this text of a shared document."""

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("submission_id", "person_id", "content_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Draft(Model):
    """What somebody is typing: the raw fields of the page, one per person, document and round.

    ``base`` is the version of the document the typing began from, ``fingerprint`` the definition its page was made by.
    ``aside`` holds what was typed for questions a newer version asks no more: [fingerprint, form, input, text].
    """

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("person_id", "cycle_id", "form_key", "round"),
        Index("ix_draft_cycle_form", "cycle_id", "form_key"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    form_key: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    base: Mapped[int]
    raw: Mapped[list[Any]] = mapped_column(JSON)
    fingerprint: Mapped[str] = mapped_column(String(64), default="", server_default="")
    aside: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    updated_at: Mapped[datetime]


class StoredFile(Model):
    """An uploaded file: a random name on disk, the given name for people, type by content.

    It belongs to one place: a cycle, a material of the bank or a participation in an event.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN cycle_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN material_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN participation_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_place",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), index=True)
    participation_id: Mapped[int | None] = mapped_column(ForeignKey("participation.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(80), unique=True)
    uploaded_at: Mapped[datetime]
    private: Mapped[bool] = mapped_column(default=True)
