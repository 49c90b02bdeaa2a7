"""Sessions: the browser holds a random token, everything else is here and can be ended at once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from engine.services import second_step
from engine.services.errors import NotFound
from engine.services.host import host, now
from engine.store.database import db
from engine.store.people import Person, School, SignIn
from engine.store.prepared import Statement
from engine.store.reading import Objects, first
from engine.store.unit import unit_of_work

#: How long the second step may take.
HALF = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """One of a person's sessions, for the list of devices."""

    id: int
    device: str
    created_at: object
    seen_at: object
    is_this: bool


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(person: Person, device: str, *, whole: bool) -> str:
    """Begin a session and return its token; until it is ``whole`` nothing but the second step is open to it."""
    token = secrets.token_urlsafe(32)
    with unit_of_work():
        db.session.add(
            SignIn(
                token_hash=digest(token),
                person_id=person.id,
                created_at=now(),
                seen_at=now(),
                device=device[:120],
                whole=whole,
            )
        )
    return token


def person_for(token: str) -> Person | None:
    """Whose session this is; None when it is half of one, has ended, timed out, or the person is no longer active."""
    row, person = _held(token)
    if row is None or person is None or not row.whole:
        return None
    moment, limits = now(), host().limits
    short = second_step.obliged(person) and not person.school.is_demo
    idle = limits.idle_admin if short else limits.idle
    if moment - row.created_at > limits.absolute or moment - row.seen_at > idle:
        return None
    if moment - row.seen_at > min(timedelta(minutes=10), idle / 30):
        with unit_of_work():
            db.session.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=moment))
    return person


def half_for(token: str) -> Person | None:
    """Who has shown a password and owes the second step; None for anybody else."""
    row, person = _held(token)
    return None if row is None or row.whole or now() - row.created_at > HALF else person


class _Row(NamedTuple):
    """What is asked of a session."""

    id: int
    created_at: datetime
    seen_at: datetime
    whole: bool


_PERSON = Objects(Person, school=Objects(School))
_HELD = Statement(
    select(*_PERSON.columns, SignIn.id, SignIn.created_at, SignIn.seen_at, SignIn.whole)
    .join(School, School.id == Person.school_id)
    .join(SignIn, SignIn.person_id == Person.id)
    .where(SignIn.token_hash == bindparam("token"), Person.active)
)


def _held(token: str) -> tuple[_Row, Person] | tuple[None, None]:
    found = first(_HELD, token=digest(token))
    return (_Row(*found[-4:]), _PERSON.of(found)) if found else (None, None)


def renew(token: str, *, whole: bool = True, alone: bool = False) -> str:
    """Another token for the session: what was seen before the second step opens nothing after it.

    ``alone`` ends the person's other sessions. NotFound when this one has ended meanwhile.
    """
    fresh = secrets.token_urlsafe(32)
    with unit_of_work():
        row = db.session.scalar(select(SignIn).where(SignIn.token_hash == digest(token)).with_for_update())
        if row is None:
            raise NotFound("Войдите ещё раз", "Sign in again")
        row.token_hash, row.whole, row.created_at, row.seen_at = digest(fresh), whole, now(), now()
        if alone:
            db.session.execute(delete(SignIn).where(SignIn.person_id == row.person_id, SignIn.id != row.id))
    return fresh


def sessions(person: Person, token: str) -> list[Session]:
    """Where the person is signed in."""
    rows = db.session.scalars(
        select(SignIn).where(SignIn.person_id == person.id, SignIn.whole).order_by(SignIn.seen_at.desc())
    )
    return [Session(r.id, r.device, r.created_at, r.seen_at, r.token_hash == digest(token)) for r in rows]


def sign_out(token: str) -> None:
    """End one session."""
    with unit_of_work():
        db.session.execute(delete(SignIn).where(SignIn.token_hash == digest(token)))


def revoke_all(person: Person, keep: str = "") -> None:
    """End every session of a person; all but the one of the token ``keep``."""
    with unit_of_work():
        gone = delete(SignIn).where(SignIn.person_id == person.id)
        db.session.execute(gone.where(SignIn.token_hash != digest(keep)) if keep else gone)
