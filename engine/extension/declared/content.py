"""The parts of a file that people write and read: forms, surveys, techniques, hints. Each is a part of the door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from engine.core.definition import Hint, Technique, Upgrade
from engine.core.forms import (
    Carry,
    Field,
    FieldKind,
    Form,
    Indicator,
    Option,
    Question,
    QuestionKind,
    Rows,
    Section,
    SoftWarning,
    Survey,
)
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

_OPTION = Name(re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,39}\Z"))
_PATH = Name(re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?\Z"))
_SUBJECT = Name(re.compile(r"@?[A-Za-z][A-Za-z0-9_]{0,39}\Z"))
_COUNT = Number(0, 500)

OPTION = Part(Option, (Slot("key", _OPTION, True), Slot("title", TITLE, True)))

FIELD = Part(
    Field,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("kind", Choice(get_args(FieldKind))),
        Slot("required", Flag()),
        Slot("help", WORDS),
        Slot("options", Tables(OPTION)),
        Slot("source", WORD),
        Slot("max_length", Number(1, 20_000)),
        Slot("minimum", Number(-1_000_000, 1_000_000)),
        Slot("maximum", Number(-1_000_000, 1_000_000)),
        Slot("least", _COUNT),
        Slot("most", _COUNT),
        Slot("soft", NAMES),
        Slot("private", Flag()),
    ),
)
INDICATOR = Part(
    Indicator,
    (
        Slot("key", NAME, True),
        Slot("code", Words(20), True),
        Slot("title", TITLE, True),
        Slot("levels", Several(Words(600), exactly=4), True),
    ),
)
ROWS = Part(
    Rows,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("help", WORDS),
        Slot("least", Number(0, 200)),
        Slot("most", Number(1, 200)),
        Slot("columns", Tables(FIELD), True),
    ),
)


@dataclass(frozen=True)
class Items:
    """What a section asks, one list in the order of the page; ``kind`` says what each is: a field by default."""

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, dict):
            return FIELD.read(value, path, mistakes)
        kind = value.get("kind", "line")
        if Choice((*get_args(FieldKind), "rows", "indicator")).read(kind, (*path, "kind"), mistakes) is WRONG:
            return WRONG
        part = {"rows": ROWS, "indicator": INDICATOR}.get(kind)
        if part is None:
            return FIELD.read(value, path, mistakes)
        return part.read({k: v for k, v in value.items() if k != "kind"}, path, mistakes)

    def write(self, value: Any) -> Any:
        if isinstance(value, Field):
            return FIELD.write(value)
        kind, part = ("rows", ROWS) if isinstance(value, Rows) else ("indicator", INDICATOR)
        return {"kind": kind, **part.write(value)}


_ABOUT = (Slot("key", NAME, True), Slot("title", TITLE, True), Slot("help", WORDS))
_WHEN = (
    Slot("rounds", Several(Number(1, 12))),
    Slot("subjects", Several(_SUBJECT)),
    Slot("subject_titles", Several(TITLE)),
)
SECTION = Part(Section, (*_ABOUT, *_WHEN, Slot("field", Tables(Items()), True, "items")))
#: A section of indicators alone.
INDICATORS = Part(Section, (*_ABOUT, *_WHEN, Slot("indicator", Tables(INDICATOR), True, "items")))

CARRY = Part(
    Carry,
    (Slot("to", NAME, True), Slot("form", NAME, True), Slot("field", NAME, True), Slot("back", Number(0, 1))),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A form or survey with the stages it is worked on in, and (``also``) those it may still be corrected in."""

    what: Form | Survey
    stages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def _shown(cls: type[Form] | type[Survey]) -> tuple[Any, Any]:
    def make(stages: tuple[str, ...] = (), also: tuple[str, ...] = (), **given: Any) -> Shown:
        return Shown(cls(**given), stages, also)

    def take(value: Shown) -> Mapping[str, Any]:
        given = {name: getattr(value.what, name) for name in cls.__dataclass_fields__}
        return {**given, "stages": value.stages, "also": value.also}

    return make, take


_make_form, _take_form = _shown(Form)
_make_survey, _take_survey = _shown(Survey)
FORM = Part(
    _make_form,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("help", WORDS),
        Slot("stages", NAMES),
        Slot("also", NAMES),
        Slot("roles", NAMES, True),
        Slot("filling", Choice(("shared", "each"))),
        Slot("confirm", NAMES),
        Slot("per_round", Flag()),
        Slot("readers", NAMES),
        Slot("carry", Tables(CARRY), attr="carries"),
        Slot("section", Tables(SECTION), True, "sections"),
    ),
    _take_form,
    Form,
)
QUESTION = Part(
    Question,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("kind", Choice(get_args(QuestionKind))),
        Slot("options", Tables(OPTION)),
        Slot("help", WORDS),
    ),
)
SURVEY = Part(
    _make_survey,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("intro", WORDS),
        Slot("outro", WORDS),
        Slot("stages", NAMES),
        Slot("respondents", Choice(("pupils", ""))),
        Slot("counts_only", Flag()),
        Slot("least", Number(5, 100)),
        Slot("question", Tables(QUESTION, least=1), True, "questions"),
    ),
    _take_survey,
    Survey,
)


@dataclass(frozen=True, slots=True)
class Extension:
    """More sections for a form of the base, at its end or before one of its sections."""

    form: str
    sections: tuple[Section, ...]
    before: str = ""


EXTEND = Part(
    Extension,
    (Slot("form", NAME, True), Slot("before", NAME), Slot("section", Tables(SECTION, least=1), True, "sections")),
)
TECHNIQUE = Part(
    Technique,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("description", WORDS),
        Slot("tags", Several(Words(60))),
    ),
)
HINT = Part(
    Hint,
    (
        Slot("indicator", NAME, True),
        Slot("group", NAME, True),
        Slot("text", Words(600), True),
        Slot("at_most", Number(0, 3, whole=False)),
        Slot("rounds", Number(1, 12)),
    ),
)
#: Stems of words alone: a pattern would be a language of its own.
WARNING = Part(
    SoftWarning,
    (Slot("key", NAME, True), Slot("words", Several(Words(60)), True), Slot("text", Words(600), True)),
)


@dataclass(frozen=True)
class Renamed:
    """A table of old and new keys."""

    def read(self, value: Any, path: Path, mistakes: Mistakes) -> Any:
        if not isinstance(value, dict):
            return Part(dict, ()).read(value, path, mistakes)
        pairs = [
            (_PATH.read(old, (*path, old), mistakes), _PATH.read(new, (*path, old), mistakes))
            for old, new in value.items()
        ]
        return WRONG if any(WRONG in pair for pair in pairs) else tuple(pairs)

    def write(self, value: Any) -> Any:
        return dict(value)


UPGRADE = Part(
    Upgrade,
    (
        Slot("source", Words(40), True),
        Slot("note", WORDS),
        Slot("retired", Several(_PATH)),
        Slot("stages", Renamed()),
        Slot("forms", Renamed()),
        Slot("fields", Renamed()),
    ),
)
