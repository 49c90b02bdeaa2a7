"""Reminders: lessons and visits of tomorrow, terms that are near or past, a move that waits too long.

Each is a notice with a key of its own, so that it is written once, however often and wherever it is looked for. On days
without work nobody is reminded of moves and terms; of a lesson or a visit on the last working day before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from engine.core.text import Text
from engine.services import moves
from engine.services.agenda.entries import Entry, of_person
from engine.services.definitions import STILL, quarantined, switches
from engine.services.effects import notify
from engine.services.host import now
from engine.services.years import Calendar, calendar
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

#: A move that has waited for more working days than this is called to mind, and again after each as many.
PATIENCE = 3
#: How many working days before its term something is called to mind.
AHEAD = 3
_TOLD = {
    "lesson": Text("{day}, {time} — урок: {title}", en="{day}, {time}: lesson, {title}"),
    "visit": Text("{day}, {time} — взаимопосещение: {title}", en="{day}, {time}: peer visit, {title}"),
    "defence": Text("{day}, {time} — {title}", en="{day}, {time}: {title}"),
    "event": Text("{day} — мероприятие «{title}»", en="{day}: event “{title}”"),
    "conference": Text("{day} — методическая конференция", en="{day}: the conference"),
}
_TERM = Text("Срок {day}: {title}", en="Due {day}: {title}")
_PAST = Text("Срок прошёл {day}: {title}", en="The term was {day}: {title}")
_MOVE = Text(
    "{triad}: ваш ход. {step} (рабочих дней ждут: {n})", en="{triad}: your move. {step} (working days waited: {n})"
)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A line for one person; ``key`` makes it one of a kind."""

    person_id: int
    key: str
    text: Text
    path: str
    cycle_id: int | None = None


def remind() -> int:
    """Write what is due now in every school. Returns how many notices were written."""
    return sum(_of_school(school_id) for school_id in db.session.scalars(select(School.id).order_by(School.id)).all())


def _of_school(school_id: int) -> int:
    days, today = calendar(school_id), now().date()
    if not days.works(today):
        return 0
    people = db.session.scalars(
        select(Person).where(Person.school_id == school_id, Person.active.is_(True), Person.password_hash.is_not(None))
    ).all()
    wanted = [r for person in people for r in _dates(person, days, today)]
    wanted += _moves(school_id, days, today, {p.id for p in people})
    written = 0
    for person_id in {r.person_id for r in wanted}:
        written += _write(person_id, [r for r in wanted if r.person_id == person_id])
    return written


def _write(person_id: int, wanted: list[Reminder]) -> int:
    """The reminders of one person that were not written before, under the lock of that person."""
    with unit_of_work():
        lock(Person, person_id)
        keys = [r.key for r in wanted]
        known = set(db.session.scalars(select(Notice.key).where(Notice.person_id == person_id, Notice.key.in_(keys))))
        fresh = {r.key: r for r in wanted if r.key not in known}
        for reminder in fresh.values():
            if reminder.key.startswith("move:"):
                _put_away(person_id, reminder.key)
            cycle = db.session.get(Cycle, reminder.cycle_id) if reminder.cycle_id else None
            notify(person_id, reminder.text, cycle, reminder.path, key=reminder.key)
        return len(fresh)


def _put_away(person_id: int, key: str) -> None:
    """What was called to mind of the same cycle before counts as read: one line says how long the move waits."""
    same = ":".join(key.split(":")[:2])
    earlier = Notice.key.like(f"{same}:%") & Notice.read_at.is_(None)
    db.session.execute(update(Notice).where(Notice.person_id == person_id, earlier).values(read_at=now()))


def _next_working(days: Calendar, today: date) -> date:
    """The working day after today, at most two weeks on."""
    return next((d for n in range(1, 15) if days.works(d := today + timedelta(days=n))), today + timedelta(days=1))


def _dates(person: Person, days: Calendar, today: date) -> Iterator[Reminder]:
    until = _next_working(days, today)
    for entry in of_person(person, today - timedelta(days=30), today + timedelta(days=30)):
        if not entry.mine:
            continue
        day = entry.at.date()
        if (
            entry.kind in _TOLD
            and today < day <= until
            and (entry.kind not in ("lesson",) or person.id in entry.people)
        ):
            yield _reminder(person, entry, "soon", _TOLD[entry.kind])
        elif entry.kind in ("measure", "step"):
            if day >= today >= days.before(day, AHEAD):
                yield _reminder(person, entry, "near", _TERM)
            elif day < today:
                yield _reminder(person, entry, "past", _PAST)


def _reminder(person: Person, entry: Entry, when: str, text: Text) -> Reminder:
    filled = text.fill({"day": f"{entry.at:%d.%m}", "time": f"{entry.at:%H:%M}", "title": entry.title})
    key = f"{when}:{entry.uid}:{entry.at:%Y%m%d%H%M}"[:120]
    return Reminder(person.id, key, filled, entry.path)


def _moves(school_id: int, days: Calendar, today: date, active: set[int]) -> Iterator[Reminder]:
    """Whose move it is in every open cycle that stands longer than it should."""
    states = switches(school_id)
    rows = db.session.scalars(select(Cycle).where(Cycle.school_id == school_id, Cycle.closed_at.is_(None))).unique()
    for cycle in rows.all():
        if cycle.held or states.get(cycle.type_key) in STILL or cycle.type_key in quarantined():
            continue
        waited = days.working_days(cycle.stage_since.date(), today)
        if waited < PATIENCE:
            continue
        members = [m.person for m in cycle.triad.memberships if m.until is None]
        if not members:
            continue
        standing = moves.standing(cycle, members[0], switched_off=False)
        times = waited // PATIENCE
        told: set[int] = set()
        for task in (*standing.mine, *standing.others):
            for who in task.people:
                if who.id in active and who.id not in told:
                    told.add(who.id)
                    text = _MOVE.fill({"triad": cycle.triad.title, "n": str(waited), "step": task.step or task.text})
                    key = f"move:{cycle.id}:{cycle.seq}:{times}"
                    yield Reminder(who.id, key, text, "", cycle.id)
