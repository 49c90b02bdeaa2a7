"""What a group did in a school year, as plain data: the stuff its report, its slides and the conference are made of.

Nothing here is typed for the report: everything comes from what triads wrote while they worked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import joinedload

from engine.core.definition import GroupType
from engine.core.snapshot import to_data
from engine.core.view import CycleView
from engine.services import handovers, maturity
from engine.services.definitions import definition_of, ended_early
from engine.services.indicators.life import visits_held
from engine.services.indicators.scope import Scope
from engine.services.laboratory.small import SMALL
from engine.services.views import view_of
from engine.store.bank import Material, Trial
from engine.store.cycles import DONE, Cycle
from engine.store.database import db
from engine.store.events import Event, Participation
from engine.store.groups import Group, Membership, Triad
from engine.store.growth import Deficit, DevelopmentPlan, Handover, PlanStep
from engine.store.people import Person, SchoolYear

Facts = dict[str, Any]
#: Kinds of deficits that too few teachers have to be told apart.
OTHER = ""
#: What a leader may know of deficits: those opened to leaders and the Laboratory.
SEEN = ("leader", "lab")


def facts_of(group: Group, year: SchoolYear) -> Facts:
    """Everything about ``group`` in ``year``, JSON through and through (days as ISO strings, labels as stored)."""
    triads = list(db.session.scalars(select(Triad).where(Triad.group_id == group.id).order_by(Triad.id)))
    seats = _seats(triads, year)
    cycles = _cycles(triads, year)
    people = {m.person_id for m in seats}
    told = [_cycle(cycle, year) for cycle in cycles]
    return {
        "group": group.title,
        "leader": group.leader.short_name if group.leader else "",
        "year": year.title,
        "begins": year.begins.isoformat(),
        "ends": year.ends.isoformat(),
        "triads": [_triad(triad, seats) for triad in triads],
        "changes": _changes(seats, year),
        "cycles": told,
        "lessons": sum(c["lessons_held"] for c in told),
        "sessions": sum(c["sessions_held"] for c in told),
        "visits": visits_held(Scope(group.school_id, year.begins, year.ends, group.id)).numerator,
        "materials": _materials(group, year),
        "trials": _trials(group, year),
        "events": _events(people, year),
        "deficits": _deficits(cycles),
        "steps": _steps(cycles),
        "maturity": _maturity(group, year),
    }


def span(year: SchoolYear) -> tuple[datetime, datetime]:
    """The first moment of a school year and the first one after it."""
    return Scope(year.school_id, year.begins, year.ends).moments


def _seats(triads: Iterable[Triad], year: SchoolYear) -> list[Membership]:
    """Who sat in the triads on at least one day of the year."""
    return list(
        db.session.scalars(
            select(Membership)
            .where(
                Membership.triad_id.in_([t.id for t in triads]),
                Membership.since <= year.ends,
                or_(Membership.until.is_(None), Membership.until > year.begins),
            )
            .order_by(Membership.triad_id, Membership.seat, Membership.since)
        )
    )


def _triad(triad: Triad, seats: Iterable[Membership]) -> Facts:
    return {
        "title": triad.title,
        "members": [
            {"name": m.person.short_name, "work": m.person.subject or m.person.position, "until": _iso(m.until)}
            for m in seats
            if m.triad_id == triad.id
        ],
    }


def _changes(seats: Iterable[Membership], year: SchoolYear) -> list[Facts]:
    """Who came to a place somebody had before, and who left, by day."""
    found = []
    rows = list(seats)
    left = {(m.triad_id, m.seat, m.until) for m in rows if m.until}
    for m in rows:
        if (m.triad_id, m.seat, m.since) in left:
            found.append({"on": m.since.isoformat(), "name": m.person.short_name, "what": "came"})
        if m.until and m.until <= year.ends:
            found.append({"on": m.until.isoformat(), "name": m.person.short_name, "what": "left"})
    return sorted(found, key=lambda change: (change["on"], change["what"] == "came", change["name"]))


def _cycles(triads: Iterable[Triad], year: SchoolYear) -> list[Cycle]:
    """The cycles that were under way on at least one day of the year."""
    first, after = span(year)
    return list(
        db.session.scalars(
            select(Cycle)
            .options(joinedload(Cycle.triad).joinedload(Triad.group))
            .where(
                Cycle.triad_id.in_([t.id for t in triads]),
                Cycle.opened_at < after,
                or_(Cycle.closed_at.is_(None), Cycle.closed_at >= first),
            )
            .order_by(Cycle.id)
        )
    )


def _cycle(cycle: Cycle, year: SchoolYear) -> Facts:
    definition = definition_of(cycle)
    view = view_of(cycle, definition, None)
    stored = db.session.get(Handover, cycle.id)
    told = dict(stored.summary if stored else handovers.summary(cycle, definition, view))
    first, after = span(year)
    held = [r for r in cycle.rounds if r.status in DONE and r.done_at and first <= r.done_at < after]
    out_of_class = sum(r.kind == "extracurricular" for r in held)
    stage = definition.process.stage(cycle.stage)
    return {
        **told,
        "id": cycle.id,
        "title": cycle.title,
        "triad": cycle.triad.title,
        "stage": to_data(stage.title),
        "handed": stored is not None,
        "finished": stage.final and not ended_early(cycle),
        "lessons_held": len(held) - out_of_class,
        "sessions_held": out_of_class,
        "words": _words(definition, view),
        "kept": _agreed(view, "keep"),
        "changed": _agreed(view, "change"),
    }


def _words(definition: GroupType, view: CycleView) -> dict[str, str]:
    """What the triad wrote in its conclusions, by field, without words about individual pupils."""
    private = {item.key for item in definition.items_of("summary") if getattr(item, "private", False)}
    return {k: v for k, v in view.values("summary", 0).items() if isinstance(v, str) and v and k not in private}


def _agreed(view: CycleView, kind: str) -> list[str]:
    """Decisions of the discussions («сохраняем», «меняем»), lesson by lesson."""
    rows = [row for r in view.rounds for row in view.values("discussion", r.n).get("decisions") or ()]
    return [str(row["text"]) for row in rows if row.get("kind") == kind and row.get("text")]


def _materials(group: Group, year: SchoolYear) -> list[Facts]:
    """Works of the group that were made or came into the bank in the year."""
    first, after = span(year)
    rows = db.session.scalars(
        select(Material)
        .where(
            Material.group_id == group.id,
            Material.state != "draft",
            or_(Material.created_at.between(first, after), Material.banked_at.between(first, after)),
        )
        .order_by(Material.id)
    )
    return [{"id": m.id, "title": m.title, "kind": m.kind, "state": m.state} for m in rows]


def _trials(group: Group, year: SchoolYear) -> int:
    """How often others tried what the group had offered and told the result."""
    told = (Trial.outcome != "", Trial.done_on.between(year.begins, year.ends))
    materials = select(Material.id).where(Material.group_id == group.id)
    cycles = select(Cycle.id).join(Triad, Triad.id == Cycle.triad_id).where(Triad.group_id == group.id)
    rows = union_all(  # a trial is of one of the two; asked together, every trial of every school would be read
        select(Trial.id).where(Trial.material_id.in_(materials), *told),
        select(Trial.id).where(Trial.cycle_id.in_(cycles), *told),
    )
    return len(db.session.scalars(rows).all())


def _events(people: set[int], year: SchoolYear) -> list[Facts]:
    rows = db.session.execute(
        select(Participation, Event, Person)
        .join(Event, Event.id == Participation.event_id)
        .join(Person, Person.id == Participation.person_id)
        .where(Participation.person_id.in_(people), Event.begins.between(year.begins, year.ends))
        .order_by(Event.begins, Event.id, Participation.id)
    )
    return [
        {
            "title": event.title,
            "level": event.level,
            "on": event.begins.isoformat(),
            "name": person.short_name,
            "role": part.role,
            "result": part.result,
        }
        for part, event, person in rows
    ]


def _deficits(cycles: Sequence[Cycle]) -> Facts:
    """How many were named and what became of them. Counts alone, and a kind apart only where at least ``SMALL``
    teachers have it (a deficit of a triad is one of its three): a report is read beyond the group."""
    rows = db.session.execute(
        select(Deficit.cycle_id, Deficit.person_id, Deficit.group_key, Deficit.status, Deficit.text).where(
            Deficit.cycle_id.in_([c.id for c in cycles]),
            Deficit.confirmed.is_(True),
            Deficit.status != "withdrawn",
            Deficit.visibility.in_(SEEN),
        )
    ).all()
    teams = {c.id: {m.person_id for m in c.triad.memberships} for c in cycles}
    teachers: dict[str, set[int]] = {}
    for cycle_id, person_id, kind, _, _ in rows:
        teachers.setdefault(kind, set()).update({person_id} if person_id else teams[cycle_id])
    counts: dict[str, Counter[str]] = {}
    for _, _, kind, status, _ in rows:
        counts.setdefault(kind if len(teachers[kind]) >= SMALL else OTHER, Counter())[status] += 1
    closed = sum(count["closed"] for count in counts.values())
    return {
        "found": len(rows),
        "closed": closed,
        "open": len(rows) - closed,
        "kinds": [
            {"kind": kind, "found": sum(count.values()), "closed": count["closed"]}
            for kind, count in sorted(counts.items(), key=lambda item: item[0] == OTHER)
        ],
        "common": [text for _, person_id, _, status, text in rows if person_id is None and status != "closed"],
    }


def _maturity(group: Group, year: SchoolYear) -> list[Facts]:
    """How each triad saw itself: bands in words, no figures, for a report is read beyond the team."""
    return [
        {"triad": triad.title, "half": r.half, "band": to_data(r.band), "growth_point": r.growth_point}
        for triad, results in maturity.of_group(group.id, year)
        for r in results
    ]


def _steps(cycles: Iterable[Cycle]) -> Mapping[str, int]:
    """Steps of the plans and routes of the cycles: how many there are and how many are done."""
    rows = db.session.scalars(
        select(PlanStep.done)
        .join(DevelopmentPlan, DevelopmentPlan.id == PlanStep.plan_id)
        .where(DevelopmentPlan.cycle_id.in_([c.id for c in cycles]))
    ).all()
    return {"planned": len(rows), "done": sum(rows)}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
