"""Forms made into inputs: answers survive the way there and back, and each refusal says why in both languages."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from engine.api import Field, Indicator, Option, SoftWarning, Text
from engine.core.fields import bind, compile_form, soft_warnings, values_of
from engine.core.forms import FieldKind
from engine.core.text import localise
from tests.core.intake import APPLICATION, LEVELS
from tests.core.posting import form_of, post, sent_back

AB = (Option("a", "А"), Option("b", "Б"))
TEAM = {"team": (Option("1", "Анна"), Option("2", "Борис"))}
REQUIRED = "Заполните это поле"
FOREIGN = "Такого варианта нет в списке"
NOT_A_LINK = "Нужна ссылка, которая начинается с https:// или http://"
BAD_DATE = "Дата пишется так: 23.11.2026"
BAD_TIME = "Время пишется так: 10:15"

#: Kind, how the field is made, what is posted, the answer it means.
ANSWERS: list[tuple[FieldKind, dict[str, Any], Any, Any]] = [
    ("line", {}, "  Слово & <дело> ", "Слово & <дело>"),
    ("text", {}, "Раз\r\nдва\r\n", "Раз\nдва"),
    ("list", {}, " раз \r\n\r\nдва", ["раз", "два"]),
    ("number", {}, "-7", -7),
    ("number", {}, "0", 0),
    ("choice", {"options": AB}, "b", "b"),
    ("choices", {"options": AB}, ["a", "b"], ["a", "b"]),
    ("flag", {}, "y", True),
    ("date", {}, "2026-11-23", "2026-11-23"),
    ("date", {}, "23.11.2026", "2026-11-23"),
    ("time", {}, "09:05", "09:05"),
    ("time", {}, "09:05:59", "09:05"),
    ("files", {}, ["7, 12", "x,7,3"], [7, 12, 3]),
    ("url", {}, "https://example.org/а?b=1", "https://example.org/а?b=1"),
    ("person", {"source": "team"}, "2", "2"),
]
#: Kind, what an empty page means.
EMPTY: dict[FieldKind, Any] = {
    "line": "", "text": "", "list": [], "number": None, "choice": "", "choices": [], "flag": False, "date": None,
    "time": None, "files": [], "url": "", "person": "",
}  # fmt: skip
#: Kind, how the field is made, what is posted, the refusal of a page handed in, and the refusal of a half-filled one.
REFUSALS: list[tuple[FieldKind, dict[str, Any], Any, str, str]] = [
    *((kind, {"required": True, "source": "team"}, "", REQUIRED, "") for kind in ("line", "text", "number", "choice")),
    *((kind, {"required": True, "source": "team"}, "", REQUIRED, "") for kind in ("date", "time", "url", "person")),
    *((kind, {"required": True}, "", "Нужно не меньше 1", "") for kind in ("list", "files")),
    ("line", {"required": True}, "   ", REQUIRED, ""),
    ("line", {"required": True}, "\x00", REQUIRED, ""),
    ("text", {"required": True}, " \r\n ", REQUIRED, ""),
    ("choices", {"required": True, "options": AB}, [], "Нужно не меньше 1", ""),
    ("choices", {"options": AB, "most": 1}, ["a", "b"], "Не больше 1", ""),
    ("choices", {"options": AB}, ["a", "c"], FOREIGN, FOREIGN),
    ("choices", {"source": "team"}, ["1", "3"], FOREIGN, FOREIGN),
    ("choices", {"source": "nobody"}, ["1"], FOREIGN, FOREIGN),
    ("choice", {"options": AB}, "c", FOREIGN, FOREIGN),
    ("choice", {"options": AB, "required": True}, "А", FOREIGN, FOREIGN),
    ("person", {"source": "team"}, "3", FOREIGN, FOREIGN),
    ("line", {"max_length": 5}, "знаков", "Слишком длинно: не больше 5 знаков", "Слишком длинно: не больше 5 знаков"),
    ("text", {}, "я" * 5001, "Слишком длинно: не больше 5000 знаков", "Слишком длинно: не больше 5000 знаков"),
    ("list", {"max_length": 5}, "раз\nдва", "Слишком длинно: не больше 5 знаков", "Слишком длинно: не больше 5 знаков"),
    ("list", {"least": 3}, "раз\n \nдва", "Нужно не меньше 3", ""),
    ("list", {"most": 1}, "раз\nдва", "Не больше 1", ""),
    ("files", {"least": 2}, "5,5", "Нужно не меньше 2", ""),
    ("number", {}, "семь", "Введите число", "Введите число"),
    ("number", {}, "1.5", "Введите число", "Введите число"),
    ("number", {}, "9" * 5000, "Введите число", "Введите число"),
    ("number", {"minimum": 0}, "-1", "Нужно не меньше 0", "Нужно не меньше 0"),
    ("number", {"maximum": 60}, "61", "Не больше 60", "Не больше 60"),
    *(("date", {}, bad, BAD_DATE, BAD_DATE) for bad in ("завтра", "31.02.2026", "2026-13-01", "23.11.26")),
    *(("time", {}, bad, BAD_TIME, BAD_TIME) for bad in ("полдень", "25:00", "10-15")),
    *(("url", {}, bad, NOT_A_LINK, NOT_A_LINK) for bad in ("example.org", "javascript:alert(1)", "https://", "//x.ru")),
    ("url", {}, "http://[", NOT_A_LINK, NOT_A_LINK),
]


def test_the_tables_speak_of_every_kind() -> None:
    kinds = set(get_args(FieldKind))
    assert {row[0] for row in ANSWERS} == set(EMPTY) == kinds
    assert {row[0] for row in REFUSALS} == kinds - {"flag"}


@pytest.mark.parametrize(("kind", "made", "posted", "answer"), ANSWERS)
def test_an_answer_survives_the_page_and_the_store(
    kind: FieldKind, made: dict[str, Any], posted: Any, answer: Any
) -> None:
    form = form_of(Field("x", "Вопрос", kind, **made))
    accepted, errors, values = post(form, {"q_x": posted}, choices=TEAM)
    assert (accepted, errors, values) == (True, {}, {"x": answer})
    shown = bind(form, values, choices=TEAM)
    assert values_of(form, shown) == {"x": answer}
    again = bind(form, posted=sent_back(shown), choices=TEAM)
    assert again.validate()
    assert values_of(form, again) == {"x": answer}


@pytest.mark.parametrize(("kind", "nothing"), EMPTY.items())
def test_an_empty_page_is_an_empty_answer(kind: FieldKind, nothing: Any) -> None:
    field = Field("x", "Вопрос", kind, source="team")
    posted = {} if kind in ("flag", "choices") else {"q_x": ""}
    assert post(field, posted, choices=TEAM) == (True, {}, {"x": nothing})


@pytest.mark.parametrize(("kind", "made", "posted", "strict", "draft"), REFUSALS)
def test_a_wrong_answer_is_refused_in_both_languages(
    kind: FieldKind, made: dict[str, Any], posted: Any, strict: str, draft: str
) -> None:
    field = Field("x", "Вопрос", kind, **made)
    for is_strict, expected in ((True, strict), (False, draft)):
        accepted, errors, _ = post(field, {"q_x": posted}, strict=is_strict, choices=TEAM)
        assert (accepted, errors) == (not expected, {"q_x": [expected]} if expected else {})
        for error in errors.get("q_x", ()):
            assert not re.search("[а-яё]", localise(error, "en"), re.IGNORECASE)


@pytest.mark.parametrize(
    ("kind", "made", "posted"),
    [
        ("number", {"minimum": 0, "maximum": 60}, "0"),
        ("number", {"minimum": 0, "maximum": 60}, "60"),
        ("line", {"max_length": 5}, "знаки"),
        ("list", {"max_length": 5}, "раз\nа"),
        ("list", {"least": 2, "most": 2}, "раз\nдва"),
        ("choices", {"options": AB, "least": 2, "most": 2}, ["a", "b"]),
        ("files", {"least": 2, "most": 2}, "5,6"),
        ("choices", {"options": AB}, ["a", "b"]),
    ],
)
def test_what_is_just_within_bounds_is_accepted(kind: FieldKind, made: dict[str, Any], posted: Any) -> None:
    assert post(Field("x", "Вопрос", kind, **made), {"q_x": posted})[:2] == (True, {})


def test_a_question_keeps_its_title_and_its_help() -> None:
    shown = bind(form_of(Field("x", "Вопрос", help="Подсказка"), Indicator("clear", "М1", "Ясно", LEVELS)))
    assert (shown["q_x"].label.text, shown["q_x"].description, shown["q_clear"].label.text) == (
        "Вопрос",
        "Подсказка",
        "Ясно",
    )


@pytest.mark.parametrize("kind", ["line", "text", "list", "url"])
def test_a_nul_never_comes_through(kind: FieldKind) -> None:
    _, _, values = post(Field("x", "Вопрос", kind), {"q_x": "https://a.ru/\x00b"})
    assert values["x"] in ("https://a.ru/b", ["https://a.ru/b"])


def test_a_required_flag_may_stay_off() -> None:
    assert post(Field("x", "Вопрос", "flag", required=True), {}) == (True, {}, {"x": False})


def test_run_time_choices_are_shown_and_accepted_and_the_next_run_has_its_own() -> None:
    form = form_of(Field("x", "Кто", "person", source="team"))
    assert post(form, {"q_x": "1"}, choices=TEAM)[0]
    assert not post(form, {"q_x": "1"}, choices={"team": (Option("9", "Глава"),)})[0]
    assert [c.label for c in bind(form, choices=TEAM)["q_x"].choices] == ["Анна", "Борис"]


@pytest.mark.parametrize("key", ["data", "errors", "validate", "process", "meta", "form", "populate_obj", "csrf_token"])
def test_a_question_shadows_nothing_of_wtforms(key: str) -> None:
    field = Field(key, "Вопрос", required=True)
    assert post(field, {f"q_{key}": "да"}) == (True, {}, {key: "да"})
    assert post(field, {f"q_{key}": ""})[:2] == (False, {f"q_{key}": [REQUIRED]})
    assert post(Indicator(key, "1", "Что", LEVELS), {f"q_{key}": "2"}) == (True, {}, {key: 2})


def test_a_form_is_compiled_once_for_each_round_and_strictness() -> None:
    assert compile_form(APPLICATION) is compile_form(APPLICATION)
    assert len({compile_form(APPLICATION, n, strict=s) for n in (1, 2) for s in (True, False)}) == 4


def test_forms_that_differ_in_english_alone_keep_their_own_labels() -> None:
    one, other = (form_of(Field("x", Text("Вопрос", en=en))) for en in ("Question", "Query"))
    assert [bind(form)["q_x"].label.text.en for form in (one, other)] == ["Question", "Query"]


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("Плохо работал", ["Мягче"]),
        ("неплохо", []),
        ("Иванов И. И.", ["Без имён"]),
        ("иванов и", []),
        ("плох, Иванов И.", ["Мягче", "Без имён"]),
        ("цена 2.5", []),
        ("2+5", ["Счёт"]),
    ],
)
def test_a_soft_warning_looks_at_the_start_of_words(text: str, hints: list[str]) -> None:
    words = (
        SoftWarning("a", ("плох", "ужас"), "Мягче"),
        SoftWarning("b", (), "Без имён", pattern=r"(?-i:[А-Я][а-я]+ [А-Я])\."),
        SoftWarning("c", ("2+5",), "Счёт"),
    )
    assert soft_warnings(words, text) == hints
