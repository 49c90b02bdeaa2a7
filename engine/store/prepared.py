"""Statements compiled once and handed to the driver as they are: the path of a press, where every call counts.

They are ordinary Core statements with named parameters, so both databases and every column type are taken care of; what
is left out is everything SQLAlchemy does anew at each call.
"""

from __future__ import annotations

import functools
import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, ClassVar, Protocol

from sqlalchemy import JSON, Boolean, Date, DateTime, Insert, bindparam, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import CompoundSelect, Select

from engine.store.database import db, to_json

Row = tuple[Any, ...]
Reading = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Call = tuple["Statement", Mapping[str, Any]]
_numbers = itertools.count(1)


class Encoded(str):
    """A value of a JSON column that is JSON already."""

    __slots__ = ()


_EMPTY: dict[Any, str] = {dict: "{}", list: "[]"}


def _json(value: Any) -> str:
    kind = type(value)
    if kind is Encoded:
        text: str = value
        return text
    return _EMPTY[kind] if not value and kind in _EMPTY else to_json(value)


_scan: Any = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def _from_json(text: Any) -> Any:
    """What ``json.loads`` makes of it, without its four layers where the text is as ``to_json`` writes."""
    if text is None:
        return None
    try:
        value, end = _scan(text, 0)
    except (StopIteration, TypeError):
        return json.loads(text)
    return value if end == len(text) else json.loads(text)


class Prepared:
    """A statement for one dialect. Its parameters go by place; ``worded`` is the dialect that words it so."""

    def __init__(self, statement: Reading | UpdateBase, dialect: Dialect, worded: Dialect) -> None:
        compiled = statement.compile(dialect=worded)
        places = compiled.positiontup
        assert places is not None
        self.sql = str(compiled)
        self.wire = self.sql.encode()
        self.name = f"trefoil_{next(_numbers)}".encode()
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._placed: Any = itemgetter(*places) if len(places) > 1 else lambda given: [given[name] for name in places]
        made = [(place, _binding(compiled.binds[name].type, dialect)) for place, name in enumerate(places)]
        self._said = tuple((place, process) for place, process in made if process is not None)
        columns = statement.exported_columns
        self._types = [column.type.dialect_impl(dialect) for column in columns]
        self._dialect = dialect
        self.taken: tuple[tuple[int, Any], ...] = ()
        self.learned = False

    def parameters(self, given: Mapping[str, Any]) -> list[Any]:
        """What the driver takes, by place."""
        made = list(self._placed({**self._fixed, **given} if self._fixed else given))
        for place, process in self._said:
            made[place] = process(made[place])
        return made

    def learn(self, codes: Sequence[Any]) -> None:
        """How values become Python's: that depends on what the driver says of the columns, the same each time."""
        if not self.learned:
            made = [_taking(kind, self._dialect, code) for kind, code in zip(self._types, codes, strict=True)]
            self.taken = tuple((place, process) for place, process in enumerate(made) if process is not None)
            self.learned = True

    def row(self, row: Row) -> Row:
        """A row of the driver as Python values."""
        if not self.taken:
            return row
        made = list(row)
        for place, process in self.taken:
            made[place] = process(made[place])
        return tuple(made)


def _binding(kind: Any, dialect: Dialect) -> Any:
    if isinstance(kind, JSON):
        return _json
    usual = kind.dialect_impl(dialect).bind_processor(dialect)
    if dialect.name != "sqlite":
        return usual
    if isinstance(kind, Boolean):
        return None  # the driver takes a truth value as it is
    if isinstance(kind, DateTime):
        return functools.partial(_moment, usual)
    if isinstance(kind, Date):
        return functools.partial(_day, usual)
    return usual


def _moment(usual: Callable[[Any], Any], value: Any) -> Any:
    """As the dialect of SQLite words it, by one call where it makes four."""
    return _worded(value) if type(value) is datetime and value.tzinfo is None else usual(value)


@functools.lru_cache(64)
def _worded(moment: datetime) -> str:
    """A press says its own moment of its entry, of the row, and of what follows."""
    return moment.isoformat(" ", "microseconds")


def _day(usual: Callable[[Any], Any], value: Any) -> Any:
    return _dated(value) if type(value) is date else usual(value)


_dated = functools.lru_cache(64)(date.isoformat)


def _taking(kind: Any, dialect: Dialect, code: Any) -> Any:
    process = kind.result_processor(dialect, code)
    return _from_json if process is not None and isinstance(kind, JSON) else process


def _by_place(dialect: Dialect) -> Dialect:
    """The dialect with parameters as libpq counts them: $1, $2."""
    kind: Any = type(dialect)
    made: Dialect = kind(paramstyle="numeric_dollar")
    return made


class Statement:
    """A statement, prepared at its first use on a database."""

    def __init__(self, core: Reading | UpdateBase) -> None:
        self.core = core
        self.made: dict[str, Prepared] = {}

    def on(self, dialect: Dialect) -> Prepared:
        """The statement for this database."""
        made = self.made.get(dialect.name)
        if made is None:
            worded = dialect if dialect.positional else _by_place(dialect)
            made = self.made[dialect.name] = Prepared(self.core, dialect, worded)
        return made


def insertion(model: Any) -> Insert:
    """A row of a table: every column but a number it gives by itself is a parameter."""
    table = model.__table__
    given = [column for column in table.c if column is not table.autoincrement_column]
    return insert(table).values({column.name: bindparam(column.name) for column in given}).inline()


class Read(Protocol):
    """Every row of a statement, as Python values: ``in_session``, or ``Hand.rows`` in a press."""

    def __call__(self, statement: Statement, /, **given: Any) -> Sequence[Row]: ...


def in_session(statement: Statement, /, **given: Any) -> Sequence[Row]:
    """Read as everything else that a session reads: what it has changed is written first."""
    return [tuple(row) for row in db.session.execute(statement.core, given)]


def worded(error: Exception, dialect: Dialect) -> BaseException:
    """An error of the driver as SQLAlchemy's, by which the host knows what has failed."""
    return DBAPIError.instance(None, None, error, dialect.loaded_dbapi.Error, dialect=dialect)


class Hand(ABC):
    """The driver's connection inside a transaction.

    ``told`` are those who listen to the statements of the engine: they hear these too.
    """

    #: Whoever begins a transaction that writes holds the lock of all writers: no row needs one of its own.
    alone: ClassVar = False

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect, told: Any = ()) -> None:
        self._dialect, self.told = dialect, told
        self._open(connection)

    @abstractmethod
    def _open(self, connection: PoolProxiedConnection) -> None:
        """Take the connection."""

    @abstractmethod
    def begin(self) -> None:
        """Begin the transaction, on SQLite with the lock of writers."""

    @abstractmethod
    def together(self, *calls: Call) -> list[list[Row]]:
        """Several statements, on PostgreSQL in one round trip; the rows of each as the driver gives them.

        They run in their order: each sees what the ones before it have waited for.
        """

    @abstractmethod
    def write(self, *calls: Call) -> None:
        """Statements whose rows nobody waits for; they are sent with what comes next."""

    @abstractmethod
    def flush(self) -> None:
        """Send what has been written and not been sent yet."""

    @abstractmethod
    def commit(self) -> None:
        """Send what has been written, and make it last."""

    def rows(self, statement: Statement, /, **given: Any) -> list[Row]:
        """Every row of a SELECT, as Python values."""
        prepared = statement.on(self._dialect)
        rows = self.together((statement, given))[0]
        return list(map(prepared.row, rows)) if prepared.taken else rows

    def reader(self, statement: Statement) -> Callable[[Row], Row]:
        """What makes a row from ``together`` one of Python values."""
        return statement.on(self._dialect).row

    def values(self, statement: Statement, row: Row) -> Row:
        """A row from ``together`` as Python values."""
        return self.reader(statement)(row)

    def _ready(self, call: Call) -> tuple[Prepared, list[Any]]:
        statement, given = call
        prepared = statement.on(self._dialect)
        parameters = prepared.parameters(given)
        if self.told:
            self._tell(prepared, parameters)
        return prepared, parameters

    def _tell(self, prepared: Prepared, parameters: list[Any]) -> None:
        for tell in self.told:
            tell(None, None, prepared.sql, parameters, None, False)


class OnSqlite(Hand):
    """Nothing is far away: every statement is run at once."""

    alone = True

    def _open(self, connection: PoolProxiedConnection) -> None:
        self._cursor = connection.cursor()

    def begin(self) -> None:
        self._cursor.execute("BEGIN IMMEDIATE")

    def together(self, *calls: Call) -> list[list[Row]]:
        return list(map(self._found, calls))

    def write(self, *calls: Call) -> None:
        for call in calls:
            self._run(call)

    def flush(self) -> None:
        pass

    def commit(self) -> None:
        self._cursor.execute("COMMIT")

    def _run(self, call: Call) -> Prepared:
        statement, given = call
        prepared = statement.made.get("sqlite") or statement.on(self._dialect)
        parameters = prepared.parameters(given)
        if self.told:
            self._tell(prepared, parameters)
        self._cursor.execute(prepared.sql, parameters)
        return prepared

    def _found(self, call: Call) -> list[Row]:
        prepared, cursor = self._run(call), self._cursor
        if not prepared.learned:
            prepared.learn([None] * len(cursor.description or ()))
        rows: Any = cursor.fetchall()
        return rows  # type: ignore[no-any-return]
