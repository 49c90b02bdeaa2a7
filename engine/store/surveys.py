"""Surveys. Nothing here joins an answer to a token, a time, an order, a device or an address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model


class SurveyRun(Model):
    """A survey of one round. ``link`` is the random part of its address. ``answered`` only counts."""

    __tablename__ = "survey_run"
    __table_args__ = (UniqueConstraint("cycle_id", "survey_key", "round"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    survey_key: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    link: Mapped[str] = mapped_column(String(40), unique=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    band: Mapped[str] = mapped_column(String(8), default="5-9")
    present: Mapped[int | None]
    answered: Mapped[int] = mapped_column(default=0)
    skipped_because: Mapped[str] = mapped_column(Text, default="")


class SurveyToken(Model):
    """A one-time permission to answer: its hash, and that it was used. Used ones carry no time."""

    __tablename__ = "survey_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_run.id"), index=True)
    used: Mapped[bool] = mapped_column(default=False)


class SurveyAnswer(Model):
    """One sheet of answers under a random key, so that even the order of the rows says nothing.

    The sheets of a survey lie together: among those of all surveys each would lie on a page of its own, and every
    answer writes them all anew.
    """

    __tablename__ = "survey_answer"
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_run.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)


class SurveyText(Model):
    """An open answer, apart from the other answers of the same sheet."""

    __tablename__ = "survey_text"
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_run.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    question: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)


class SurveyCount(Model):
    """Counts without sheets: answers on paper entered as a summary, and surveys that keep counts only."""

    __tablename__ = "survey_count"
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_run.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    option: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int]


class PaperSummary(Model):
    """How many paper sheets stand behind the counts of a run, and who entered them."""

    __tablename__ = "paper_summary"
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_run.id"), primary_key=True)
    sheets: Mapped[int]
    entered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
