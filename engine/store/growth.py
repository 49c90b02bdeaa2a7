"""What follows a cycle: deficits, routes and plans, positions and decisions, transfers, handovers, closed notes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model

DEFICIT_STATES = ("found", "planned", "in_work", "closed", "remains", "withdrawn")


class Deficit(Model):
    """A professional deficit, worded by the teacher. ``person_id`` None means the triad as a whole.

    ``confirmed`` is set by the person alone. ``visibility``: me, triad, leader or lab. ``source`` names the figure it
    was seen in ({indicator, round}), ``closing`` the evidence that it is closed, ``closed_at`` when it was.
    """

    __tablename__ = "deficit"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("status IN ('found','planned','in_work','closed','remains','withdrawn')", name="status"),
        CheckConstraint("visibility IN ('me', 'triad', 'leader', 'lab')", name="visibility"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    group_key: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    level: Mapped[int]
    status: Mapped[str] = mapped_column(String(12), default="found")
    visibility: Mapped[str] = mapped_column(String(8), default="leader")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed: Mapped[bool] = mapped_column(default=False)
    source: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    closing: Mapped[str] = mapped_column(Text, default="", server_default="")
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class DevelopmentPlan(Model):
    """A route of one teacher (ИОМ, ``kind`` route) or the plan of a triad (``kind`` remedy)."""

    __tablename__ = "development_plan"
    __table_args__ = (
        CheckConstraint("kind IN ('route', 'remedy')", name="kind"),
        UniqueConstraint("cycle_id", "kind", "owner"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    owner: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    goal: Mapped[str] = mapped_column(Text, default="")
    begins: Mapped[date | None]
    ends: Mapped[date | None]
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    basis: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12), default="draft")
    reflection: Mapped[str] = mapped_column(Text, default="")
    conclusion: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    steps: Mapped[list[PlanStep]] = relationship(order_by="PlanStep.id", cascade="all, delete-orphan")


class PlanStep(Model):
    """One action of a plan against one deficit."""

    __tablename__ = "plan_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("development_plan.id"), index=True)
    deficit_id: Mapped[int | None] = mapped_column(ForeignKey("deficit.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(String(40), default="")
    who: Mapped[str] = mapped_column(String(200), default="")
    partner: Mapped[str] = mapped_column(String(200), default="")
    due: Mapped[date | None]
    measure: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[bool] = mapped_column(default=False)


class Position(Model):
    """What one member would do next, in own words."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    choice: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Decision(Model):
    """The decision of a triad: continue, change_approach or move, with grounds and dissent."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("choice IN ('continue', 'change_approach', 'move')", name="choice"),)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    choice: Mapped[str] = mapped_column(String(16))
    grounds: Mapped[str] = mapped_column(Text)
    dissent: Mapped[str] = mapped_column(Text, default="")
    next_question: Mapped[str] = mapped_column(Text, default="")
    what_changes: Mapped[str] = mapped_column(Text, default="")
    next_steps: Mapped[str] = mapped_column(Text, default="")
    target_group_id: Mapped[int | None] = mapped_column(ForeignKey("plc_group.id"))
    movers: Mapped[list[int]] = mapped_column(JSON, default=list)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Transfer(Model):
    """A request to move one person or a whole triad to another group; both leaders must agree."""

    __tablename__ = "transfer"
    __table_args__ = (CheckConstraint("state IN ('open', 'done', 'declined')", name="state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    source_group_id: Mapped[int] = mapped_column(ForeignKey("plc_group.id"), index=True)
    target_group_id: Mapped[int] = mapped_column(ForeignKey("plc_group.id"), index=True)
    people: Mapped[list[int]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    source_agreed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    target_agreed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Handover(Model):
    """The summary of a finished cycle as it went to the Laboratory: figures and conclusions, no sheets."""

    __tablename__ = "handover"
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    type_key: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    full_package: Mapped[bool]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ClosedNote(Model):
    """A note for the holders of one role alone; the cycle keeps only that there was one."""

    __tablename__ = "closed_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
