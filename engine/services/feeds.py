"""What the host knows beyond the documents of a cycle, put into the facts of its view by name of the feed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, or_, select

from engine.core.text import Text
from engine.services.definitions import definition_of, ended_early, hands_over
from engine.services.editions import Editions
from engine.services.going import Going
from engine.services.host import now
from engine.services.indicators.scope import Scope, people_of, staff_on
from engine.services.laboratory.deficit_map import of_school
from engine.store.bank import Material
from engine.store.cycles import Cycle, RuleAcceptance
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.groups import Group
from engine.store.growth import ClosedNote, Decision, Deficit, DevelopmentPlan, Handover, PlanStep, Position
from engine.store.people import Person, SchoolYear
from engine.store.prepared import Read
from engine.store.reading import direct
from engine.store.reports import YearReport
from engine.store.together import Keyed

OPEN_STATES = ("found", "planned", "in_work", "remains")


_ACCEPTED = Keyed(select(RuleAcceptance.person_id), RuleAcceptance.cycle_id, "cycle")
_actions = (
    select(func.count())
    .select_from(PlanStep)
    .join(DevelopmentPlan, DevelopmentPlan.id == PlanStep.plan_id)
    .where(PlanStep.deficit_id == Deficit.id, DevelopmentPlan.cycle_id == Deficit.cycle_id)
    .correlate(Deficit)
    .scalar_subquery()
)
_DEFICITS = Keyed(
    select(
        Deficit.id,
        Deficit.person_id,
        Deficit.group_key,
        Deficit.text,
        Deficit.level,
        Deficit.status,
        Deficit.confirmed,
        _actions,
    )
    .where(Deficit.status != "withdrawn")
    .order_by(Deficit.id),
    Deficit.cycle_id,
    "cycle",
)
_PLANS = Keyed(
    select(
        DevelopmentPlan.id,
        DevelopmentPlan.kind,
        DevelopmentPlan.person_id,
        DevelopmentPlan.status,
        PlanStep.deficit_id,
    )
    .outerjoin(PlanStep, PlanStep.plan_id == DevelopmentPlan.id)
    .order_by(DevelopmentPlan.id, PlanStep.id),
    DevelopmentPlan.cycle_id,
    "cycle",
)
#: A row for each position, and one with nobody while there is none.
_CHOSEN = Keyed(
    select(Decision.choice, Position.person_id, Position.choice)
    .select_from(Cycle)
    .outerjoin(Decision, Decision.cycle_id == Cycle.id)
    .outerjoin(Position, Position.cycle_id == Cycle.id)
    .order_by(Position.id),
    Cycle.id,
    "cycle",
)
_ALERTS = Keyed(select(ClosedNote.read_at), ClosedNote.cycle_id, "cycle")


def fact(cycle: Going, name: str, read: Read = direct) -> Any:
    """What the feed tells of a cycle. KeyError for one there is not."""
    return of_cycle(read, cycle.id, name) if tells_of_cycle(name) else _BEYOND[name](cycle)


def tells_of_cycle(name: str) -> bool:
    """Whether the feed tells of the cycle alone, so that a press may read it by its own hand."""
    return name in _OF_CYCLE


def of_cycle(read: Read, cycle_id: int, name: str) -> Any:
    """What a feed that tells of the cycle alone has to tell."""
    return _OF_CYCLE[name](read, cycle_id)


def _rules_accepted(read: Read, cycle_id: int) -> list[int]:
    return [row[0] for row in read(_ACCEPTED, cycle=cycle_id)]


def _deficits(read: Read, cycle_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": id_,
            "person_id": person,
            "group": group,
            "title": title,
            "level": level,
            "status": status,
            "open": status in OPEN_STATES,
            "confirmed": confirmed,
            "actions": actions,
        }
        for id_, person, group, title, level, status, confirmed, actions in read(_DEFICITS, cycle=cycle_id)
    ]


def _plans(read: Read, cycle_id: int) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for id_, kind, person, status, deficit in read(_PLANS, cycle=cycle_id):
        plan = found.setdefault(id_, {"kind": kind, "person_id": person, "status": status, "deficits": []})
        if deficit:
            plan["deficits"].append(deficit)
    return list(found.values())


def _decision(read: Read, cycle_id: int) -> dict[str, Any]:
    rows = read(_CHOSEN, cycle=cycle_id)
    positions = {person: choice for _, person, choice in rows if person is not None}
    return {"positions": positions, "chosen": (rows[0][0] if rows else None) or ""}


def _alerts(read: Read, cycle_id: int) -> int:
    return len(read(_ALERTS, cycle=cycle_id))


def _alerts_unread(read: Read, cycle_id: int) -> int:
    return sum(read_at is None for (read_at,) in read(_ALERTS, cycle=cycle_id))


def _finished(cycle: Going) -> list[Cycle]:
    """Cycles of the other groups that came to their handover in the period of a Laboratory's cycle."""
    start = cycle.opened_at if not cycle.period else min(cycle.opened_at, _year_start(cycle))
    rows = db.session.scalars(
        select(Cycle)
        .where(
            Cycle.school_id == cycle.school_id,
            Cycle.type_key != "lab",
            or_(Cycle.closed_at.is_not(None), Cycle.stage == "to_lab"),
            Cycle.stage_since.between(start, now()),
        )
        .order_by(Cycle.id)
    )
    return [c for c in rows if hands_over(definition_of(c)) and not ended_early(c)]


def _year_start(cycle: Going) -> Any:
    year = cycle.opened_at.year if cycle.opened_at.month >= 9 else cycle.opened_at.year - 1
    return cycle.opened_at.replace(year=year, month=9, day=1, hour=0, minute=0, second=0)


def _handovers(cycle: Going) -> list[dict[str, Any]]:
    finished = _finished(cycle)
    arrived = set(db.session.scalars(select(Handover.cycle_id).where(Handover.cycle_id.in_([c.id for c in finished]))))
    return [{"key": f"c{c.id}", "title": c.title, "received": c.id in arrived} for c in finished]


def _leaders(cycle: Going) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Person, Group.title, Group.id)
        .join(Group, Group.leader_id == Person.id)
        .where(Group.school_id == cycle.school_id, Group.type_key != "lab", Group.closed_on.is_(None))
        .order_by(Group.id)
    )
    today = now().date()
    accepted = set(
        db.session.scalars(
            select(YearReport.group_id)
            .join(SchoolYear, SchoolYear.id == YearReport.year_id)
            .where(YearReport.state == "accepted", SchoolYear.begins <= today, SchoolYear.ends >= today)
        )
    )
    return [
        {"id": person.id, "name": person.short_name, "group": title, "accepted": group_id in accepted}
        for person, title, group_id in rows
    ]


def _bases(cycle: Going) -> list[dict[str, Any]]:
    """Kinds of deficits that the map shows, the findings of the cycle, and what the plan has chosen before."""
    editions = Editions(cycle)
    sheets: dict[str, Any] = dict(
        editions.today(row.fingerprint, row.form_key, row.values)
        for row in db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id))
        if row.owner == 0
    )
    chosen = {row.get("basis") for row in sheets.get("plan", {}).get("measures") or ()}
    found = [
        {
            "key": f"deficit:{row.key}",
            "title": Text("Дефициты: {kind}", en="Deficits: {kind}").fill({"kind": row.title}),
        }
        for row in of_school(cycle.school_id).rows
        if row.told or f"deficit:{row.key}" in chosen
    ]
    for row in sheets.get("findings", {}).get("findings") or ():
        words = str(row.get("text") or "")
        key = f"finding:{hashlib.sha256(words.encode()).hexdigest()[:12]}"
        shown = words if len(words) <= 120 else words[:119] + "…"
        found.append({"key": key, "title": Text("Вывод: {words}", en="Finding: {words}").fill({"words": shown})})
    return found


def _staff(cycle: Going) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(Person)
        .where(Person.school_id == cycle.school_id, Person.active.is_(True))
        .order_by(Person.last_name, Person.first_name)
    )
    return [{"key": str(person.id), "title": person.short_name} for person in rows]


def coverage(school_id: int) -> float | None:
    """Share (0 to 1) of the staff that sits in a triad today; None while the staff is not stated."""
    today = now().date()
    staff = staff_on(school_id, today)
    seated = len(set(db.session.scalars(people_of(Scope(school_id, today, today)))))
    return seated / staff if staff else None


def _full_packages(cycle: Going) -> float | None:
    ids = [c.id for c in _finished(cycle)]
    full = db.session.scalar(select(func.count()).where(Handover.cycle_id.in_(ids), Handover.full_package.is_(True)))
    return (full or 0) / len(ids) if ids else None


def _closed_deficits(cycle: Going) -> float | None:
    rows = db.session.execute(
        select(Deficit.status, func.count())
        .join(Cycle, Cycle.id == Deficit.cycle_id)
        .where(
            Deficit.cycle_id.in_([c.id for c in _finished(cycle)]),
            Deficit.confirmed.is_(True),
            Deficit.status != "withdrawn",
        )
        .group_by(Deficit.status)
    ).all()
    found = dict(rows)
    total = sum(found.values())
    return found.get("closed", 0) / total if total else None


def _bank_per_cycle(cycle: Going) -> float | None:
    ids = [c.id for c in _finished(cycle)]
    made = db.session.scalar(
        select(func.count()).select_from(Material).where(Material.cycle_id.in_(ids), Material.state == "in_bank")
    )
    return (made or 0) / len(ids) if ids else None


#: Feeds that tell of the cycle alone, and those that look beyond it.
_OF_CYCLE: dict[str, Callable[[Read, int], Any]] = {
    "rules_accepted": _rules_accepted,
    "deficits": _deficits,
    "plans": _plans,
    "decision": _decision,
    "alerts": _alerts,
    "alerts_unread": _alerts_unread,
}
_BEYOND: dict[str, Callable[[Going], Any]] = {
    "handovers": _handovers,
    "bases": _bases,
    "staff": _staff,
    "leaders": _leaders,
    "coverage": lambda cycle: coverage(cycle.school_id),
    "full_packages": _full_packages,
    "closed_deficits": _closed_deficits,
    "bank_per_cycle": _bank_per_cycle,
}
