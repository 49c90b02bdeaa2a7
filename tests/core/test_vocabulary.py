"""The ready rules: when each refuses, whom it waits for, where it leads, and when it is content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.api import (
    CycleView,
    Link,
    Person,
    Refusal,
    Rule,
    Sheet,
    Text,
    all_of,
    answers,
    any_of,
    at_least,
    complete,
    confirmed_by_each,
    filled,
    missing,
    names,
    refuse,
    rule,
    submitted_by_each,
)
from engine.core.text import localise
from tests.core.intake import ANNA, BORIS, CLERK, application, kinds, opinion, tally, view

EACH = submitted_by_each("opinion", "expert", "Мнения", "Ждём: {who}", en="Opinions", text_en="Waiting: {who}")
WHOLE = complete("application", ("clerk",), "Цела", "Заполните", en="Whole", text_en="Fill in")
AGREED = confirmed_by_each("application", "expert", "Видели", "Ждём: {who}", en="Seen", text_en="Waiting: {who}")
FIVE = answers("visitors", 5, ("clerk",), "Пять", "{n} из {least}", en="Five", text_en="{n} of {least}")
TWO = filled("application", "grounds", ("clerk",), "Основания", "Два", least=2, en="Grounds", text_en="Two")
ONE = at_least("opinion", "expert", 1, "Одно", "{n} из {least}: {who}", en="One", text_en="{n} of {least}: {who}")
SEEN = at_least("application", "expert", 2, "Двое", "Есть {n}", confirmed=True, en="Two", text_en="There are {n}")
BOTH = (ANNA, BORIS)
FORM, ROUND = Link("form", "application", 1), Link("form", "opinion", 1)


def written(**values: Any) -> dict[str, Any]:
    return {"sheets": (application(**values),)}


def test_a_quorum_says_how_many_it_needs_and_what_it_reads() -> None:
    assert (ONE.needs, ONE.reads) == ((("expert", 1),), (("each", "opinion.expert"),))
    assert (SEEN.needs, SEEN.reads) == ((("expert", 2),), (("confirmed", "application.expert"),))
    assert all_of("k", "Оба", ONE, SEEN).needs == ONE.needs + SEEN.needs
    assert any_of("k", "Одно из", "Нет", ONE, SEEN).needs == ()
    assert any_of("k", "Одно из", "Нет", ONE, SEEN).reads == ONE.reads + SEEN.reads


def test_a_quorum_is_met_by_any_of_its_holders_and_not_by_others() -> None:
    assert ONE(view(sheets=(opinion(BORIS),))) is None
    assert ONE(view(sheets=(opinion(CLERK),))) is not None
    assert ONE(view(sheets=(opinion(BORIS, state="draft"),))) is not None
    assert SEEN(view(sheets=(application(confirmed=BOTH),))) is None
    assert SEEN(view(sheets=(application("draft", confirmed=BOTH),))) is not None


#: Rule, facts, and the refusal: text, English text, roles, people, link.
REFUSED: list[tuple[Rule, dict[str, Any], tuple[str, str, tuple[str, ...], tuple[Person, ...], Link]]] = [
    (ONE, {}, ("0 из 1: Анна А., Борис Б.", "0 of 1: Анна А., Борис Б.", ("expert",), BOTH, ROUND)),
    (
        SEEN,
        {"sheets": (application(confirmed=(ANNA,)),)},
        ("Есть 1", "There are 1", ("expert",), (BORIS,), Link("form", "application", 1)),
    ),
    (EACH, {}, ("Ждём: Анна А., Борис Б.", "Waiting: Анна А., Борис Б.", ("expert",), BOTH, ROUND)),
    (EACH, {"sheets": (opinion(ANNA),)}, ("Ждём: Борис Б.", "Waiting: Борис Б.", ("expert",), (BORIS,), ROUND)),
    (
        EACH,
        {"sheets": (opinion(ANNA), opinion(BORIS, state="draft"), opinion(BORIS, 2), opinion(CLERK))},
        ("Ждём: Борис Б.", "Waiting: Борис Б.", ("expert",), (BORIS,), ROUND),
    ),
    (
        EACH,
        {"sheets": (opinion(ANNA), Sheet("opinion", 1, None, {}), Sheet("application", 1, BORIS, {}))},
        ("Ждём: Борис Б.", "Waiting: Борис Б.", ("expert",), (BORIS,), ROUND),
    ),
    (WHOLE, {}, ("Заполните", "Fill in", ("clerk",), (), FORM)),
    (WHOLE, written(state="draft"), ("Заполните", "Fill in", ("clerk",), (), FORM)),
    (AGREED, {}, ("Ждём: Анна А., Борис Б.", "Waiting: Анна А., Борис Б.", ("expert",), BOTH, FORM)),
    (AGREED, written(confirmed=(ANNA,)), ("Ждём: Борис Б.", "Waiting: Борис Б.", ("expert",), (BORIS,), FORM)),
    (
        AGREED,
        written(state="draft", confirmed=BOTH),
        ("Ждём: Анна А., Борис Б.", "Waiting: Анна А., Борис Б.", ("expert",), BOTH, FORM),
    ),
    (FIVE, {}, ("0 из 5", "0 of 5", ("clerk",), (), Link("survey", "visitors", 1))),
    (
        FIVE,
        {"tallies": (tally(1, 4), tally(2, 9))},
        ("4 из 5", "4 of 5", ("clerk",), (), Link("survey", "visitors", 1)),
    ),
    (TWO, {}, ("Два", "Two", ("clerk",), (), FORM)),
    (TWO, written(grounds=["закон"]), ("Два", "Two", ("clerk",), (), FORM)),
    (TWO, written(grounds=[]), ("Два", "Two", ("clerk",), (), FORM)),
]


@pytest.mark.parametrize(("asked", "facts", "expected"), REFUSED)
def test_a_rule_refuses_with_people_roles_link_and_text(asked: Rule, facts: dict[str, Any], expected: tuple) -> None:
    refusal = asked(view(**facts))
    assert refusal is not None
    assert (refusal.text, refusal.text.en, refusal.roles, refusal.people, refusal.link) == expected  # type: ignore[attr-defined]
    assert (refusal.code, refusal.title, refusal.waivable) == (asked.key, asked.title, False)


@pytest.mark.parametrize(
    ("asked", "facts"),
    [
        (EACH, {"sheets": (opinion(ANNA), opinion(BORIS))}),
        (EACH, {"roles": {}}),
        (WHOLE, written()),
        (AGREED, written(confirmed=(ANNA, BORIS, CLERK))),
        (FIVE, {"tallies": (tally(1, 5),)}),
        (FIVE, {"tallies": (tally(2, 5),), "round_": 2}),
        (TWO, written(grounds=["закон", "обычай"])),
        (TWO, written(grounds="текстом")),
    ],
)
def test_a_rule_is_content(asked: Rule, facts: dict[str, Any]) -> None:
    assert asked(view(**facts)) is None


@pytest.mark.parametrize(
    ("asked", "key", "title"),
    [
        (EACH, "submitted_by_each.opinion.expert", "Opinions"),
        (WHOLE, "complete.application", "Whole"),
        (AGREED, "confirmed_by_each.application.expert", "Seen"),
        (FIVE, "answers.visitors.5", "Five"),
        (TWO, "filled.application.grounds.2", "Grounds"),
    ],
)
def test_the_key_of_a_rule_holds_its_whole_meaning(asked: Rule, key: str, title: str) -> None:
    assert (asked.key, asked.title.en) == (key, title)  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [0, "слово", ["a"], True, 0.0, {"a": None}])
def test_an_answer_is_an_answer(value: Any) -> None:
    assert not missing({"x": value}, "x")
    assert filled("application", "x", (), "a", "b")(view(**written(x=value))) is None


@pytest.mark.parametrize("values", [{}, {"x": None}, {"x": ""}, {"x": []}, {"x": {}}, {"x": False}])
def test_no_answer_is_missing(values: dict[str, Any]) -> None:
    assert missing(values, "x")
    assert filled("application", "x", (), "a", "b")(view(**written(**values))) is not None


# -- several rules ----------------------------------------------------------------------------------------------------

GOOD = {"sheets": (application(confirmed=BOTH, grounds=["а", "б"]), opinion(ANNA), opinion(BORIS))}


@pytest.mark.parametrize("content", [(WHOLE, EACH), (EACH, WHOLE), (WHOLE, WHOLE)])
def test_one_of_several_rules_is_enough(content: tuple[Rule, Rule]) -> None:
    assert any_of("any", "Одно из", "Нужно одно", *content)(view(**written())) is None


def test_once_one_of_several_rules_is_content_no_other_is_asked() -> None:
    def unasked(view: CycleView) -> Refusal | None:
        pytest.fail("asked in vain")

    assert any_of("any", "Одно из", "Нужно одно", WHOLE, Rule("later", "Потом", unasked))(view(**written())) is None


def test_when_no_rule_is_content_everybody_who_could_help_is_named() -> None:
    either = any_of("any", "Одно из", "Одно", WHOLE, EACH, FIVE, AGREED, en="One of", text_en="One", waivable=True)
    refusal = either(view())
    assert refusal is not None
    assert (refusal.code, refusal.title, refusal.waivable) == ("any", "Одно из", True)
    assert (refusal.text, refusal.text.en) == ("Одно", "One")  # type: ignore[attr-defined]
    assert refusal.link == FORM
    assert refusal.roles == ("clerk", "expert")
    assert refusal.people == BOTH


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "Заполните"),
        (written(), "Ждём: Анна А., Борис Б."),
        (written(confirmed=BOTH), "Два"),
        (written(confirmed=BOTH, grounds=["а", "б"]), None),
    ],
)
def test_of_several_rules_under_one_name_the_first_that_refuses_speaks(facts: dict[str, Any], text: str | None) -> None:
    refusal = all_of("all", "Всё", WHOLE, AGREED, TWO, en="All", waivable=True)(view(**facts))
    assert (refusal and str(refusal.text)) == text
    if refusal:
        assert (refusal.code, refusal.title, refusal.title.en, refusal.waivable) == ("all", "Всё", "All", True)  # type: ignore[attr-defined]


def test_rules_nest() -> None:
    both = all_of("both", "Оба", any_of("any", "Одно из", "Одно", WHOLE, FIVE), EACH)
    refusals = [both(view(**facts)) for facts in ({}, written(), GOOD)]
    assert [r and r.text for r in refusals] == ["Одно", "Ждём: Анна А., Борис Б.", None]


MADE: list[Callable[..., Rule]] = [
    lambda **w: submitted_by_each("opinion", "expert", "a", "b", **w),
    lambda **w: complete("application", (), "a", "b", **w),
    lambda **w: confirmed_by_each("application", "expert", "a", "b", **w),
    lambda **w: answers("visitors", 5, (), "a", "b", **w),
    lambda **w: filled("application", "x", (), "a", "b", **w),
    lambda **w: any_of("key", "a", "b", WHOLE, **w),
]


@pytest.mark.parametrize("made", [*MADE, lambda **w: rule("a", "b", **w)(lambda _: refuse("нет"))])
def test_a_refusal_may_be_waived_when_its_rule_may(made: Callable[..., Rule]) -> None:
    refusals = [made(**w)(view()) for w in ({}, {"waivable": True})]
    assert [r and r.waivable for r in refusals] == [False, True]


@pytest.mark.parametrize("made", MADE)
def test_a_refusal_says_to_those_it_waits_for_what_to_do(made: Callable[..., Rule]) -> None:
    found = [made(**w)(view()) for w in ({}, {"step": Text("Сделайте", en="Do it")})]
    assert [r and localise(r.step, language) for r in found for language in ("ru", "en")] == [
        "",
        "",
        "Сделайте",
        "Do it",
    ]


def test_a_step_is_filled_like_the_text() -> None:
    asked = answers("visitors", 5, (), "a", "b", step=Text("Ещё {least}, есть {n}", en="{n} of {least}"))
    refusal = asked(view(tallies=(tally(1, 2),)))
    assert refusal and [localise(refusal.step, language) for language in ("ru", "en")] == ["Ещё 5, есть 2", "2 of 5"]


# -- rules of one's own -----------------------------------------------------------------------------------------------


def test_a_rule_of_one_s_own_is_stamped_with_its_name_and_keeps_its_explanation() -> None:
    @rule("own", "Своё", en="Own", waivable=True)
    def own(seen: CycleView) -> Refusal | None:
        """The round is even."""
        return None if seen.round % 2 == 0 else refuse("Нечётный", link=Link("run"), roles=["clerk"], people=[CLERK])

    assert (own.key, own.title, own.title.en, own.explanation) == ("own", "Своё", "Own", "The round is even.")  # type: ignore[attr-defined]
    assert own(view(round_=2)) is None
    assert not Rule("own", "Своё", own.check).waivable
    assert own(view()) == Refusal("Нечётный", "own", ("clerk",), (CLERK,), Link("run"), True, "Своё")


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ({"form": "plan", "round_": 2}, Link("form", "plan", 2)),
        ({"survey": "visitors", "round_": 3}, Link("survey", "visitors", 3)),
        ({"form": "plan", "survey": "visitors"}, Link("form", "plan")),
        ({"link": Link("people")}, Link("people")),
        ({}, None),
    ],
)
def test_a_refusal_leads_to_where_it_can_be_resolved(given: dict[str, Any], link: Link | None) -> None:
    assert refuse("нет", **given).link == link


def test_names_are_short_names() -> None:
    assert names(BOTH) == ["Анна А.", "Борис Б."]


# -- the view ---------------------------------------------------------------------------------------------------------


def test_a_view_finds_documents_surveys_and_rounds_of_the_round_asked_for() -> None:
    seen = view(
        round_=2,
        sheets=(application(), opinion(ANNA, 1), opinion(BORIS, 2), Sheet("opinion", 1, None, {"x": 1})),
        tallies=(tally(1, 3), tally(2, 7)),
    )
    assert [s.person for s in seen.sheets_of("opinion")] == [BORIS]
    assert [s.person for s in seen.sheets_of("opinion", 1)] == [ANNA, None]
    assert (seen.sheet("opinion"), seen.values("opinion")) == (None, {})
    assert seen.values("opinion", 1) == {"x": 1}
    assert [seen.sheet("application", n) is not None for n in (None, 0, 1)] == [True, True, False]
    assert [t and t.answers for t in (seen.tally("visitors"), seen.tally("visitors", 1), seen.tally("other"))] == [
        7,
        3,
        None,
    ]
    assert seen.today.isoformat() == "2026-03-02"


def test_the_facts_of_a_round_are_its_own_and_empty_when_unknown() -> None:
    seen = view(round_=2, rounds=kinds("open", "closed"))
    assert [seen.round_facts(n).kind for n in (None, 1, 2, 3)] == ["closed", "open", "closed", ""]
    assert seen.round_facts(3).n == 3
