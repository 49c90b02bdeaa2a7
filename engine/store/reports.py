"""What the year ends with: reports of leaders, the conference, measures of the plan, self-assessment of teams."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model
from engine.store.groups import Group
from engine.store.people import SchoolYear


class YearReport(Model):
    """The year report of a group's leader. ``texts`` is what the leader has put otherwise than the draft, by section;
    ``facts`` are the figures as they stood when it was handed in."""

    __tablename__ = "year_report"
    __table_args__ = (
        UniqueConstraint("group_id", "year_id"),
        CheckConstraint("state IN ('draft', 'submitted', 'rework', 'accepted')", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("plc_group.id"))
    year_id: Mapped[int] = mapped_column(ForeignKey("school_year.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    remarks: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    group: Mapped[Group] = relationship(lazy="joined")
    year: Mapped[SchoolYear] = relationship(lazy="joined")


class Conference(Model):
    """The methodical conference of a school year: programme, resolution, the draft plan for the next year."""

    __tablename__ = "conference"
    __table_args__ = (UniqueConstraint("school_id", "year_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    year_id: Mapped[int] = mapped_column(ForeignKey("school_year.id"))
    held_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    programme: Mapped[list[Any]] = mapped_column(JSON, default=list)
    resolution: Mapped[list[Any]] = mapped_column(JSON, default=list)
    plan: Mapped[list[Any]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Measure(Model):
    """A measure of the approved plan of methodical work, followed to its result.

    ``basis`` tells what it answers (a kind of deficit or a finding), ``row`` its place in the plan of the cycle.
    """

    __tablename__ = "measure"
    __table_args__ = (
        UniqueConstraint("cycle_id", "row"),
        CheckConstraint("status IN ('planned', 'done', 'moved', 'dropped')", name="status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    row: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(String(60))
    basis_text: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date]
    owner: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expected: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(8), default="planned")
    result: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[date | None]
    changed_at: Mapped[datetime]


class MaturityRun(Model):
    """A self-assessment of a triad in one half of a school year (autumn: October, spring: April)."""

    __tablename__ = "maturity_run"
    __table_args__ = (
        UniqueConstraint("triad_id", "year_id", "half"),
        CheckConstraint("half IN ('autumn', 'spring')", name="half"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    triad_id: Mapped[int] = mapped_column(ForeignKey("triad.id"))
    year_id: Mapped[int] = mapped_column(ForeignKey("school_year.id"), index=True)
    half: Mapped[str] = mapped_column(String(8))
    growth_point: Mapped[str] = mapped_column(Text, default="")
    expects: Mapped[int] = mapped_column(default=3)
    opened_at: Mapped[datetime]


class MaturityVoter(Model):
    """Who has answered a self-assessment: no time, nothing that leads to an answer."""

    __tablename__ = "maturity_voter"
    run_id: Mapped[int] = mapped_column(ForeignKey("maturity_run.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class MaturityAnswer(Model):
    """One sheet of a self-assessment under a random key: scores 0 to 3 by item."""

    __tablename__ = "maturity_answer"
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("maturity_run.id"), index=True)
    scores: Mapped[dict[str, int]] = mapped_column(JSON)
