"""The calendar of a person: lessons, defences, visits, events, terms. Read, never stored; a fixed number of
statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import or_, select

from engine.core.definition import GroupType
from engine.core.process import Action
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
    rows: dict[str, list[asked.Row]] = {}
    if days := asked.known(kinds):
        given = {"begins": begins, "ends": ends, "from": first, "before": after, "all": is_lab_member(person)}
        whose = {"school": person.school_id, "person": person.id, "day": now().date()}
        for row in map(asked.Row._make, direct(asked.days(days), **given, **whose)):
            rows.setdefault(row.kind, []).append(row)
    sources: dict[str, Callable[[], Iterator[Entry]]] = {
        "lesson": lambda: _lessons(person, seats, first, after),
        "defence": lambda: _stages(rows["defence"], seats, first, after),
        "visit": lambda: _visits(person, first, after),
        "event": lambda: _events(rows["event"], person),
        "measure": lambda: _measures(rows["measure"], person),
        "step": lambda: _steps(rows["step"]),
        "conference": lambda: _conference(rows["conference"]),
        "holiday": lambda: _holidays(person, begins, ends),
        "year": lambda: _years(person, begins, ends),
    }
    there = (kind for kind in sources if kind in kinds and (kind in rows or kind not in days))
    found = [entry for kind in there for entry in sources[kind]()]
    return sorted(found, key=lambda e: (e.at.date(), not e.all_day, e.at, e.uid))


def _day(day: date | None) -> datetime:
    assert day is not None
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


def _dated(definition: GroupType) -> tuple[Action, ...]:
    """The actions of a definition that set a day, looked for once."""
    known: tuple[Action, ...] | None = definition.__dict__.get("dated")
    if known is None:
        found = (
            a for a in definition.process.actions if any(f.kind == "date" and f.key.endswith("_date") for f in a.asks)
        )
        known = definition.__dict__["dated"] = tuple(found)
    return known


def _sets_a_day(action: Action) -> bool:
    return any(field.kind == "date" and field.key.endswith("_date") for field in action.asks)


def _stages(going: Iterable[asked.Row], seats: frozenset[int], first: datetime, after: datetime) -> Iterator[Entry]:
    """Days that an action has set («назначить защиту»): the newest word on each, in open cycles."""
    cycles = {row.id: row for row in going}
    setting = {
        (cycle.id, action.key): action for cycle in cycles.values() for action in _dated(pinned(cycle.more, cycle.code))
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
                title = Text("{what}: {triad}", en="{what}: {triad}").fill({"what": field.title, "triad": cycle.text})
                yield Entry(
                    "defence",
                    f"stage-{cycle.id}-{field.key}",
                    title,
                    at,
                    at + timedelta(minutes=LESSON),
                    all_day=not clock,
                    mine=cycle.one in seats,
                    path=f"/cycles/{cycle.id}",
                    people=frozenset(member for (member,) in direct(asked.TEAM, triad=cycle.one)),
                )


def _visits(person: Person, first: datetime, after: datetime) -> Iterator[Entry]:
    given = {"school": person.school_id, "person": person.id, "from": first, "before": after}
    for id_, guest, host, at, class_name, subject, *names in direct(asked.VISITS, **given):
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


def _events(rows: Iterable[asked.Row], person: Person) -> Iterator[Entry]:
    for id_, group in groupby(rows, key=lambda row: row.id):
        event, *more = group
        taking = frozenset(row.one for row in (event, *more) if row.one)
        at, end = _day(event.first), _day(event.last or event.first)
        place, path, mine = event.more, f"/events/{id_}", person.id in taking
        yield Entry("event", f"event-{id_}", event.text, at, end, True, mine, place=place, path=path, people=taking)


def _measures(rows: Iterable[asked.Row], person: Person) -> Iterator[Entry]:
    for row in rows:
        day = _day(row.first)
        yield Entry("measure", f"measure-{row.id}", row.text, day, day, True, row.one == person.id, path="/plan")


def _steps(rows: Iterable[asked.Row]) -> Iterator[Entry]:
    for row in rows:
        day = _day(row.first)
        yield Entry("step", f"step-{row.one}-{row.id}", row.text, day, day, True, path=f"/cycles/{row.other}/plans")


def _conference(rows: Iterable[asked.Row]) -> Iterator[Entry]:
    for row in rows:
        at, path = _day(row.first), f"/conference/{row.one}"
        title = KINDS["conference"]
        yield Entry("conference", f"conference-{row.id}", title, at, at, True, place=row.more, path=path)


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
