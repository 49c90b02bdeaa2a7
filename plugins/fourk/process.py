"""The Lesson Study process with the four rules of 4К."""

from __future__ import annotations

from engine.api import CycleView, Link, Refusal, RoundFacts, Text, all_of, complete, missing, refuse, rule
from plugins.lesson_study.content import TEAM
from plugins.lesson_study.process import BASE

_DONE = frozenset({"conducted", "surveyed", "discussed"})


@rule("fourk.lead_competency", "Выбрана одна ведущая компетенция", en="One leading competency is chosen")
def lead_competency(view: CycleView) -> Refusal | None:
    """One leading competency and at most one accompanying, another one: all four cannot be watched in one lesson."""
    values = view.values("plan")
    if missing(values, "lead_competency"):
        return refuse(
            "Выберите одну ведущую компетенцию (и не более одной сопутствующей): на одном уроке наблюдать все четыре "
            "не получится",
            "Choose one leading competency (and at most one accompanying): all four cannot be watched in one lesson",
            roles=TEAM,
            form="plan",
            round_=view.round,
        )
    if values["lead_competency"] == values.get("second_competency"):
        return refuse(
            "Сопутствующая компетенция совпадает с ведущей: выберите другую или оставьте поле пустым",
            "The accompanying competency repeats the leading one: choose another or leave it empty",
            roles=TEAM,
            form="plan",
            round_=view.round,
        )
    return None


task_card = all_of(
    "fourk.task_card",
    "Карточка задания 4К готова",
    complete(
        "task_card",
        TEAM,
        "Карточка задания 4К готова",
        "Приложите карточку задания 4К: что делает ученик и по каким показателям мы это увидим",
        text_en="Attach the 4C task card: what the pupil does and by which indicators we shall see it",
    ),
    en="The 4C task card is ready",
)


@rule("fourk.group_assignment", "У каждого наблюдателя есть группа", en="Every observer has a group")
def group_assignment(view: CycleView) -> Refusal | None:
    """Every observer of the lesson watches a whole group, known before the lesson."""
    sheet = view.sheet("group_assignment")
    rows = sheet.values.get("groups", ()) if sheet and sheet.submitted else ()
    assigned = {str(row.get("observer")) for row in rows if not missing(row, "group")}
    lacking = tuple(p for p in view.holders("observer") if str(p.id) not in assigned)
    if not lacking:
        return None
    return refuse(
        "Укажите, какую группу видит каждый наблюдатель",
        "Say which group each observer watches",
        roles=TEAM,
        people=lacking,
        form="group_assignment",
        round_=view.round,
    )


def _done(facts: RoundFacts) -> bool:
    return facts.done_at is not None or facts.status in _DONE


@rule(
    "fourk.both_settings",
    "В цикле есть и урок, и внеурочное занятие",
    en="The cycle has both a lesson and an extracurricular session",
    waivable=True,
)
def both_settings(view: CycleView) -> Refusal | None:
    """The cycle holds a lesson and an extracurricular session; the leader of the group may lift this with a reason."""
    kinds = {facts.kind for facts in view.rounds if _done(facts)}
    absent = {
        "extracurricular": Text("внеурочного занятия", en="extracurricular session"),
        "lesson": Text("урока", en="lesson"),
    }
    for kind, title in absent.items():
        if kind not in kinds:
            return refuse(
                "В цикле нет ни одного {kind}. Проведите его или попросите руководителя ПОС снять ограничение "
                "с указанием причины",
                "The cycle has no {kind}. Hold one or ask the leader of the group to lift the rule with a reason",
                roles=(*TEAM, "group_leader"),
                link=Link("schedule"),
                kind=title,
            )
    return None


PROCESS = (
    BASE.showing("planning", "task_card", "group_assignment")
    .guarded("approve_plan", lead_competency, task_card, group_assignment)
    .guarded("sum_up", both_settings)
)
