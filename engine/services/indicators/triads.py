"""Indicators of the work in triads: who, lessons, cycles, deficits, routes."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engine.core.text import Text
from engine.services.deficits import STATES as DEFICIT_STATES
from engine.services.definitions import ended_early
from engine.services.indicators.scope import Indicator, Record, Scope, count, of_lessons, people_of, share, staff_on
from engine.services.words import LESSON_STATUSES
from engine.store.cycles import DONE, Cycle, Round
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.growth import Deficit, DevelopmentPlan, PlanStep
from engine.store.people import Person


def staff_in_triads(scope: Scope) -> Indicator:
    people = db.session.scalars(
        select(Person).where(Person.id.in_(people_of(scope))).order_by(Person.last_name, Person.first_name, Person.id)
    ).all()
    staff = staff_on(scope.school_id, scope.ends)
    return share(
        "staff_in_triads",
        Text("Доля педагогов, включённых в работу ПОС", en="Share of the staff that works in communities"),
        Text(
            "педагоги, состоящие в тройке хотя бы один день периода / педагоги школы на последний день периода",
            en="teachers in a triad on at least one day / teachers of the school on the last day of the period",
        ),
        len(people),
        staff,
        [Record(p.full_name, p.subject or p.position) for p in people],
        warning=Text(
            "Число педагогов школы вносит администратор, с датой", en="The administrator states the staff, with a date"
        ),
    )


def _lessons(scope: Scope) -> list[tuple[Round, Cycle]]:
    first, after = scope.moments
    rows = db.session.execute(
        select(Round, Cycle)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .options(joinedload(Cycle.triad).joinedload(Triad.group))
        .where(of_lessons(scope), Round.status.in_(DONE), Round.done_at >= first, Round.done_at < after)
        .order_by(Round.done_at, Round.id)
    )
    return [(round_, cycle) for round_, cycle in rows]


def lessons_held(scope: Scope) -> Indicator:
    found = _lessons(scope)
    return count(
        "lessons_held",
        Text("Проведено уроков и занятий в тройках", en="Lessons and sessions held in triads"),
        Text("уроки и занятия циклов, отмеченные «Проведён» в периоде", en="lessons marked as done in the period"),
        [_lesson(round_, cycle) for round_, cycle in found],
        breakdown=Counter(
            Text("занятие", en="session") if r.kind == "extracurricular" else Text("урок", en="lesson")
            for r, _ in found
        ),
        warning=Text("Уроки не выводят из циклов: незавершённые тоже учтены", en="Unfinished cycles count as well"),
    )


def _lesson(round_: Round, cycle: Cycle) -> Record:
    assert round_.done_at is not None
    title = f"{cycle.triad.title}, {round_.n}: {round_.subject or '—'}. {round_.topic}".strip(" .")
    when = {"day": f"{round_.done_at:%d.%m.%Y}", "status": LESSON_STATUSES[round_.status]}
    note = Text("{day}, {status}", en="{day}, {status}").fill(when)
    return Record(title, note, f"/cycles/{cycle.id}")


def cycles_finished(scope: Scope) -> Indicator:
    first, after = scope.moments
    rows = db.session.scalars(
        select(Cycle)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(of_lessons(scope), Cycle.closed_at >= first, Cycle.closed_at < after)
        .order_by(Cycle.closed_at, Cycle.id)
    ).all()
    return count(
        "cycles_finished",
        Text("Завершено циклов", en="Cycles finished"),
        Text("циклы, доведённые до конца в периоде; досрочные не считаются", en="cycles carried to their end"),
        [Record(c.title, f"{c.closed_at:%d.%m.%Y}", f"/cycles/{c.id}") for c in rows if not ended_early(c)],
    )


def cycle_completeness(scope: Scope) -> Indicator:
    first, after = scope.moments
    rows = db.session.execute(
        select(Cycle.id, Cycle.title, func.count(Round.id))
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .join(Round, Round.cycle_id == Cycle.id)
        .where(of_lessons(scope), Cycle.opened_at >= first, Cycle.opened_at < after)
        .group_by(Cycle.id, Cycle.title)
        .order_by(Cycle.id)
    ).all()
    held = Counter(cycle.id for _, cycle in _lessons(scope))
    return share(
        "cycle_completeness",
        Text("Средняя полнота цикла", en="Mean completeness of a cycle"),
        Text(
            "проведено уроков / все уроки циклов, начатых в периоде (в обычном цикле их три)",
            en="lessons held / all lessons of the cycles begun in the period (a usual cycle has three)",
        ),
        sum(held[number] for number, _, _ in rows),
        sum(planned for _, _, planned in rows),
        [Record(title, f"{held[number]} / {planned}", f"/cycles/{number}") for number, title, planned in rows],
    )


def deficits_closed(scope: Scope) -> Indicator:
    first, after = scope.moments
    query = (
        select(Deficit.status)
        .join(Cycle, Cycle.id == Deficit.cycle_id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(
            of_lessons(scope),
            Deficit.confirmed.is_(True),
            Deficit.status != "withdrawn",
            Deficit.visibility != "me",
            Deficit.created_at >= first,
            Deficit.created_at < after,
        )
    )
    states = Counter(db.session.scalars(query))
    return share(
        "deficits_closed",
        Text("Устранено дефицитов", en="Deficits closed"),
        Text(
            "«Устранён» / (все названные в периоде минус «Снят»)", en="closed / (all named in the period − withdrawn)"
        ),
        states["closed"],
        sum(states.values()),
        [],
        breakdown={DEFICIT_STATES[k]: states[k] for k in DEFICIT_STATES if states[k]},
        warning=Text("Имена и записи видят только те, кому их открыл педагог", en="Names stay with their owners"),
    )


def route_completion(scope: Scope) -> Indicator:
    query = (
        select(PlanStep.done)
        .join(DevelopmentPlan, DevelopmentPlan.id == PlanStep.plan_id)
        .join(Cycle, Cycle.id == DevelopmentPlan.cycle_id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(of_lessons(scope), DevelopmentPlan.kind == "route", PlanStep.due.between(scope.begins, scope.ends))
    )
    done = db.session.scalars(query).all()
    return share(
        "route_completion",
        Text("ИОМ: выполнение", en="Learning routes: completion"),
        Text("выполненные события / события со сроком в периоде", en="events done / events due in the period"),
        sum(done),
        len(done),
        [],
    )
