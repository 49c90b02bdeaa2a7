"""Whatever a file can express is written and read back as the same type; every place of a text has its line."""

from __future__ import annotations

import dataclasses
import itertools
import tomllib
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.core.criteria import Criterion, Test
from engine.core.definition import Hint, Technique, Upgrade
from engine.core.forms import Field, Form, Indicator, Option, Question, Rows, Section, SoftWarning, Survey
from engine.core.measures import Agreement, Difference, Entries, Growth, IndicatorMean, RoundsWhere, SectionMean
from engine.core.process import Action, Process, Stage
from engine.core.text import Text
from engine.extension.declared import Declared, Unreadable, define, parse, read, text_of, write
from engine.extension.declared.building import build
from engine.extension.declared.content import Extension, Shown
from engine.extension.declared.document import Inserted
from engine.extension.declared.judging import RuleCall
from engine.extension.declared.mistakes import Mistakes
from engine.extension.declared.places import places

LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t")
PLAIN = st.text(LETTERS, min_size=1, max_size=30).filter(str.strip)
WORDS = st.one_of(PLAIN, st.builds(lambda ru, en: Text(ru, en=en), PLAIN, PLAIN))
#: Texts of rules: braces are places there.
TOLD = WORDS.filter(lambda t: not set("{}") & set(str(t) + getattr(t, "en", "")))
MAYBE = st.one_of(st.just(""), WORDS)
KEY = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(lambda k: k not in _TAKEN)
_TAKEN = {"state", "stage", "trigger", "id", "data", "errors", "csrf_token", "version", "note", "next"}
TEAM = ("triad_member",)


def keyed(strategy: Any, most: int = 3, least: int = 0) -> Any:
    return st.lists(strategy, min_size=least, max_size=most, unique_by=lambda x: x.key).map(tuple)


OPTIONS = st.lists(st.builds(Option, KEY, WORDS), min_size=1, max_size=3, unique_by=lambda o: o.key).map(tuple)
FIELDS = st.one_of(
    st.builds(
        Field, KEY, WORDS, st.sampled_from(["line", "text", "list", "files", "date", "flag"]), st.booleans(), MAYBE,
        max_length=st.integers(1, 900), private=st.booleans(),
    ),
    st.builds(Field, KEY, WORDS, st.sampled_from(["choice", "choices"]), options=OPTIONS),
    st.builds(Field, KEY, WORDS, st.just("number"), minimum=st.integers(-9, 0), maximum=st.none() | st.integers(1, 9)),
    st.builds(Field, KEY, WORDS, st.just("person"), source=st.just("team")),
)  # fmt: skip
LEVELS = st.one_of(st.tuples(PLAIN, PLAIN, PLAIN, PLAIN), st.tuples(WORDS, WORDS, WORDS, WORDS))
INDICATORS = st.builds(Indicator, KEY, st.text("АБ1", min_size=1, max_size=3), WORDS, LEVELS)
ROWS = st.builds(Rows, KEY, WORDS, keyed(FIELDS, 3, 1), st.integers(0, 2), st.integers(3, 60), MAYBE)
SECTIONS = st.builds(
    Section, KEY, WORDS, keyed(st.one_of(FIELDS, ROWS, INDICATORS), 4), MAYBE, st.sampled_from([(), (1,)])
)
QUESTIONS = st.one_of(
    st.builds(Question, KEY, WORDS, st.sampled_from(["scale4", "open"]), help=MAYBE),
    st.builds(Question, KEY, WORDS, st.just("single"), OPTIONS),
)
SURVEYS = st.builds(
    Survey, KEY, WORDS, keyed(QUESTIONS, 3, 1), MAYBE, MAYBE, counts_only=st.booleans(), least=st.integers(5, 9)
)


@st.composite
def declarations(draw: Any) -> Declared:
    """A sound type on a process of its own: some stages in a row, perhaps a loop over two of them."""
    stages = draw(st.lists(KEY, min_size=2, max_size=5, unique=True))
    loop = (stages[0], stages[-2]) if len(stages) > 2 and draw(st.booleans()) else ()
    actions = [
        Action(f"go_{n}", draw(WORDS), (a,), b, TEAM, done=draw(MAYBE), asks=draw(keyed(FIELDS, 2)))
        for n, (a, b) in enumerate(itertools.pairwise(stages))
    ]
    if loop:
        actions.append(Action("again", "Ещё раз ↺", (stages[-2],), stages[0], TEAM, when="more", next_round=True))
    process = Process(
        tuple(Stage(k, draw(WORDS), draw(MAYBE), days=draw(st.integers(0, 9)), final=k == stages[-1]) for k in stages),
        tuple(actions),
        stages[0],
        rounds=draw(st.integers(2, 4)) if loop else 1,
        loop=loop,
    )
    forms = [
        Form(f"f{n}", draw(WORDS), draw(keyed(SECTIONS, 2, 1)), roles=TEAM, confirm=draw(st.sampled_from([(), TEAM])))
        for n in range(draw(st.integers(1, 2)))
    ]
    upgrade = Upgrade("0", (("old", stages[0]),), (("was", "f0"),), (), ("gone",), "почему")
    survey, also = draw(SURVEYS), st.sampled_from([(), (stages[0],)])
    return Declared(
        key=draw(KEY),
        title=draw(WORDS),
        purpose=draw(WORDS),
        version=draw(st.sampled_from(["1", "2.0", "3-beta"])),
        short=draw(MAYBE),
        colour=draw(st.sampled_from(["", "#123abc"])),
        team=draw(st.sampled_from([0, 1, 2, 3])),
        process=process,
        kinds=draw(st.one_of(st.just(()), OPTIONS)),
        forms=tuple(Shown(f, (draw(st.sampled_from(stages)),), draw(also)) for f in forms),
        surveys=(Shown(survey, (stages[0],)),),
        rules=tuple(draw(_rules(forms, survey, [a.key for a in actions]))),
        criteria=tuple(draw(_criteria(forms, survey))),
        techniques=draw(keyed(st.builds(Technique, KEY, WORDS, MAYBE, st.sampled_from([(), ("группа",)])))),
        warnings=draw(keyed(st.builds(SoftWarning, KEY, st.tuples(PLAIN), WORDS), 2)),
        upgrades=draw(st.sampled_from([(), (upgrade,)])),
    )  # fmt: skip


@st.composite
def _rules(draw: Any, forms: list[Form], survey: Survey, actions: list[str]) -> list[RuleCall]:
    form = draw(st.sampled_from(forms))
    made = [RuleCall("complete", draw(TOLD), draw(TOLD), actions[0], form=form.key, waivable=draw(st.booleans()))]
    if form.confirm:
        made.append(RuleCall("confirmed_by_each", draw(TOLD), "Ждём: {who}", actions[-1], form=form.key, role=TEAM[0]))
    fields = [item.key for _, item in form.items()]
    inner = [RuleCall("answers", "", "{n} из {least}", survey=survey.key, least=draw(st.integers(1, 30)), roles=TEAM)]
    if fields:
        filled = RuleCall("filled", draw(TOLD), draw(TOLD), form=form.key, field=draw(st.sampled_from(fields)))
        inner.append(filled)
    if form.confirm:
        quorum = RuleCall("at_least", draw(TOLD), "{n} из {least}: {who}", actions[0], form=form.key, role=TEAM[0])
        made.append(dataclasses.replace(quorum, least=1, confirmed=True))
    made.append(
        RuleCall("any_of", draw(TOLD), draw(TOLD), actions[0], "t.some", step=draw(st.just("") | TOLD), of=tuple(inner))
    )
    made.append(RuleCall("all_of", draw(TOLD), "", actions[-1], "t.all", of=tuple(inner)))
    return made


@st.composite
def _criteria(draw: Any, forms: list[Form], survey: Survey) -> list[Criterion]:
    measures: list[Any] = [Agreement(survey.key, q.key) for q in survey.questions]
    for form in forms:
        measures += [Entries(form.key, item.key) for _, item in form.items()]
        for section in form.sections:
            measures += [IndicatorMean(i.key) for i in section.indicators]
            measures += [SectionMean(section.key)] if section.indicators else []
    chosen = st.sampled_from(measures)
    nested = st.one_of(
        chosen,
        st.builds(Growth, chosen),
        st.builds(Difference, chosen, chosen),
        st.builds(RoundsWhere, chosen, st.floats(0, 3)),
    )
    tests = st.builds(
        Test, nested, st.floats(-5, 100), MAYBE, st.sampled_from(["score", "share", "count"]), st.booleans()
    )
    several = st.lists(tests, min_size=1, max_size=2).map(tuple)
    return list(draw(keyed(st.builds(Criterion, KEY, st.just("К-1"), WORDS, several, overall=st.booleans()), 2)))


def _sound(declared: Declared) -> Any:
    """The type, when lint has nothing against it (an indicator drawn twice, say)."""
    try:
        return define(write(declared))
    except Unreadable as refused:
        assert {m.code for m in refused.mistakes} <= {"duplicate_key", "same_name", "rule_conflict"}, refused.mistakes
        return None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(declarations())
def test_what_is_written_is_read_back_as_the_same_type(declared: Declared) -> None:
    text = write(declared)
    assume(_sound(declared) is not None)
    again, _ = read(text)
    assert write(again) == text
    assert build(declared, Mistakes()).fingerprint == build(again, Mistakes()).fingerprint == define(text).fingerprint


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(keyed(INDICATORS, 3, 1), keyed(SECTIONS, 2, 1), WORDS, TOLD)
def test_what_is_built_on_a_base_too(indicators: Any, more: Any, title: str, told: str) -> None:
    watched = Section("watched", title, indicators, subjects=("A", "B"), subject_titles=("A", Text("Б", en="B")))
    declared = Declared(
        "mine", title, "Цель", "1", base="lesson_study",
        indicators=(watched,),
        extensions=(Extension("plan", more, "course"),),
        inserted=(Inserted(Stage("between", title, days=2), "sum_up", Action("go_on", title, roles=TEAM)),),
        rules=(RuleCall("complete", told, told, "sum_up", form="passport"),),
        hints=(Hint(indicators[0].key, "methodical", title),),
        techniques=(Technique("own", title),),
    )  # fmt: skip
    assume(_sound(declared) is not None)
    assert build(declared, Mistakes()).fingerprint == define(write(declared)).fingerprint


def paths(value: Any, here: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every place of tables read by the standard library."""
    found = {here}
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found |= paths(inner, (*here, step))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(declarations())
def test_every_place_has_its_line(declared: Declared) -> None:
    text = write(declared)
    assert set(places(text)) == paths(tomllib.loads(text))


LEAVES = st.one_of(
    st.text(LETTERS, max_size=12), st.integers(-99, 99), st.booleans(), st.floats(allow_nan=False), st.dates()
)
TREES = st.recursive(
    LEAVES,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5).filter(str.isprintable), x, max_size=3),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(["a", "б", "x.y", 'q"', "s t"]), TREES, max_size=4), st.booleans())
def test_any_tables_have_their_places(tables: dict[str, Any], crlf: bool) -> None:
    text = text_of(tables)
    found, lines = parse(text.replace("\n", "\r\n") if crlf else text)
    assert {_plain(p) for p in lines} == {_plain(p) for p in paths(found)}


def _plain(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Keys in quotes keep their escapes in the scan."""
    return tuple(p if isinstance(p, int) else p.replace("\\", "") for p in path)


TRICKY = '''
# a = "[[form]]"
long = """
[[not.a.table]]
key = "x" \\
  more"""
raw = \'\'\'[also] = 'not' \'\'\'
"quoted key" = 1
dotted.inner."x.y" = { a = [1, { b = "]}#" }], "c" = \'}\' }
list = [ # comment ]
  "one",   # "two"
  [ 2 ],
]
[[form]]
key = "a"
[[form.section]]
key = "b"
[[form.section]]
[form.extra]
deep = true
[[form]]
[[form.section]]
key = "c"
'''


def test_signs_inside_texts_are_no_structure() -> None:
    lines = places(TRICKY)
    assert set(lines) == paths(tomllib.loads(TRICKY))
    numbered = TRICKY.split("\n")
    for path, line in lines.items():
        if path and isinstance(path[-1], str):
            assert path[-1].split(".")[-1] in numbered[line - 1], (path, line)
    assert lines["form", 1, "section", 0, "key"] == len(numbered) - 1
    assert lines["list", 1] == numbered.index("  [ 2 ],") + 1
