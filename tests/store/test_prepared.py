"""What a prepared statement hands to the driver is what the dialect would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime, String, bindparam, literal, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from engine.store.prepared import Statement

SQLITE = SQLiteDialect_pysqlite()
MOMENTS = (
    None,
    datetime(2026, 11, 27),
    datetime(2026, 11, 27, 8, 5, 9),
    datetime(2026, 11, 27, 8, 5, 9, 40),
    datetime(926, 1, 2, 3, tzinfo=UTC),
    date(2026, 11, 27),
)


def told(kind: Any, value: Any) -> Any:
    statement = Statement(select(bindparam("value", type_=kind)))
    (found,) = statement.on(SQLITE).parameters({"value": value})
    return found


@pytest.mark.parametrize("value", MOMENTS)
def test_moments_and_days_are_worded_as_the_dialect_words_them(value: Any) -> None:
    for kind in (DateTime(), Date()):
        usual: Any = kind.dialect_impl(SQLITE).bind_processor(SQLITE)
        assert told(kind, value) == usual(value)


@pytest.mark.parametrize("kind", [DateTime(), Date()])
def test_what_is_no_moment_is_refused_as_the_dialect_refuses_it(kind: Any) -> None:
    with pytest.raises(TypeError, match="only accepts Python date"):
        told(kind, "вчера")


def test_a_truth_value_goes_as_it_is() -> None:
    assert [told(Boolean(), value) for value in (True, False, None)] == [True, False, None]


def test_what_the_statement_fixes_and_what_is_given_stand_in_their_places() -> None:
    day = bindparam("day", type_=Date)
    statement = Statement(select(literal("a"), day, bindparam("word", type_=String), literal("b"), day))
    assert statement.on(SQLITE).parameters({"word": "слово", "day": date(2026, 1, 2)}) == [
        *("a", "2026-01-02", "слово", "b", "2026-01-02")
    ]
    assert Statement(select(literal(7))).on(SQLITE).parameters({}) == [7]
