"""Cycles, their rounds, the append-only journal and the pinned definitions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model, only_where
from engine.store.groups import Triad

#: Marks of a round that mean the lesson took place.
DONE = frozenset({"conducted", "surveyed", "discussed"})


class DefinitionSnapshot(Model):
    """A definition as canonical JSON, stored once per fingerprint.

    ``base`` is the fingerprint of the type's own definition where contributions were added to it (empty: it is one).
    """

    __tablename__ = "definition_snapshot"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    type_key: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[str] = mapped_column(String(40))
    data: Mapped[str] = mapped_column(Text)
    base: Mapped[str] = mapped_column(String(64), default="", server_default="")
    seen_at: Mapped[datetime]


class Cycle(Model):
    """One run of a process by a triad. ``seq`` is the number of its last journal entry and its version.

    ``notes_cleared_at``, ``sheets_cleared_at``: when what was written about pupils, and the words of sheets, were
    destroyed because their term was over. ``upgrades`` is how many upgrades to another definition stand.
    """

    __tablename__ = "cycle"
    __table_args__ = (Index("uq_cycle_triad_open", "triad_id", unique=True, **only_where("closed_at IS NULL")),)
    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triad.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(ForeignKey("definition_snapshot.fingerprint"))
    title: Mapped[str] = mapped_column(String(200))
    stage: Mapped[str] = mapped_column(String(40))
    round: Mapped[int] = mapped_column(default=1)
    held: Mapped[bool] = mapped_column(default=False)
    seq: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    stage_since: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    period: Mapped[str] = mapped_column(String(60), default="")
    notes_cleared_at: Mapped[datetime | None]
    sheets_cleared_at: Mapped[datetime | None]
    upgrades: Mapped[int] = mapped_column(default=0, server_default="0")
    triad: Mapped[Triad] = relationship(lazy="joined")
    rounds: Mapped[list[Round]] = relationship(order_by="Round.n")


class Round(Model):
    """One lesson of a cycle. ``watch`` maps a case pupil (or "class") to the observer's id; ``observers`` is frozen
    when the lesson is done. ``status`` is the mark of the last action: scheduled, ready, conducted, …"""

    __tablename__ = "cycle_round"
    __table_args__ = (UniqueConstraint("cycle_id", "n"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    n: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime | None]
    room: Mapped[str] = mapped_column(String(40), default="")
    subject: Mapped[str] = mapped_column(String(120), default="")
    topic: Mapped[str] = mapped_column(String(300), default="")
    class_name: Mapped[str] = mapped_column(String(20), default="")
    class_size: Mapped[int | None]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    watch: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    observers: Mapped[list[int]] = mapped_column(JSON, default=list)
    status: Mapped[str] = mapped_column(String(20), default="scheduled")
    done_at: Mapped[datetime | None]


class JournalEntry(Model):
    """What happened, once and for ever (database triggers refuse changes). Labels are those of that day;
    ``once`` is the id of the pressed button, so that pressing it twice is pressing it once."""

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("cycle_id", "seq"), UniqueConstraint("cycle_id", "once"))
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(40))
    label: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    held: Mapped[bool]
    given: Mapped[dict[str, Any]] = mapped_column(JSON)
    waived: Mapped[list[Any]] = mapped_column(JSON)
    once: Mapped[str | None] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(64))


class RuleAcceptance(Model):
    """A member has accepted the ground rules for a cycle."""

    __tablename__ = "rule_acceptance"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Waiver(Model):
    """A waivable rule lifted for one round of a cycle, by whom and why."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("cycle_id", "rule", "round"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    rule: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(300))
    round: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Notice(Model):
    """An effect of an action, stored with it: a line for one person, read or not.

    ``key`` says what a reminder is about, so that it is written once; ``path`` leads to the place where there is no
    cycle.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("person_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    text: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(120), default="", server_default="")
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
