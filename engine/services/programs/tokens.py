"""Keys of programs. A personal key acts as its owner; a key of the school as the administrator who made it, who reads.

Only a hash is stored. A key never opens more than its person may do at that moment, and ends with their account.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from engine.core.text import Text
from engine.services.access import is_admin, require_admin
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.services.programs.scopes import OF_SCHOOL, SCOPES, ordered
from engine.store.database import db
from engine.store.people import Person
from engine.store.programs import ApiToken
from engine.store.unit import lock, unit_of_work

#: How a key begins, so that people and scanners of leaked secrets know it.
SIGN = "trefoil_"
DAYS = {30: Text("30 дней", en="30 days"), 90: Text("90 дней", en="90 days"), 365: Text("год", en="a year")}
MOST = 20
_SHOWN = len(SIGN) + 4
_USE_NOTED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a key: the key's row and the person it acts as."""

    token: ApiToken
    person: Person

    def may(self, scope: str) -> bool:
        """Whether the key was made for this."""
        return not scope or scope in self.token.scopes


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make(
    person: Person, title: str, scopes: Iterable[str], days: int, *, service: bool = False
) -> tuple[ApiToken, str]:
    """A key; returns its row and the secret, which is shown once and known nowhere afterwards.

    ``service`` makes a key of the school. Raises Forbidden unless an administrator makes that one, Invalid by field.
    """
    if service:
        require_admin(person)
    name = " ".join(title.split())
    chosen = ordered(scopes, OF_SCHOOL if service else SCOPES)
    errors: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 120:
        errors["title"] = [Text("Назовите программу", en="Name the program")]
    if not chosen:
        errors["scopes"] = [Text("Отметьте, что программе можно", en="Tick what the program may do")]
    if days not in DAYS:
        errors["days"] = [Text("Выберите срок", en="Choose the term")]
    if errors:
        raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
    secret = SIGN + secrets.token_urlsafe(32)
    with unit_of_work():
        lock(Person, person.id)  # the number of keys is counted and one is added
        if len(alive(person)) >= MOST:
            raise Invalid(f"Ключей уже {MOST}: отзовите ненужные", f"There are {MOST} keys: revoke some first")
        row = ApiToken(
            school_id=person.school_id,
            person_id=person.id,
            kind="service" if service else "personal",
            title=name,
            token_hash=_digest(secret),
            prefix=secret[:_SHOWN],
            scopes=chosen,
            created_at=now(),
            expires_at=now() + timedelta(days=days),
        )
        db.session.add(row)
        db.session.flush()
        return row, secret


def alive(person: Person) -> list[ApiToken]:
    """The keys somebody has made that still work or could again."""
    return list(
        db.session.scalars(
            select(ApiToken).where(
                ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now()
            )
        )
    )


def of_person(person: Person) -> list[ApiToken]:
    """The personal keys of somebody, the newest first, ended ones too."""
    query = select(ApiToken).where(ApiToken.person_id == person.id, ApiToken.kind == "personal")
    return list(db.session.scalars(query.order_by(ApiToken.id.desc()).limit(100)))


def of_school(admin: Person, kind: str) -> list[tuple[ApiToken, Person]]:
    """The keys of a kind in the school with whom they act as, the newest first."""
    require_admin(admin)
    rows = db.session.execute(
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.school_id == admin.school_id, ApiToken.kind == kind)
        .order_by(ApiToken.id.desc())
        .limit(200)
    )
    return [(token, person) for token, person in rows]


def works(token: ApiToken) -> bool:
    """Whether the term has not passed and nobody has revoked the key."""
    return token.revoked_at is None and token.expires_at > now()


def revoke(person: Person, token_id: int) -> ApiToken:
    """End a key at once: one's own, or any of the school for its administrator. NotFound for others."""
    with unit_of_work():
        row: ApiToken | None = lock(ApiToken, token_id)
        own = row is not None and row.person_id == person.id
        if row is None or row.school_id != person.school_id or not (own or is_admin(person)):
            raise NotFound("Такого ключа нет", "There is no such key")
        row.revoked_at = row.revoked_at or now()
        return row


def revoke_of(person: Person) -> None:
    """End every key of somebody whose account is closed; inside the caller's unit of work."""
    mine = (ApiToken.person_id == person.id) & ApiToken.revoked_at.is_(None)
    db.session.execute(update(ApiToken).where(mine).values(revoked_at=now()))


def bearer(secret: str) -> Bearer | None:
    """Who comes with this secret; None when the key is unknown, over, revoked, or its person may no longer come."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == _digest(secret)))
    person = db.session.get(Person, row.person_id) if row else None
    if row is None or person is None or not works(row) or not person.active:
        return None
    if row.kind == "service" and not is_admin(person):
        return None
    if row.used_at is None or now() - row.used_at > _USE_NOTED:
        with unit_of_work():
            row.used_at = now()
    return Bearer(row, person)
