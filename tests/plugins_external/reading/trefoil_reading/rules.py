"""The Lesson Study process with two rules of reading: a text that is named, and questions of every level."""

from __future__ import annotations

from engine.api import CycleView, Refusal, missing, refuse, rule
from plugins.lesson_study.content import TEAM
from plugins.lesson_study.process import BASE
from trefoil_reading.forms import LEVELS


@rule("reading.text_named", "Текст урока назван", en="The text of the lesson is named")
def text_named(view: CycleView) -> Refusal | None:
    """The plan says what the class reads, of what kind, and which questions are asked about it."""
    values = view.values("plan")
    if not any(missing(values, key) for key in ("text_title", "text_kind", "text_questions")):
        return None
    return refuse(
        "Назовите текст урока, его вид и задания к нему",
        "Name the text of the lesson, its kind and the questions to it",
        roles=TEAM,
        form="plan",
        round_=view.round,
    )


@rule("reading.every_level", "Задания всех трёх уровней", en="Questions of all three levels", waivable=True)
def every_level(view: CycleView) -> Refusal | None:
    """To find, to conclude, to judge: without one of them the sheet has nothing to observe. The leader may lift it."""
    asked = {row.get("level") for row in view.values("plan").get("text_questions") or ()}
    lacking = [level.title for level in LEVELS if level.key not in asked]
    if not lacking:
        return None
    return refuse(
        "К тексту нет задания: {lacking}",
        "The text has no question that asks to: {lacking}",
        roles=(*TEAM, "group_leader"),
        form="plan",
        round_=view.round,
        lacking=lacking,
    )


PROCESS = BASE.guarded("approve_plan", text_named, every_level)
