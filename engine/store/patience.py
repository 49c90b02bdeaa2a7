"""How long a request waits for PostgreSQL: a database that is silent, slow or gone costs seconds, never a worker.

The server's own time limits do not help where the server cannot be heard. Work outside of requests (a worker, a
migration, a backup) may take its time.
"""

from __future__ import annotations

import select
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from flask import has_request_context, request
from psycopg.abc import PQGen
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidatePoolError

#: What all the waits of one request come to at most, in seconds.
SECONDS = 7.0
#: What a connection, or a free place in the pool, is waited for.
CONNECT, POOL = 3, 3
#: How long a connection lies in the pool before the server is asked whether it is alive, in seconds. One that was in
#: use a moment ago is only looked at, which costs no round trip.
RESTED = 0.2
_RESTS = "trefoil_rests"
_UNTIL = "trefoil.database_until"
Value = TypeVar("Value")


def _until() -> float | None:
    """The moment at which the patience of the request ends; None outside of requests."""
    if not has_request_context():
        return None
    found: float = request.environ.setdefault(_UNTIL, time.monotonic() + SECONDS)
    return found


def _given_up() -> psycopg.OperationalError:
    return psycopg.OperationalError("the database has not answered in time")


class Patient(psycopg.Connection[Any]):
    """A connection that is closed when the patience of a request ends."""

    def wait(self, gen: PQGen[Value], interval: float = 0.1, timeout: float | None = None) -> Value:
        until = _until()
        if until is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(_limited(gen, until), interval, timeout)
        except TimeoutError:
            self.pgconn.finish()
            raise _given_up() from None


def _limited(gen: PQGen[Value], until: float) -> Generator[Any, Any, Value]:
    """What the driver waits for, looked at each time nothing has come for a moment. Raises TimeoutError."""
    ready: Any = None
    while True:
        try:
            wanted = gen.send(ready)
        except StopIteration as end:
            value: Value = end.value
            return value
        ready = yield wanted
        if not ready and time.monotonic() > until:
            raise TimeoutError


def _quiet(connection: psycopg.Connection[Any]) -> bool:
    """Whether nothing has come from the server unasked: a server that goes closes its connections."""
    ear = select.poll()
    ear.register(connection.pgconn.socket, select.POLLIN)
    return not ear.poll(0)


def make_patient(engine: Engine) -> None:
    """PostgreSQL only: connections of ``engine`` are made in time and wait no longer than their request."""
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "checkin")
    def checkin(connection: Any, record: Any) -> None:
        record.info[_RESTS] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: Any, proxy: Any) -> None:
        """A connection that has rested is asked whether it is still there: the server may have been restarted."""
        since = record.info.get(_RESTS)
        if since is None or (time.monotonic() - since < RESTED and _quiet(connection)):
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError(str(error)) from error
        if not alive:
            raise InvalidatePoolError

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, cargs: list[Any], cparams: dict[str, Any]) -> Patient:
        until = _until()
        if until is not None and time.monotonic() > until:
            raise _given_up()
        return Patient.connect(*cargs, **cparams)
