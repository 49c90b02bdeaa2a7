"""Rules of the stages after the lessons: deficits, plans, the decision."""

from __future__ import annotations

from engine.api import CycleView, Link, Refusal, Text, names, refuse, rule
from plugins.lesson_study.content import TEAM


@rule("lesson_study.deficits", "Дефициты названы и подтверждены", en="Deficits are named and confirmed")
def deficits_named(view: CycleView) -> Refusal | None:
    """At least one deficit is confirmed; nothing proposed to a colleague hangs unanswered."""
    deficits = view.facts.get("deficits", ())
    waiting = {d["person_id"] for d in deficits if not d["confirmed"]}
    if waiting:
        people = tuple(p for p in view.holders("triad_member") if p.id in waiting)
        return refuse(
            "Предложенный дефицит подтверждает или отклоняет сам педагог. Ждём: {who}",
            "Only the teacher confirms or declines a proposed deficit. Waiting for: {who}",
            people=people,
            roles=TEAM,
            link=Link("deficits"),
            step=Text(
                "Подтвердите или отклоните предложенный вам дефицит",
                en="Confirm or decline the deficit proposed to you",
            ),
            who=names(people),
        )
    if any(d["confirmed"] for d in deficits):
        return None
    return refuse(
        "Назовите хотя бы один дефицит: свой или тройки в целом",
        "Name at least one deficit: your own or of the triad",
        roles=TEAM,
        link=Link("deficits"),
    )


@rule("lesson_study.actions", "На каждый дефицит есть действие", en="An action for every deficit", waivable=True)
def actions_planned(view: CycleView) -> Refusal | None:
    """At least one action per confirmed deficit, in a route or in the plan of the triad."""
    bare = [d["title"] for d in view.facts.get("deficits", ()) if d["confirmed"] and d["open"] and not d["actions"]]
    if not bare:
        return None
    return refuse(
        "Нет действий по дефициту: {titles}",
        "No action is planned for: {titles}",
        roles=TEAM,
        link=Link("plans"),
        step=Text("Запланируйте действие: {titles}", en="Plan an action: {titles}"),
        titles=bare,
    )


@rule(
    "lesson_study.route", "Для критического дефицита составлен ИОМ", en="A route for a critical deficit", waivable=True
)
def routes_written(view: CycleView) -> Refusal | None:
    """A route (ИОМ) is obligatory for a personal deficit of level 3."""
    deficits = view.facts.get("deficits", ())
    critical = [d for d in deficits if d["confirmed"] and d["person_id"] and d["level"] == 3 and d["open"]]
    if not critical:
        return None
    covered = {i for p in view.facts.get("plans", ()) if p["kind"] == "route" for i in p["deficits"]}
    bare = {d["person_id"] for d in critical if d["id"] not in covered}
    people = tuple(p for p in view.holders("triad_member") if p.id in bare) if bare else ()
    if not people:
        return None
    return refuse(
        "Дефицит третьего уровня: нужен ИОМ. Ждём: {who}",
        "A level 3 deficit needs a learning route. Waiting for: {who}",
        people=people,
        roles=TEAM,
        link=Link("plans"),
        step=Text(
            "Составьте свой ИОМ: у вас критический дефицит", en="Write your learning route: you have a critical deficit"
        ),
        who=names(people),
    )


@rule("lesson_study.positions", "Каждый высказал позицию", en="Everybody has stated a position")
def positions_stated(view: CycleView) -> Refusal | None:
    """Each member states an own position before the triad decides."""
    stated = set(view.facts.get("decision", {}).get("positions", {}))
    waiting = tuple(p for p in view.holders("triad_member") if p.id not in stated)
    if not waiting:
        return None
    return refuse(
        "Каждый высказывает свою позицию. Ждём: {who}",
        "Everybody states a position. Waiting for: {who}",
        people=waiting,
        roles=TEAM,
        link=Link("decision"),
        step=Text("Выскажите свою позицию: что делать дальше", en="State your position: what to do next"),
        who=names(waiting),
    )


@rule("lesson_study.decided", "Решение записано", en="The decision is recorded")
def decision_recorded(view: CycleView) -> Refusal | None:
    """The triad has recorded one of the three decisions."""
    if view.facts.get("decision", {}).get("chosen"):
        return None
    return refuse(
        "Запишите решение тройки и его обоснование",
        "Record the decision of the triad and its grounds",
        roles=TEAM,
        link=Link("decision"),
    )
