"""A change of one table leaves the rest of a file as its author wrote it; the result always says what was wanted."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.extension.declared import parse, text_of
from engine.extension.declared.mending import mended
from engine.services.declared.starts import text_for
from tests.declared.test_files import PEERS, READING
from tests.declared.test_round_trip import TRICKY

TEXT = text_for("lesson_study", "mine", "Моё", "Цель")


def tables(text: str) -> dict[str, Any]:
    return copy.deepcopy(parse(text)[0])


def test_only_the_changed_tables_are_written_anew() -> None:
    wanted = tables(TEXT)
    wanted["technique"].append({"key": "second", "title": "Второй приём"})
    made = mended(TEXT, wanted)
    assert parse(made)[0] == wanted
    assert [row for row in TEXT.split("\n") if row not in made.split("\n")] == []
    assert [row for row in made.split("\n") if row not in TEXT.split("\n")] == [
        'key = "second"',
        'title = "Второй приём"',
    ]


def test_comments_stay_where_they_were() -> None:
    wanted = tables(TEXT)
    wanted["title"], wanted["version"] = "Иначе", "2"
    wanted["criterion"][0]["title"] = "Другой"
    made = mended(TEXT, wanted)
    assert parse(made)[0] == wanted
    assert [r for r in made.split("\n") if r.startswith("#")] == [r for r in TEXT.split("\n") if r.startswith("#")]


def test_a_table_comes_and_goes() -> None:
    wanted = tables(TEXT)
    wanted["hint"] = [{"indicator": "i1", "group": "methodical", "text": "не умею"}]
    with_hint = mended(TEXT, wanted)
    assert parse(with_hint)[0] == wanted and with_hint.startswith(TEXT.rstrip("\n"))
    assert parse(mended(with_hint, tables(TEXT)))[0] == tables(TEXT)


def test_nothing_changed_is_the_same_text() -> None:
    assert mended(TEXT, tables(TEXT)) == TEXT


KEYS = st.sampled_from(["title", "version", "technique", "rule", "long", "form", "icon", "new", "list"])
VALUES = st.one_of(
    st.text(max_size=8),
    st.integers(-5, 5),
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=5) | st.just([{"c": 1}]), min_size=1), max_size=3
    ),
    st.just({"sub": {"deep": 1}}),
    st.none(),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([TEXT, READING, PEERS, TRICKY, 'technique = [{ a = "1" }]\ntitle = "x"\n', ""]),
    st.dictionaries(KEYS, VALUES, max_size=3),
)
def test_whatever_is_wanted_is_said(text: str, changes: dict[str, Any]) -> None:
    wanted = {k: v for k, v in {**tables(text), **changes}.items() if v is not None}
    assert parse(mended(text, wanted))[0] == wanted
    assert parse(text_of(wanted))[0] == wanted
