"""The schedule of a cycle: when, what and by whom each lesson is taught, and who watches whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.core.text import Text
from engine.services import journal
from engine.services.access import NO_CYCLE, members, relations
from engine.services.definitions import definition_of
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.store.cycles import Cycle, Round
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

#: Statuses in which the date may be set without giving a reason.
PLANNABLE = frozenset({"scheduled", "rescheduled", "cancelled"})
PUPILS = ("A", "B", "C")


def _round(person: Person, cycle_id: int, n: int) -> tuple[Cycle, Round]:
    cycle = lock(Cycle, cycle_id)
    if cycle is None or "triad_member" not in relations(person, cycle):
        raise NotFound(*NO_CYCLE)
    for round_ in cycle.rounds:
        if round_.n == n:
            return cycle, round_
    raise NotFound("Такого урока в цикле нет", "There is no such lesson in the cycle")


def set_lesson(
    person: Person,
    cycle_id: int,
    n: int,
    *,
    at: datetime | None,
    subject: str,
    topic: str,
    class_name: str,
    lead_id: int | None = None,
    kind: str = "",
    class_size: int | None = None,
    room: str = "",
) -> None:
    """Put a lesson into the schedule. An empty ``lead_id`` means rotation by seat.

    Raises Invalid for a stranger as teacher or an unknown kind, Forbidden once the plan of the lesson is agreed: then
    the lesson is rescheduled with a reason.
    """
    with unit_of_work():
        cycle, round_ = _round(person, cycle_id, n)
        definition = definition_of(cycle)
        team = [m.person_id for m in members(cycle.triad)]
        if round_.status not in PLANNABLE:
            raise Forbidden(
                "План этого урока уже согласован. Чтобы изменить дату, нажмите «Перенести урок»",
                "The plan of this lesson is agreed. Use “Reschedule the lesson” to change its date",
            )
        lead = lead_id or team[(n - 1) % len(team)]
        if lead not in team:
            raise Invalid("Ведущий урока — участник тройки", "The teacher of the lesson is a member of the triad")
        kinds = {k.key for k in definition.kinds}
        if kind and kind not in kinds:
            raise Invalid("Выберите вид: урок или внеурочное занятие", "Choose the kind of the lesson")
        round_.at, round_.subject, round_.topic = at, subject.strip()[:120], topic.strip()[:300]
        round_.class_name, round_.class_size, round_.room = class_name.strip()[:20], class_size, room.strip()[:40]
        round_.lead_id, round_.kind = lead, kind or round_.kind
        if not round_.watch or lead in round_.watch.values():
            round_.watch = suggest_watch(cycle, n)


def suggest_watch(cycle: Cycle, n: int) -> dict[str, int]:
    """The usual split between two observers: the first sees A and B, the second C and the whole class."""
    round_ = next(r for r in cycle.rounds if r.n == n)
    team = [m.person_id for m in members(cycle.triad)]
    lead = round_.lead_id if round_.lead_id in team else team[(n - 1) % len(team)] if team else None
    place = team.index(lead) if lead in team else 0
    watching = [p for p in (team[place + 1 :] + team[:place]) if p != lead]
    if not watching:
        return {}
    second = watching[-1]
    return {"A": watching[0], "B": watching[0], "C": second, "class": second}


def assign_observers(person: Person, cycle_id: int, n: int, watch: Mapping[str, int]) -> None:
    """Who watches A, B, C and the class. Raises Invalid unless every one of them is an observer of that lesson."""
    with unit_of_work():
        cycle, round_ = _round(person, cycle_id, n)
        team = [m.person_id for m in members(cycle.triad)]
        lead = round_.lead_id if round_.lead_id in team else team[(n - 1) % len(team)]
        able = set(team) - {lead}
        chosen = {key: watch[key] for key in (*PUPILS, "class") if watch.get(key)}
        if any(value not in able for value in chosen.values()):
            raise Invalid(
                "Наблюдать может участник тройки, который не ведёт урок", "An observer is a member who does not teach"
            )
        if round_.observers:
            raise Forbidden("Урок уже проведён", "The lesson is already done")
        round_.watch = chosen


def replaced(cycle: Cycle, by: Person, old: Person, new: Person) -> None:
    """Journal that a member of the triad was replaced, and free the lessons and pupils the old one had (in a unit)."""
    for round_ in cycle.rounds:
        if not round_.observers:
            if round_.lead_id == old.id:
                round_.lead_id = new.id
            round_.watch = {k: new.id if v == old.id else v for k, v in round_.watch.items()}
    text = Text("{old} → {new}: замена в тройке", en="{old} → {new}: replaced in the triad").fill(
        {"old": old.short_name, "new": new.short_name}
    )
    journal.record(cycle, by, "replace_member", text)
