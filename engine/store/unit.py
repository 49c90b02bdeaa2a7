"""The unit of work: the one place where anything is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState, Session

from engine.core import pauses
from engine.store.aside import step_aside, step_back
from engine.store.database import WRITE, db
from engine.store.lending import OfPool, OfThread, loan
from engine.store.pipeline import hand_on
from engine.store.prepared import Hand, worded
from engine.store.presses import PRESS, Press, Repeated


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A write transaction: whole or not at all.

    What was read before is forgotten first, so that everything inside is read under the lock. A unit inside a unit
    joins it. Raises RuntimeError when something was changed outside of any unit, Repeated when it would carry out a
    press of a form that has been carried out.
    """
    session: Session = db.session()
    if session.info.get("unit"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed outside a unit of work")
    session.rollback()
    session.info["unit"] = True
    try:
        session.connection(execution_options={WRITE: True})
        _press(session)
        yield session
        pauses.reached("unit.written")
        session.commit()
        session.info.pop(PRESS, None)
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["unit"] = False
    pauses.reached("unit.committed")


def driver_unit(session: Session | None = None) -> AbstractContextManager[Hand]:
    """A write transaction on the driver's own connection, whole or not at all; inside a unit of work it joins it.

    Objects of the session (given by whoever has asked for it already) are read anew afterwards, as after any unit.
    Raises what a session would raise.
    """
    session = session or db.session()
    return _joined(session) if session.info.get("unit") else _Own(session)


@contextmanager
def _joined(session: Session) -> Iterator[Hand]:
    engine = db.engine
    session.flush()
    try:
        hand = hand_on(engine, session.connection().connection)
        yield hand
        hand.flush()
    except engine.dialect.loaded_dbapi.Error as error:
        raise worded(error, engine.dialect) from error
    session.expire_all()


class _Own(AbstractContextManager[Hand]):
    """A unit of its own. (A class, for a press enters and leaves it: as a generator it would be twice the calls.)"""

    def __init__(self, session: Session) -> None:
        self._session = session
        engine = session.info.get("engine")
        if engine is None:
            engine = session.info["engine"] = db.engine
        self._engine: Engine = engine
        self._lent: OfPool | OfThread | None = None
        self._kept: Any = None

    def __enter__(self) -> Hand:
        if not self._session._is_clean():
            raise RuntimeError("objects were changed outside a unit of work")
        self._kept = step_aside(self._session, self._engine)
        try:
            self._lent = loan(self._engine)
            self._lent.hand.begin()
        except BaseException as error:
            self._undo(error)
            raise
        return self._lent.hand

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        assert self._lent is not None
        if error is not None:
            self._undo(error)
            return
        try:
            pauses.reached("unit.written")
            self._lent.hand.commit()
        except BaseException as failed:
            self._undo(failed)
            raise
        self._lent.end()
        step_back(self._session, self._kept)
        pauses.reached("unit.committed")

    def _undo(self, error: BaseException) -> None:
        """Nothing was done. Raises what a session would for an error of the driver."""
        dialect = self._engine.dialect
        drivers = error if isinstance(error, dialect.loaded_dbapi.Error) else None
        if self._lent is not None:
            self._lent.undo(drivers)
            self._lent.end()
        if self._kept is not None:
            step_back(self._session, self._kept)
        if drivers is not None:
            raise worded(drivers, dialect) from drivers


def _press(session: Session) -> None:
    """Write the press that this unit carries out. Raises Repeated when it has been carried out."""
    if columns := session.info.get(PRESS):
        session.add(Press(**columns))
        try:
            session.flush()
        except IntegrityError:
            raise Repeated from None


def _inside(session: Session) -> bool:
    return bool(session.info.get("unit"))


@event.listens_for(db.session, "before_flush")
def _no_flush_outside(session: Session, context: Any, instances: Any) -> None:
    """A query outside a unit would send changes that the next unit throws away."""
    changed = session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
    if changed and not _inside(session):
        raise RuntimeError("objects were changed outside a unit of work")


@event.listens_for(db.session, "do_orm_execute")
def _no_statement_outside(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not _inside(state.session):
        raise RuntimeError("a statement that changes rows was sent outside a unit of work")


def lock(model: type[Any], key: Any) -> Any:
    """The row, locked until the unit ends and read anew (a SQLite unit holds the whole database already); or None."""
    return db.session.get(model, key, with_for_update={"of": model, "key_share": True}, populate_existing=True)
