"""Accounts: signing in and out, one-time links, passwords. Sessions live on the server and can be ended at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select

from engine.core.text import Text
from engine.services import guessing, second_step
from engine.services.errors import Invalid, NotFound
from engine.services.host import host, now
from engine.services.passwords import NOBODY, check_password, hasher, verify, weakness
from engine.services.sessions import begin, digest, half_for, person_for, renew, revoke_all
from engine.store.database import db
from engine.store.people import OneTimeLink, Person, School, SchoolRole
from engine.store.unit import unit_of_work

LIVES = {"first_admin": timedelta(hours=24), "invitation": timedelta(days=14), "reset": timedelta(hours=24)}


def _check_access(login: str, password: str, errors: dict[str, list[str]] | None = None) -> None:
    """Raises Invalid with everything that is wrong with a new login and its password, and with ``errors``."""
    found = dict(errors or {})
    if not login:
        found["login"] = [Text("Придумайте логин", en="Choose a login")]
    elif not 3 <= len(login) <= 120:
        found["login"] = [Text("Логин — от 3 до 120 знаков", en="A login has 3 to 120 characters")]
    if weak := weakness(password, login):
        found["password"] = [weak]
    if found:
        raise Invalid("Проверьте поля", "Check the fields", found)


def sign_in(login: str, password: str, device: str = "", known: Mapping[int, str] | None = None) -> tuple[Person, str]:
    """Check the password and begin a session; returns the person and the token for the browser.

    It is half of a session where a second step is needed. ``known`` are the people who have signed in with this browser
    before, with its name for each. Raises Invalid for a wrong pair, TooManyTries while the login has to wait.
    """
    login = login.strip().lower()[:120]
    person = db.session.scalar(select(Person).where(Person.login == login))
    browser = (known or {}).get(person.id, "") if person else ""
    guessing.check(login, browser=browser)
    right = verify(person.password_hash if person and person.password_hash else NOBODY, password)
    if person is None or not right or not person.active or not person.password_hash:
        guessing.failed(login, browser=browser)
        raise Invalid("Логин или пароль не подходят", "Wrong login or password")
    with unit_of_work():
        guessing.forget(login, browser=browser)
        if hasher.check_needs_rehash(person.password_hash):
            person.password_hash = hasher.hash(password)
        return person, begin(person, device, whole=not second_step.needed(person))


def step_in(person_id: int, device: str = "") -> str:
    """Demo only: begin a session as somebody of a demo school. NotFound anywhere else."""
    person = db.session.get(Person, person_id)
    if not host().demo or person is None or not person.school.is_demo or not person.active:
        raise NotFound("Такого участника нет", "There is no such person")
    return begin(person, device, whole=True)


def prove(token: str, code: str, browser: str = "") -> tuple[str, bool]:
    """Finish signing in with a code; returns the token of the whole session, and whether the code was one on paper.

    Raises what :func:`second_step.check` raises, and NotFound when there is no half of a session.
    """
    person = half_for(token)
    if person is None:
        raise NotFound("Войдите ещё раз", "Sign in again")
    paper = second_step.check(person, code, browser)
    return renew(token), paper


def enrol(token: str, sealed: str, code: str, password: str = "") -> tuple[str, list[str]]:
    """Set the second step up and make this the only session; returns its new token and the codes for paper.

    In a whole session the password is asked once more. Raises Invalid, TooManyTries, Conflict, NotFound.
    """
    person = half_for(token)
    if person is None:
        person = _whole(token)
        if person.password_hash and not verify(person.password_hash, password):
            guessing.failed(person.login or "")
            text = Text("Нынешний пароль не подходит", en="The present password is wrong")
            raise Invalid(text, text.en, {"password": [text]})
    codes = second_step.enrol(person, sealed, code)
    return renew(token, alone=True), codes


def give_up_second_step(token: str, code: str) -> str:
    """Switch the own second step off with a code and end the other sessions. Returns the new token of this one, which
    is half of a session where two steps are a duty. Raises what :func:`second_step.check` raises."""
    person = _whole(token)
    second_step.check(person, code)
    second_step.remove(person)
    return renew(token, whole=not second_step.needed(person), alone=True)


def _whole(token: str) -> Person:
    person = person_for(token)
    if person is None:
        raise NotFound("Войдите ещё раз", "Sign in again")
    return person


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
                token_hash=digest(token),
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
    query = select(OneTimeLink).where(OneTimeLink.token_hash == digest(token))
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
        person.password_hash = hasher.hash(password)
        row.used_at = now()
        revoke_all(person)
        guessing.forget(person.login or "")
        # Whoever has no second step yet is led to it when they sign in next: the link is this session's proof.
        return begin(person, device, whole=not second_step.has(person))


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
        person.password_hash = hasher.hash(password)
        db.session.add(SchoolRole(person_id=person.id, role="school_admin", since=now().date()))
        row.used_at = now()
        return begin(person, device, whole=True)


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
    elif not verify(person.password_hash or NOBODY, old):
        errors["old"] = [Text("Нынешний пароль не подходит", en="The present password is wrong")]
    if not new:
        errors["password"] = [Text("Введите новый пароль", en="Enter a new password")]
    elif weak := weakness(new, person.login or ""):
        errors["password"] = [weak]
    if errors:
        raise Invalid("Проверьте поля", "Check the fields", errors)
    with unit_of_work():
        person.password_hash = hasher.hash(new)
        revoke_all(person, keep=keep_token)
