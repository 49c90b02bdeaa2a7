"""A page's inputs are copies of one that was made before: each is what WTForms would make, take and judge by itself."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import wtforms
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.utils import unset_value

from engine.api import Field, Indicator, Option, Rows
from engine.core.copied import Copied
from engine.core.fields import bind, compile_form
from engine.core.forms import Form
from tests.core.intake import LEVELS
from tests.core.posting import form_of

AB = (Option("a", "А"), Option("b", "Б"))
EACH = (
    Field("line", "Строка", required=True, max_length=5, help="Подсказка"),
    Field("text", "Текст", "text"),
    Field("list", "Список", "list", least=2, most=3),
    Field("number", "Число", "number", minimum=1, maximum=9, required=True),
    Field("choice", "Выбор", "choice", options=AB, required=True),
    Field("choices", "Выборы", "choices", options=AB, most=1),
    Field("flag", "Да?", "flag"),
    Field("date", "День", "date", required=True),
    Field("time", "Час", "time"),
    Field("files", "Файлы", "files", least=1),
    Field("url", "Ссылка", "url"),
    Field("person", "Кто", "person", source="team"),
)
FORM: Form = form_of(*EACH, Indicator("score", "1.1", "Оценка", LEVELS), Rows("rows", "Строки", EACH, least=1, most=2))
TEAM = {"team": (Option("1", "Анна"),)}
#: What is typed into every input.
TYPED = [
    *("", " ", "\x00", "a", "b", "c", "y", "na", "9", "7", "0", "-3", "12345678901", "1,2", "2"),
    *("23.11.2026", "23.11.0202", "10:15", "25:61", "https://example.org/", "http:/x"),
    *("раз\r\nдва", "раз\r\nдва\r\nтри\r\nчетыре"),
]
MADE_ANEW = {"_form", "meta", "label", "flags"}


def _posted(word: str) -> MultiDict[str, str]:
    names = [f"q_{field.key}" for field in EACH]
    return MultiDict([(prefix + name, word) for prefix in ("", "q_rows-0-") for name in names] + [("q_score", word)])


def _leaves(bound: Any) -> Iterator[tuple[Any, Any]]:
    """Every input with the form it is judged in."""
    for field in bound:
        if isinstance(field, wtforms.FieldList):
            for row in field.entries:
                yield from _leaves(row.form)
        else:
            yield field, bound


def _told(field: Any) -> Any:
    return field.data, list(field.errors), list(field.process_errors), field.raw_data, field.object_data


@pytest.mark.parametrize("strict", [True, False])
def test_an_input_is_what_wtforms_makes(strict: bool) -> None:
    made: Any = compile_form(FORM, strict=strict)
    form, row = made(), wtforms.Form()
    unbound: list[tuple[str, Any]] = made._unbound_fields
    assert all(isinstance(one, Copied) for _, one in unbound)
    for name, one in unbound:
        plain = UnboundField(one.field_class, *one.args, **one.kwargs)
        for given in ({}, {"id": "q_t-0", "_meta": row.meta}):
            copy, anew = one.bind(form, name, "x-", **given), plain.bind(form, name, "x-", **given)
            assert {**vars(copy)}.keys() == {**vars(anew)}.keys()
            same = {key: value for key, value in vars(anew).items() if key not in MADE_ANEW}
            assert {key: vars(copy)[key] for key in same} == same
            assert (copy._form, copy.meta) == (anew._form, anew.meta)
            assert vars(copy.label) == vars(anew.label) and vars(copy.flags) == vars(anew.flags)


@pytest.mark.parametrize("word", TYPED)
@pytest.mark.parametrize("strict", [True, False])
def test_what_is_typed_is_taken_and_judged_as_wtforms_does(word: str, strict: bool) -> None:
    for posted in (_posted(word), MultiDict({"q_rows-0-q_text": word})):
        for field, form in _leaves(bind(FORM, posted=posted, strict=strict, choices=TEAM)):
            judged, ours = field.validate(form), _told(field)
            wtforms.Field.process(field, posted, unset_value)
            assert judged is wtforms.Field.validate(field, form)
            assert ours == _told(field), field.name


def test_a_form_holds_where_every_input_does() -> None:
    fields: Any = bind(FORM, posted=_posted("a"), choices=TEAM)
    assert not fields.validate() and len([name for name, field in fields._fields.items() if field.errors]) > 5
    alone: Any = bind(form_of(EACH[1]), posted=MultiDict({"q_text": "да"}))
    assert alone.validate()


def test_nothing_typed_or_offered_stays_in_what_is_copied() -> None:
    for word in ("тайна", "b"):
        page = bind(FORM, {"text": "тайна"}, posted=_posted(word), choices={"team": (Option("7", "Светлова"),)})
        page.validate()
    unbound: Any = compile_form(FORM)._unbound_fields  # type: ignore[attr-defined]
    kept = repr([vars(one) for _, one in unbound])
    assert "тайна" not in kept and "Светлова" not in kept
    later: Any = bind(FORM, posted=MultiDict({"q_line": "да"}), choices=TEAM)
    assert later["q_text"].data is None and [c.value for c in later["q_person"].choices] == ["1"]
    assert bind(FORM, posted=None)["q_choice"].choices == bind(FORM, posted=None)["q_choice"].choices


def test_rows_are_found_by_their_numbers_in_whatever_order() -> None:
    names = [
        *("q_rows-7-q_text", "q_rows-0-q_text", "q_rows-7-q_line", "q_rows", "q_rows-", "q_rows--q_text"),
        "q_row-3-q_text",
    ]
    names += [f"q_rows-{odd}-q_text" for odd in ("²", "x", "-1", "1e3", "9" * 5000)]
    rows: Any = bind(FORM, posted=MultiDict([(name, name) for name in names]))["q_rows"]
    assert [row.form["q_text"].data for row in rows] == ["q_rows-0-q_text", "q_rows-7-q_text"]
    assert [row.name for row in rows] == ["q_rows-0", "q_rows-1"] and rows[1].form["q_line"].data == "q_rows-7-q_line"


def test_what_was_typed_goes_with_its_page() -> None:
    """Inputs know their form, and it knows them: what waits for the collector is still there, with all its words."""
    gc.disable()
    try:
        page = bind(FORM, posted=_posted("a"), choices=TEAM)
        assert not page.validate() and page["q_rows"].entries
        gone = [weakref.ref(page), weakref.ref(page["q_line"]), weakref.ref(page["q_rows"].entries[0].form)]
        del page
        assert [ref() for ref in gone] == [None, None, None]
    finally:
        gc.enable()
