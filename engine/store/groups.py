"""Groups (ПОС) of a school, triads, dated memberships, and the switch of each group type."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model, only_where
from engine.store.people import Person


class Group(Model):
    """A professional learning community of a type; two triads of three."""

    __tablename__ = "plc_group"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(160))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, active_history=True)
    psychologist_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, active_history=True)
    closed_on: Mapped[date | None]
    leader: Mapped[Person | None] = relationship(foreign_keys=[leader_id])
    psychologist: Mapped[Person | None] = relationship(foreign_keys=[psychologist_id])
    triads: Mapped[list[Triad]] = relationship(back_populates="group", order_by="Triad.id")


class Triad(Model):
    """Teachers who work together: three, or as many as their group type asks for."""

    __tablename__ = "triad"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("plc_group.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    group: Mapped[Group] = relationship(back_populates="triads", lazy="joined")
    memberships: Mapped[list[Membership]] = relationship(back_populates="triad", order_by="Membership.seat")


class Membership(Model):
    """Who sits in a triad from when to when (the last day not included); ``seat``, from 1 on, orders the rotation."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("seat BETWEEN 1 AND 8", name="seat"),
        Index("uq_membership_person_now", "person_id", unique=True, **only_where("until IS NULL")),
        Index("uq_membership_seat_now", "triad_id", "seat", unique=True, **only_where("until IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triad.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    seat: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]
    triad: Mapped[Triad] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(lazy="joined")


class TypeSwitch(Model):
    """The life of a group type (or of a contribution to types) in a school; no row means never enabled."""

    __tablename__ = "type_switch"
    __table_args__ = (
        UniqueConstraint("school_id", "type_key"),
        CheckConstraint("state IN ('enabled', 'draining', 'disabled', 'purged')", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Threshold(Model):
    """A threshold of a criterion as the leader of a group has set it."""

    __tablename__ = "threshold"
    __table_args__ = (UniqueConstraint("group_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("plc_group.id"), index=True)
    key: Mapped[str] = mapped_column(String(80))
    value: Mapped[float]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
