"""The lint: what is right is clean, what would break later is found at load, reserved names are refused everywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from engine.api import Field, Form, GroupType, Hint, Question, Rows, Rule, Stage, Survey, Technique
from engine.core.lint import RESERVED, lint
from engine.extension.roles import FEEDS
from engine.extension.roles import ROLES as HOST
from tests.core.installed import BUNDLED
from tests.core.intake import INTAKE, PROCESS, ROLES
from tests.core.variants import FED, act, asking, changed, named, process, staged


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_a_reserved_name_is_refused_everywhere(key: str) -> None:
    broken = dataclasses.replace(named(key), key=key)
    assert [(f.code, f.place) for f in lint(broken, ROLES)] == [
        ("reserved_key", f"technique {key}"),
        ("reserved_key", f"type {key}"),
    ]


@pytest.mark.parametrize("definition", BUNDLED, ids=lambda t: t.key)
def test_every_installed_type_is_clean(definition: GroupType) -> None:
    assert lint(definition, HOST, frozenset(FEEDS)) == []


def test_the_example_is_clean_for_its_own_host_and_not_for_another() -> None:
    assert lint(INTAKE, ROLES, FED) == lint(INTAKE, ROLES) == []
    assert {f.code for f in lint(INTAKE, HOST, frozenset(FEEDS))} == {"unknown_role", "unknown_feed"}


def test_every_finding_is_told_at_once() -> None:
    broken = changed(techniques=(Technique("Bad", "П"),), hints=(Hint("nothing", "a", "b"),), warnings=())
    assert [f.code for f in lint(broken, ROLES)] == ["bad_key", "unknown_warning", "unknown_indicator"]


@pytest.mark.parametrize(
    "fine",
    [
        process(actions=(*PROCESS.actions, act("again2", "hearing", title="Решить", when="more"))),
        process(actions=(*PROCESS.actions, act("ask", "filing", asks=(Field("note_sheet", "Что", required=True),)))),
        asking(Rows("t", "Т", (Field("c", "В", "choice", source="team"),), least=2, most=2)),
        changed(
            surveys=(*INTAKE.surveys, Survey("guests", "Гости", (Question("fair", "Да"),))),
            process=PROCESS.staging("review", surveys=("guests",)),
        ),
        named("a" * 40),
        staged(Stage("side", "Рядом"), actions=(act("go", "filing", "side"), act("come", "side", "filing"))),
    ],
)
def test_what_is_unusual_but_right_is_clean(fine: GroupType) -> None:
    assert lint(fine, ROLES, FED) == []


def test_a_form_asked_beside_a_button_needs_no_stage() -> None:
    note = Form("receipt", "Расписка", (), roles=("clerk",))
    asked = process(actions=(*PROCESS.actions, act("take", "filing", asks=(Field("receipt", "Расписка"),))))
    assert lint(dataclasses.replace(asked, forms=(*INTAKE.forms, note)), ROLES) == []


#: What is accepted at load and breaks, or is never found, when somebody meets it.
LATER: dict[str, Callable[[], GroupType]] = {
    "an unknown kind of field": lambda: asking(Field("x", "В", "lines")),  # type: ignore[arg-type]
    "two columns of one key": lambda: asking(Rows("t", "Т", (Field("n", "А"), Field("n", "Б")))),
    "two questions of one key beside a button": lambda: process(
        actions=(*PROCESS.actions, act("x", "filing", asks=(Field("a", "А"), Field("a", "Б"))))
    ),
    "a choice without answers beside a button": lambda: process(
        actions=(*PROCESS.actions, act("x", "filing", asks=(Field("a", "А", "choice"),)))
    ),
    "two rules of one key": lambda: changed(
        process=PROCESS.guarded("hear", Rule("intake.fee_paid", "Иной смысл", lambda _: None))
    ),
    "words private until a stage that is not there": lambda: process(private_until="nowhere"),
    "a note confidential to nobody": lambda: process(
        actions=(*PROCESS.actions, act("x", "filing", confidential_to="king"))
    ),
    "a name shared by an action of all rounds and one of the last": lambda: process(
        actions=(*PROCESS.actions, act("x", "hearing", title="Решить"))
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_what_would_break_later_is_found_at_load(name: str) -> None:
    assert lint(LATER[name](), ROLES, FED) != []
