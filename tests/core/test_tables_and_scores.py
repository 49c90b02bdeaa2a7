"""Tables that grow row by row, scores on the scale, subjects known only in a run."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from engine.api import Field, Form, Indicator, Option, Rows, Section
from engine.core.fields import bind, compile_form, values_of, with_subjects
from engine.core.text import localise
from tests.core.intake import APPLICATION, LEVELS, OPINION
from tests.core.posting import form_of, post, sent_back

INDICATOR = Indicator("clear", "М1", "Ясно", LEVELS)
SCORE_EACH = "Отметьте уровень или «н/н»"
FOREIGN = "Такого варианта нет в списке"
REQUIRED = "Заполните это поле"


def table(least: int = 0, most: int = 60, required: bool = False) -> Rows:
    return Rows("t", "Бумаги", (Field("n", "Имя", required=required), Field("f", "Копия", "flag")), least, most)


def rows(*names: str) -> dict[str, str]:
    return {f"q_t-{place}-q_n": name for place, name in enumerate(names)}


# -- tables -----------------------------------------------------------------------------------------------------------


def test_rows_of_every_kind_survive_the_page_and_the_store() -> None:
    kinds = ("line", "text", "list", "number", "date", "time", "url", "files", "choice", "choices", "flag", "person")
    columns = tuple(Field(k, k, k, options=(Option("a", "А"),) * (k in ("choice", "choices"))) for k in kinds)  # type: ignore[arg-type]
    columns = (*columns[:-1], Field("person", "Кто", "person", source="team"))
    form = form_of(Rows("t", "Таблица", columns))
    team = {"team": (Option("1", "Анна"),)}
    full: dict[str, Any] = {
        "line": "да", "text": "раз\nдва", "list": ["раз", "два"], "number": 0, "date": "2026-11-23", "time": "09:05",
        "url": "https://a.ru", "files": [3], "choice": "a", "choices": ["a"], "flag": True, "person": "1",
    }  # fmt: skip
    other = {**full, "line": "нет", "flag": False, "choices": [], "date": None, "number": None}
    values = {"t": [full, other]}
    shown = bind(form, values, choices=team)
    assert values_of(form, shown) == values
    again = bind(form, posted=sent_back(shown), choices=team)
    assert again.validate(), again.errors
    assert values_of(form, again) == values


def test_empty_rows_are_dropped_wherever_they_stand() -> None:
    _, _, values = post(table(), rows("", "раз", "  ", "два", ""))
    assert [row["n"] for row in values["t"]] == ["раз", "два"]


def test_a_blank_row_stays_on_the_page_to_be_written_in() -> None:
    posted = MultiDict({**rows("раз"), "q_t-1-q_new": ""})
    bound = bind(form_of(table()), posted=posted, strict=False)
    assert [row.form["q_n"].data or "" for row in bound["q_t"]] == ["раз", ""]


def test_a_row_whose_only_answer_cannot_be_read_is_refused_and_not_lost() -> None:
    form = form_of(Rows("t", "Т", (Field("n", "Число", "number"), Field("d", "День", "date"))))
    for strict in (True, False):
        bound = bind(form, posted=MultiDict({"q_t-0-q_n": "семь", "q_t-1-q_d": "завтра"}), strict=strict)
        assert not bound.validate()
        assert [set(errors) for errors in bound.errors["q_t"]] == [{"q_n"}, {"q_d"}]
        assert "семь" in str(bound["q_t"]()) and "завтра" in str(bound["q_t"]())


def test_a_row_with_a_zero_is_not_empty() -> None:
    form = form_of(Rows("t", "Т", (Field("n", "Число", "number"),)))
    assert post(form, {"q_t-0-q_n": "0"})[2] == {"t": [{"n": 0}]}


@pytest.mark.parametrize(
    ("made", "names", "strict", "refusal"),
    [
        (table(least=2), ("раз", "два"), True, None),
        (table(least=2), ("раз",), True, "Нужно не меньше 2"),
        (table(least=1), (), True, "Нужно не меньше 1"),
        (table(least=2), ("раз",), False, None),
        (table(most=2), ("раз", "два", "три"), True, "Не больше 2"),
        (table(most=2), ("раз", "два", "три"), False, "Не больше 2"),
        (table(least=1), ("",), True, "Нужно не меньше 1"),
        (table(least=2), ("раз", "  "), True, "Нужно не меньше 2"),
        (table(most=2), ("раз", "два", ""), True, None),
    ],
)
def test_a_table_counts_the_rows_that_hold_something(
    made: Rows, names: tuple[str, ...], strict: bool, refusal: str | None
) -> None:
    accepted, errors, _ = post(made, rows(*names), strict=strict)
    assert (accepted, errors) == (refusal is None, {"q_t": [refusal]} if refusal else {})


def test_a_table_asks_for_no_row_unless_it_is_said() -> None:
    assert post(Rows("t", "Т", (Field("n", "Имя"),)), {}) == (True, {}, {"t": []})


def test_no_row_is_cut_silently() -> None:
    accepted, _, values = post(table(), rows(*map(str, range(61))))
    assert not accepted and len(values["t"]) == 61


def test_a_required_column_is_asked_in_each_row_that_holds_something() -> None:
    accepted, errors, _ = post(table(required=True), {"q_t-0-q_n": "раз", "q_t-1-q_n": "", "q_t-1-q_f": "y"})
    assert not accepted and errors["q_t"] == [{}, {"q_n": [REQUIRED]}]
    assert post(table(required=True), {"q_t-0-q_n": "", "q_t-0-q_f": "y"}, strict=False)[0]


def test_an_empty_row_asks_for_nothing() -> None:
    assert post(table(required=True), rows("раз", "")) == (True, {}, {"t": [{"n": "раз", "f": False}]})


def test_a_column_offers_what_is_known_only_in_the_run() -> None:
    made = Rows("t", "Т", (Field("who", "Кто", "person", source="team"),))
    team = {"team": (Option("1", "Анна"),)}
    posted = {"q_t-0-q_who": "1", "q_t-1-q_who": "2"}
    accepted, errors, _ = post(made, posted, choices=team)
    assert not accepted and errors["q_t"] == [{}, {"q_who": [FOREIGN]}]
    assert post(made, {"q_t-0-q_who": "1"}, choices=team) == (True, {}, {"t": [{"who": "1"}]})


# -- scores -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "values"),
    [("0", {"clear": 0}), ("3", {"clear": 3}), ("na", {"clear": None}), ("", {}), (None, {})],
)
def test_a_score_is_a_level_or_null_or_absent(posted: str | None, values: dict[str, Any]) -> None:
    form = form_of(INDICATOR)
    accepted, errors, found = post(form, {} if posted is None else {"q_clear": posted}, strict=False)
    assert (accepted, errors, found) == (True, {}, values)
    shown = bind(form, values)
    assert values_of(form, shown) == values
    assert values_of(form, bind(form, posted=sent_back(shown))) == values


@pytest.mark.parametrize(
    ("posted", "refusal"),
    [("0", None), ("na", None), ("", SCORE_EACH), ("4", FOREIGN), ("-1", FOREIGN), ("x", FOREIGN)],
)
def test_a_page_handed_in_has_every_score_and_zero_is_one(posted: str, refusal: str | None) -> None:
    bound = bind(form_of(INDICATOR), posted=MultiDict({"q_clear": posted}))
    assert bound.validate() == (refusal is None)
    assert not re.search("[а-я]", "".join(localise(e, "en") for e in bound["q_clear"].errors))
    assert bound.errors == ({"q_clear": [refusal]} if refusal else {})


def test_scores_by_subject_keep_na_apart_from_absent() -> None:
    form = form_of(INDICATOR, subjects=("a", "b", "c"))
    accepted, _, values = post(form, {"q_clear__a": "0", "q_clear__b": "na"})
    assert accepted and values == {"clear": {"a": 0, "b": None}}
    shown = bind(form, values)
    assert values_of(form, shown) == values
    assert values_of(form, bind(form, posted=sent_back(shown))) == values


def test_a_score_of_a_subject_that_is_gone_does_no_harm() -> None:
    form = form_of(INDICATOR, subjects=("a",))
    bound = bind(form, {"clear": {"a": 1, "gone": 3}})
    assert values_of(form, bound) == {"clear": {"a": 1}}
    assert values_of(form, bind(form, {"clear": None})) == {"clear": {}}


# -- subjects and rounds ----------------------------------------------------------------------------------------------

FED = Form("sheet", "Лист", (Section("fed", "Кто", (INDICATOR,), subjects=("@cases",)), *OPINION.sections[2:]))


def test_subjects_of_a_run_take_the_place_of_their_feed() -> None:
    form = with_subjects(FED, {"cases": (Option("k1", "Первый"), Option("k2", "Второй"))})
    assert (form.sections[0].subjects, form.sections[0].subject_titles) == (("k1", "k2"), ("Первый", "Второй"))
    assert post(form, {"q_clear__k2": "3"})[2]["clear"] == {"k2": 3}
    assert FED.sections[0].subjects == ("@cases",)


def test_the_same_subjects_need_no_second_class() -> None:
    known = {"cases": (Option("k1", "Первый"),)}
    assert compile_form(with_subjects(FED, known)) is compile_form(with_subjects(FED, known))


@pytest.mark.parametrize("known", [{}, {"cases": ()}, {"others": (Option("k", "К"),)}])
def test_a_section_whose_subjects_are_not_known_yet_is_left_out(known: dict[str, tuple[Option, ...]]) -> None:
    assert [s.key for s in with_subjects(FED, known).sections] == ["words"]


def test_a_form_without_fed_subjects_stays_itself() -> None:
    assert with_subjects(OPINION, {"cases": (Option("k", "К"),)}) is OPINION


def test_a_section_of_other_rounds_asks_nothing_and_keeps_nothing() -> None:
    form = OPINION.with_sections(Section("late", "Позже", (Field("last", "Итог", required=True),), rounds=(2,)))
    posted = {"q_clear": "1", "q_proven": "2", "q_last": "чужое"}
    accepted, _, values = post(form, posted, round_=1)
    assert accepted and "last" not in values
    assert post(form, {**posted, "q_last": ""}, round_=2)[1] == {"q_last": [REQUIRED]}


def test_stored_answers_of_the_example_are_shown_again() -> None:
    values = {
        "subject": "Ограда", "sum": 900, "other_sum": None, "grounds": ["закон"], "lead": "merits", "urgent": True,
        "papers": [{"name": "План", "pages": 2}],
    }  # fmt: skip
    assert values_of(APPLICATION, bind(APPLICATION, values)) == values
    assert values_of(APPLICATION, bind(APPLICATION, posted=sent_back(bind(APPLICATION, values)))) == values
