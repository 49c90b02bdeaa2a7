"""What a lesson clashes with: another lesson, visit or defence of its people or its class at the same time.

A clash is a warning beside the date, never a refusal: the school knows better.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select

from engine.core.text import Text
from engine.services.access import members
from engine.services.agenda.entries import LESSON
from engine.store.cycles import Cycle, Round
from engine.store.database import db
from engine.store.events import Visit
from engine.store.people import Person


def of_lessons(cycle: Cycle) -> dict[int, tuple[Text, ...]]:
    """For each lesson of a cycle that has a time: with what it clashes. Two queries, however many lessons."""
    timed = [r for r in cycle.rounds if r.at is not None]
    if not timed:
        return {}
    moments = [r.at for r in timed if r.at]
    first = datetime.combine(min(moments).date(), time())
    after = datetime.combine(max(moments).date() + timedelta(days=1), time())
    others = db.session.execute(
        select(Round, Cycle)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .where(
            Cycle.school_id == cycle.school_id,
            Cycle.closed_at.is_(None),
            Round.at >= first,
            Round.at < after,
            Round.status != "cancelled",
        )
    ).unique()
    taken = [(r, c) for r, c in others]
    visits = list(
        db.session.scalars(
            select(Visit).where(
                Visit.school_id == cycle.school_id, Visit.at >= first, Visit.at < after, Visit.status != "held"
            )
        )
    )
    team = {m.person_id: m.person for m in members(cycle.triad)}
    found: dict[int, tuple[Text, ...]] = {}
    for round_ in timed:
        told = [*_with_lessons(round_, cycle, taken, team), *_with_visits(round_, visits, team)]
        if told:
            found[round_.n] = tuple(dict.fromkeys(told))
    return found


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) < timedelta(minutes=LESSON)


def _with_lessons(round_: Round, cycle: Cycle, taken: list[tuple[Round, Cycle]], team: dict[int, Person]) -> list[Text]:
    told = []
    for other, of in taken:
        if (of.id, other.n) == (cycle.id, round_.n) or not _near(round_.at, other.at):
            continue
        where = of.triad.title
        if of.id == cycle.id:
            told.append(Text("В это время — другой урок этого цикла", en="Another lesson of this cycle is then"))
        elif round_.class_name and other.class_name == round_.class_name:
            told.append(
                Text(
                    "У {class_name} в это время урок тройки {triad}", en="{class_name} has a lesson with {triad} then"
                ).fill({"class_name": round_.class_name, "triad": where})
            )
        busy = {m.person_id for m in members(of.triad)} & set(team) - {0}
        told += [_busy(team[person], where) for person in sorted(busy) if of.id != cycle.id]
    return told


def _with_visits(round_: Round, visits: list[Visit], team: dict[int, Person]) -> list[Text]:
    told = []
    for visit in visits:
        if _near(round_.at, visit.at):
            for person in sorted({visit.guest_id, visit.host_id} & set(team)):
                told.append(_busy(team[person], Text("взаимопосещение", en="a peer visit")))
    return told


def _busy(person: Person, where: str) -> Text:
    return Text("{who} в это время занят(а): {where}", en="{who} is busy then: {where}").fill(
        {"who": person.short_name, "where": where}
    )
