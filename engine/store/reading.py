"""Rows for pages: prepared statements on the connection of the session, without what a session does for objects.

A page asks a dozen small questions; a session would spend ten times the database's own time on each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_dict, instance_state, manager_of_class

from engine.store.database import db
from engine.store.pipeline import hand_on
from engine.store.prepared import Hand, Row, Statement, in_session, worded

_HAND = "hand"
Object = TypeVar("Object")
#: Makes a row of the driver one of Python values.
Values = Callable[[Row], Row]


class RowsOf(Protocol):
    """Every row of a statement as the driver gives it, and what makes values of one."""

    def __call__(self, statement: Statement, /, **given: Any) -> tuple[Sequence[Row], Values]: ...


def direct(statement: Statement, /, **given: Any) -> Sequence[Row]:
    """Every row, as Python values, in the transaction of the session: what it has changed is written first.

    Raises what the session would raise.
    """
    session: Session = db.session()
    if not session._is_clean():  # as new, dirty and deleted would tell, without a set of each
        return in_session(statement, **given)
    hand: Hand | None = session.info.get(_HAND)
    if hand is None:
        hand = session.info[_HAND] = _hand(session)
    try:
        return hand.rows(statement, **given)
    except _driver() as error:
        raise _worded(session, error) from error


def rows_of(statement: Statement, /, **given: Any) -> tuple[Sequence[Row], Values]:
    """The same where few of the rows will be looked at: as the driver gives them, and what makes values of one."""
    session: Session = db.session()
    if not session._is_clean():
        return in_session(statement, **given), tuple
    hand: Hand | None = session.info.get(_HAND)
    if hand is None:
        hand = session.info[_HAND] = _hand(session)
    try:
        (rows,) = hand.together((statement, given))
    except _driver() as error:
        raise _worded(session, error) from error
    return rows, statement.on(hand._dialect).row


def first(statement: Statement, /, **given: Any) -> Row | None:
    """The first row, or None."""
    found = direct(statement, **given)
    return found[0] if found else None


class Objects(Generic[Object]):
    """Objects of the session out of the rows of a prepared statement that names ``columns``.

    They are what the session would give: the one it has already, as it stands there, else a new one that it follows
    from now on. ``joined`` are the objects that stand in the same row, by the names of the relations that lead to them.
    """

    def __init__(self, model: type[Object], **joined: Objects[Any]) -> None:
        table: Any = model.__table__  # type: ignore[attr-defined]
        self._model, self._manager, self._joined = model, manager_of_class(model), joined
        self._names = [column.key for column in table.c]
        (self._key,) = (column.key for column in table.primary_key)
        self.columns: list[Any] = [getattr(model, name) for name in self._names]
        for other in joined.values():
            self.columns += other.columns

    def known(self, key: int) -> Object | None:
        """The object that the session has already."""
        found: Object | None = db.session().identity_map.get((self._model, (key,), None))
        return found

    def of(self, row: Row) -> Object:
        """The object that a row begins with."""
        return self._next(db.session(), iter(row))

    def _next(self, session: Session, values: Iterator[Any]) -> Object:
        told = dict(zip(self._names, values, strict=False))
        there = {name: other._next(session, values) for name, other in self._joined.items()}
        key = (self._model, (told[self._key],), None)
        known: Object | None = session.identity_map.get(key)
        if known is not None:
            return known
        made: Object = self._manager.new_instance()
        instance_dict(made).update(told, **there)
        state: Any = instance_state(made)
        state.key, state.session_id = key, session.hash_key
        session.identity_map.add(state)
        return made


def _hand(session: Session) -> Hand:
    return hand_on(db.engine, session.connection().connection)


def _driver() -> type[Exception]:
    kind: type[Exception] = db.engine.dialect.loaded_dbapi.Error
    return kind


def _worded(session: Session, error: Exception) -> BaseException:
    """The error as SQLAlchemy's. A connection that is gone does not come back to the others."""
    dialect, connection = db.engine.dialect, session.connection()
    if dialect.is_disconnect(error, connection.connection.driver_connection, None):  # type: ignore[arg-type]
        connection.invalidate(error)
    return worded(error, dialect)


@event.listens_for(db.session, "after_transaction_end")
def _ended(session: Session, transaction: Any) -> None:
    """The connection goes back to the pool."""
    session.info.pop(_HAND, None)
