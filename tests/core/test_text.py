"""Texts that carry their translations."""

from __future__ import annotations

import copy
import pickle

import pytest

from engine.core.text import Text, joined, localise

DONE = Text("Готово", en="Done")


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        (DONE, "ru", "Готово"),
        (DONE, "en", "Done"),
        (Text("Готово"), "en", "Готово"),
        ("Готово", "en", "Готово"),
        (DONE, "tt", "Готово"),
    ],
)
def test_a_text_is_shown_in_the_language_or_in_the_primary_one(text: str, language: str, shown: str) -> None:
    assert localise(text, language) == shown
    assert type(localise(text, language)) is str


def test_a_text_is_the_string_it_stands_for() -> None:
    assert DONE == "Готово" and hash(DONE) == hash("Готово") and f"{DONE}!" == "Готово!"


def test_a_text_made_of_a_text_keeps_the_translation_unless_a_new_one_is_given() -> None:
    assert Text(DONE).en == "Done"
    assert Text(DONE, en="Ready").en == "Ready"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_a_copy_keeps_the_translation(again: object) -> None:
    copied = again(DONE)  # type: ignore[operator]
    assert (copied, copied.en, type(copied)) == ("Готово", "Done", Text)


def test_filling_puts_each_form_of_a_parameter_into_its_language() -> None:
    filled = Text("Ждём: {who}, {n}", en="Waiting for {who}, {n}").fill(
        {"who": [Text("Анна", en="Anna"), "Борис"], "n": 2}
    )
    assert filled == "Ждём: Анна, Борис, 2"
    assert filled.en == "Waiting for Anna, Борис, 2"


def test_filling_makes_up_no_english() -> None:
    assert Text("Ждём: {who}").fill({"who": "А."}).en == ""


def test_braces_in_what_people_typed_stay_as_they_are() -> None:
    assert Text("Ждём: {who}").fill({"who": "{x}"}) == "Ждём: {x}"


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (("a", ("b", DONE)), "a, b, Done"), ([], ""), (None, "None"), (1.5, "1.5")]
)
def test_a_parameter_becomes_text(value: object, text: str) -> None:
    assert joined(value, "en") == text
