"""Types a school has made itself, without code: the text that is worked on, and every version it has published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model, only_where


class DeclaredType(Model):
    """One row is the draft of a type, one more each version that was published and never changes again.

    There is a draft for every key, so that no two schools hold one key. ``edition`` counts how often a draft was
    saved; the largest id of a published row tells every worker whether there is something new.
    """

    __tablename__ = "declared_type"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published')", name="state"),
        Index("uq_declared_type_draft", "key", unique=True, **only_where("state = 'draft'")),
        Index("uq_declared_type_version", "key", "version", unique=True, **only_where("state = 'published'")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    edition: Mapped[int] = mapped_column(default=1)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
