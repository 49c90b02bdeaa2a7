"""Peer visits, events, and who took part in them with what result."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model
from engine.store.people import Person


class Visit(Model):
    """A peer visit («Лист взаимопосещения»): one aim, facts, what I take with me; never a score."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("kind IN ('lesson', 'session', 'event')", name="kind"),
        CheckConstraint("status IN ('planned', 'held', 'moved')", name="status"),
        CheckConstraint("guest_id <> host_id", name="two_people"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    class_name: Mapped[str] = mapped_column(String(20), default="")
    subject: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[str] = mapped_column(String(8), default="lesson")
    goal: Mapped[str] = mapped_column(Text)
    indicator: Mapped[str] = mapped_column(String(40), default="")
    facts: Mapped[str] = mapped_column(Text, default="")
    takeaway: Mapped[str] = mapped_column(Text, default="")
    question: Mapped[str] = mapped_column(Text, default="")
    agreement: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(8), default="planned")
    deficit_id: Mapped[int | None] = mapped_column(ForeignKey("deficit.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    guest: Mapped[Person] = relationship(foreign_keys=[guest_id], lazy="joined")
    host: Mapped[Person] = relationship(foreign_keys=[host_id], lazy="joined")


class Event(Model):
    """A seminar, festival, contest, trip…: its form, level, days and place."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    form: Mapped[str] = mapped_column(String(24))
    level: Mapped[str] = mapped_column(String(16))
    begins: Mapped[date]
    ends: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    organiser: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    participations: Mapped[list[Participation]] = relationship(
        order_by="Participation.id", cascade="all, delete-orphan", back_populates="event"
    )


class Participation(Model):
    """One participant of an event with a role and a result.

    A teacher is a person; a pupil is a code and a class, with a name only under a consent (``pupil_name``).
    """

    __tablename__ = "participation"
    __table_args__ = (
        CheckConstraint("kind IN ('teacher', 'pupil')", name="kind"),
        CheckConstraint("(kind = 'teacher') = (person_id IS NOT NULL)", name="teacher_is_a_person"),
        CheckConstraint("pupil_name = '' OR consent_id IS NOT NULL", name="name_needs_consent"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    pupil_code: Mapped[str] = mapped_column(String(20), default="")
    class_name: Mapped[str] = mapped_column(String(20), default="")
    pupil_name: Mapped[str] = mapped_column(String(120), default="")
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))
    role: Mapped[str] = mapped_column(String(12), default="member")
    result: Mapped[str] = mapped_column(String(12), default="member")
    topic: Mapped[str] = mapped_column(String(300), default="")
    document: Mapped[str] = mapped_column(String(60), default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    event: Mapped[Event] = relationship(back_populates="participations", lazy="joined")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="joined")
