"""Statements compiled once and run on the driver's own cursor: the path of a press, where every call counts.

They are ordinary Core statements with named parameters, so both databases and every column type are taken care of; what
is left out is everything SQLAlchemy does anew at each call.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Select
from sqlalchemy.sql.dml import UpdateBase

Row = tuple[Any, ...]


class Prepared:
    """A statement for one dialect."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | UpdateBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup) if compiled.positiontup is not None else None
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._into = {
            name: process
            for name, bind in compiled.binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        self._out = tuple(
            (place, process)
            for place, column in enumerate(columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        )

    def parameters(self, given: dict[str, Any]) -> Any:
        """What the driver takes: by place or by name."""
        given = {**self._fixed, **given}
        for name, process in self._into.items():
            given[name] = process(given[name])
        return given if self._names is None else [given[name] for name in self._names]

    def row(self, row: Row) -> Row:
        """A row of the driver as Python values."""
        if not self._out:
            return row
        made = list(row)
        for place, process in self._out:
            made[place] = process(made[place])
        return tuple(made)


class Statement:
    """A statement, prepared at its first use on a database."""

    def __init__(self, core: Select[*tuple[Any, ...]] | UpdateBase) -> None:
        self._core = core
        self._made: WeakKeyDictionary[Dialect, Prepared] = WeakKeyDictionary()

    def on(self, dialect: Dialect) -> Prepared:
        """The statement for this database."""
        made = self._made.get(dialect)
        if made is None:
            made = self._made[dialect] = Prepared(self._core, dialect)
        return made


class Hand:
    """The driver's cursor inside a transaction."""

    def __init__(self, cursor: Any, dialect: Dialect, told: Any = ()) -> None:
        self._cursor, self._dialect, self._told = cursor, dialect, told

    def begin(self) -> None:
        """Begin; on SQLite the transaction holds the lock of writers from now on. The other driver begins by itself."""
        if self._dialect.name == "sqlite":
            self._cursor.execute("BEGIN IMMEDIATE")

    def rows(self, statement: Statement, /, **given: Any) -> list[Row]:
        """Every row of a SELECT."""
        prepared = self._send(statement, given)
        return [prepared.row(row) for row in self._cursor.fetchall()]

    def row(self, statement: Statement, /, **given: Any) -> Row | None:
        """The first row of a SELECT, or None."""
        prepared = self._send(statement, given)
        row = self._cursor.fetchone()
        return None if row is None else prepared.row(row)

    def run(self, statement: Statement, /, **given: Any) -> int:
        """Send an INSERT, UPDATE or DELETE. Returns how many rows it has changed."""
        self._send(statement, given)
        return int(self._cursor.rowcount)

    def _send(self, statement: Statement, given: dict[str, Any]) -> Prepared:
        prepared = statement.on(self._dialect)
        parameters = prepared.parameters(given)
        for tell in self._told:  # whoever listens to the statements of the engine hears these too
            tell(None, self._cursor, prepared.sql, parameters, None, False)
        self._cursor.execute(prepared.sql, parameters)
        return prepared
