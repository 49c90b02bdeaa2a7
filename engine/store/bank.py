"""The school bank: materials, their versions, authors, reviews, words to search by, trials; mini-reports of cycles."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model
from engine.store.people import Person


class Material(Model):
    """A work of the school bank («методическая копилка») as it stands; earlier texts are its versions.

    ``data`` holds what describes it: annotation, subject, class_name, techniques, indicators, conditions,
    would_change, trial_result. ``passport`` is the passport of its trial drawn from the cycle. ``banked_at`` is when it
    came into the bank: the day the indicator counts it by.
    """

    __tablename__ = "material"
    __table_args__ = (
        CheckConstraint("state IN ('draft','review','rework','recommended','in_bank','archived')", name="state"),
        CheckConstraint("licence IN ('school', 'district', 'open')", name="licence"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("plc_group.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    licence: Mapped[str] = mapped_column(String(10), default="school")
    version: Mapped[int] = mapped_column(default=1)
    body: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    passport: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    banked_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    archived_because: Mapped[str] = mapped_column(Text, default="")
    authors: Mapped[list[MaterialAuthor]] = relationship(order_by="MaterialAuthor.place", cascade="all, delete-orphan")


class MaterialAuthor(Model):
    """An author of a material. ``agreed_at``: consented to its going beyond the school."""

    __tablename__ = "material_author"
    __table_args__ = (UniqueConstraint("material_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    place: Mapped[int] = mapped_column(default=1)
    agreed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined")


class MaterialVersion(Model):
    """A text of a material as it was sent for review: title, body, description and the ids of its files."""

    __tablename__ = "material_version"
    __table_args__ = (UniqueConstraint("material_id", "n"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    n: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    files: Mapped[list[int]] = mapped_column(JSON, default=list)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class MaterialReview(Model):
    """One of the two reviews of a version: the leader of the own group (``seat`` own) or an expert of another."""

    __tablename__ = "material_review"
    __table_args__ = (
        UniqueConstraint("material_id", "version", "seat"),
        CheckConstraint("seat IN ('own', 'other')", name="seat"),
        CheckConstraint("verdict IN ('', 'accept', 'rework')", name="verdict"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    version: Mapped[int]
    seat: Mapped[str] = mapped_column(String(6))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scores: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    remarks: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str] = mapped_column(String(8), default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class MaterialWord(Model):
    """A word of a material by its stem: what full-text search looks in, the same on both databases."""

    __tablename__ = "material_word"
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    stem: Mapped[str] = mapped_column(String(60), primary_key=True)
    weight: Mapped[int] = mapped_column(default=1)


class MiniReport(Model):
    """What a triad offers to the other groups after its cycle: the technique, what came of it, pupils' difficulties."""

    __tablename__ = "mini_report"
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("plc_group.id"))
    title: Mapped[str] = mapped_column(String(200))
    techniques: Mapped[list[str]] = mapped_column(JSON, default=list)
    summary: Mapped[str] = mapped_column(Text)
    difficulties: Mapped[str] = mapped_column(Text, default="")
    advice: Mapped[str] = mapped_column(Text, default="")
    shown_on: Mapped[date | None]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Trial(Model):
    """«Беру попробовать»: who tries a material or the technique of a mini-report, where, and what came of it.

    ``outcome`` is empty until the result is told (``told_at``): worked, partly or failed.
    """

    __tablename__ = "trial"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'worked', 'partly', 'failed')", name="outcome"),
        CheckConstraint("(material_id IS NULL) <> (cycle_id IS NULL)", name="of_one"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("mini_report.cycle_id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("plc_group.id"))
    class_name: Mapped[str] = mapped_column(String(20), default="")
    subject: Mapped[str] = mapped_column(String(120), default="")
    planned_on: Mapped[date | None]
    taken_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(8), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[date | None]
    told_at: Mapped[datetime | None]


class FeedSeen(Model):
    """Up to when somebody has read the feed of other groups' experience."""

    __tablename__ = "feed_seen"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
