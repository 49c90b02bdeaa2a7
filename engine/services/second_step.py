"""The second step of signing in: a code of an app on the phone (TOTP), and ten codes on paper for when it is lost.

The secret of the app is sealed with a key made from the secret of the installation, codes on paper are kept as keyed
hashes: a copy of the database alone opens nothing. Sessions are ended by whoever calls (engine/services/accounts.py).
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, func, select, update

from engine.core.text import Text
from engine.services import guessing, watch
from engine.services.access import colleague, require_admin, school_roles
from engine.services.errors import Conflict, Invalid
from engine.services.host import host, now
from engine.store.database import db
from engine.store.people import Person, RecoveryCode, SecondStep, SignIn
from engine.store.unit import unit_of_work

#: Who signs in with two steps or not at all.
OBLIGED = frozenset({"school_admin", "district_coordinator"})
PAPER_CODES = 10
_PERIOD = 30
_OFFERED = 3600
#: No letter or digit of these is taken for another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Offer:
    """A fresh secret to put into an app; ``sealed`` goes through the form and comes back with the first code."""

    secret: str
    address: str
    sealed: str


def obliged(person: Person) -> bool:
    """Whether the person's roles ask for two steps."""
    return not OBLIGED.isdisjoint(school_roles(person))


def has(person: Person) -> bool:
    """Whether the person has set the second step up."""
    return _row(person) is not None


def needed(person: Person) -> bool:
    """Whether a password alone does not sign the person in."""
    return has(person) or obliged(person)


def papers_left(person: Person) -> int:
    """How many codes on paper are not used yet."""
    query = select(func.count()).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(query) or 0


def offer(person: Person) -> Offer:
    """A fresh secret for an app. Nothing is stored until its first code has come back."""
    return _offer(person, pyotp.random_base32())


def offered(person: Person, sealed: str) -> Offer:
    """What was offered an hour ago at most; a fresh offer otherwise."""
    secret = _open(person, sealed, _OFFERED)
    return _offer(person, secret) if secret else offer(person)


def _offer(person: Person, secret: str) -> Offer:
    name = person.login or person.short_name
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Trefoil")
    return Offer(secret, address, _seal(person, secret))


def enrol(person: Person, sealed: str, code: str) -> list[str]:
    """Take the app that answers with ``code``; returns the codes for paper, shown this once.

    Raises Invalid for a wrong code or an old offer, Conflict when there is a second step already, TooManyTries.
    """
    secret = _open(person, sealed, _OFFERED)
    who = str(person.id)
    guessing.check(who, guessing.CODE)
    step = _step_of(secret, code) if secret else None
    if step is None:
        guessing.failed(who, guessing.CODE)
        raise _wrong()
    with unit_of_work():
        if has(person):
            raise Conflict("Второй шаг уже настроен", "The second step is set up already")
        db.session.add(SecondStep(person_id=person.id, secret=_seal(person, secret), last_step=step, since=now()))
        guessing.forget(who, guessing.CODE)
        return _fresh_papers(person)


def fresh_papers(person: Person) -> list[str]:
    """Ten new codes for paper; the older ones stop working."""
    with unit_of_work():
        codes = _fresh_papers(person)
    watch.tell("second_step_papers", person=person.id)
    return codes


def _fresh_papers(person: Person) -> list[str]:
    plain = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(PAPER_CODES)]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    db.session.add_all(RecoveryCode(person_id=person.id, code_hash=_hash(person, code)) for code in plain)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in plain]


def check(person: Person, code: str, browser: str = "") -> bool:
    """Use a code up: of the app (no code twice, also not within its half minute) or on paper (each once).

    Returns whether it was one on paper. Raises Invalid for a wrong or used one, TooManyTries after many wrong ones.
    """
    who = str(person.id)
    guessing.check(who, guessing.CODE, browser)
    typed = code.strip().lower().replace(" ", "").replace("-", "")
    paper = not (typed.isascii() and typed.isdigit() and len(typed) == 6)
    if not (_use_paper(person, typed) if paper else _use_app(person, typed)):
        guessing.failed(who, guessing.CODE, browser)
        raise _wrong()
    with unit_of_work():
        guessing.forget(who, guessing.CODE, browser)
    watch.tell("second_step_passed", person=person.id, paper=paper)
    return paper


def _use_app(person: Person, code: str) -> bool:
    row = _row(person)
    step = _step_of(_open(person, row.secret), code) if row else None
    if row is None or step is None:
        return False
    with unit_of_work():  # of two who send one code at once, one finds the step already taken
        fresh = update(SecondStep).where(SecondStep.id == row.id, SecondStep.last_step < step).values(last_step=step)
        return _rows(db.session.execute(fresh)) == 1


def _use_paper(person: Person, code: str) -> bool:
    with unit_of_work():
        fresh = (
            update(RecoveryCode)
            .where(
                RecoveryCode.person_id == person.id,
                RecoveryCode.code_hash == _hash(person, code),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now())
        )
        return _rows(db.session.execute(fresh)) == 1


def _rows(result: Any) -> int:
    return int(result.rowcount)


def remove(person: Person) -> None:
    """Switch the person's second step off, every code with it. Call after :func:`check`."""
    with unit_of_work():
        _remove(person)
    watch.tell("second_step_removed", person=person.id)


def reset(admin: Person, person_id: int) -> None:
    """Take the second step off somebody of the school who has lost the phone; every session of theirs ends.

    Raises Invalid for the own one: that takes a code, or ``trefoil users reset-second-step`` on the server.
    """
    require_admin(admin)
    person = colleague(admin, person_id)
    if person.id == admin.id:
        raise Invalid(
            "Свой второй шаг меняют в профиле, с кодом. Потерян и телефон, и запасные коды — попросите другого "
            "администратора",
            "Change your own second step in the profile, with a code, or ask another administrator",
        )
    _reset(person)


def reset_from_server(person: Person) -> None:
    """The same from the command line of the installation, for the last administrator who lost the phone."""
    _reset(person)


def _reset(person: Person) -> None:
    with unit_of_work():
        _remove(person)
        db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    watch.tell("second_step_reset", person=person.id)


def _remove(person: Person) -> None:
    guessing.forget(str(person.id), guessing.CODE)
    for table in (SecondStep, RecoveryCode):
        db.session.execute(delete(table).where(table.person_id == person.id))


def _row(person: Person) -> SecondStep | None:
    return db.session.scalar(select(SecondStep).where(SecondStep.person_id == person.id))


def _wrong() -> Invalid:
    text = Text(
        "Код не подходит. Дождитесь следующего кода: каждый действует полминуты и один раз",
        en="Wrong code. Wait for the next one: each lasts half a minute and works once",
    )
    return Invalid(text, text.en, {"code": [text]})


def _step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is, a neighbouring one included: clocks of phones are not exact."""
    typed = "".join(code.split())
    if not secret or not typed.isascii():
        return None
    this = int(time.time()) // _PERIOD
    app = pyotp.TOTP(secret)
    return next((n for n in (this, this - 1, this + 1) if hmac.compare_digest(app.generate_otp(n), typed)), None)


def _key(purpose: str) -> bytes:
    if not host().secret:
        raise RuntimeError("the installation has no secret to seal with")
    return HKDF(SHA256(), 32, salt=None, info=f"trefoil {purpose}".encode()).derive(host().secret.encode())


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key("second step")))


def _seal(person: Person, secret: str) -> str:
    """The owner is sealed in: the secret of one row opens nothing in another."""
    return _box().encrypt(f"{person.id} {secret}".encode()).decode()


def _open(person: Person, sealed: str, ttl: int | None = None) -> str:
    """The secret; empty when it is not theirs, too old, or sealed with another installation's key."""
    try:
        owner, _, secret = _box().decrypt(sealed.encode(), ttl).decode().partition(" ")
    except InvalidToken:
        return ""
    return secret if owner == str(person.id) else ""


def _hash(person: Person, code: str) -> str:
    return hmac.new(_key("codes on paper"), f"{person.id} {code}".encode(), "sha256").hexdigest()
