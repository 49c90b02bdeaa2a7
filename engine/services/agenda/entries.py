"""The calendar of a person: lessons, defences, visits, events, terms. Read, never stored; one query for each source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from engine.core.text import Text
from engine.services.access import current, is_lab_member
from engine.services.definitions import definition_of
from engine.services.host import now
from engine.services.years import holidays, years
from engine.store.cycles import Cycle, JournalEntry, Round
from engine.store.database import db
from engine.store.events import Event, Visit
from engine.store.groups import Group, Membership, Triad
from engine.store.growth import DevelopmentPlan, PlanStep
from engine.store.people import Person
from engine.store.reports import Conference, Measure

#: How long a lesson lasts, in minutes.
LESSON = 40
KINDS = {
    "lesson": Text("Урок тройки", en="Lesson of a triad"),
    "defence": Text("Срок этапа", en="Day of a stage"),
    "visit": Text("Взаимопосещение", en="Peer visit"),
    "event": Text("Мероприятие", en="Event"),
    "measure": Text("Срок мероприятия плана", en="Term of a measure"),
    "step": Text("Срок шага ИОМ или плана", en="Term of a step"),
    "conference": Text("Методическая конференция", en="Conference"),
    "holiday": Text("Каникулы", en="Holidays"),
    "year": Text("Учебный год", en="School year"),
}
_GONE = ("cancelled", "conducted", "surveyed", "discussed")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the calendar. ``at`` and ``ends`` are moments of the installation, ``all_day`` means the days alone
    count (the last one included); ``mine`` that the person takes part; ``uid`` is its own for ever."""

    kind: str
    uid: str
    title: str
    at: datetime
    ends: datetime
    all_day: bool = False
    mine: bool = True
    note: str = ""
    place: str = ""
    path: str = ""
    people: frozenset[int] = frozenset()
    class_name: str = ""


def of_person(person: Person, begins: date, ends: date) -> list[Entry]:
    """Everything from ``begins`` to ``ends`` (both included) that the person may know of, in order of time.

    A teacher sees the lessons of the own triad, a leader those of the group, the Laboratory all of them; the dates of
    visits and events are the school's, what was seen on a visit is not in here.
    """
    first, after = datetime.combine(begins, time()), datetime.combine(ends + timedelta(days=1), time())
    seats = _seats(person)
    found = [
        *_lessons(person, seats, first, after),
        *_stages(person, seats, first, after),
        *_visits(person, first, after),
        *_events(person, begins, ends),
        *_measures(person, begins, ends),
        *_steps(person, seats, begins, ends),
        *_conference(person, begins, ends),
        *_school(person, begins, ends),
    ]
    return sorted(found, key=lambda e: (e.at.date(), not e.all_day, e.at, e.uid))


def _day(day: date) -> datetime:
    return datetime.combine(day, time())


def _seats(person: Person) -> set[int]:
    """Ids of the triads the person sits in now."""
    mine = select(Membership.triad_id).where(Membership.person_id == person.id, current(Membership, now().date()))
    return set(db.session.scalars(mine))


def _lessons(person: Person, seats: set[int], first: datetime, after: datetime) -> Iterator[Entry]:
    query = (
        select(Round, Cycle)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(Cycle.school_id == person.school_id, Round.at >= first, Round.at < after, Round.status != "cancelled")
    )
    if not is_lab_member(person):
        query = query.where(or_(Triad.id.in_(seats), Group.leader_id == person.id))
    for round_, cycle in db.session.execute(query).unique():
        assert round_.at is not None
        mine = cycle.triad_id in seats
        parts = (cycle.triad.title, round_.class_name, round_.subject)
        yield Entry(
            "lesson",
            f"lesson-{cycle.id}-{round_.n}",
            ", ".join(part for part in parts if part),
            round_.at,
            round_.at + timedelta(minutes=LESSON),
            mine=mine,
            note=(round_.topic if mine else ""),
            place=round_.room,
            path=f"/cycles/{cycle.id}"
            if mine or cycle.triad.group.leader_id == person.id
            else f"/lab/cycles/{cycle.id}",
            people=frozenset({*round_.watch.values(), *([round_.lead_id] if round_.lead_id else [])}),
            class_name=round_.class_name,
        )


def _stages(person: Person, seats: set[int], first: datetime, after: datetime) -> Iterator[Entry]:
    """Days that an action has set («назначить защиту»): the newest word on each, in open cycles."""
    cycles = {
        cycle.id: cycle
        for cycle in db.session.scalars(
            select(Cycle)
            .join(Triad, Triad.id == Cycle.triad_id)
            .join(Group, Group.id == Triad.group_id)
            .where(
                Cycle.school_id == person.school_id,
                Cycle.closed_at.is_(None),
                or_(Triad.id.in_(seats), Group.leader_id == person.id),
            )
        ).unique()
    }
    setting = {
        (cycle.id, action.key): action
        for cycle in cycles.values()
        for action in definition_of(cycle).process.actions
        if any(field.kind == "date" and field.key.endswith("_date") for field in action.asks)
    }
    if not setting:
        return
    rows = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.cycle_id.in_(cycles), JournalEntry.action.in_({key for _, key in setting}))
        .order_by(JournalEntry.seq)
    )
    latest = {(row.cycle_id, row.action): row for row in rows}
    for place, row in latest.items():
        if place not in setting:
            continue
        for field in setting[place].asks:
            given = row.given.get(field.key)
            if field.kind != "date" or not given:
                continue
            clock = row.given.get(field.key.replace("_date", "_time"))
            at = datetime.fromisoformat(f"{given}T{clock or '00:00'}")
            if first <= at < after:
                cycle = cycles[row.cycle_id]
                title = Text("{what}: {triad}", en="{what}: {triad}").fill(
                    {"what": field.title, "triad": cycle.triad.title}
                )
                yield Entry(
                    "defence",
                    f"stage-{cycle.id}-{field.key}",
                    title,
                    at,
                    at + timedelta(minutes=LESSON),
                    all_day=not clock,
                    mine=cycle.triad_id in seats,
                    path=f"/cycles/{cycle.id}",
                    people=frozenset(m.person_id for m in cycle.triad.memberships if m.until is None),
                )


def _visits(person: Person, first: datetime, after: datetime) -> Iterator[Entry]:
    query = select(Visit).where(
        Visit.school_id == person.school_id,
        Visit.at >= first,
        Visit.at < after,
        or_(Visit.guest_id == person.id, Visit.host_id == person.id),
    )
    for row in db.session.scalars(query):
        yield Entry(
            "visit",
            f"visit-{row.id}",
            f"{row.guest.short_name} → {row.host.short_name}",
            row.at,
            row.at + timedelta(minutes=LESSON),
            note=", ".join(part for part in (row.class_name, row.subject) if part),
            path=f"/visits/{row.id}",
            people=frozenset({row.guest_id, row.host_id}),
            class_name=row.class_name,
        )


def _events(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    over = and_(Event.begins <= ends, or_(Event.ends >= begins, and_(Event.ends.is_(None), Event.begins >= begins)))
    query = select(Event).options(selectinload(Event.participations)).where(Event.school_id == person.school_id, over)
    for row in db.session.scalars(query).unique():
        taking = frozenset(p.person_id for p in row.participations if p.person_id)
        yield Entry(
            "event",
            f"event-{row.id}",
            row.title,
            _day(row.begins),
            _day(row.ends or row.begins),
            all_day=True,
            mine=person.id in taking,
            place=row.place,
            path=f"/events/{row.id}",
            people=taking,
        )


def _measures(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    query = select(Measure).where(
        Measure.school_id == person.school_id,
        Measure.due >= begins,
        Measure.due <= ends,
        Measure.status.in_(("planned", "moved")),
    )
    if not is_lab_member(person):
        query = query.where(Measure.owner_id == person.id)
    for row in db.session.scalars(query):
        mine = row.owner_id == person.id
        yield Entry("measure", f"measure-{row.id}", row.text, _day(row.due), _day(row.due), True, mine, path="/plan")


def _steps(person: Person, seats: set[int], begins: date, ends: date) -> Iterator[Entry]:
    query = (
        select(PlanStep, DevelopmentPlan)
        .join(DevelopmentPlan, DevelopmentPlan.id == PlanStep.plan_id)
        .join(Cycle, Cycle.id == DevelopmentPlan.cycle_id)
        .where(
            PlanStep.due >= begins,
            PlanStep.due <= ends,
            PlanStep.done.is_(False),
            Cycle.school_id == person.school_id,
            or_(
                DevelopmentPlan.person_id == person.id,
                and_(DevelopmentPlan.kind == "remedy", Cycle.triad_id.in_(seats)),
            ),
        )
    )
    for step, plan in db.session.execute(query):
        assert step.due is not None
        path = f"/cycles/{plan.cycle_id}/plans"
        yield Entry("step", f"step-{plan.id}-{step.id}", step.text, _day(step.due), _day(step.due), True, path=path)


def _conference(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    query = select(Conference).where(
        Conference.school_id == person.school_id, Conference.held_on >= begins, Conference.held_on <= ends
    )
    for row in db.session.scalars(query):
        assert row.held_on is not None
        at = _day(row.held_on)
        title = KINDS["conference"]
        path = f"/conference/{row.year_id}"
        yield Entry("conference", f"conference-{row.id}", title, at, at, True, place=row.place, path=path)


def _school(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    for holiday in holidays(person):
        if holiday.begins <= ends and holiday.ends >= begins:
            uid = f"holiday-{holiday.id}"
            yield Entry("holiday", uid, holiday.title, _day(holiday.begins), _day(holiday.ends), True, False)
    for year in years(person):
        for key, day, title in (
            ("begins", year.begins, Text("Начало учебного года", en="The school year begins")),
            ("ends", year.ends, Text("Конец учебного года", en="The school year ends")),
        ):
            if begins <= day <= ends:
                yield Entry("year", f"year-{year.id}-{key}", title, _day(day), _day(day), True, False)
