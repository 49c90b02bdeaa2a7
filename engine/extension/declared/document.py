"""The file as a whole: who the type is, the process it has or the base it builds on, and its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from engine.core.criteria import Criterion
from engine.core.definition import Hint, Technique, Upgrade
from engine.core.forms import Option, Section, SoftWarning
from engine.core.process import Action, ActionKind, Process, Stage, When
from engine.extension.declared.content import (
    EXTEND,
    FIELD,
    FORM,
    HINT,
    INDICATORS,
    OPTION,
    SECTION,
    SURVEY,
    TECHNIQUE,
    UPGRADE,
    WARNING,
    Extension,
    Shown,
)
from engine.extension.declared.judging import CRITERION, RuleCall, Rules
from engine.extension.declared.kinds import (
    NAME,
    NAMES,
    TITLE,
    WORDS,
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
from engine.extension.roles import SEATS

#: Statuses a round may take by the press of a button.
MARKS = ("ready", "conducted", "surveyed", "discussed", "rescheduled", "cancelled")
#: Pages of the site a stage may open.
PAGES = ("setup", "planning", "results", "package", "deficits", "plans", "decision", "handover")
_ICON = Name(re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z"))
_COLOUR = Name(re.compile(r"#[0-9a-fA-F]{6}\Z"))
_VERSION = Name(re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}\Z"))

_STAGE = (
    Slot("key", NAME, True),
    Slot("title", TITLE, True),
    Slot("purpose", WORDS),
    Slot("page", Choice(PAGES)),
    Slot("petal", NAME),
    Slot("days", Number(0, 365)),
)
STAGE = Part(Stage, (*_STAGE, Slot("final", Flag())))
_BUTTON = (
    Slot("key", NAME, True),
    Slot("title", TITLE, True),
    Slot("roles", NAMES, True),
    Slot("asks", Tables(FIELD)),
    Slot("mark", Choice(MARKS)),
    Slot("done", TITLE),
    Slot("help", WORDS),
)
ACTION = Part(
    Action,
    (
        *_BUTTON,
        Slot("from", NAMES, True, "source"),
        Slot("to", NAME, attr="target"),
        Slot("kind", Choice(get_args(ActionKind))),
        Slot("when", Choice(get_args(When))),
        Slot("next_round", Flag()),
        Slot("hold", Flag()),
        Slot("effects", NAMES),
        Slot("confidential_to", NAME),
    ),
)
PROCESS = Part(
    Process,
    (
        Slot("initial", NAME, True),
        Slot("rounds", Number(1, 12)),
        Slot("loop", Several(NAME, exactly=2)),
        Slot("round_titles", Several(TITLE)),
        Slot("feeds", NAMES),
        Slot("private_until", NAME),
        Slot("stage", Tables(STAGE, least=1), True, "stages"),
        Slot("action", Tables(ACTION, least=1), True, "actions"),
    ),
)


@dataclass(frozen=True, slots=True)
class Inserted:
    """One more stage of the base: the action ``on`` now leads there, ``leave`` goes on to where it led."""

    stage: Stage
    on: str
    leave: Action


_LEAVE = Part(Action, _BUTTON)


def _insert(on: str, leave: Action, **given: object) -> Inserted:
    return Inserted(Stage(**given), on, leave)  # type: ignore[arg-type]


INSERTED = Part(
    _insert,
    (*_STAGE, Slot("on", NAME, True), Slot("leave", _LEAVE, True)),
    lambda v: {**{n: getattr(v.stage, n) for n in Stage.__dataclass_fields__}, "on": v.on, "leave": v.leave},
    Stage,
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A type as its file tells it: data alone, before the base and the rules are joined to it.

    ``team`` 0 leaves the size of the team to the base. Exactly one of ``base`` and ``process`` is given.
    """

    key: str
    title: str
    purpose: str
    version: str
    short: str = ""
    base: str = ""
    team: int = 0
    colour: str = ""
    icon: str = ""
    process: Process | None = None
    kinds: tuple[Option, ...] = ()
    inserted: tuple[Inserted, ...] = ()
    indicators: tuple[Section, ...] = ()
    extensions: tuple[Extension, ...] = ()
    forms: tuple[Shown, ...] = ()
    surveys: tuple[Shown, ...] = ()
    rules: tuple[RuleCall, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    techniques: tuple[Technique, ...] = ()
    hints: tuple[Hint, ...] = ()
    warnings: tuple[SoftWarning, ...] = ()
    settings: tuple[Section, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()


DOCUMENT = Part(
    Declared,
    (
        Slot("key", NAME, True),
        Slot("title", TITLE, True),
        Slot("short", Words(60)),
        Slot("purpose", WORDS, True),
        Slot("version", _VERSION, True),
        Slot("base", NAME),
        Slot("team", Number(1, SEATS)),
        Slot("colour", _COLOUR),
        Slot("icon", _ICON),
        Slot("process", PROCESS),
        Slot("lesson_kind", Tables(OPTION), attr="kinds"),
        Slot("stage", Tables(INSERTED), attr="inserted"),
        Slot("indicators", Tables(INDICATORS)),
        Slot("extend", Tables(EXTEND), attr="extensions"),
        Slot("form", Tables(FORM), attr="forms"),
        Slot("survey", Tables(SURVEY), attr="surveys"),
        Slot("rule", Tables(Rules()), attr="rules"),
        Slot("criterion", Tables(CRITERION), attr="criteria"),
        Slot("technique", Tables(TECHNIQUE), attr="techniques"),
        Slot("hint", Tables(HINT), attr="hints"),
        Slot("warning", Tables(WARNING), attr="warnings"),
        Slot("setting", Tables(SECTION), attr="settings"),
        Slot("upgrade", Tables(UPGRADE), attr="upgrades"),
    ),
)
