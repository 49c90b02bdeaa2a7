"""Peer visits («Взаимопосещение уроков», domain brief §4.3): one aim, facts, what I take with me. Never a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, or_, select

from engine.core.text import Text
from engine.services.access import colleague, is_lab_member, led_groups, members
from engine.services.effects import notify
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.events import Visit
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

KINDS = {
    "lesson": Text("урок", en="lesson"),
    "session": Text("занятие", en="session"),
    "event": Text("внеклассное мероприятие", en="out-of-class event"),
}
STATES = {
    "planned": Text("Запланировано", en="Planned"),
    "held": Text("Состоялось", en="Held"),
    "moved": Text("Перенесено", en="Moved"),
}
#: How many visits a teacher is advised to make in a term.
ADVISED = 2
SHEET = ("facts", "takeaway", "question", "agreement")
_NONE = ("Такого взаимопосещения нет", "There is no such visit")


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit with what the reader may see of it: ``whole`` for the two and their leaders, else only the fact."""

    visit: Visit
    whole: bool
    mine: bool


def _team_of(person: Person) -> set[int]:
    """Everybody who sits in a group the person leads."""
    return {m.person_id for g in led_groups(person) for t in g.triads for m in members(t)}


def of_school(person: Person, *, status: str = "", mine: bool = False, since: date | None = None) -> list[Shown]:
    """Visits of the school, newest first: all of them as facts, one's own and those of one's groups as a whole."""
    query = select(Visit).where(Visit.school_id == person.school_id).order_by(Visit.at.desc(), Visit.id.desc())
    if status:
        query = query.where(Visit.status == status)
    if mine:
        query = query.where(or_(Visit.guest_id == person.id, Visit.host_id == person.id))
    if since:
        query = query.where(Visit.at >= datetime.combine(since, time()))
    led = _team_of(person)
    return [_shown(person, visit, led) for visit in db.session.scalars(query.limit(300))]


def _shown(person: Person, visit: Visit, led: set[int]) -> Shown:
    mine = person.id in (visit.guest_id, visit.host_id)
    return Shown(visit, mine or bool({visit.guest_id, visit.host_id} & led), mine)


def one(person: Person, visit_id: int) -> Shown:
    """A visit of the person's school; NotFound otherwise."""
    visit = db.session.get(Visit, visit_id)
    if visit is None or visit.school_id != person.school_id:
        raise NotFound(*_NONE)
    return _shown(person, visit, _team_of(person))


def made_by(person: Person, begins: date, ends: date) -> int:
    """How many visits the person has made in a term (for themselves alone)."""
    first, last = datetime.combine(begins, time()), datetime.combine(ends, time.max)
    held = and_(Visit.guest_id == person.id, Visit.status == "held", Visit.at >= first, Visit.at <= last)
    return len(db.session.scalars(select(Visit.id).where(held)).all())


def plan(person: Person, values: Mapping[str, Any]) -> Visit:
    """Plan to visit a colleague; leaders and the Laboratory may plan for two others. The host is told.

    ``values``: host_id, guest_id (default: oneself), at, class_name, subject, kind, goal, indicator. Raises Invalid
    without one aim, a day or a host; NotFound for strangers; Forbidden when others are planned for.
    """
    with unit_of_work():
        guest = colleague(person, values.get("guest_id") or person.id)
        errors: dict[str, list[str]] = {}
        if guest.id != person.id and not (is_lab_member(person) or led_groups(person)):
            raise Forbidden("За коллегу планирует руководитель ПОС", "A group leader plans for a colleague")
        host = colleague(person, values["host_id"]) if values.get("host_id") else None
        if host is None:
            errors["host_id"] = [Text("Выберите, к кому идёте", en="Choose whom you visit")]
        elif host.id == guest.id:
            errors["host_id"] = [Text("К себе в гости не ходят", en="Nobody visits themselves")]
        if not isinstance(values.get("at"), datetime):
            errors["at"] = [Text("Укажите дату и время", en="Give the date and the time")]
        if not str(values.get("goal") or "").strip():
            errors["goal"] = [Text("Запишите одну цель посещения", en="Write one aim of the visit")]
        if values.get("kind", "lesson") not in KINDS:
            errors["kind"] = [Text("Выберите вид", en="Choose the kind")]
        if errors or host is None:
            raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
        visit = Visit(
            school_id=person.school_id,
            guest_id=guest.id,
            host_id=host.id,
            at=values["at"],
            class_name=str(values.get("class_name") or "").strip()[:20],
            subject=str(values.get("subject") or "").strip()[:160],
            kind=values.get("kind", "lesson"),
            goal=str(values["goal"]).strip()[:1000],
            indicator=str(values.get("indicator") or "")[:40],
            status="planned",
            created_by=person.id,
            created_at=now(),
        )
        db.session.add(visit)
        db.session.flush()
        told = Text("{guest} придёт к вам на урок {day}: {goal}", en="{guest} will visit your lesson on {day}: {goal}")
        _tell(visit, person, host, told, guest)
        return visit


def _tell(visit: Visit, by: Person, other: Person, text: Text, guest: Person) -> None:
    if other.id != by.id:
        filled = text.fill({"guest": guest.short_name, "day": f"{visit.at:%d.%m.%Y, %H:%M}", "goal": visit.goal})
        notify(other.id, filled, path=f"/visits/{visit.id}")


def _open(person: Person, visit_id: int) -> Visit:
    """A visit of one's own that has not taken place yet, locked. Raises NotFound, Forbidden, Invalid."""
    shown = one(person, visit_id)
    visit = shown.visit
    lock(Visit, visit.id)
    if not shown.mine:
        raise Forbidden("Это записывают двое, кто встречается на уроке", "The two who meet write this down")
    if visit.status == "held":
        raise Invalid("Взаимопосещение уже состоялось", "The visit has taken place already")
    return visit


def move(person: Person, visit_id: int, at: datetime | None) -> None:
    """Put a visit off to another day; the other of the two is told. Raises Invalid without a new day."""
    with unit_of_work():
        visit = _open(person, visit_id)
        if at is None:
            text = Text("Укажите новую дату и время", en="Give the new date and time")
            raise Invalid(text, text.en, {"at": [text]})
        visit.at, visit.status = at, "moved"
        other = visit.host if person.id == visit.guest_id else visit.guest
        told = Text("Взаимопосещение перенесено на {day}: {goal}", en="The visit is moved to {day}: {goal}")
        _tell(visit, person, other, told, visit.guest)


def hold(person: Person, visit_id: int, sheet: Mapping[str, str]) -> None:
    """The visit took place: the guest fills in the sheet. Raises Invalid without a fact and something to take."""
    with unit_of_work():
        visit = _open(person, visit_id)
        if person.id != visit.guest_id:
            raise Forbidden("Лист заполняет гость", "The guest fills in the sheet")
        words = {key: str(sheet.get(key) or "").strip()[:4000] for key in SHEET}
        needed = {
            "facts": Text("Запишите, что увидели", en="Write what you saw"),
            "takeaway": Text("Запишите, что возьмёте себе", en="Write what you take with you"),
        }
        errors: dict[str, list[str]] = {key: [text] for key, text in needed.items() if not words[key]}
        if visit.at > now():
            errors["facts"] = [Text("Урок ещё не начался", en="The lesson has not begun yet")]
        if errors:
            raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
        for key, text in words.items():
            setattr(visit, key, text)
        visit.status = "held"
        told = Text("{guest} заполнил(а) лист взаимопосещения", en="{guest} has filled in the sheet of the visit")
        _tell(visit, person, visit.host, told, visit.guest)
