"""The lint: one broken definition for each code it knows, and what it says about it."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.api import (
    Action,
    Agreement,
    Answered,
    Carry,
    ChosenSectionMean,
    Criterion,
    Difference,
    Entries,
    Field,
    FilledRows,
    Form,
    GroupType,
    Growth,
    Hint,
    Indicator,
    IndicatorMean,
    Option,
    OptionShare,
    Participation,
    Process,
    RoundsWhere,
    Rows,
    Rule,
    Section,
    SectionMean,
    SoftWarning,
    Stage,
    Survey,
    Test,
    answers,
    at_least,
    complete,
    confirmed_by_each,
    filled,
    submitted_by_each,
)
from engine.core import lint as package
from engine.core.lint import Finding, lint
from engine.core.text import localise
from tests.core.intake import APPLICATION, INTAKE, LEVELS, OPINION, PROCESS, ROLES, VISITORS
from tests.core.variants import FED, STAGES, act, asking, changed, named, process, staged


def measuring(*measures: Any) -> GroupType:
    return changed(criteria=(Criterion("c", "К", "К", tuple(Test(m, 1) for m in measures)),))


def guarded(rule: Rule) -> GroupType:
    return changed(process=PROCESS.guarded("hear", rule))


@dataclasses.dataclass(frozen=True)
class Lookalike:
    """A measure of one's own, which nothing could read back from the database."""

    def value(self, results: Any, round_: int) -> float | None:
        return 1.0


#: Two stages in a line, without rounds.
LINE = dataclasses.replace(
    INTAKE,
    process=Process((Stage("a", "А"), Stage("b", "Б", final=True)), (act("go", "a", "b"),), "a"),
    forms=(), surveys=(), criteria=(), hints=(),
)  # fmt: skip
TRAP = (act("go", "hearing", "pit"), act("on", "pit", "pit2"), act("off", "pit2", "pit"))

#: Code, a broken definition, and the places it is found in.
CASES: list[tuple[str, GroupType, set[str]]] = [
    ("unknown_kind", asking(Field("x", "В", "lines")), {"form application x"}),  # type: ignore[arg-type]
    ("unknown_effect", process(actions=(*PROCESS.actions, act("x", "filing", effects=("fly",)))), {"action x"}),
    ("rule_conflict",
     changed(process=PROCESS.guarded("hear", Rule("intake.fee_paid", "Иной смысл", lambda _: None))), {"rules"}),
    ("duplicate_key", process(stages=(*STAGES, STAGES[4])), {"stage withdrawn"}),
    ("duplicate_key", process(actions=(*PROCESS.actions, act("hear", "filing"))), {"action hear"}),
    ("duplicate_key", changed(forms=(APPLICATION, OPINION, OPINION)),
     {"form opinion", "indicator clear", "indicator proven", "indicator fair"}),
    ("duplicate_key", changed(surveys=(VISITORS, VISITORS)), {"survey visitors"}),
    ("duplicate_key", changed(criteria=INTAKE.criteria[:1] * 2), {"criterion clarity"}),
    ("duplicate_key", changed(techniques=INTAKE.techniques * 2), {"technique walk"}),
    ("duplicate_key", asking(Field("subject", "Опять")), {"form application subject"}),
    ("duplicate_key", asking(Indicator("clear", "М1", "Ясно", LEVELS)), {"indicator clear"}),
    ("duplicate_key", changed(surveys=(dataclasses.replace(VISITORS, questions=VISITORS.questions[:1] * 2),),
                              criteria=()), {"survey visitors fair"}),
    ("bad_key", named("Walk"), {"technique Walk"}),
    ("bad_key", named(""), {"technique "}),
    ("bad_key", named("осмотр"), {"technique осмотр"}),
    ("bad_key", named("1walk"), {"technique 1walk"}),
    ("bad_key", named("a" * 41), {"technique " + "a" * 41}),
    ("bad_key", named("walk\n"), {"technique walk\n"}),
    ("bad_key", changed(key="in-take"), {"type in-take"}),
    ("reserved_key", asking(Field("csrf_token", "Ж")), {"form application csrf_token"}),
    ("reserved_key", process(actions=(*PROCESS.actions, act("trigger", "filing"))), {"action trigger"}),
    ("unknown_stage", process(initial="nowhere"), {"initial"}),
    ("unknown_stage", process(actions=(*PROCESS.actions, act("lost", "nowhere", "void"))), {"action lost"}),
    ("unknown_stage", process(loop=("review", "void")), {"loop"}),
    ("no_source", process(actions=(*PROCESS.actions, Action("lost", "Л", (), "review", ("clerk",)))), {"action lost"}),
    ("no_final", process(stages=tuple(dataclasses.replace(s, final=False) for s in STAGES),
                         actions=(*PROCESS.actions, act("g", "granted", "filing"), act("w", "withdrawn", "filing"))),
     {"stages"}),
    ("unreachable", staged(Stage("island", "Остров"), actions=(act("leave", "island", "granted"),)), {"stage island"}),
    ("final_left", process(actions=(*PROCESS.actions, act("reopen", "granted", "review"))), {"stage granted"}),
    ("dead_end", staged(Stage("wall", "Стена"), actions=(act("go", "hearing", "wall"),)), {"stage wall"}),
    ("dead_end", staged(Stage("wall", "Стена"), actions=(act("go", "hearing", "wall"), act("stay", "wall", "wall"))),
     {"stage wall"}),
    ("trap", staged(Stage("pit", "Яма"), Stage("pit2", "Яма 2"), actions=TRAP), {"stage pit", "stage pit2"}),
    ("unknown_role", process(actions=(*PROCESS.actions, act("x", "filing", roles=("king",)))), {"action x"}),
    ("unknown_role", asking(roles=("king",)), {"form application"}),
    ("unknown_role", asking(confirm=("expert", "king")), {"form application"}),
    ("unknown_role", asking(readers=("king",)), {"form application"}),
    ("no_role", process(actions=(*PROCESS.actions, act("x", "filing", roles=()))), {"action x"}),
    ("no_role", asking(roles=()), {"form application"}),
    ("no_loop", process(loop=()), {"action again"}),
    ("same_name", process(actions=(*PROCESS.actions, act("x", "filing", title="Принять"))), {"stage filing"}),
    ("form_nowhere", changed(forms=(*INTAKE.forms, Form("lost", "Лист", (), roles=("clerk",)))), {"form lost"}),
    ("levels", asking(Indicator("short", "М", "Мало", ("a", "b", "c"))), {"form application short"}),  # type: ignore[arg-type]
    ("levels", asking(Indicator("blank", "М", "Пусто", ("a", "b", "", "d"))), {"form application blank"}),
    ("no_columns", asking(Rows("t", "Т", ())), {"form application t"}),
    ("bounds", asking(Rows("t", "Т", (Field("n", "Н"),), least=3, most=2)), {"form application t"}),
    ("no_options", asking(Field("c", "В", "choice"), Field("cs", "В", "choices")),
     {"form application c", "form application cs"}),
    ("no_options", asking(Rows("t", "Т", (Field("c", "В", "choice"),))), {"form application c"}),
    ("unknown_field", asking(carries=(Carry("nothing", "opinion", "advice"),)), {"form application carry nothing"}),
    ("unknown_field", asking(carries=(Carry("subject", "nowhere", "advice"),)), {"form application carry subject"}),
    ("unknown_field", asking(carries=(Carry("subject", "opinion", "nothing"),)), {"form application carry subject"}),
    ("unknown_field", measuring(Entries("application", "nothing"), FilledRows("application", "papers", ("x",))),
     {"criterion c"}),
    ("unknown_warning", changed(warnings=()), {"form application"}),
    ("unknown_warning", asking(Rows("t", "Т", (Field("n", "Н", soft=("rude",)),))), {"form application"}),
    ("unknown_form", changed(process=PROCESS.showing("hearing", "lost")), {"stage hearing"}),
    ("unknown_form", changed(process=PROCESS.staging("hearing", also=("lost",))), {"stage hearing"}),
    ("unknown_form", measuring(Answered("lost", "x")), {"criterion c"}),
    ("unknown_form", measuring(Growth(ChosenSectionMean("lost", "x"))), {"criterion c"}),
    ("unknown_survey", changed(process=PROCESS.staging("review", surveys=("lost",))), {"stage review"}),
    ("unknown_survey", measuring(Agreement("lost", "fair")), {"criterion c"}),
    ("unknown_survey", measuring(Participation(("visitors", "lost"))), {"criterion c"}),
    ("unknown_question", measuring(OptionShare("visitors", "nothing", ("a",))), {"criterion c"}),
    ("unknown_feed", changed(process=PROCESS.feeding("weather")), {"process"}),
    ("unknown_indicator", measuring(RoundsWhere(IndicatorMean("nothing"), 2)), {"criterion c"}),
    ("unknown_indicator", changed(hints=(Hint("nothing", "a", "b"),)), {"hint nothing"}),
    ("duplicate_key", asking(Field("c", "В", "choice", options=(Option("x", "X"), Option("x", "Y")))),
     {"form application c x"}),
    ("duplicate_key", changed(settings=(Section("s", "С", (Field("a", "А"), Field("a", "Б"))),)), {"settings a"}),
    ("reserved_key", changed(settings=(Section("s", "С", (Field("next", "А"),)),)), {"settings next"}),
    ("bad_key", asking(Rows("t", "Т", (Field("Имя", "Н"),))), {"form application t Имя"}),
    ("no_setting", changed(settings=(Section("s", "С", (Indicator("a", "П", "Показ", LEVELS),)),)), {"settings a"}),
    ("bounds", asking(Field("n", "Н", "number", minimum=5, maximum=1)), {"form application n"}),
    ("unknown_source", asking(Field("c", "В", "choice", source="opinion.nothing.name")), {"form application c"}),
    ("round_outside", changed(forms=(APPLICATION.with_sections(Section("late", "П", (Field("x", "В", required=True),),
                                                                       rounds=(3,))), OPINION)),
     {"form application late"}),
    ("round_outside", changed(criteria=(dataclasses.replace(INTAKE.criteria[0], rounds=(0,)),)), {"criterion clarity"}),
    ("survey_nowhere", changed(surveys=(VISITORS, Survey("guests", "Гости", ()))), {"survey guests"}),
    ("bad_pattern", changed(warnings=(*INTAKE.warnings, SoftWarning("w", (), "Т", pattern="(a"))), {"warning w"}),
    ("bad_pattern", changed(warnings=(*INTAKE.warnings, SoftWarning("w", (), "Т"))), {"warning w"}),
    ("no_loop", dataclasses.replace(LINE, process=dataclasses.replace(LINE.process, rounds=2)), {"process"}),
    ("rounds", dataclasses.replace(LINE, process=dataclasses.replace(LINE.process, rounds=0)), {"process"}),
    ("no_resume", process(actions=tuple(a for a in PROCESS.actions if a.key != "resume")),
     {"stage filing", "stage review", "stage hearing"}),
    ("wrong_type", measuring(Lookalike()), {"type.criteria[c].tests[0].measure"}),
    ("unknown_option", measuring(Answered("application", "lead", "nobody")), {"criterion c"}),
    ("unknown_option", measuring(OptionShare("visitors", "mood", ("calm", "cold"))), {"criterion c"}),
    ("unknown_form", guarded(complete("lost", ("clerk",), "Т", "Т")), {"rule complete.lost"}),
    ("unknown_field", guarded(filled("application", "lost", ("clerk",), "Т", "Т")),
     {"rule filled.application.lost.1"}),
    ("unknown_survey", guarded(answers("lost", 1, ("clerk",), "Т", "Т")), {"rule answers.lost.1"}),
    ("never_met", guarded(complete("opinion", ("expert",), "Т", "Т")), {"rule complete.opinion"}),
    ("never_met", guarded(submitted_by_each("application", "clerk", "Т", "Т")),
     {"rule submitted_by_each.application.clerk"}),
    ("never_met", guarded(submitted_by_each("opinion", "head", "Т", "Т")), {"rule submitted_by_each.opinion.head"}),
    ("never_met", guarded(confirmed_by_each("application", "head", "Т", "Т")),
     {"rule confirmed_by_each.application.head"}),
    ("quorum", guarded(at_least("opinion", "expert", 3, "Т", "Т")), {"rule at_least.opinion.expert.3"}),
    ("bad_colour", changed(colour="red"), {"type intake"}),
    ("team", changed(team=0), {"team"}),
    ("wrong_type", changed(forms=APPLICATION), {"type.forms"}),
    ("wrong_type", changed(surveys=(APPLICATION,)), {"type.surveys[application]"}),  # sound where it belongs
    ("wrong_type", changed(team="3"), {"type.team"}),
    ("wrong_type", process(actions=(act("x", "filing", roles="clerk"),)), {"type.process.actions[x].roles"}),
    ("wrong_type", asking(Field("c", "В", "choice", options=[Option("x", "X")])),  # type: ignore[arg-type]
     {"type.forms[application].sections[more].items[c].options"}),
    ("unknown_section", measuring(Difference(SectionMean("merits"), SectionMean("words"))), {"criterion c"}),
]  # fmt: skip
#: What only a host can tell: a definition, what the host has, and the places found.
HOSTED: list[tuple[str, tuple[GroupType, Mapping[str, Any]], set[str]]] = [
    ("nobody", (process(actions=(*PROCESS.actions, act("x", "filing", roles=("ghost",)))), {}), {"action x"}),
    ("nobody", (asking(roles=("ghost",)), {}), {"form application"}),
    ("locked", (dataclasses.replace(LINE, process=LINE.process.changing("go", roles=("ghost",))), {}), {"stage a"}),
    ("team", (changed(team=4), {"seats": 3}), {"team"}),
    ("bad_icon", (changed(icon="unicorn"), {"icons": {"people"}}), {"type intake"}),
    ("unknown_source", (asking(Field("c", "В", "choice", source="stars")), {"sources": {"team"}}),
     {"form application c"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "broken", "places"), HOSTED, ids=[f"{c} {n}" for n, (c, _, _) in enumerate(HOSTED)])
def test_what_this_host_cannot_give_is_found(
    code: str, broken: tuple[GroupType, Mapping[str, Any]], places: set[str]
) -> None:
    definition, host = broken
    found = lint(definition, {**ROLES, "ghost": 1}, FED, frozenset({"walk"}), absent={"ghost"}, **host)
    assert {(f.code, f.place) for f in found} == {(code, place) for place in places}


@pytest.mark.parametrize(("code", "broken", "places"), CASES, ids=[f"{c} {n}" for n, (c, _, _) in enumerate(CASES)])
def test_a_broken_definition_is_found_and_nothing_else(code: str, broken: GroupType, places: set[str]) -> None:
    found = lint(broken, ROLES, FED, frozenset({"walk"}))
    assert {f.code for f in found} == {code}
    assert {f.place for f in found} == places
    for finding in found:
        assert finding.text and finding.fix
        assert str(finding) == f"{code} · {finding.place}: {finding.text}. {finding.fix}"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_finding_speaks_both_languages(language: str) -> None:
    told = [f for _, broken, _ in CASES for f in lint(broken, ROLES, FED, frozenset({"walk"}))]
    told += [f for _, (d, h), _ in HOSTED for f in lint(d, {**ROLES, "ghost": 1}, absent={"ghost"}, **h)]
    assert len(told) > 80
    for finding in told:
        for text in (finding.text, finding.fix):
            shown = localise(text, language)
            russian = re.sub("«.*?»|“.*?”|'.*?'", "", shown)
            assert bool(re.search("[а-яё]", russian)) == (language == "ru"), shown
        assert localise(finding.where, "en") == finding.place


def test_every_code_of_the_lint_has_a_case() -> None:
    folder = Path(inspect.getsourcefile(package) or "").parent
    files = sorted(f for f in folder.glob("*.py") if f.name != "life.py")  # its cases are in test_lint_life
    calls = [n for f in files for n in ast.walk(ast.parse(f.read_text("utf-8"))) if isinstance(n, ast.Call)]
    made = [c.args[0] for c in calls if isinstance(c.func, ast.Name) and c.func.id == Finding.__name__]
    codes = {a.value for a in made if isinstance(a, ast.Constant)}
    assert len(codes) >= 25 and all(isinstance(a, ast.Constant) for a in made)
    assert codes == {code for code, _, _ in CASES} | {code for code, _, _ in HOSTED}
