"""The triad ФО-1 of the worked cycle: who it is, what it has written, whether a criterion is met."""

from __future__ import annotations

import dataclasses

import plugins.formative
from engine.api import CycleView, Person, Sheet, Tally
from engine.core.criteria import findings
from engine.core.results import Results
from engine.extension.loader import Source, load
from tests.plugins.formative.demo import QUESTION, TEAM

PLUGIN = load(Source("formative", "tests", lambda: plugins.formative))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

PEOPLE = {key: Person(key, name) for key, name in TEAM.items()}
ALL = tuple(PEOPLE.values())
LEADER = Person(9, "Дневникова С. Д.")
AGREED = "formative.criteria_agreed"
STRATEGIES = "formative.two_strategies"
DATA = "formative.next_lesson_from_data"
PACK = "formative.evidence_pack"


def shared(form: str, round_: int, **values: object) -> Sheet:
    return Sheet(form, round_, None, values, confirmed=frozenset(TEAM))


def plan_of(lesson: dict) -> Sheet:
    stages = [{"title": lesson["hinge"]["hinge_stage"], "expected_a": "1", "expected_b": "2", "expected_c": "3"}]
    return shared(
        "plan", lesson["n"], result_subject=lesson["topic"], research_question=QUESTION, stages=stages,
        technique_ids=list(lesson["techniques"]), evidence_link=lesson["evidence_link"], **lesson["hinge"],
    )  # fmt: skip


def observed_in(lesson: dict) -> list[Sheet]:
    return [
        Sheet("observation", lesson["n"], PEOPLE[who], dict(zip(TYPE.indicators, scores, strict=True)))
        for who, scores in lesson["observers"].items()
    ]


def tally_of(lesson: dict) -> Tally:
    survey = lesson["survey"]
    counts = {
        key: {str(place): n for place, n in enumerate(given, 1)} for key, given in survey.items() if key[0] == "q"
    }
    return Tally("class_survey", lesson["n"], False, survey["n"], survey["present"], counts)


def protocol_of(lesson: dict) -> Sheet:
    decisions = [{"kind": kind, "text": text} for kind, text in lesson["decisions"]]
    marks = "yes" if lesson["no_marks"] else "no"
    conclusions = [lesson["conclusion"]]
    return shared("discussion", lesson["n"], no_marks=marks, decisions=decisions, conclusions=conclusions)


def view(*sheets: Sheet, **changes: object) -> CycleView:
    roles = {"triad_member": ALL, "lead_teacher": ALL[:1], "observer": ALL[1:], "group_leader": (LEADER,)}
    return dataclasses.replace(CycleView("planning", 1, actor=ALL[0], roles=roles, sheets=sheets), **changes)


def met(key: str, seen: CycleView, round_: int = 1) -> bool | None:
    return next(f.met for f in findings(Results(TYPE, seen)) if (f.criterion.key, f.round) == (key, round_))
