"""Criteria over the ready measures and rules of the ready vocabulary, as tables. There are no expressions."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from engine.core import measures as m
from engine.core.criteria import Criterion, Test, Unit
from engine.core.text import Text
from engine.extension.declared.kinds import (
    NAME,
    NAMES,
    TITLE,
    WORD,
    WORDS,
    WRONG,
    Choice,
    Flag,
    Name,
    Number,
    Part,
    Several,
    Slot,
    Tables,
    Words,
)
from engine.extension.declared.mistakes import Mistakes
from engine.extension.declared.places import Path

_FIELD = Slot("field", WORD, True)
_FORM = Slot("form", NAME, True)
_AMOUNT = Number(-1_000_000, 1_000_000, whole=False)


@dataclass(frozen=True)
class Measured:
    """A measure inside another one: ``{ measure = "section_mean", section = "…" }``."""

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        chosen = _chosen(value, path, mistakes, "measure", MEASURES)
        if chosen is WRONG:
            return WRONG
        return MEASURES[chosen].read({k: v for k, v in value.items() if k != "measure"}, path, mistakes)

    def write(self, value: Any) -> Any:
        name = next(name for name, part in MEASURES.items() if part.make is type(value))
        return {"measure": name, **MEASURES[name].write(value)}


_OF = Slot("of", Measured(), True, "measure")
_REACHING = Slot("reaching", _AMOUNT, True, "least")
MEASURES: dict[str, Part] = {
    "indicator_mean": Part(m.IndicatorMean, (Slot("indicator", NAME, True),)),
    "section_mean": Part(m.SectionMean, (Slot("section", NAME, True),)),
    "chosen_section_mean": Part(m.ChosenSectionMean, (_FORM, _FIELD)),
    "chosen_indicator_mean": Part(m.ChosenIndicatorMean, (_FORM, _FIELD)),
    "lowest_subject_mean": Part(m.LowestSubjectMean, (_FORM, _FIELD, Slot("subjects", Several(WORD), True))),
    "agreement": Part(m.Agreement, (Slot("survey", NAME, True), Slot("question", NAME, True))),
    "option_share": Part(
        m.OptionShare,
        (Slot("survey", NAME, True), Slot("question", NAME, True), Slot("options", Several(Words(40)), True)),
    ),
    "participation": Part(m.Participation, (Slot("surveys", NAMES, True),)),
    "answered": Part(m.Answered, (_FORM, _FIELD, Slot("option", Words(40)))),
    "lowest": Part(m.Lowest, (_FORM, Slot("fields", Several(WORD), True))),
    "total": Part(m.Total, (_FORM, Slot("fields", Several(WORD), True))),
    "entries": Part(m.Entries, (_FORM, _FIELD)),
    "filled_rows": Part(m.FilledRows, (_FORM, Slot("rows", NAME, True), Slot("columns", NAMES, True))),
    "fact": Part(m.Fact, (Slot("fact", NAME, True),)),
    "growth": Part(m.Growth, (_OF,)),
    "difference": Part(m.Difference, (_OF, Slot("minus", Measured(), True))),
    "rounds_where": Part(m.RoundsWhere, (_OF, _REACHING)),
    "kinds_where": Part(m.KindsWhere, (_OF, _REACHING)),
}
#: In what a measure counts unless the test says otherwise; what is not here counts on the scale 0 to 3.
_UNITS: dict[str, Unit] = {
    "agreement": "share",
    "option_share": "share",
    "participation": "share",
    "filled_rows": "share",
    "answered": "flag",
    "total": "marks",
    "entries": "count",
    "rounds_where": "count",
    "kinds_where": "count",
}
_TEST = (
    Slot("title", TITLE),
    Slot("at_least", _AMOUNT),
    Slot("at_most", _AMOUNT),
    Slot("unit", Choice(get_args(Unit))),
)


@dataclass(frozen=True)
class Tests:
    """A measure against a threshold, in one table: the keys of the measure beside those of the test."""

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        chosen = _chosen(value, path, mistakes, "measure", MEASURES)
        if chosen is WRONG:
            return WRONG
        part = MEASURES[chosen]

        def make(**given: Any) -> dict[str, Any]:
            return given

        table = {k: v for k, v in value.items() if k != "measure"}
        given = Part(make, (*part.slots, *_TEST)).read(table, path, mistakes)
        if given is WRONG:
            return WRONG
        bounds = [name for name in ("at_least", "at_most") if name in given]
        if len(bounds) != 1:
            text = Text("Нужен один порог: at_least или at_most", en="One threshold: at_least or at_most")
            mistakes.add(path, text, Text("Оставьте один", en="Keep one"), "one_threshold")
            return WRONG
        measure = part.make(**{s.into: given[s.into] for s in part.slots if s.into in given})
        unit = given.get("unit", _UNITS.get(chosen, "score"))
        return Test(measure, given[bounds[0]], given.get("title", ""), unit, bounds[0] == "at_most")

    def write(self, value: Any) -> Any:
        table = Measured().write(value.measure)
        bound = "at_most" if value.at_most else "at_least"
        nested = {k: table.pop(k) for k in ("of", "minus") if k in table}
        told = Part(dict, _TEST).write_given({"title": value.title, bound: value.threshold})
        if value.unit != _UNITS.get(table["measure"], "score"):
            told["unit"] = value.unit
        return {**table, **told, **nested}


CRITERION = Part(
    Criterion,
    (
        Slot("key", NAME, True),
        Slot("code", Words(20), True),
        Slot("title", TITLE, True),
        Slot("help", WORDS),
        Slot("rounds", Several(Number(1, 12))),
        Slot("overall", Flag()),
        Slot("test", Tables(Tests(), least=1), True, "tests"),
    ),
)


@dataclass(frozen=True, slots=True)
class RuleCall:
    """A rule of the vocabulary with its parameters. ``action`` is the button it closes (empty inside another rule)."""

    kind: str
    title: str = ""
    text: str = ""
    action: str = ""
    key: str = ""
    form: str = ""
    field: str = ""
    survey: str = ""
    role: str = ""
    roles: tuple[str, ...] = ()
    least: int = 0
    confirmed: bool = False
    step: str = ""
    waivable: bool = False
    of: tuple[RuleCall, ...] = ()


_EXPLAINED = Slot("text", Words(600), True)
_ROLES = Slot("roles", NAMES)
#: Kind of rule → the keys it takes besides action, key, title, step and waivable.
RULES: dict[str, tuple[Slot, ...]] = {
    "submitted_by_each": (_EXPLAINED, _FORM, Slot("role", NAME, True)),
    "complete": (_EXPLAINED, _FORM, _ROLES),
    "confirmed_by_each": (_EXPLAINED, _FORM, Slot("role", NAME, True)),
    "at_least": (
        _EXPLAINED,
        _FORM,
        Slot("role", NAME, True),
        Slot("least", Number(1, 100), True),
        Slot("confirmed", Flag()),
    ),
    "answers": (_EXPLAINED, Slot("survey", NAME, True), Slot("least", Number(1, 1000), True), _ROLES),
    "filled": (_EXPLAINED, _FORM, Slot("field", NAME, True), Slot("least", Number(1, 200)), _ROLES),
    "any_of": (_EXPLAINED,),
    "all_of": (),
}
#: What may stand in {braces} in the texts of a rule.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "submitted_by_each": frozenset({"who"}),
    "confirmed_by_each": frozenset({"who"}),
    "at_least": frozenset({"n", "least", "who"}),
    "answers": frozenset({"n", "least"}),
}
_RULE_KEY = Name(WORD.pattern)


@dataclass(frozen=True)
class Rules:
    """A rule; ``inside`` another one it has no action and may have no title of its own."""

    inside: bool = False

    def _part(self, kind: str) -> Part:
        slots: list[Slot] = [] if self.inside else [Slot("action", NAME, True)]
        slots += [Slot("title", TITLE, not self.inside), Slot("key", _RULE_KEY, kind.endswith("_of"))]
        slots += [Slot("step", Words(600)), Slot("waivable", Flag()), *RULES[kind]]
        if kind.endswith("_of"):
            slots.append(Slot("of", Tables(Rules(inside=True), least=1), True))
        return Part(lambda **given: RuleCall(kind, **given), tuple(slots), None, RuleCall)

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        kind = _chosen(value, path, mistakes, "kind", RULES)
        if kind is WRONG:
            return WRONG
        made = self._part(kind).read({k: v for k, v in value.items() if k != "kind"}, path, mistakes)
        if made is WRONG:
            return WRONG
        sound = [_filled_in(made, name, (*path, name), mistakes) for name in ("text", "step")]
        return made if all(sound) else WRONG

    def write(self, value: Any) -> Any:
        table = self._part(value.kind).write(value)
        first = {"action": table.pop("action")} if "action" in table else {}
        return {**first, "kind": value.kind, **table}


def _filled_in(call: RuleCall, name: str, path: Path, mistakes: Mistakes) -> bool:
    """Whether the {places} of a text are those the rule fills in; there is no other language in them."""
    allowed = PLACEHOLDERS.get(call.kind, frozenset())
    given = getattr(call, name)
    for text in (str(given), getattr(given, "en", "")):
        try:
            used = [(field, spec, mark) for _, field, spec, mark in string.Formatter().parse(text) if field is not None]
        except ValueError:
            used = [("{", "", None)]
        if any(field not in allowed or spec or mark for field, spec, mark in used):
            listed = ", ".join(f"{{{place}}}" for place in sorted(allowed))
            wrong = Text("В фигурных скобках непонятное место", en="The braces hold an unknown place")
            fix = Text("Уберите фигурные скобки", en="Remove the braces")
            if allowed:
                fix = Text(f"Можно: {listed}", en=f"Allowed: {listed}")
            mistakes.add(path, wrong, fix, "unknown_place")
            return False
    return True


def _chosen(value: Any, path: Path, mistakes: Mistakes, key: str, among: Mapping[str, Any]) -> Any:
    """The word at ``key`` that says what the table is; WRONG with a mistake where it does not."""
    if not isinstance(value, dict):
        return Part(dict, ()).read(value, path, mistakes)
    if key not in value:
        fix = Text(f"Допишите: {', '.join(among)}", en=f"Add one of: {', '.join(among)}")
        mistakes.add(path, Text(f"Нет ключа {key}", en=f"The key {key} is missing"), fix, "missing_key")
        return WRONG
    return Choice(tuple(among)).read(value[key], (*path, key), mistakes)
