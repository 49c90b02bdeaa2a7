"""Settings of a type: set, kept by version, fitted to whatever version asks; a wrong one never stops the type."""

from __future__ import annotations

import dataclasses

import pytest
from werkzeug.datastructures import MultiDict

from engine.api import Field, GroupType, Option, Section
from engine.core.lint import lint
from engine.core.settings import fits, fitted
from engine.extension.roles import ROLES
from engine.services import settings
from engine.services.definitions import definition_of
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from tests.life.pieces import KEY, V1, member, offer, populate

LEAST = Field("least", "Не меньше", "number", required=True, minimum=1, maximum=9, initial=3)
MODE = Field("mode", "Как", "choice", options=(Option("a", "Тихо"), Option("b", "Громко")), initial="a")
LOUD = Field("loud", "Вслух", "flag", initial=False)


def with_settings(version: str, *fields: Field) -> GroupType:
    """The type with these settings."""
    return dataclasses.replace(V1, version=version, settings=(Section("s", "Часть", fields),), upgrades=())


ONE = with_settings("1", LEAST, MODE)
TWO = with_settings("2", dataclasses.replace(LEAST, maximum=5), LOUD)


def test_rules_see_what_is_set_and_defaults_until_then(admin: Person) -> None:
    offer(ONE)
    (cycle_id,) = populate(admin, 1, ["gather"], ONE)
    cycle = db.session.get(Cycle, cycle_id)

    def seen() -> object:
        return view_of(cycle, definition_of(cycle), member(cycle_id)).settings

    assert seen() == {"least": 3, "mode": "a"}
    settings.save(admin, KEY, MultiDict({"q_least": "7", "q_mode": "b"}), 0)
    assert seen() == {"least": 7, "mode": "b"}


def test_every_version_is_kept_with_who_and_what(admin: Person) -> None:
    offer(ONE)
    settings.save(admin, KEY, MultiDict({"q_least": "7", "q_mode": "a"}), 0)
    settings.save(admin, KEY, MultiDict({"q_least": "2", "q_mode": "b"}), 1)
    past = settings.history(admin, KEY)
    assert [(p.row.version, p.who) for p in past] == [(2, admin.short_name), (1, admin.short_name)]
    assert [[(i.key, a, b) for i, a, b in p.changes] for p in past] == [
        [("least", 7, 2), ("mode", "a", "b")],
        [("least", 3, 7)],
    ]
    with pytest.raises(Conflict):
        settings.save(admin, KEY, MultiDict({"q_least": "1", "q_mode": "a"}), 1)


def test_a_newer_version_adds_defaults_keeps_the_unknown_and_runs_without_the_unfit(admin: Person) -> None:
    offer(ONE)
    settings.save(admin, KEY, MultiDict({"q_least": "7", "q_mode": "b"}), 0)
    offer(TWO)
    page = settings.page(admin, KEY)
    assert page.found.values == {"least": 3, "loud": False} and [f.key for f in page.unfit] == ["least"]
    assert settings.of(admin.school_id, TWO) == {"least": 3, "loud": False}
    row = settings.save(admin, KEY, MultiDict({"q_least": "4", "q_loud": "y"}), 1)
    assert (row.values, row.aside, row.type_version) == ({"least": 4, "loud": True}, {"mode": "b"}, "2")
    assert settings.of(admin.school_id, ONE) == {"least": 4, "mode": "b"}, "an older cycle still has its own"


def test_what_does_not_fit_is_refused_and_told(admin: Person) -> None:
    offer(ONE)
    with pytest.raises(Invalid) as refused:
        settings.save(admin, KEY, MultiDict({"q_least": "99", "q_mode": "a"}), 0)
    assert set(refused.value.errors) == {"q_least"}
    assert settings.history(admin, KEY) == []
    other = db.session.get(Person, admin.id + 1)
    with pytest.raises(Forbidden):
        settings.save(other, KEY, MultiDict({"q_least": "1"}), 0)
    offer(V1)
    with pytest.raises(NotFound):
        settings.page(admin, KEY)


@pytest.mark.parametrize("stored", [{}, {"least": "три"}, {"least": None}, {"ru": "x"}, {"mode": "c", "least": True}])
def test_whatever_is_stored_the_type_runs(stored: dict[str, object]) -> None:
    found = fitted(ONE.settings, stored)
    assert found.values == {"least": 3, "mode": "a"}


@pytest.mark.parametrize(
    ("item", "good", "bad"),
    [
        (LEAST, [1, 9], [0, 10, "5", True, None, [1]]),
        (MODE, ["a", "", None], ["c", 1, ["a"]]),
        (LOUD, [True, False, None], ["y", 1]),
        (Field("when", "Когда", "date"), ["2026-09-01", None], ["1.09.2026", 5]),
        (Field("at", "Во сколько", "time"), ["10:15"], ["25:00"]),
        (Field("words", "Слова", "list", most=2), [["а", "б"], []], [["а", "б", "в"], "а", [1]]),
        (Field("word", "Слово", max_length=3), ["ёлк"], ["ёлка"]),
    ],
)
def test_what_fits_a_setting(item: Field, good: list[object], bad: list[object]) -> None:
    assert [fits(item, value) for value in good] == [True] * len(good)
    assert [fits(item, value) for value in bad] == [False] * len(bad)


@pytest.mark.parametrize(
    ("code", "item"),
    [
        ("setting_initial", Field("a", "А", "number", required=True)),
        ("setting_initial", Field("a", "А", "number", maximum=2, initial=3)),
        ("setting_kind", Field("a", "А", "files")),
        ("no_options", Field("a", "А", "choice")),
        ("bad_key", Field("Ключ", "А")),
    ],
)
def test_a_wrong_setting_is_found(code: str, item: Field) -> None:
    assert {f.code for f in lint(with_settings("1", item), ROLES)} == {code}
