"""Statements compiled once and run on the driver's own cursor: the path of a press, where every call counts.

They are ordinary Core statements with named parameters, so both databases and every column type are taken care of; what
is left out is everything SQLAlchemy does anew at each call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import CompoundSelect, Select

from engine.store.database import db

Row = tuple[Any, ...]
Reading = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


class Prepared:
    """A statement for one dialect."""

    def __init__(self, statement: Reading | UpdateBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        self._by_place = compiled.positiontup is not None
        #: What is given to the driver, in its order: the name, and how its value becomes one of the driver's.
        self._given = tuple((name, into[name]) for name in compiled.positiontup or compiled.params)
        columns = statement.selected_columns if isinstance(statement, (Select, CompoundSelect)) else ()
        self._types = [column.type.dialect_impl(dialect) for column in columns]
        self._dialect = dialect
        self._taken: tuple[tuple[int, Any], ...] | None = None

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """What the driver takes: by place or by name."""
        if self._fixed:
            given = {**self._fixed, **given}
        if self._by_place:
            return [process(given[name]) if process else given[name] for name, process in self._given]
        return {name: process(given[name]) if process else given[name] for name, process in self._given}

    def learn(self, description: Any) -> None:
        """How values become Python's: that depends on what the driver says of the columns, the same each time."""
        if self._taken is None:
            codes = [column[1] for column in description or ()]
            made = [kind.result_processor(self._dialect, code) for kind, code in zip(self._types, codes, strict=True)]
            self._taken = tuple((place, process) for place, process in enumerate(made) if process is not None)

    def row(self, row: Row) -> Row:
        """A row of the driver as Python values."""
        if not self._taken:
            return row
        made = list(row)
        for place, process in self._taken:
            made[place] = process(made[place])
        return tuple(made)


class Statement:
    """A statement, prepared at its first use on a database."""

    def __init__(self, core: Reading | UpdateBase) -> None:
        self.core = core
        self._made: WeakKeyDictionary[Dialect, Prepared] = WeakKeyDictionary()

    def on(self, dialect: Dialect) -> Prepared:
        """The statement for this database."""
        made = self._made.get(dialect)
        if made is None:
            made = self._made[dialect] = Prepared(self.core, dialect)
        return made


class Read(Protocol):
    """Every row of a statement, as Python values: ``in_session``, or ``Hand.rows`` in a press."""

    def __call__(self, statement: Statement, /, **given: Any) -> Sequence[Row]: ...


def in_session(statement: Statement, /, **given: Any) -> Sequence[Row]:
    """Read as everything else that a session reads: what it has changed is written first."""
    return [tuple(row) for row in db.session.execute(statement.core, given)]


class Hand:
    """The driver's connection inside a transaction.

    ``told`` are those who listen to the statements of the engine: they hear these too.
    """

    def __init__(self, connection: Any, dialect: Dialect, told: Any = ()) -> None:
        self._connection, self._dialect, self._told = connection, dialect, told
        self._cursor = connection.cursor()

    def begin(self) -> None:
        """Begin; on SQLite the transaction holds the lock of writers from now on. The other driver begins by itself."""
        if self._dialect.name == "sqlite":
            self._cursor.execute("BEGIN IMMEDIATE")

    def rows(self, statement: Statement, /, **given: Any) -> list[Row]:
        """Every row of a SELECT, as Python values."""
        prepared = statement.on(self._dialect)
        self._send(self._cursor, prepared, given)
        return [prepared.row(row) for row in _fetched(self._cursor, prepared)]

    def together(self, *calls: tuple[Statement, Mapping[str, Any]]) -> list[list[Row]]:
        """Several statements, on PostgreSQL in one round trip; the rows of each as the driver gives them.

        They run in their order: each sees what the ones before it have waited for.
        """
        ready = [(statement.on(self._dialect), given) for statement, given in calls]
        if self._dialect.name == "sqlite":
            return [_fetched(self._send(self._cursor, prepared, given), prepared) for prepared, given in ready]
        with self._connection.pipeline():
            cursors = [self._send(self._connection.cursor(), prepared, given) for prepared, given in ready]
        return [_fetched(cursor, prepared) for cursor, (prepared, _) in zip(cursors, ready, strict=True)]

    def values(self, statement: Statement, row: Row) -> Row:
        """A row from ``together`` as Python values."""
        return statement.on(self._dialect).row(row)

    def _send(self, cursor: Any, prepared: Prepared, given: Mapping[str, Any]) -> Any:
        parameters = prepared.parameters(given)
        for tell in self._told:
            tell(None, cursor, prepared.sql, parameters, None, False)
        cursor.execute(prepared.sql, parameters)
        return cursor


def _fetched(cursor: Any, prepared: Prepared) -> list[Row]:
    if cursor.description is None:
        return []
    prepared.learn(cursor.description)
    found: list[Row] = cursor.fetchall()
    return found
