"""Forms as data: finding, extending and replacing their parts."""

from __future__ import annotations

import dataclasses

import pytest

from engine.api import Carry, Field, Form, Indicator, Rows, Section
from tests.core.intake import APPLICATION, LEVELS, OPINION

EXTRA = Section("extra", "Ещё", (Field("more", "Ещё"),))


@pytest.mark.parametrize(
    ("form", "key", "kind"),
    [
        (APPLICATION, "subject", Field),
        (APPLICATION, "papers", Rows),
        (APPLICATION, "papers.pages", Field),
        (OPINION, "fair", Indicator),
    ],
)
def test_an_item_is_found_by_its_key(form: Form, key: str, kind: type) -> None:
    found = form.find(key)
    assert type(found) is kind and found.key == key.split(".")[-1]


@pytest.mark.parametrize("key", ["", "nothing", "papers.nothing", "subject.name", "nothing.name", "about"])
def test_what_is_not_there_is_not_found(key: str) -> None:
    assert APPLICATION.find(key) is None


def test_items_come_with_their_sections_and_only_those_of_the_round() -> None:
    late = dataclasses.replace(EXTRA, rounds=(2, 3))
    form = OPINION.with_sections(late)
    assert [(s.key, i.key) for s, i in form.items()][-1] == ("extra", "more")
    assert "more" not in [i.key for _, i in form.items(1)]
    assert "more" in [i.key for _, i in form.items(2)]


@pytest.mark.parametrize(
    ("before", "order"),
    [
        ("", ["merits", "heirs", "words", "extra"]),
        ("merits", ["extra", "merits", "heirs", "words"]),
        ("words", ["merits", "heirs", "extra", "words"]),
    ],
)
def test_sections_are_added_where_asked_and_the_original_stays(before: str, order: list[str]) -> None:
    form = OPINION.with_sections(EXTRA, before=before)
    assert [s.key for s in form.sections] == order
    assert [s.key for s in OPINION.sections] == ["merits", "heirs", "words"]


def test_a_place_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        OPINION.with_sections(EXTRA, before="nowhere")


def test_a_section_is_replaced_in_its_place() -> None:
    other = Section("heirs", "Иное", (Indicator("kind", "М9", "Доброта", LEVELS),))
    form = OPINION.replacing(other)
    assert [s.key for s in form.sections] == ["merits", "heirs", "words"]
    assert form.sections[1] is other and OPINION.sections[1] is not other


def test_replacing_a_section_that_is_not_there_changes_nothing() -> None:
    assert OPINION.replacing(EXTRA) == OPINION


def test_a_form_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        OPINION.title = "Иное"  # type: ignore[misc]


def test_the_indicators_of_a_section_are_its_indicators_alone() -> None:
    assert [i.key for i in OPINION.sections[0].indicators] == ["clear", "proven"]
    assert OPINION.sections[2].indicators == ()


def test_a_value_is_carried_from_this_round_unless_it_is_said_from_which() -> None:
    assert Carry("to", "form", "field").back == 0
