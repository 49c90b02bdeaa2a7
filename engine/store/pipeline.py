"""A press on PostgreSQL: statements go out together and come back together, for each round trip is paid by the user.

This is the pipeline mode of libpq by psycopg's own binding of it; a cursor would describe every column anew each time.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.waiting import Ready, Wait
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolProxiedConnection

from engine.store.prepared import Call, Hand, OnSqlite, Prepared, Row

_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)


class OnPostgres(Hand):
    """What is written waits for what comes next; the transaction begins with the first statement."""

    def _open(self, connection: PoolProxiedConnection) -> None:
        raw: Any = connection.driver_connection
        self._raw: psycopg.Connection[Any] = raw
        #: Names of the statements that the server has prepared for this connection.
        self._known: set[bytes] = connection.info.setdefault("prepared", set())
        self._values = Transformer(raw)
        self._waiting: list[tuple[Prepared, list[Any]]] = []

    def begin(self) -> None:
        pass

    def together(self, *calls: Call) -> list[list[Row]]:
        before = len(self._waiting)
        return self._send([*self._waiting, *map(self._ready, calls)])[before:]

    def write(self, *calls: Call) -> None:
        self._waiting += map(self._ready, calls)

    def flush(self) -> None:
        if self._waiting:
            self._send(self._waiting)

    def commit(self) -> None:
        if self._waiting or self._raw.pgconn.transaction_status != TransactionStatus.IDLE:
            self._send(self._waiting, last=b"COMMIT")

    def _send(self, calls: Iterable[tuple[Prepared, list[Any]]], last: bytes = b"") -> list[list[Row]]:
        """Everything out, everything back; the rows of each call. Raises what the driver would."""
        self._waiting = []
        # Before anything is said: a value that cannot be told costs no connection.
        ready = [(one, self._values.dump_sequence(given, [PyFormat.TEXT] * len(given))) for one, given in calls]
        server = self._raw.pgconn
        #: For each command sent: the name it prepares, the statement whose rows it brings, or neither.
        sent: list[bytes | Prepared | None] = []
        begin, coming = server.transaction_status == TransactionStatus.IDLE, set(self._known)
        server.enter_pipeline_mode()
        try:
            if begin:
                server.send_query_params(b"BEGIN", None)
                sent.append(None)
            for prepared, dumped in ready:
                if prepared.name not in coming:
                    server.send_prepare(prepared.name, prepared.wire)
                    sent.append(prepared.name)
                    coming.add(prepared.name)
                server.send_query_prepared(prepared.name, dumped)
                sent.append(prepared)
            if last:
                server.send_query_params(last, None)
                sent.append(None)
            server.pipeline_sync()
            results = self._raw.wait(_answers(server))
        except BaseException:
            server.finish()  # half a conversation is no use to whoever comes next
            raise
        with suppress(psycopg.Error):
            server.exit_pipeline_mode()
        found = []
        for command, result in zip(sent, results, strict=False):  # fewer where the server has gone
            if result.status in _FAILED:
                raise psycopg.errors.error_from_result(result)
            if isinstance(command, bytes):
                self._known.add(command)  # whatever becomes of the transaction
            elif command is not None:
                found.append(self._rows(command, result))
        if server.status != ConnStatus.OK:
            raise psycopg.OperationalError("the server has closed the connection")
        return found

    def _rows(self, prepared: Prepared, result: Any) -> list[Row]:
        if result.status != ExecStatus.TUPLES_OK:
            return []
        prepared.learn([result.ftype(column) for column in range(result.nfields)])
        self._values.set_pgresult(result)
        found: list[Row] = self._values.load_rows(0, result.ntuples, tuple)
        return found


def hand_on(engine: Engine, connection: PoolProxiedConnection) -> Hand:
    """The hand for a database; it is heard by those who listen to the statements of the engine."""
    kind = OnSqlite if engine.dialect.name == "sqlite" else OnPostgres
    return kind(connection, engine.dialect, engine.dispatch.before_cursor_execute)


def _answers(server: Any) -> Generator[Any, Any, list[Any]]:
    """What psycopg waits with: send what is queued, take every result up to the end of the pipeline."""
    found: list[Any] = []
    while server.flush():
        if ((yield Wait.RW) or 0) & Ready.R:
            server.consume_input()
    while True:
        while server.is_busy():
            if (yield Wait.R):
                server.consume_input()
        result = server.get_result()
        if result is None:
            if server.status != ConnStatus.OK:
                return found
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return found
        else:
            found.append(result)
