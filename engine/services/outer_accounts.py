"""Accounts at an identity provider: bound by their owner, found by the provider's stable subject, never by mail."""

from __future__ import annotations

from sqlalchemy import delete, select

from engine.services import second_step, watch
from engine.services.access import colleague, require_admin
from engine.services.errors import Conflict, NotFound
from engine.services.host import now
from engine.services.sessions import begin, revoke_all
from engine.store.database import db
from engine.store.people import OuterAccount, Person
from engine.store.unit import unit_of_work


def is_bound(person: Person, issuer: str) -> bool:
    """Whether the person signs in by this provider."""
    return _row(person, issuer) is not None


def enter(issuer: str, outer_id: str, device: str, *, two_steps: bool) -> tuple[Person, str]:
    """Begin a session of the person the subject is bound to; ``two_steps`` when the provider has asked for both.

    Without that it is half of a session where a second step is needed. NotFound for a subject nobody has bound, and for
    one whose account is closed.
    """
    row = db.session.scalar(
        select(OuterAccount).where(OuterAccount.issuer == issuer, OuterAccount.outer_id == outer_id)
    )
    person = db.session.get(Person, row.person_id) if row else None
    if person is None or not person.active:
        watch.tell("provider_unknown")
        raise NotFound(
            "Эта учётная запись ни с кем здесь не связана. Войдите с паролем и свяжите её в профиле",
            "Nobody here has bound this account. Sign in with a password and bind it in the profile",
        )
    return person, begin(person, device, whole=two_steps or not second_step.needed(person))


def bind(person: Person, issuer: str, outer_id: str) -> None:
    """Let the subject sign the person in; an earlier one of the same provider no longer does.

    Raises Conflict when it is bound to somebody else.
    """
    with unit_of_work():
        taken = db.session.scalar(
            select(OuterAccount.person_id).where(OuterAccount.issuer == issuer, OuterAccount.outer_id == outer_id)
        )
        if taken is not None and taken != person.id:
            raise Conflict(
                "Эта учётная запись уже связана с другим человеком", "This account is bound to somebody else"
            )
        db.session.execute(
            delete(OuterAccount).where(OuterAccount.person_id == person.id, OuterAccount.issuer == issuer)
        )
        db.session.add(OuterAccount(person_id=person.id, issuer=issuer, outer_id=outer_id, since=now()))
    watch.tell("provider_bound", person=person.id)


def unbind(person: Person, issuer: str) -> None:
    """The provider no longer signs the person in."""
    with unit_of_work():
        db.session.execute(
            delete(OuterAccount).where(OuterAccount.person_id == person.id, OuterAccount.issuer == issuer)
        )
    watch.tell("provider_unbound", person=person.id)


def unbind_of(admin: Person, person_id: int) -> None:
    """An administrator cuts somebody of the school off from every provider; every session of theirs ends."""
    require_admin(admin)
    person = colleague(admin, person_id)
    with unit_of_work():
        db.session.execute(delete(OuterAccount).where(OuterAccount.person_id == person.id))
        if person.id != admin.id:
            revoke_all(person)
    watch.tell("provider_unbound", person=person.id)


def _row(person: Person, issuer: str) -> OuterAccount | None:
    return db.session.scalar(
        select(OuterAccount).where(OuterAccount.person_id == person.id, OuterAccount.issuer == issuer)
    )
