"""The district community (РПОС): schools of an installation, what they publish and take, invitations, exchange."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.store.bank import Material
from engine.store.database import Model, only_where


class District(Model):
    """A district community: «РПОС „Вместе к мастерству“»."""

    __tablename__ = "district"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Publication(Model):
    """A material a school has given to its district; withdrawn ones keep only that they were there."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("uq_publication_material_open", "material_id", unique=True, **only_where("withdrawn_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")
    material: Mapped[Material] = relationship(lazy="joined")


class TakenMaterial(Model):
    """A published material another school has taken into its bank; read through the publication."""

    __tablename__ = "taken_material"
    __table_args__ = (UniqueConstraint("publication_id", "school_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Invitation(Model):
    """An open lesson or a visit to which a school invites the schools of its district, pupils too where it says so."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("kind IN ('open_lesson', 'visit', 'event')", name="kind"),
        CheckConstraint("state IN ('open', 'closed', 'held', 'cancelled')", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    seats: Mapped[int | None]
    pupils: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="open")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class InvitationReply(Model):
    """The answer of one school: how many teachers and pupils come. Names stay at home."""

    __tablename__ = "invitation_reply"
    __table_args__ = (UniqueConstraint("invitation_id", "school_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    teachers: Mapped[int] = mapped_column(default=0)
    pupils: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ExchangePeer(Model):
    """Another installation whose signed files are taken: its name and public key (Ed25519, base64)."""

    __tablename__ = "exchange_peer"
    __table_args__ = (UniqueConstraint("district_id", "public_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    public_key: Mapped[str] = mapped_column(String(60))
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class ExchangeFile(Model):
    """A file that was taken, by the hash of its bytes: the same file is taken once."""

    __tablename__ = "exchange_file"
    __table_args__ = (UniqueConstraint("peer_id", "sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("exchange_peer.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    materials: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ForeignMaterial(Model):
    """A material that came in an exchange file: read only, with its school; ``uid`` is its own for ever."""

    __tablename__ = "foreign_material"
    __table_args__ = (UniqueConstraint("district_id", "uid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("exchange_file.id"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    body: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    passport: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    withdrawn_at: Mapped[datetime | None]
    at: Mapped[datetime]
