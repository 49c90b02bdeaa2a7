"""Personal data: consents, acts of destruction, terms of keeping."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model


class Consent(Model):
    """A consent that somebody of the school has seen on paper: one purpose, one subject, a term, a revocation.

    A pupil is a class and a code here; the paper with the name lies at the school.
    """

    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("subject IN ('pupil', 'class', 'teacher')", name="subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    class_name: Mapped[str] = mapped_column(String(20), default="")
    pupil_code: Mapped[str] = mapped_column(String(20), default="")
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), index=True)
    verified_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_on: Mapped[date]
    until: Mapped[date | None]
    revoked_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class DestructionAct(Model):
    """The act of destroying data: of one person on request, or of a class of data whose term is over.

    ``counts``: what was destroyed or replaced, by table. ``alias`` stands in the place of the name from then on. While
    ``finished_at`` is empty the journal lets names be replaced, and nothing else.
    """

    __tablename__ = "destruction_act"
    __table_args__ = (
        UniqueConstraint("school_id", "number"),
        CheckConstraint("kind IN ('erasure', 'retention')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    alias: Mapped[str] = mapped_column(String(40), default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class RetentionTerm(Model):
    """For how many days a school keeps a class of data, where it differs from the usual."""

    __tablename__ = "retention_term"
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True)
    data_class: Mapped[str] = mapped_column(String(24), primary_key=True)
    days: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
