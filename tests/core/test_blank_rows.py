"""Blank rows of a table offer what its filled rows offer."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from engine.core.fields import bind, values_of
from engine.core.forms import Field, Form, Option, Rows, Section

STAGE = Field("stage", "Этап урока", "choice", source="plan.stages.title")
FORM = Form(
    "sheet",
    "Лист",
    (
        Section(
            "log",
            "Ход урока",
            (
                Rows("facts", "Записи", (STAGE, Field("text", "Наблюдали", "text"))),
                Rows("watch", "Кто за кем", (Field("who", "Наблюдатель", "person", source="team"),), least=3),
            ),
        ),
    ),
)
CHOICES = {
    "plan.stages.title": (Option("Вызов", "Вызов"), Option("Осмысление", "Осмысление")),
    "team": (Option("1", "А. А."), Option("2", "Б. Б.")),
}


def _offered(bound: Any, rows: str, column: str) -> list[list[str]]:
    return [[value for value, *_ in entry.form[f"q_{column}"].iter_choices()] for entry in bound[f"q_{rows}"]]


def test_a_blank_row_offers_the_answers_known_only_now() -> None:
    bound = bind(FORM, choices=CHOICES, blank_rows=True)
    assert _offered(bound, "facts", "stage") == [["Вызов", "Осмысление"]]
    assert _offered(bound, "watch", "who") == [["1", "2"]] * 3


def test_blank_rows_only_fill_up_what_is_written() -> None:
    posted = MultiDict({"q_facts-4-q_text": "сверила с образцом", "q_watch-0-q_who": "2"})
    bound = bind(FORM, posted=posted, choices=CHOICES, blank_rows=True)
    assert len(_offered(bound, "facts", "stage")) == 1
    assert len(_offered(bound, "watch", "who")) == 3
    assert values_of(FORM, bound) == {
        "facts": [{"stage": None, "text": "сверила с образцом"}],
        "watch": [{"who": "2"}],
    }


def test_a_form_that_is_judged_gets_no_rows_nobody_wrote() -> None:
    assert len(bind(FORM, choices=CHOICES)["q_watch"]) == 0
