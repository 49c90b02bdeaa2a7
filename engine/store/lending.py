"""The connection that a unit of the driver writes by: one of the pool, or on SQLite the thread's own."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import suppress

from sqlalchemy import event
from sqlalchemy.engine import Engine

from engine.store.pipeline import hand_on
from engine.store.prepared import Hand, OnSqlite


class OfPool:
    """A connection of the pool, which goes back there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection = engine.raw_connection()
        self.hand: Hand = hand_on(engine, self._connection)

    def undo(self, error: Exception | None = None) -> None:
        """Nothing was done. A connection that is gone (``error`` is the driver's) does not come back to the others."""
        dialect, connection = self._engine.dialect, self._connection
        if error and dialect.is_disconnect(error, connection.driver_connection, None):  # type: ignore[arg-type]
            connection.invalidate(error)
            return
        with suppress(dialect.loaded_dbapi.Error):
            connection.rollback()

    def end(self) -> None:
        """The unit is over."""
        self._connection.close()


class OfThread:
    """SQLite: what a thread writes by. It costs the pool no place, and a press nothing to take and to give back.

    Made by the pool, so that it is as safe as the others; it lasts while the engine keeps its pool. When the engine
    lets go of its connections it lets go of this one too, if nobody is at it. A process that is forked makes its own.
    """

    def __init__(self, engine: Engine) -> None:
        lent = engine.raw_connection()
        driver = lent.driver_connection
        assert driver is not None
        lent.detach()
        self._driver = driver
        self.engine = engine
        self._errors: type[Exception] = engine.dialect.loaded_dbapi.Error
        self.pool = engine.pool
        self.hand = OnSqlite(driver, engine.dialect)
        self.busy = threading.Lock()
        with _lent:
            _all.add(self)
        if not event.contains(engine, "engine_disposed", _let_go):
            event.listen(engine, "engine_disposed", _let_go)

    def undo(self, error: Exception | None = None) -> None:
        """Nothing was done. After an error of the driver the next unit takes a new connection."""
        with suppress(self._errors):
            self._driver.rollback()
        if error is not None:
            _kept.loan = None
            self.close()

    def end(self) -> None:
        """The unit is over; the connection stays."""
        self.busy.release()

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(self._errors):
            self._driver.close()


class _Kept(threading.local):
    loan: OfThread | None = None


_kept = _Kept()
#: Those of all threads, to be closed with their pool.
_all: weakref.WeakSet[OfThread] = weakref.WeakSet()
_lent = threading.Lock()
#: Of the process this one was forked from: SQLite wants them neither used nor closed here.
_inherited: list[OfThread] = []


def _let_go(engine: Engine) -> None:
    """The engine has a new pool: what was made by the old one is closed, as the idle ones of the pool are."""
    with _lent:
        gone = [one for one in _all if one.engine is engine and one.pool is not engine.pool]
    for one in gone:
        if one.busy.acquire(blocking=False):  # else its thread closes it, when it comes for the next
            one.close()
            one.busy.release()


def _forked() -> None:
    """A process that has just been made begins with none of them."""
    _inherited.extend(_all)
    _all.clear()
    _kept.loan = None
    _lent.release()


os.register_at_fork(before=_lent.acquire, after_in_parent=_lent.release, after_in_child=_forked)


def loan(engine: Engine) -> OfPool | OfThread:
    """A connection to write by, heard by those who listen to the statements of the engine.

    Raises RuntimeError where the thread is inside a unit of the driver already: on SQLite it would wait for itself.
    """
    if engine.dialect.name != "sqlite":
        return OfPool(engine)
    found = _kept.loan
    if found is None or found.pool is not engine.pool:
        if found is not None:
            found.close()
        found = _kept.loan = OfThread(engine)
    if not (found.busy.acquire(blocking=False) or found.busy.acquire(timeout=1)):
        raise RuntimeError("a unit of the driver begins inside another one")
    heard = engine.dispatch.before_cursor_execute
    found.hand.told = tuple(heard) if heard else ()  # a call less for each statement
    return found
