"""The summary of a cycle as it goes to the Laboratory: figures and conclusions, no sheets, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, exists, select

from engine.core.definition import GroupType
from engine.core.forms import Field, Item
from engine.core.snapshot import to_data
from engine.core.view import CycleView
from engine.services.access import NO_CYCLE, is_lab_member, relations
from engine.services.decided import Made, beside, made, made_in
from engine.services.definitions import definition_of, hands_over
from engine.services.effects import Deed, hand_effect
from engine.services.errors import NotFound
from engine.services.outcomes import of_view
from engine.services.views import view_of
from engine.store.cycles import DONE, Cycle, Waiver
from engine.store.database import db
from engine.store.growth import Handover
from engine.store.people import Person
from engine.store.prepared import Statement, insertion
from engine.store.reading import direct


def summary(cycle: Cycle, definition: GroupType, view: CycleView) -> dict[str, Any]:
    """What the Laboratory gets, as plain data."""
    return told(definition, view, made_in(direct, cycle.id))


def told(definition: GroupType, view: CycleView, made: Made | None) -> dict[str, Any]:
    """The same of a view and of what was decided.

    Deficits are not in it: beside the map of the school, which counts from three teachers up, the counts of one triad
    would give away the others.
    """
    found = of_view(definition, view)
    techniques = {t.key: t.title for t in definition.techniques}
    chosen = [(r, t) for r in view.rounds for t in view.values("plan", r.n).get("technique_ids", ())]
    verdicts = {(f.criterion.key, f.round): f.met for f in found.findings}
    concluded = view.values("summary", 0)
    return {
        "type": to_data(definition.title),
        "question": view.values("passport", 0).get("research_question", ""),
        "lessons": sum(r.status in DONE for r in view.rounds),
        "rounds": [to_data(definition.process.round_title(n)) for n in found.rounds],
        "techniques": [to_data(techniques.get(t, t)) for t in dict.fromkeys([t for _, t in chosen])],
        "used": [
            {"key": t, "class": r.facts.get("class_name", ""), "subject": r.facts.get("subject", ""), "round": r.n}
            for r, t in chosen
            if r.status in DONE
        ],
        "changed": made.what_changes if made and made.choice == "change_approach" else "",
        "sections": [
            {"title": to_data(s.title), "means": [found.sections[i][place].mean for i in range(len(found.rounds))]}
            for place, s in enumerate(found.sections[-1])
        ]
        if found.sections
        else [],
        "overall": [s.mean for s in found.overall],
        "criteria": [
            {"code": c.code, "title": to_data(c.title), "met": [verdicts.get((c.key, n), "") for n in found.rounds]}
            for c in definition.criteria
        ],
        "disagreements": [
            {"round": n, "code": definition.indicators[key].code, "title": to_data(definition.indicators[key].title)}
            for n, key in found.disagreements
        ],
        "agreement": [{"question": to_data(a.title), "shares": list(a.shares)} for a in found.agreement],
        "conclusions": _public(definition.items_of("summary"), concluded),
        "bank": list(concluded.get("bank") or ()),
        "decision": {"choice": made.choice, "grounds": made.grounds, "next_question": made.next_question}
        if made
        else {},
    }


def _public(items: Iterable[Item], values: Any) -> list[dict[str, Any]]:
    return [
        {"key": item.key, "title": to_data(item.title), "text": str(values[item.key])}
        for item in items
        if isinstance(item, Field) and item.kind == "text" and not item.private and values.get(item.key)
    ]


_OF = beside(
    Cycle.title,
    case((exists().where(Waiver.cycle_id == Cycle.id, Waiver.rule == "lesson_study.package"), 1), else_=0),
)
_STORE = Statement(insertion(Handover))


@hand_effect("handover")
def make(deed: Deed) -> None:
    """Store the summary with the action that hands the cycle over (inside its transaction)."""
    cycle = deed.scene.cycle
    title, lifted, *decision = deed.hand.rows(_OF, cycle=cycle.id)[0]
    row = {
        "cycle_id": cycle.id,
        "school_id": cycle.school_id,
        "type_key": cycle.type_key,
        "title": title,
        "summary": told(deed.definition, deed.view, made(decision)),
        "full_package": not lifted,
        "at": deed.moment,
        "by_id": deed.scene.presser_id,
    }
    deed.hand.write((_STORE, row))


def preview(person: Person, cycle_id: int) -> tuple[Cycle, dict[str, Any], bool]:
    """Exactly what will be (or was) handed over, and whether it was. For the triad and its leader.

    Raises NotFound for others, and where nothing is handed over: the Laboratory keeps its own cycles.
    """
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None or not relations(person, cycle) & {"triad_member", "group_leader"}:
        raise NotFound(*NO_CYCLE)
    stored = db.session.get(Handover, cycle_id)
    if stored is not None:
        return cycle, stored.summary, True
    definition = definition_of(cycle)
    if not hands_over(definition):
        raise NotFound("Циклы этого типа не передают в Лабораторию", "Cycles of this type are not handed over")
    return cycle, summary(cycle, definition, view_of(cycle, definition, person)), False


def arrived(person: Person) -> list[Handover]:
    """The summaries of the school, newest first. For the Laboratory alone."""
    if not is_lab_member(person):
        raise NotFound("Сводки видит Лаборатория", "Summaries are for the Laboratory")
    return list(
        db.session.scalars(
            select(Handover).where(Handover.school_id == person.school_id).order_by(Handover.at.desc()).limit(200)
        )
    )


def one(person: Person, cycle_id: int) -> Handover:
    """One summary, for the Laboratory."""
    found = db.session.get(Handover, cycle_id)
    if found is None or found.school_id != person.school_id or not is_lab_member(person):
        raise NotFound("Такой сводки нет", "There is no such summary")
    return found
