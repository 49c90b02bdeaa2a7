"""The Lesson Study cycle of the side-by-side benchmark, as an ordinary group type.

Eight stages, three rounds, fifteen transitions; each asks for a role and for one handed in document.
"""

from __future__ import annotations

from typing import Literal

from engine.api import Action, Field, Form, GroupType, Process, Rule, Section, Stage, Text, complete, hookimpl

When = Literal["any", "more", "last"]
KEY, ROUNDS = "bench", 3
#: action, from, to, role, document, when
_STEPS: tuple[tuple[str, str, str, str, str, When], ...] = (
    ("form_triad", "forming", "planning", "group_leader", "charter", "any"),
    ("plan", "planning", "conducting", "lead_teacher", "lesson_plan", "any"),
    ("conduct", "conducting", "surveying", "lead_teacher", "observation", "any"),
    ("survey", "surveying", "discussing", "observer", "pupils", "any"),
    ("next_round", "discussing", "planning", "group_leader", "minutes", "more"),
    ("finish_rounds", "discussing", "submitted", "group_leader", "minutes", "last"),
    ("find_deficits", "submitted", "deficits", "observer", "report", "any"),
    ("decide", "deficits", "decided", "group_leader", "gaps", "any"),
)
DOCUMENTS = tuple(dict.fromkeys(step[4] for step in _STEPS))
_ROUND = (("plan", "lead"), ("conduct", "lead"), ("survey", "observer"))
#: (action, who presses it), from the first stage to the last.
SCRIPT = (
    ("form_triad", "leader"),
    *_ROUND,
    ("next_round", "leader"),
    *_ROUND,
    ("next_round", "leader"),
    *_ROUND,
    ("finish_rounds", "leader"),
    ("find_deficits", "observer"),
    ("decide", "leader"),
)
#: The stage after each press.
PATH = tuple(next(to for action, _, to, *_ in _STEPS if action == pressed) for pressed, _ in SCRIPT)
_STAGES = ("forming", "planning", "conducting", "surveying", "discussing", "submitted", "deficits", "decided")


def _title(key: str) -> Text:
    return Text(key.replace("_", " "), en=key.replace("_", " "))


def _form(key: str) -> Form:
    section = Section("words", _title("words"), (Field("words", _title("words"), "text", required=True),))
    return Form(key, _title(key), (section,), roles=("triad_member",), per_round=False)


def _handed_in(document: str) -> Rule:
    title = _title(document)
    return complete(document, ("triad_member",), title, f"no {title}", en=title.en, text_en=f"no {title}")


def _action(key: str, source: str, target: str, role: str, document: str, when: When) -> Action:
    rules = (_handed_in(document),)
    return Action(key, _title(key), (source,), target, (role,), rules, when=when, next_round=key == "next_round")


TYPE = GroupType(
    KEY,
    _title("bench"),
    _title("to be measured"),
    "1.0.0",
    Process(
        stages=tuple(
            Stage(
                key,
                _title(key),
                forms=tuple(dict.fromkeys(s[4] for s in _STEPS if s[1] == key)),
                final=key == "decided",
            )
            for key in _STAGES
        ),
        actions=tuple(_action(*step) for step in _STEPS),
        initial=_STAGES[0],
        rounds=ROUNDS,
        loop=("planning", "discussing"),
    ),
    forms=tuple(_form(key) for key in DOCUMENTS),
)


@hookimpl
def plc_group_type() -> GroupType:
    """The type."""
    return TYPE
