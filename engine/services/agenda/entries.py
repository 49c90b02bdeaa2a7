"""The calendar of a person: lessons, defences, visits, events, terms. Read, never stored; one query for each source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import or_, select

from engine.core.text import Text
from engine.services.access import is_lab_member, standing
from engine.services.agenda import asked
from engine.services.definitions import pinned
from engine.services.host import now
from engine.services.years import holidays, years
from engine.store.cycles import Cycle, JournalEntry, Round
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.people import Person, short_name
from engine.store.reading import direct

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


def of_person(person: Person, begins: date, ends: date, kinds: Collection[str] = KINDS) -> list[Entry]:
    """Everything of ``kinds`` from ``begins`` to ``ends`` (both included) that the person may know of, by time.

    A teacher sees the lessons of the own triad, a leader those of the group, the Laboratory all of them; the dates of
    visits and events are the school's, what was seen on a visit is not in here.
    """
    first, after = datetime.combine(begins, time()), datetime.combine(ends + timedelta(days=1), time())
    seats = standing(person).triads
    sources: dict[str, Callable[[], Iterator[Entry]]] = {
        "lesson": lambda: _lessons(person, seats, first, after),
        "defence": lambda: _stages(person, seats, first, after),
        "visit": lambda: _visits(person, first, after),
        "event": lambda: _events(person, begins, ends),
        "measure": lambda: _measures(person, begins, ends),
        "step": lambda: _steps(person, begins, ends),
        "conference": lambda: _conference(person, begins, ends),
        "holiday": lambda: _holidays(person, begins, ends),
        "year": lambda: _years(person, begins, ends),
    }
    found = [entry for kind, source in sources.items() if kind in kinds for entry in source()]
    return sorted(found, key=lambda e: (e.at.date(), not e.all_day, e.at, e.uid))


def _day(day: date) -> datetime:
    return datetime.combine(day, time())


def _lessons(person: Person, seats: frozenset[int], first: datetime, after: datetime) -> Iterator[Entry]:
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


class _Going(NamedTuple):
    """An open cycle of the own triad or of a led group."""

    id: int
    triad_id: int
    fingerprint: str
    type_key: str
    triad: str


def _stages(person: Person, seats: frozenset[int], first: datetime, after: datetime) -> Iterator[Entry]:
    """Days that an action has set («назначить защиту»): the newest word on each, in open cycles."""
    going = direct(asked.GOING, school=person.school_id, person=person.id, day=now().date())
    cycles = {row[0]: _Going(*row) for row in going}
    setting = {
        (cycle.id, action.key): action
        for cycle in cycles.values()
        for action in pinned(cycle.fingerprint, cycle.type_key).process.actions
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
                title = Text("{what}: {triad}", en="{what}: {triad}").fill({"what": field.title, "triad": cycle.triad})
                yield Entry(
                    "defence",
                    f"stage-{cycle.id}-{field.key}",
                    title,
                    at,
                    at + timedelta(minutes=LESSON),
                    all_day=not clock,
                    mine=cycle.triad_id in seats,
                    path=f"/cycles/{cycle.id}",
                    people=frozenset(member for (member,) in direct(asked.TEAM, triad=cycle.triad_id)),
                )


def _visits(person: Person, first: datetime, after: datetime) -> Iterator[Entry]:
    rows = direct(asked.VISITS, school=person.school_id, first=first, after=after, person=person.id)
    for id_, guest, host, at, class_name, subject, *names in rows:
        yield Entry(
            "visit",
            f"visit-{id_}",
            f"{short_name(*names[:3])} → {short_name(*names[3:])}",
            at,
            at + timedelta(minutes=LESSON),
            note=", ".join(part for part in (class_name, subject) if part),
            path=f"/visits/{id_}",
            people=frozenset({guest, host}),
            class_name=class_name,
        )


def _events(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    rows = direct(asked.EVENTS, school=person.school_id, begins=begins, ends=ends)
    for (id_, title, first, last, place), group in groupby(rows, key=lambda row: row[:5]):
        taking = frozenset(who for *_, who in group if who)
        mine = person.id in taking
        path = f"/events/{id_}"
        at, end = _day(first), _day(last or first)
        yield Entry("event", f"event-{id_}", title, at, end, True, mine, place=place, path=path, people=taking)


def _measures(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    whole = is_lab_member(person)
    given = {"school": person.school_id, "begins": begins, "ends": ends, "all": whole, "person": person.id}
    for id_, owner, text, due in direct(asked.MEASURES, **given):
        yield Entry("measure", f"measure-{id_}", text, _day(due), _day(due), True, owner == person.id, path="/plan")


def _steps(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    given = {"school": person.school_id, "person": person.id, "begins": begins, "ends": ends}
    for id_, text, due, plan, cycle in direct(asked.STEPS, **given, day=now().date()):
        path = f"/cycles/{cycle}/plans"
        yield Entry("step", f"step-{plan}-{id_}", text, _day(due), _day(due), True, path=path)


def _conference(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    for id_, year, held_on, place in direct(asked.CONFERENCE, school=person.school_id, begins=begins, ends=ends):
        at = _day(held_on)
        title = KINDS["conference"]
        yield Entry("conference", f"conference-{id_}", title, at, at, True, place=place, path=f"/conference/{year}")


def _holidays(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    for holiday in holidays(person):
        if holiday.begins <= ends and holiday.ends >= begins:
            uid = f"holiday-{holiday.id}"
            yield Entry("holiday", uid, holiday.title, _day(holiday.begins), _day(holiday.ends), True, False)


def _years(person: Person, begins: date, ends: date) -> Iterator[Entry]:
    for year in years(person):
        for key, day, title in (
            ("begins", year.begins, Text("Начало учебного года", en="The school year begins")),
            ("ends", year.ends, Text("Конец учебного года", en="The school year ends")),
        ):
            if begins <= day <= ends:
                yield Entry("year", f"year-{year.id}-{key}", title, _day(day), _day(day), True, False)
