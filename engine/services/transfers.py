"""Moving a person or a whole triad to another group: both leaders agree, memberships end and begin by date."""

from __future__ import annotations

from sqlalchemy import or_, select

from engine.core.text import Text
from engine.services import journal, schedule, teams
from engine.services.access import current, members
from engine.services.effects import notify
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.growth import Transfer
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

#: How many people a group may have; of teams larger than three, two teams.
ROOM = 6


def request(cycle: Cycle, target_group_id: int, people: list[int], reason: str) -> Transfer:
    """Ask both leaders (inside a unit of work)."""
    row = Transfer(
        cycle_id=cycle.id,
        source_group_id=cycle.triad.group_id,
        target_group_id=target_group_id,
        people=list(people),
        reason=reason,
        state="open",
        created_at=now(),
    )
    db.session.add(row)
    target = db.session.get(Group, target_group_id)
    for leader in {cycle.triad.group.leader_id, target.leader_id if target else None} - {None}:
        notify(
            leader or 0,
            Text(
                "Просьба о переходе в другой ПОС ждёт вашего согласия",
                en="A request to move to another group waits for your consent",
            ),
            cycle,
        )
    return row


def waiting_for(person: Person) -> list[Transfer]:
    """Open requests of the groups a person leads."""
    led = select(Group.id).where(Group.leader_id == person.id)
    return list(
        db.session.scalars(
            select(Transfer)
            .where(Transfer.state == "open", or_(Transfer.source_group_id.in_(led), Transfer.target_group_id.in_(led)))
            .order_by(Transfer.id)
        )
    )


def _open(person: Person, transfer_id: int) -> tuple[Transfer, Group, Group]:
    row: Transfer | None = lock(Transfer, transfer_id)
    source = db.session.get(Group, row.source_group_id) if row else None
    target = db.session.get(Group, row.target_group_id) if row else None
    if row is None or source is None or target is None or source.school_id != person.school_id:
        raise NotFound("Такой просьбы нет", "There is no such request")
    if person.id not in (source.leader_id, target.leader_id):
        raise Forbidden("Согласие дают руководители обоих ПОС", "The leaders of both groups agree")
    if row.state != "open":
        raise Invalid("Просьба уже закрыта", "The request is closed")
    return row, source, target


def agree(person: Person, transfer_id: int) -> None:
    """The leader agrees for their own side; with both agreed the move is carried out today.

    Raises Invalid when there is no room in the target group.
    """
    with unit_of_work():
        row, source, target = _open(person, transfer_id)
        if person.id == source.leader_id:
            row.source_agreed_by = person.id
        if person.id == target.leader_id:
            row.target_agreed_by = person.id
        if row.source_agreed_by and row.target_agreed_by:
            _move(row, target, person)
            row.state, row.closed_at = "done", now()


def decline(person: Person, transfer_id: int, reason: str) -> None:
    """A leader declines, with a reason the people are told."""
    with unit_of_work():
        row, _, _ = _open(person, transfer_id)
        if not reason.strip():
            raise Invalid("Укажите причину", "Give a reason", {"reason": [Text("Укажите причину", en="Give a reason")]})
        row.state, row.closed_at = "declined", now()
        cycle = db.session.get(Cycle, row.cycle_id)
        for person_id in row.people:
            notify(
                person_id,
                Text("Переход отклонён: {reason}", en="The move was declined: {reason}").fill(
                    {"reason": reason.strip()}
                ),
                cycle,
            )


def _move(row: Transfer, target: Group, by: Person) -> None:
    lock(School, target.school_id)  # seats are given out one request at a time
    today = now().date()
    seated = sum(len(members(t)) for t in target.triads)
    size = teams.size_of(target)
    room = max(ROOM, 2 * size)
    if seated + len(row.people) > room:
        full = Text("В выбранном ПОС нет мест: в нём не больше {n} человек", en="There is no room in that group")
        raise Invalid(full.fill({"n": room}))
    if len(row.people) > size:
        raise Invalid("Вместе переходит не больше людей, чем мест в тройке", "More people than a triad has seats")
    for person_id in row.people:
        leave(person_id)
    db.session.flush()  # the old seats are given up before the new ones are taken
    free = [t for t in target.triads if len(members(t)) + len(row.people) <= size]
    triad = free[0] if free else Triad(group_id=target.id, title=f"{target.title} · {len(target.triads) + 1}")
    if not free:
        db.session.add(triad)
        db.session.flush()
    taken = {m.seat for m in members(triad)} if free else set()
    seats = [s for s in range(1, size + 1) if s not in taken]
    for seat, person_id in zip(seats, row.people, strict=False):
        db.session.add(Membership(triad_id=triad.id, person_id=person_id, seat=seat, since=today))
        notify(
            person_id, Text("Вы перешли в «{group}»", en="You have moved to “{group}”").fill({"group": target.title})
        )
    cycle = lock(Cycle, row.cycle_id)
    if cycle is not None:
        journal.record(
            cycle,
            by,
            "transfer",
            Text(
                "Переход в «{group}» согласован обоими руководителями",
                en="Both leaders agreed to the move to “{group}”",
            ).fill({"group": target.title}),
        )


def leave(person_id: int) -> None:
    """End every membership of a person today (inside a unit of work); what they wrote stays theirs."""
    today = now().date()
    for row in db.session.scalars(
        select(Membership).where(Membership.person_id == person_id, current(Membership, today))
    ):
        row.until = today


def replace_member(by: Person, triad: Triad, old: Person, new: Person) -> None:
    """Put ``new`` into the seat of ``old`` from today on: the sheets stay with their author, the tasks go over, and
    the old member loses access at once. Inside a unit of work of the caller, who has checked the rights."""
    today = now().date()
    seat = next((m for m in members(triad) if m.person_id == old.id), None)
    if seat is None:
        raise Invalid("Этого человека нет в тройке", "This person is not in the triad")
    if db.session.scalar(select(Membership.id).where(Membership.person_id == new.id, current(Membership, today))):
        raise Invalid("Этот человек уже состоит в другой тройке", "This person is already in a triad")
    seat.until = today
    db.session.flush()
    db.session.add(Membership(triad_id=triad.id, person_id=new.id, seat=seat.seat, since=today))
    db.session.flush()
    db.session.expire(triad, ["memberships"])
    going = select(Cycle.id).where(Cycle.triad_id == triad.id, Cycle.closed_at.is_(None))
    for cycle_id in db.session.scalars(going).all():
        schedule.replaced(lock(Cycle, cycle_id), by, old, new)
