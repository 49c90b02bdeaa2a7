"""The security log (logger ``trefoil.security``): who came in, was refused, got or lost a role, erased or took data.

It follows the rows themselves, so that no page and no command can change them past it, and it is told when they are
committed. It holds numbers and codes alone: never a name, a login, a text or a secret.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from engine.store.database import db
from engine.store.groups import Group, Membership
from engine.store.lives import TypePurge
from engine.store.outbox import Job
from engine.store.people import FailedSignIn, OneTimeLink, Person, SchoolRole, SecondStep, SignIn
from engine.store.personal import DestructionAct
from engine.store.programs import ApiToken

log = logging.getLogger("trefoil.security")
_CODE = re.compile(r"[\w.:%-]{0,60}", re.ASCII)
Fact = int | str | bool | None
Told = tuple[str, dict[str, Fact]]


def tell(name: str, **facts: Fact) -> None:
    """Write a line now. Texts that are no codes are replaced: nobody's words get into the log."""
    _write((name, {**_who(), **facts}))


def asker() -> int | None:
    """The number of the person this request comes from; None for a stranger and for a command."""
    if not has_request_context():
        return None
    person = g.get("person") or getattr(g.get("bearer"), "person", None)
    key = inspect(person).identity if person is not None else None  # known without asking the database
    return int(key[0]) if key else None


def _who() -> dict[str, Fact]:
    if not has_request_context():
        return {"by": "command"}
    return {"request": g.get("request_id"), "user": asker(), "address": request.remote_addr}


def _write(told: Told) -> None:
    name, facts = told
    safe = {k: "?" if isinstance(v, str) and not _CODE.fullmatch(v) else v for k, v in facts.items() if v is not None}
    log.info(name, extra=safe)


def _sign_in(row: SignIn, new: bool) -> Iterator[Told]:
    if new:
        yield "sign_in" if row.whole else "sign_in_half", {"person": row.person_id}
    elif row.whole and _changed(row, "whole"):
        yield "sign_in", {"person": row.person_id}


def _failed(row: FailedSignIn, new: bool) -> Iterator[Told]:
    if new and row.step == "code":
        yield "second_step_failed", {"person": int(row.login)}
    elif new:
        known = db.session.connection().scalar(select(Person.id).where(Person.login == row.login))
        yield "sign_in_failed", {"person": known}


def _person(row: Person, new: bool) -> Iterator[Told]:
    if row.password_hash and _changed(row, "password_hash"):
        yield "password_set", {"person": row.id}
    if not new and _changed(row, "active"):
        yield "account_opened" if row.active else "account_closed", {"person": row.id}


def _second_step(row: SecondStep, new: bool) -> Iterator[Told]:
    if new:
        yield "second_step_set", {"person": row.person_id}


def _role(row: SchoolRole, new: bool) -> Iterator[Told]:
    facts: dict[str, Fact] = {"person": row.person_id, "role": row.role}
    if new:
        yield "role_given", facts
    elif _changed(row, "until"):
        yield "role_ended", facts


def _seat(row: Membership, new: bool) -> Iterator[Told]:
    facts: dict[str, Fact] = {"person": row.person_id, "role": "triad_member", "triad": row.triad_id}
    if new:
        yield "role_given", facts
    elif _changed(row, "until"):
        yield "role_ended", facts


def _group(row: Group, new: bool) -> Iterator[Told]:
    for column, role in (("leader_id", "group_leader"), ("psychologist_id", "psychologist")):
        change = inspect(row).attrs[column].history
        for person in change.deleted or ():
            if person:
                yield "role_ended", {"person": person, "role": role, "group": row.id}
        for person in change.added or ():
            if person:
                yield "role_given", {"person": person, "role": role, "group": row.id}


def _act(row: DestructionAct, new: bool) -> Iterator[Told]:
    if row.finished_at and _changed(row, "finished_at"):
        yield "erasure", {"act": row.id, "kind": row.kind, "person": row.person_id, "school": row.school_id}


def _purge(row: TypePurge, new: bool) -> Iterator[Told]:
    if new:
        yield "purge", {"type": row.type_key, "school": row.school_id}


def _export(row: Job, new: bool) -> Iterator[Told]:
    if new:
        yield "export", {"kind": row.kind, "job": row.id, "person": row.person_id}


def _link(row: OneTimeLink, new: bool) -> Iterator[Told]:
    if new:
        yield "link_made", {"purpose": row.purpose, "person": row.person_id}


def _key(row: ApiToken, new: bool) -> Iterator[Told]:
    if new:
        yield "key_made", {"key": row.id, "person": row.person_id}
    elif _changed(row, "revoked_at"):
        yield "key_revoked", {"key": row.id, "person": row.person_id}


WATCHED: dict[type[Any], Callable[[Any, bool], Iterator[Told]]] = {
    SignIn: _sign_in,
    FailedSignIn: _failed,
    Person: _person,
    SecondStep: _second_step,
    SchoolRole: _role,
    Membership: _seat,
    Group: _group,
    DestructionAct: _act,
    TypePurge: _purge,
    Job: _export,
    OneTimeLink: _link,
    ApiToken: _key,
}


def _changed(row: Any, column: str) -> bool:
    change = inspect(row).attrs[column].history
    return bool(change.added) and (change.added != change.deleted) and list(change.added) != [None]


@event.listens_for(db.session, "after_flush")
def _flushed(session: Session, context: Any) -> None:
    held = session.info.setdefault("security", [])
    for rows, new in ((session.new, True), (session.dirty, False)):
        for row in rows:
            if rule := WATCHED.get(type(row)):
                held.extend((name, {**_who(), **facts}) for name, facts in rule(row, new))


@event.listens_for(db.session, "after_commit")
def _committed(session: Session) -> None:
    for told in session.info.pop("security", ()):
        _write(told)


@event.listens_for(db.session, "after_rollback")
def _rolled_back(session: Session) -> None:
    session.info.pop("security", None)
