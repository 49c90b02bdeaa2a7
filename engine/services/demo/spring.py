"""The end of the demo year: the approved plan with its results, year reports handed in and accepted, the conference."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.services import deficits, documents, plans
from engine.services.demo.driver import at, press, write
from engine.services.demo.school import Cast
from engine.services.laboratory import measures
from engine.services.reports import conference, reports
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit, DevelopmentPlan
from engine.store.people import Person, SchoolYear

#: The plan of the Laboratory: measure, what it answers, who carries it out, what is expected.
PLAN = (
    ("Мастер-класс «Точка решения»", "не меняем ход урока по данным", "Дневникова", "по ключевому вопросу от каждого"),
    ("Практикум «Восемь минут на доработку»", "не закладываем время на доработку", "Макетов", "план урока с паузой"),
    ("Взаимопосещения между ПОС: закрытые вопросы", "задаём закрытые вопросы", "Партова", "по два посещения"),
)


def growth() -> None:
    """In April steps of plans are marked and whoever can show it says that a deficit is closed."""
    at(datetime(2027, 4, 20, 16, 0))
    for made in db.session.scalars(select(DevelopmentPlan).order_by(DevelopmentPlan.id)).all():
        cycle = db.session.get_one(Cycle, made.cycle_id)
        first = next(m.person for m in cycle.triad.memberships if m.seat == 1 and m.until is None)
        who = db.session.get_one(Person, made.person_id) if made.person_id else first
        for step in made.steps[: len(made.steps) * 3 // 4]:
            plans.tick(who, step.id, True, "проведено, лист наблюдения коллеги")
    mine = select(Deficit).where(Deficit.visibility == "lab", Deficit.person_id.is_not(None)).order_by(Deficit.id)
    for row in db.session.scalars(mine.where(Deficit.status == "in_work")).all()[::2]:
        deficits.set_status(
            db.session.get_one(Person, row.person_id),
            row.id,
            "closed",
            "два урока весны, лист наблюдения коллеги: так больше не было",
        )


def plan(cast: Cast) -> None:
    """In December the council approves the plan; by May two measures are carried out, one is moved."""
    team = cast.team("Лаб-2")
    (cycle,) = db.session.scalars(
        select(Cycle).where(Cycle.triad_id == cast.triads["Лаб-2"].id, Cycle.closed_at.is_(None))
    ).all()
    at(datetime(2026, 12, 1, 15, 0))
    write(team[0], cycle, "plan", {"measures": [_row(cast, team[0], cycle, n) for n in range(len(PLAN))]})
    press(team[0], cycle, "plan_ready")
    at(datetime(2026, 12, 4, 15, 0))
    write(team[0], cycle, "council", {"protocol": "4", "date": "2026-12-04"})
    press(team[0], cycle, "approve_plan")
    done, held, moved = measures.plan(team[0])
    at(datetime(2027, 2, 12, 16, 0))
    measures.change(team[0], done.id, "done", "одиннадцать ключевых вопросов в копилке")
    at(datetime(2027, 4, 9, 16, 0))
    measures.change(team[0], held.id, "done", "планы уроков с паузой у двух ПОС из четырёх")
    measures.change(team[0], moved.id, "moved", "не успели: карантин в марте", date(2027, 10, 1))


def _row(cast: Cast, person: Person, cycle: Cycle, n: int) -> dict[str, Any]:
    page = documents.open_page(person, documents.place(person, cycle.id, "plan", 0))
    basis = next(o.key for o in page.choices["bases"] if o.key.startswith("finding:"))
    measure, answers, owner, expected = PLAN[n]
    return {
        "measure": measure,
        "basis": basis,
        "basis_text": answers,
        "due": f"2027-0{n + 2}-05",
        "owner_id": str(cast.people[owner].id),
        "expected": expected,
    }


def reports_and_conference(cast: Cast) -> None:
    """In May every leader hands the report in, the Laboratory accepts them, and the conference is prepared."""
    lab = cast.people["Графикова"]
    year = db.session.scalars(select(SchoolYear).where(SchoolYear.school_id == lab.school_id)).one()
    at(datetime(2027, 5, 14, 16, 0))
    groups = reports.groups_of(lab.school_id)
    for group in groups:
        assert group.leader is not None
        reports.submit(group.leader, group.id, year.id)
    at(datetime(2027, 5, 18, 12, 0))
    for group in groups:
        reports.accept(lab, group.id, year.id)
    at(datetime(2027, 5, 20, 12, 0))
    page = conference.page(lab, year.id)
    conference.save(
        lab,
        year.id,
        page.version,
        held_on=date(2027, 5, 27),
        place="актовый зал",
        programme=page.programme,
        resolution=page.resolution,
        plan=page.plan,
    )
