"""Routes (ИОМ) of teachers and the plan of the triad against its deficits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from engine.core.text import Text
from engine.services.access import NO_CYCLE, colleague, relations, require_page
from engine.services.effects import Deed, hand_effect
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit, DevelopmentPlan, PlanStep
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.unit import lock, unit_of_work

STATES = {
    "draft": Text("Черновик", en="Draft"),
    "agreed": Text("Согласован", en="Agreed"),
    "running": Text("Реализуется", en="Under way"),
    "adjusted": Text("Скорректирован", en="Adjusted"),
    "finished": Text("Завершён", en="Finished"),
}
#: Forms of an educational event (domain brief §3.2).
FORMS = (
    "курсы повышения квалификации",
    "стажировка",
    "вебинар",
    "мастер-класс",
    "наставничество (реверсивное)",
    "взаимопосещение",
    "самообразование по теме",
    "участие в тройке",
    "профессиональный конкурс",
    "консультация узкого специалиста",
    "проба приёма на уроке с наблюдением",
)
#: Where it takes place.
PLACES = ("школа", "муниципалитет", "ЦНППМ", "ИРО", "дистанционно")
#: Parts of a route that are only text.
DETAILS = ("practice", "interim", "method")


def of_cycle(person: Person, cycle: Cycle) -> list[DevelopmentPlan]:
    """The plans of a cycle the person may read: the triad's plan for the triad and its leader, a route for its
    owner, mentor and the leader."""
    held = relations(person, cycle)
    rows = db.session.scalars(select(DevelopmentPlan).where(DevelopmentPlan.cycle_id == cycle.id))
    return [p for p in rows if _reads(person, p, held)]


def _reads(person: Person, plan: DevelopmentPlan, held: set[str]) -> bool:
    if plan.kind == "remedy":
        return bool(held & {"triad_member", "group_leader"})
    return person.id in (plan.person_id, plan.mentor_id) or "group_leader" in held


def plan_for(person: Person, cycle_id: int, kind: str, owner: int = 0) -> tuple[Cycle, DevelopmentPlan | None]:
    """A plan to show or to write. NotFound for anybody it is not open to."""
    cycle = db.session.get(Cycle, cycle_id)
    held = relations(person, cycle) if cycle else set()
    found = db.session.scalar(
        select(DevelopmentPlan).where(
            DevelopmentPlan.cycle_id == cycle_id, DevelopmentPlan.kind == kind, DevelopmentPlan.owner == owner
        )
    )
    fresh = found is None and "triad_member" in held and owner in (0, person.id)
    if cycle is None or kind not in ("route", "remedy") or not (fresh or (found and _reads(person, found, held))):
        raise NotFound(*NO_CYCLE)
    if found is None:
        require_page(cycle, "plans")
    return cycle, found


def save(
    person: Person, cycle_id: int, kind: str, base: int, values: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]
) -> DevelopmentPlan:
    """Write the own route or the triad's plan. A step for a deficit moves it from found to planned.

    Raises Conflict when somebody saved meanwhile, Invalid when a step says nothing or names a foreign deficit.
    """
    with unit_of_work():
        cycle: Cycle | None = lock(Cycle, cycle_id)
        if cycle is None or "triad_member" not in relations(person, cycle):
            raise NotFound(*NO_CYCLE)
        require_page(cycle, "plans")
        owner = person.id if kind == "route" else 0
        _, plan = plan_for(person, cycle_id, kind, owner)
        if (plan.version if plan else 0) != base:
            raise Conflict(
                "Коллега сохранил план раньше. Сравните и сохраните ещё раз",
                "A colleague has saved the plan meanwhile",
                version=plan.version if plan else 0,
            )
        allowed = {str(d.id): d for d in _deficits(cycle, kind, person)}
        kept = [_step(step, allowed) for step in steps if str(step.get("text", "")).strip()]
        if plan is None:
            plan = DevelopmentPlan(
                cycle_id=cycle.id, kind=kind, owner=owner, person_id=owner or None, version=0, updated_at=now()
            )
            db.session.add(plan)
        mentor = values.get("mentor_id")
        plan.mentor_id = colleague(person, mentor).id if mentor else None
        plan.goal, plan.basis = str(values.get("goal", "")).strip(), str(values.get("basis", "")).strip()
        plan.begins, plan.ends = values.get("begins"), values.get("ends")
        plan.reflection = str(values.get("reflection", "")).strip()
        plan.details = {key: str(values.get(key, "")).strip() for key in DETAILS}
        plan.steps = kept
        plan.version, plan.updated_at = base + 1, now()
        plan.status = "adjusted" if plan.status in ("agreed", "running") else plan.status or "draft"
        for step in kept:
            if step.deficit_id and allowed[str(step.deficit_id)].status == "found":
                allowed[str(step.deficit_id)].status = "planned"
        db.session.flush()
        return plan


def _deficits(cycle: Cycle, kind: str, person: Person) -> list[Deficit]:
    ids = [cycle.id, *([cycle.previous_id] if cycle.previous_id else [])]
    rows = db.session.scalars(select(Deficit).where(Deficit.cycle_id.in_(ids), Deficit.status != "withdrawn"))
    return [d for d in rows if d.confirmed and (kind == "remedy" or d.person_id in (None, person.id))]


def choosable(person: Person, cycle: Cycle, kind: str) -> list[Deficit]:
    """The deficits a step of the plan may answer."""
    return _deficits(cycle, kind, person)


def _step(step: Mapping[str, Any], allowed: Mapping[str, Deficit]) -> PlanStep:
    deficit = allowed.get(str(step.get("deficit_id")))
    if deficit is None and step.get("deficit_id"):
        raise Invalid("Выберите дефицит из списка", "Choose a deficit from the list")
    due = step.get("due")
    return PlanStep(
        deficit_id=deficit.id if deficit else None,
        text=str(step["text"]).strip()[:2000],
        form=str(step.get("form", ""))[:40],
        who=str(step.get("who", ""))[:200],
        partner=str(step.get("partner", ""))[:200],
        due=date.fromisoformat(due) if isinstance(due, str) and due else due or None,
        measure=str(step.get("measure", ""))[:2000],
        result=str(step.get("result", ""))[:2000],
        done=bool(step.get("done")),
    )


def tick(person: Person, step_id: int, done: bool, result: str = "") -> DevelopmentPlan:
    """Mark a step as done (with its result) or not done, without opening the whole plan: the owner of a route, any
    member of the triad for its plan. What the step answers is then in work.

    The plan gets a new version, so that a page opened before does not overwrite the mark. Raises NotFound, Forbidden.
    """
    with unit_of_work():
        known = db.session.get(PlanStep, step_id)
        plan: DevelopmentPlan | None = lock(DevelopmentPlan, known.plan_id) if known else None
        cycle = db.session.get(Cycle, plan.cycle_id) if plan else None
        held = relations(person, cycle) if cycle else set()
        step = next((s for s in plan.steps if s.id == step_id), None) if plan else None
        if plan is None or step is None or not _reads(person, plan, held):
            raise NotFound("Такого шага нет", "There is no such step")
        if not writes(person, plan, held):
            raise Forbidden("Отмечает тот, чей это план", "It is marked by those whose plan it is")
        step.done, step.result = done, result.strip()[:2000]
        plan.version, plan.updated_at = plan.version + 1, now()
        answered = db.session.get(Deficit, step.deficit_id) if step.deficit_id and done else None
        if answered is not None and answered.status in ("found", "planned"):
            answered.status, answered.changed_at = "in_work", now()
        return plan


def writes(person: Person, plan: DevelopmentPlan, held: set[str]) -> bool:
    """Whether the person writes the plan: the own route, or the plan of the own triad."""
    return person.id == plan.person_id or (plan.kind == "remedy" and "triad_member" in held)


def set_state(person: Person, plan_id: int, status: str, conclusion: str = "") -> None:
    """Agree on a plan, start it or finish it. Agreeing and concluding are the mentor's or the leader's."""
    with unit_of_work():
        plan: DevelopmentPlan | None = lock(DevelopmentPlan, plan_id)
        cycle = db.session.get(Cycle, plan.cycle_id) if plan else None
        held = relations(person, cycle) if cycle else set()
        if plan is None or not _reads(person, plan, held):
            raise NotFound("Такого плана нет", "There is no such plan")
        if status not in STATES:
            raise Invalid("Такого состояния нет", "There is no such state")
        judges = person.id == plan.mentor_id or "group_leader" in held
        if status in ("agreed", "finished") and plan.kind == "route" and not judges:
            raise Forbidden("Согласует наставник или руководитель ПОС", "The mentor or the group leader agrees")
        plan.status, plan.updated_at = status, now()
        if conclusion.strip() and judges:
            plan.conclusion = conclusion.strip()


_AGREE = Statement(
    update(DevelopmentPlan.__table__)  # type: ignore[arg-type]
    .where(
        DevelopmentPlan.cycle_id == bindparam("cycle"),
        DevelopmentPlan.kind == "remedy",
        or_(DevelopmentPlan.status == "draft", DevelopmentPlan.status == "adjusted"),
    )
    .values(status="agreed", updated_at=bindparam("at", type_=DevelopmentPlan.updated_at.type))
)


@hand_effect("agree_plan")
def agree_plan(deed: Deed) -> None:
    """The triad has approved its own plan: it is agreed. Routes are their mentors' word."""
    deed.hand.write((_AGREE, {"cycle": deed.scene.cycle.id, "at": deed.moment}))
