"""What is read once in a transaction however often it is asked for: who somebody is, asked by every part of a page.

It is forgotten when anything is written and when the transaction ends; while changes wait to be written it is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from engine.store.database import db

_KNOWN = "memo"
Value = TypeVar("Value")


def once(key: Hashable, read: Callable[[], Value]) -> Value:
    """The value of ``read()``, read at most once a transaction for each ``key``."""
    session: Session = db.session()
    if not session._is_clean():  # as new, dirty and deleted would tell, without a set of each
        return read()
    known: dict[Hashable, Any] = session.info.setdefault(_KNOWN, {})
    if key not in known:
        known[key] = read()
    value: Value = known[key]
    return value


def at_hand(key: Hashable) -> Any:
    """What has been read for ``key`` in this transaction; None when nothing has."""
    session: Session = db.session()
    known: dict[Hashable, Any] = session.info.get(_KNOWN, {})
    return known.get(key) if session._is_clean() else None


def forget(session: Session) -> None:
    """Read everything anew from now on."""
    session.info.pop(_KNOWN, None)


@event.listens_for(db.session, "after_flush")
def _written(session: Session, context: Any) -> None:
    forget(session)


@event.listens_for(db.session, "after_transaction_end")
def _ended(session: Session, transaction: Any) -> None:
    forget(session)


@event.listens_for(db.session, "do_orm_execute")
def _changed(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        forget(state.session)
