"""Schools, people, how they sign in, and what they are in the school."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.database import Model


class School(Model):
    """A school (образовательная организация). ``staff`` is the number of its teachers, the denominator of shares.

    ``district`` is the name of its area as people write it, ``district_id`` the district community it has joined.
    """

    __tablename__ = "school"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    district: Mapped[str] = mapped_column(String(200), default="")
    staff: Mapped[int] = mapped_column(default=0)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)


class SchoolYear(Model):
    """A school year with its first and last day."""

    __tablename__ = "school_year"
    __table_args__ = (UniqueConstraint("school_id", "title"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    title: Mapped[str] = mapped_column(String(20))
    begins: Mapped[date]
    ends: Mapped[date]


class StaffCount(Model):
    """How many teachers the school has from a day on: the denominator of a share is that of the day asked about."""

    __tablename__ = "staff_count"
    __table_args__ = (UniqueConstraint("school_id", "since"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    since: Mapped[date]
    staff: Mapped[int]


class Holiday(Model):
    """Days without lessons, both ends included."""

    __tablename__ = "holiday"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    begins: Mapped[date]
    ends: Mapped[date]


def short_name(last_name: str, first_name: str, patronymic: str) -> str:
    """«Указкина В. Д.», with spaces that do not break: initials never stand at the end of a line alone."""
    first = f"\u00a0{first_name[0]}." if first_name else ""
    second = f"\u00a0{patronymic[0]}." if patronymic else ""
    return f"{last_name}{first}{second}" if last_name else f"{first}{second}"[1:]


class Person(Model):
    """Somebody who works at a school. ``login`` is unique in the installation; no password means not joined yet.

    ``digest`` says how often letters come: off, daily or weekly. ``erased_at``: the name is an alias since then.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_school_last", "school_id", "last_name"),
        CheckConstraint("digest IN ('off', 'daily', 'weekly')", name="digest"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    last_name: Mapped[str] = mapped_column(String(80))
    first_name: Mapped[str] = mapped_column(String(80))
    patronymic: Mapped[str] = mapped_column(String(80), default="")
    subject: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[str] = mapped_column(String(160), default="")
    login: Mapped[str | None] = mapped_column(String(120), unique=True)
    email: Mapped[str] = mapped_column(String(160), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="ru")
    digest: Mapped[str] = mapped_column(String(8), default="daily", server_default="daily")
    erased_at: Mapped[datetime | None]
    school: Mapped[School] = relationship(lazy="joined")

    @property
    def short_name(self) -> str:
        """«Указкина В. Д.»"""
        return short_name(self.last_name, self.first_name, self.patronymic)

    @property
    def full_name(self) -> str:
        """«Указкина Вера Демовна»"""
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)


class SchoolRole(Model):
    """A role in the school itself, dated. Roles in groups and triads follow from memberships."""

    __tablename__ = "school_role"
    __table_args__ = (CheckConstraint("role IN ('school_admin', 'psychologist', 'district_coordinator')", name="role"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    since: Mapped[date]
    until: Mapped[date | None]


class SignIn(Model):
    """A server-side session. The browser holds a random token; here is its hash alone, so a dump opens nothing.

    ``whole``: nothing is open to it before that; the second step of signing in is still to come.
    """

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(120), default="")
    whole: Mapped[bool] = mapped_column(default=True, server_default=true())


class SecondStep(Model):
    """The app on a person's phone that gives codes. ``secret`` is sealed, ``last_step`` the half minute of the last
    code used: no code works twice."""

    __tablename__ = "second_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    secret: Mapped[str] = mapped_column(String(300))
    last_step: Mapped[int]
    since: Mapped[datetime]


class RecoveryCode(Model):
    """A code on paper for when the phone is lost; its keyed hash."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class OuterAccount(Model):
    """An account at an identity provider by which a person signs in: found by the provider and its stable subject."""

    __tablename__ = "outer_account"
    __table_args__ = (UniqueConstraint("issuer", "outer_id"), UniqueConstraint("person_id", "issuer"))
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(String(300))
    outer_id: Mapped[str] = mapped_column(String(255))
    since: Mapped[datetime]


class OneTimeLink(Model):
    """A link that works once: an invitation, a password reset, or the first administrator of an installation."""

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint("purpose IN ('first_admin', 'invitation', 'reset')", name="purpose"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FailedSignIn(Model):
    """A wrong password by login, or a wrong code by the id of its person: what slows guessing down without closing a
    school's shared address. ``browser`` names a browser the person has signed in with before; empty is any other."""

    __tablename__ = "failed_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), index=True)
    step: Mapped[str] = mapped_column(String(10), default="password", server_default="password")
    browser: Mapped[str] = mapped_column(String(30), default="", server_default="")
    at: Mapped[datetime]
