"""Open lessons and visits to which a school invites the district. Schools answer with numbers; names stay at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.core.text import Text
from engine.services.district.schools import district_of, speaks
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.district import Invitation, InvitationReply
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

KINDS = {
    "open_lesson": Text("Открытый урок", en="Open lesson"),
    "visit": Text("Приём гостей в школе", en="Visit to the school"),
    "event": Text("Мероприятие", en="Event"),
}
STATES = {
    "open": Text("Ждём ответов", en="Open"),
    "closed": Text("Запись закрыта", en="Closed"),
    "held": Text("Состоялось", en="Held"),
    "cancelled": Text("Отменено", en="Cancelled"),
}
MOST = 500
_NONE = ("Такого приглашения нет", "There is no such invitation")
_SPEAKS = (
    "Приглашают и отвечают от школы Лаборатория и администратор",
    "The Laboratory and the administrator invite and answer for the school",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An invitation with the school that invites, seats taken, the own answer, and for the host everybody's."""

    invitation: Invitation
    school: str
    mine: bool
    taken: int
    reply: InvitationReply | None
    replies: tuple[tuple[InvitationReply, str], ...]

    @property
    def left(self) -> int | None:
        seats = self.invitation.seats
        return None if seats is None else max(0, seats - self.taken)


def listing(person: Person) -> list[Shown]:
    """The invitations of the district: those to come first, then what was."""
    district = district_of(person)
    rows = db.session.execute(
        select(Invitation, School.name)
        .join(School, School.id == Invitation.school_id)
        .where(Invitation.district_id == district.id)
        .order_by(Invitation.at.desc(), Invitation.id.desc())
        .limit(100)
    ).all()
    ids = [row.id for row, _ in rows]
    answers = db.session.execute(
        select(InvitationReply, School.name)
        .join(School, School.id == InvitationReply.school_id)
        .where(InvitationReply.invitation_id.in_(ids))
        .order_by(School.name)
    ).all()
    found = [_shown(person, row, name, [(a, s) for a, s in answers if a.invitation_id == row.id]) for row, name in rows]
    moment = now()
    coming = sorted((s for s in found if s.invitation.at >= moment), key=lambda s: s.invitation.at)
    return [*coming, *(s for s in found if s.invitation.at < moment)]


def _shown(person: Person, row: Invitation, school: str, answers: list[tuple[InvitationReply, str]]) -> Shown:
    mine = row.school_id == person.school_id
    own = next((a for a, _ in answers if a.school_id == person.school_id), None)
    taken = sum(a.teachers + a.pupils for a, _ in answers)
    return Shown(row, school, mine, taken, own, tuple(answers) if mine else ())


def invite(person: Person, values: Mapping[str, Any]) -> Invitation:
    """Invite the district. Raises Forbidden, Invalid with what is missing by field."""
    district = district_of(person)
    if not speaks(person):
        raise Forbidden(*_SPEAKS)
    at, seats = values.get("at"), values.get("seats")
    title = str(values.get("title") or "").strip()[:200]
    errors: dict[str, list[str]] = {}
    if values.get("kind") not in KINDS:
        errors["kind"] = [Text("Выберите, куда приглашаете", en="Choose what it is")]
    if not title:
        errors["title"] = [Text("Напишите, что будет", en="Say what it is about")]
    if not isinstance(at, datetime) or at < now():
        errors["at"] = [Text("Укажите день и время впереди", en="Give a day and time to come")]
    if seats is not None and not (isinstance(seats, int) and 1 <= seats <= MOST):
        few = Text("Мест от 1 до {n}, или оставьте пустым", en="From 1 to {n} seats, or leave it empty")
        errors["seats"] = [few.fill({"n": str(MOST)})]
    if errors:
        raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
    with unit_of_work():
        row = Invitation(
            district_id=district.id,
            school_id=person.school_id,
            kind=values["kind"],
            title=title,
            at=at,
            place=str(values.get("place") or "").strip()[:200],
            note=str(values.get("note") or "").strip()[:2000],
            seats=seats,
            pupils=bool(values.get("pupils")),
            by_id=person.id,
            created_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        return row


def _of_district(person: Person, invitation_id: int) -> Invitation:
    district = district_of(person)
    row: Invitation | None = lock(Invitation, invitation_id)
    if row is None or row.district_id != district.id:
        raise NotFound(*_NONE)
    if not speaks(person):
        raise Forbidden(*_SPEAKS)
    return row


def answer(person: Person, invitation_id: int, teachers: int, pupils: int, note: str = "") -> None:
    """How many come from the own school; nought of both takes the answer back. Seats are never given out twice.

    Raises NotFound, Forbidden, Conflict when it is closed or there are not enough seats, Invalid for odd numbers.
    """
    with unit_of_work():
        row = _of_district(person, invitation_id)
        if row.school_id == person.school_id:
            raise Conflict("Это ваше приглашение", "This is your own invitation")
        if row.state != "open" or row.at < now():
            raise Conflict("Запись уже закрыта", "Answers are closed")
        if not (0 <= teachers <= MOST and 0 <= pupils <= MOST):
            raise Invalid("Проверьте числа", "Check the numbers")
        if pupils and not row.pupils:
            raise Invalid("Сюда приглашают только педагогов", "Only teachers are invited")
        others = db.session.scalar(
            select(func.sum(InvitationReply.teachers + InvitationReply.pupils)).where(
                InvitationReply.invitation_id == row.id, InvitationReply.school_id != person.school_id
            )
        )
        if row.seats is not None and teachers + pupils > row.seats - (others or 0):
            left = Text("Свободных мест: {n}", en="Seats left: {n}").fill({"n": str(row.seats - (others or 0))})
            raise Conflict(left, left.en)
        known = db.session.scalar(
            select(InvitationReply).where(
                InvitationReply.invitation_id == row.id, InvitationReply.school_id == person.school_id
            )
        )
        if not teachers and not pupils:
            if known is not None:
                db.session.delete(known)
            return
        if known is None:
            known = InvitationReply(invitation_id=row.id, school_id=person.school_id)
            db.session.add(known)
        known.teachers, known.pupils, known.note = teachers, pupils, note.strip()[:1000]
        known.by_id, known.at = person.id, now()


def set_state(person: Person, invitation_id: int, state: str) -> None:
    """The host closes answers, opens them again, says that it was held, or cancels it."""
    with unit_of_work():
        row = _of_district(person, invitation_id)
        if row.school_id != person.school_id:
            raise NotFound(*_NONE)
        if state not in STATES:
            raise Invalid("Такого состояния нет", "There is no such state")
        if row.state in ("held", "cancelled"):
            raise Conflict("Это уже позади", "This is over")
        row.state = state
