"""The Lesson Study cycle of the benchmark as an ordinary group type."""

from __future__ import annotations

from benchmarks.steps import DOCUMENTS, ROUNDS, STAGES, STEPS, When
from engine.api import Action, Field, Form, GroupType, Process, Rule, Section, Stage, Text, complete, hookimpl

KEY = "bench"


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
                forms=tuple(dict.fromkeys(s[4] for s in STEPS if s[1] == key)),
                final=key == "decided",
            )
            for key in STAGES
        ),
        actions=tuple(_action(*step) for step in STEPS),
        initial=STAGES[0],
        rounds=ROUNDS,
        loop=("planning", "discussing"),
    ),
    forms=tuple(_form(key) for key in DOCUMENTS),
)


@hookimpl
def plc_group_type() -> GroupType:
    """The type."""
    return TYPE
