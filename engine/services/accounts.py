"""Accounts: signing in and out, one-time links, passwords. Sessions live on the server and can be ended at once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select

from engine.core.text import Text
from engine.services.access import is_admin
from engine.services.errors import Invalid, NotFound, ServiceError
from engine.services.host import host, now
from engine.store.database import db
from engine.store.people import FailedSignIn, OneTimeLink, Person, School, SchoolRole, SignIn
from engine.store.unit import unit_of_work

IDLE = timedelta(days=14)
IDLE_ADMIN = timedelta(hours=12)
ABSOLUTE = timedelta(days=90)
LIVES = {"first_admin": timedelta(hours=24), "invitation": timedelta(days=14), "reset": timedelta(hours=24)}
FREE_TRIES = 5
_REMEMBERED = timedelta(hours=1)
MIN_PASSWORD = 8
_hasher = PasswordHasher()
#: Verified against when the login is unknown, so that an unknown login takes as long as a known one.
_nobody = _hasher.hash(secrets.token_hex(16))


class TooManyTries(ServiceError):
    """This login must wait; neighbours behind the same address need not."""

    code = "too_many"


@dataclass(frozen=True, slots=True)
class Session:
    """One of a person's sessions, for the list of devices."""

    id: int
    device: str
    created_at: object
    seen_at: object
    is_this: bool


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _common() -> frozenset[str]:
    text = files("engine.services").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def check_password(password: str, login: str = "") -> None:
    """Raises Invalid for a password that is short, common, or the login itself."""
    if error := _weakness(password, login):
        raise Invalid(error, error.en, {"password": [error]})


def _weakness(password: str, login: str) -> Text | None:
    if not password:
        return Text("Введите пароль", en="Enter a password")
    if len(password) < MIN_PASSWORD:
        return Text(
            f"Пароль — не короче {MIN_PASSWORD} знаков, лучше 12 и больше",
            en=f"A password has at least {MIN_PASSWORD} characters, better 12 and more",
        )
    if len(password) > 256:
        return Text("Пароль — не длиннее 256 знаков", en="A password has at most 256 characters")
    if password.lower() in _common() or (login and login.lower() in password.lower()):
        return Text(
            "Этот пароль слишком легко угадать. Возьмите три-четыре не связанных слова",
            en="This password is too easy to guess. Take three or four words that have nothing in common",
        )
    return None


def _check_access(login: str, password: str, errors: dict[str, list[str]] | None = None) -> None:
    """Raises Invalid with everything that is wrong with a new login and its password, and with ``errors``."""
    found = dict(errors or {})
    if not login:
        found["login"] = [Text("Придумайте логин", en="Choose a login")]
    elif not 3 <= len(login) <= 120:
        found["login"] = [Text("Логин — от 3 до 120 знаков", en="A login has 3 to 120 characters")]
    if weakness := _weakness(password, login):
        found["password"] = [weakness]
    if found:
        raise Invalid("Проверьте поля", "Check the fields", found)


def sign_in(login: str, password: str, device: str = "") -> tuple[Person, str]:
    """Check the password and begin a session; returns the person and the token for the browser.

    Raises Invalid for a wrong pair, TooManyTries while the login has to wait after wrong passwords.
    """
    login = login.strip().lower()[:120]
    wait = _wait(login)
    if wait > 0:
        raise TooManyTries(f"Слишком много неверных попыток. Подождите {wait} с", f"Too many tries. Wait {wait} s")
    person = db.session.scalar(select(Person).where(Person.login == login))
    right = _verify(person.password_hash if person and person.password_hash else _nobody, password)
    if person is None or not right or not person.active or not person.password_hash:
        with unit_of_work():
            db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < now() - _REMEMBERED))
            db.session.add(FailedSignIn(login=login, at=now()))
        raise Invalid("Логин или пароль не подходят", "Wrong login or password")
    with unit_of_work():
        db.session.execute(delete(FailedSignIn).where(FailedSignIn.login == login))
        if _hasher.check_needs_rehash(person.password_hash):
            person.password_hash = _hasher.hash(password)
        return person, _begin(person, device)


def _wait(login: str) -> int:
    since = now() - _REMEMBERED
    count, last = db.session.execute(
        select(func.count(), func.max(FailedSignIn.at)).where(FailedSignIn.login == login, FailedSignIn.at > since)
    ).one()
    if count < FREE_TRIES or last is None:
        return 0
    pause = min(900, 2 ** (count - FREE_TRIES + 2))
    return max(0, int((last + timedelta(seconds=pause) - now()).total_seconds()))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[:256])
    except (VerificationError, InvalidHashError):
        return False


def _begin(person: Person, device: str) -> str:
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(token_hash=_digest(token), person_id=person.id, created_at=now(), seen_at=now(), device=device[:120])
    )
    return token


def step_in(person_id: int, device: str = "") -> str:
    """Demo only: begin a session as somebody of a demo school. NotFound anywhere else."""
    person = db.session.get(Person, person_id)
    if not host().demo or person is None or not person.school.is_demo or not person.active:
        raise NotFound("Такого участника нет", "There is no such person")
    with unit_of_work():
        return _begin(person, device)


def person_for(token: str) -> Person | None:
    """Whose session this is; None when it has ended, timed out, or the person is no longer active."""
    row = db.session.scalar(select(SignIn).where(SignIn.token_hash == _digest(token)))
    person = db.session.get(Person, row.person_id) if row else None
    if row is None or person is None or not person.active:
        return None
    moment = now()
    idle = IDLE_ADMIN if is_admin(person) and not person.school.is_demo else IDLE
    if moment - row.created_at > ABSOLUTE or moment - row.seen_at > idle:
        return None
    if moment - row.seen_at > timedelta(minutes=10):
        with unit_of_work():
            row.seen_at = moment
    return person


def sessions(person: Person, token: str) -> list[Session]:
    """Where the person is signed in."""
    rows = db.session.scalars(select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.seen_at.desc()))
    return [Session(r.id, r.device, r.created_at, r.seen_at, r.token_hash == _digest(token)) for r in rows]


def sign_out(token: str) -> None:
    """End one session."""
    with unit_of_work():
        db.session.execute(delete(SignIn).where(SignIn.token_hash == _digest(token)))


def revoke_all(person: Person) -> None:
    """End every session of a person."""
    with unit_of_work():
        db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))


def make_link(purpose: str, person: Person | None = None) -> str:
    """A one-time token; older ones of the same purpose and person stop working."""
    token = secrets.token_urlsafe(32)
    with unit_of_work():
        db.session.execute(
            delete(OneTimeLink).where(
                OneTimeLink.purpose == purpose, OneTimeLink.person_id == (person.id if person else None)
            )
        )
        db.session.add(
            OneTimeLink(
                token_hash=_digest(token),
                purpose=purpose,
                person_id=person.id if person else None,
                expires_at=now() + LIVES[purpose],
            )
        )
    return token


def link_of(token: str, *, lock: bool = False) -> OneTimeLink:
    """The link behind a token. NotFound when it was used, has expired or never was, or its person has left.

    ``lock`` holds the row until the unit of work ends, so that of two presses at once only one uses it.
    """
    query = select(OneTimeLink).where(OneTimeLink.token_hash == _digest(token))
    row = db.session.scalar(query.with_for_update() if lock else query)
    owner = db.session.get(Person, row.person_id) if row and row.person_id else None
    gone = owner is not None and not owner.active
    if row is None or row.used_at is not None or row.expires_at < now() or gone:
        raise NotFound(
            "Ссылка уже использована или устарела. Попросите администратора школы прислать новую",
            "The link was used or has expired. Ask the administrator for a new one",
        )
    return row


def owner_of(link: OneTimeLink) -> Person | None:
    """Whom a link is for; None for the link of the first administrator."""
    return db.session.get(Person, link.person_id) if link.person_id else None


def use_link(token: str, login: str, password: str, device: str = "") -> str:
    """Join by an invitation or set a new password; ends every older session. Returns the session's token."""
    login = login.strip().lower()
    if link_of(token).purpose == "invitation":
        _check_access(login, password)
    else:
        check_password(password)
    with unit_of_work():
        row = link_of(token, lock=True)
        person = db.session.get(Person, row.person_id) if row.person_id else None
        if person is None:
            raise NotFound("Ссылка устарела", "The link has expired")
        if row.purpose == "invitation":
            _take_login(person, login)
        person.password_hash = _hasher.hash(password)
        row.used_at = now()
        db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))
        db.session.execute(delete(FailedSignIn).where(FailedSignIn.login == person.login))
        return _begin(person, device)


def _take_login(person: Person, login: str) -> None:
    taken = select(Person.id).where(Person.login == login, Person.id != person.id)
    if db.session.scalar(taken) is not None:
        text = Text("Такой логин уже занят", en="This login is taken")
        raise Invalid(text, text.en, {"login": [text]})
    person.login = login


def first_admin(
    token: str,
    *,
    school: str,
    district: str,
    last_name: str,
    first_name: str,
    patronymic: str,
    login: str,
    password: str,
    device: str = "",
) -> str:
    """Make the school and its first administrator through the link that ``trefoil init`` printed."""
    login = login.strip().lower()
    errors: dict[str, list[str]] = {
        key: [Text("Заполните это поле", en="Fill in this field")]
        for key, value in (("school", school), ("last_name", last_name), ("first_name", first_name))
        if not value.strip()
    }
    _check_access(login, password, errors)
    with unit_of_work():
        row = link_of(token, lock=True)
        if row.purpose != "first_admin":
            raise NotFound("Ссылка устарела", "The link has expired")
        made = School(name=school.strip(), district=district.strip())
        db.session.add(made)
        db.session.flush()
        person = Person(
            school_id=made.id,
            last_name=last_name.strip(),
            first_name=first_name.strip(),
            patronymic=patronymic.strip(),
            position="Администратор",
        )
        db.session.add(person)
        db.session.flush()
        _take_login(person, login)
        person.password_hash = _hasher.hash(password)
        db.session.add(SchoolRole(person_id=person.id, role="school_admin", since=now().date()))
        row.used_at = now()
        return _begin(person, device)


def needs_first_admin() -> bool:
    """Whether the installation has no school yet."""
    return db.session.scalar(select(School.id).limit(1)) is None


def first_admin_awaited() -> bool:
    """Whether a link for the first administrator is out and still works."""
    waiting = select(OneTimeLink.id).where(
        OneTimeLink.purpose == "first_admin", OneTimeLink.used_at.is_(None), OneTimeLink.expires_at >= now()
    )
    return db.session.scalar(waiting.limit(1)) is not None


def change_password(person: Person, old: str, new: str, keep_token: str) -> None:
    """Change the own password; every other session ends. Raises Invalid when the old one is wrong."""
    errors: dict[str, list[str]] = {}
    if not old:
        errors["old"] = [Text("Введите нынешний пароль", en="Enter the present password")]
    elif not _verify(person.password_hash or _nobody, old):
        errors["old"] = [Text("Нынешний пароль не подходит", en="The present password is wrong")]
    if not new:
        errors["password"] = [Text("Введите новый пароль", en="Enter a new password")]
    elif weakness := _weakness(new, person.login or ""):
        errors["password"] = [weakness]
    if errors:
        raise Invalid("Проверьте поля", "Check the fields", errors)
    with unit_of_work():
        person.password_hash = _hasher.hash(new)
        db.session.execute(
            delete(SignIn).where(SignIn.person_id == person.id, SignIn.token_hash != _digest(keep_token))
        )
