"""One statement for many: what a page asks of each of its cycles is read of all of them when it is asked of the first.

Whoever asks knows nothing of it: the same question about one cycle is answered from the rows of all.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam

from engine.store.prepared import Row, Statement
from engine.store.reading import Values, direct, rows_of

#: So many are asked about at once; a statement has a fixed number of places, so that it is prepared once.
PLACES = 16


class Keyed(Statement):
    """A statement about one thing, whose id is ``column`` and is given as ``by``, that can be asked about many.

    It is a plain selection of rows: nothing of it counts them, limits them or tells them apart.
    """

    def __init__(self, core: Select[*tuple[Any, ...]], column: Any, by: str) -> None:
        super().__init__(core.where(column == bindparam(by, type_=column.type)))
        self.by = by
        self._places = [f"{by}{n}" for n in range(PLACES)]
        places = [bindparam(place, type_=column.type) for place in self._places]
        self.many = Statement(core.add_columns(column).where(column.in_(places)))

    def given(self, ids: list[int]) -> Iterator[Mapping[str, int]]:
        """What ``many`` is asked with, as often as it takes; places that are left over ask for the last once more."""
        for first in range(0, len(ids), PLACES):
            part = ids[first : first + PLACES]
            yield dict(zip(self._places, [*part, *part[-1:] * (PLACES - len(part))], strict=True))


_Found = tuple[Mapping[int, Sequence[Row]], Values]


class Together:
    """Reads what is asked of one of several things for all of them. It lives for one page, and nothing may be changed
    meanwhile.

    ``among`` are the things by what they are given as: ids of ``cycle``, of ``triad``.
    """

    def __init__(self, **among: Collection[int]) -> None:
        self._among = {by: dict.fromkeys(ids) for by, ids in among.items()}
        self._known: dict[Hashable, _Found] = {}
        self._alone: dict[Hashable, Sequence[Row]] = {}

    def __call__(self, statement: Statement, /, **given: Any) -> Sequence[Row]:
        """Every row, as Python values."""
        found = self._of(statement, given)
        if found is not None:
            rows, values = found
            return [values(row)[:-1] for row in rows]
        key = (statement, *given.values())
        if key not in self._alone:
            self._alone[key] = direct(statement, **given)
        return self._alone[key]

    def rows_of(self, statement: Statement, /, **given: Any) -> tuple[Sequence[Row], Values]:
        """Every row as the driver gives it (a column more where it was read of many), and what makes its values."""
        return self._of(statement, given) or rows_of(statement, **given)

    def _of(self, statement: Statement, given: dict[str, Any]) -> tuple[Sequence[Row], Values] | None:
        """The rows of one, where it is one of those that are read together."""
        if not isinstance(statement, Keyed) or (id_ := given[statement.by]) not in self._among.get(statement.by, ()):
            return None
        del given[statement.by]
        key = (statement, *given.values())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._read(statement, given)
        rows, values = found
        return rows.get(id_, ()), values

    def _read(self, statement: Keyed, rest: Mapping[str, Any]) -> _Found:
        found: dict[int, list[Row]] = {}
        values: Values = tuple
        for ids in statement.given(list(self._among[statement.by])):
            rows, values = rows_of(statement.many, **rest, **ids)
            for row in rows:
                found.setdefault(row[-1], []).append(row)
        return found, values
