"""Inputs drawn from stencils are the inputs the template draws, and nothing that was answered stays in one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, session
from werkzeug.datastructures import MultiDict

from engine.core.fields import bind, name
from engine.core.forms import Field, Form, Indicator, Option, Rows, Section
from engine.core.text import Text
from tests.core.intake import INTAKE
from webui.cycles.stencils import Stencils

WORDS = Text("100 % {n} %(name)s <b>", en="All % {n} %(value)s <i>")
OPTIONS = (Option("a", WORDS), Option("b", 'Б "и" В'))
LEVELS = ("нет %", "мало", "есть", "сполна %s")
STEADY = (
    Field("line", WORDS, required=True, help="Подсказка %d", max_length=20),
    Field("text", "Текст", "text"),
    Field("list", "Список", "list", least=1),
    Field("number", "Число", "number", minimum=1),
    Field("date", "День", "date"),
    Field("time", "Час", "time"),
    Field("url", "Ссылка", "url"),
    Field("choice", "Выбор", "choice", options=OPTIONS, required=True),
    Field("flag", "Да?", "flag", help="Отметьте"),
)
ANEW = (
    Field("who", "Кто", "person", source="team"),
    Field("one", "Одно", "choice", source="team"),
    Field("many", "Несколько", "choices", options=OPTIONS),
    Field("files", "Файлы", "files"),
)
SCORE = Indicator("score", "1.1", WORDS, LEVELS)
FORM = Form(
    "sheet", "Лист", (Section("all", "Всё", (*STEADY, *ANEW, SCORE, Rows("rows", "Строки", (*STEADY, *ANEW)))),)
)
SECRET = "Тайна <script> & \"'"
CHOICES = {"team": [Option("7", "Светлова")]}


def _typed(secret: str, choice: str, score: str, flag: bool) -> MultiDict[str, str]:
    answers = {"choice": choice, "one": "7", "date": "2026-11-23", "number": "12x", "many": "b", "files": "3"}
    found: list[tuple[str, str]] = [(name("score"), score)]
    for prefix in ("", "q_rows-0-", "q_rows-1-"):
        for field in (*STEADY, *ANEW):
            value = ("y" if flag else "") if field.key == "flag" else answers.get(field.key, secret)
            found += [(prefix + name(field.key), value)] if value else []
    return MultiDict(found)


def _inputs(bound: Any) -> list[tuple[str, Any, Any]]:
    """Every input with its item and the macro that draws it."""
    alone = [("plain", item, bound[name(item.key)]) for item in (*STEADY, *ANEW)]
    table = FORM.sections[0].items[-1]
    assert isinstance(table, Rows)
    cells = [("plain", c, row.form[name(c.key)]) for row in bound[name("rows")] for c in table.columns]
    return [*alone, *cells, ("indicator", SCORE, bound[name("score")])]


def _drawn(app: Flask, definition: Any, posted: MultiDict[str, str], **said: Any) -> tuple[list[str], list[str]]:
    """The inputs as they are drawn from the stencils, and as the template draws them."""
    macros: Any = app.jinja_env.get_template("cycles/fields.html").module
    errors, warnings = said.get("errors", {}), said.get("warnings", {})
    found = _inputs(bind(FORM, posted=posted, strict=False, choices=CHOICES))
    drawn = Stencils(definition)
    return (
        [str(drawn(getattr(macros, kind), item, bound, errors, warnings)) for kind, item, bound in found],
        [str(getattr(macros, kind)(bound, errors.get(bound.name), warnings, item)) for kind, item, bound in found],
    )


@pytest.fixture
def definition() -> Any:
    return replace(INTAKE)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_stencil_gives_what_the_template_draws(app: Flask, definition: Any, language: str) -> None:
    with app.test_request_context():
        session["language"] = language
        for typed in (
            _typed(SECRET, "b", "3", True),
            _typed("", "", "", False),
            _typed("%s %(name)s {n}", "a", "na", True),
            _typed("x", "none of them", "9", False),
        ):
            drawn, plain = _drawn(app, definition, typed)
            assert drawn == plain


def test_errors_and_hints_are_said_where_they_belong(app: Flask, definition: Any) -> None:
    said = {
        "errors": {"q_line": [Text("Мало", en="Short")], "q_rows-1-q_choice": ["Нет"], "q_score": ["Отметьте"]},
        "warnings": {"q_text": ["Похоже на фамилию"]},
    }
    with app.test_request_context():
        typed = _typed(SECRET, "b", "3", True)
        _drawn(app, definition, typed)
        drawn, plain = _drawn(app, definition, typed, **said)
        assert drawn == plain
        assert sum("field-error" in text for text in drawn) == 3
        assert sum("soft-warning" in text for text in drawn) == 1
        assert not any("field-error" in text for text in _drawn(app, definition, typed)[0])


def test_a_definition_keeps_as_many_stencils_as_there_are_answers_and_nothing_of_anybody(
    app: Flask, definition: Any
) -> None:
    answers = (("b", "0"), ("a", "1"), ("", "2"), ("none of them", "3"), ("neither", "na"), ("b", ""), ("b", "9"))
    for language in ("ru", "en", "ru"):
        with app.test_request_context():
            session["language"] = language
            for number, (choice, score) in enumerate(answers):
                _drawn(app, definition, _typed(f"{SECRET}{number}", choice, score, bool(number % 2)))
    kept = definition.__dict__["stencils"]
    assert set(kept) == {("ru", 3), ("en", 3)}
    for known in kept.values():
        by_item = Counter(item.key for item, _ in known.values())
        assert by_item == {**{item.key: 1 for item in STEADY}, "choice": 3, "flag": 2, "score": 6}
        patterns = [drawn for _, drawn in known.values()]
        assert not any(word in text for text in patterns for word in ("Тайна", "Светлова", "q_", "none of them"))


def test_what_is_answered_is_escaped(app: Flask, definition: Any) -> None:
    with app.test_request_context():
        for _ in range(2):
            drawn, _plain = _drawn(app, definition, _typed(SECRET, "b", "3", True))
            assert not any("<script>" in text or "<b>" in text for text in drawn)
            assert sum("Тайна &lt;script&gt; &amp; &#34;&#39;" in text for text in drawn) >= 12
