"""Groups (ПОС) and triads of a school: made, led, seated, replaced."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engine.services import transfers
from engine.services.access import colleague, current, is_admin, members, require_admin
from engine.services.definitions import installed, switches
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work


def of_school(admin: Person) -> list[Group]:
    """Every open group of the school."""
    return list(
        db.session.scalars(
            select(Group).where(Group.school_id == admin.school_id, Group.closed_on.is_(None)).order_by(Group.id)
        )
    )


def group_for(person: Person, group_id: int) -> Group:
    """A group, for anybody of its school who belongs to it or administers. NotFound otherwise."""
    group = db.session.get(Group, group_id)
    if group is None or group.school_id != person.school_id:
        raise NotFound("Такого ПОС нет", "There is no such group")
    inside = any(m.person_id == person.id for t in group.triads for m in members(t))
    if not (inside or person.id in (group.leader_id, group.psychologist_id) or is_admin(person)):
        raise NotFound("Такого ПОС нет", "There is no such group")
    return group


def add(
    admin: Person,
    type_key: str,
    title: str,
    leader_id: int | None,
    psychologist_id: int | None,
    triads: Sequence[str] = ("1", "2"),
) -> Group:
    """Make a group of an enabled type with its (empty) triads. Raises Invalid for a type that is not enabled."""
    require_admin(admin)
    if installed(type_key) is None or switches(admin.school_id).get(type_key) != "enabled":
        raise Invalid("Сначала включите этот тип группы", "Enable this group type first", {"type_key": ["Не включён"]})
    if not title.strip():
        raise Invalid("Назовите ПОС", "Name the group", {"title": ["Назовите ПОС"]})
    with unit_of_work():
        group = Group(
            school_id=admin.school_id,
            type_key=type_key,
            title=title.strip()[:160],
            leader_id=colleague(admin, leader_id).id if leader_id else None,
            psychologist_id=colleague(admin, psychologist_id).id if psychologist_id else None,
        )
        group.triads = [Triad(title=name if len(name) > 2 else f"{title.strip()[:100]}-{name}") for name in triads]
        db.session.add(group)
        db.session.flush()
        return group


def edit(admin: Person, group_id: int, title: str, leader_id: int | None, psychologist_id: int | None) -> None:
    """Rename a group, change its leader or psychologist."""
    require_admin(admin)
    with unit_of_work():
        group = group_for(admin, group_id)
        if not title.strip():
            raise Invalid("Назовите ПОС", "Name the group", {"title": ["Назовите ПОС"]})
        group.title = title.strip()[:160]
        group.leader_id = colleague(admin, leader_id).id if leader_id else None
        group.psychologist_id = colleague(admin, psychologist_id).id if psychologist_id else None


def rename_triad(admin: Person, triad_id: int, title: str) -> None:
    """Rename a triad."""
    require_admin(admin)
    with unit_of_work():
        triad = _triad(admin, triad_id)
        if not title.strip():
            raise Invalid("Назовите тройку", "Name the triad")
        triad.title = title.strip()[:120]


def _triad(admin: Person, triad_id: int) -> Triad:
    triad = db.session.get(Triad, triad_id)
    if triad is None or triad.group.school_id != admin.school_id:
        raise NotFound("Такой тройки нет", "There is no such triad")
    return triad


def seat(admin: Person, triad_id: int, place: int, person_id: int | None) -> None:
    """Put somebody into a seat of a triad from today on, replace who sits there, or (None) leave it empty.

    A replaced teacher keeps what they wrote and loses access at once; the new one gets the tasks. Raises Invalid for
    somebody who already sits in a triad.
    """
    require_admin(admin)
    with unit_of_work():
        lock(School, admin.school_id)  # one person, two triads, two administrators
        triad = _triad(admin, triad_id)
        if place not in (1, 2, 3):
            raise Invalid("В тройке три места", "A triad has three seats")
        held = next((m for m in members(triad) if m.seat == place), None)
        today = now().date()
        if held is not None and held.person_id == person_id:
            return
        if person_id is None:
            if held is not None:
                held.until = today
            return
        person = colleague(admin, person_id)
        if held is not None:
            transfers.replace_member(admin, triad, held.person, person)
            return
        if db.session.scalar(
            select(Membership.id).where(Membership.person_id == person.id, current(Membership, today))
        ):
            raise Invalid(f"{person.short_name} уже в другой тройке", "This person already sits in a triad")
        db.session.add(Membership(triad_id=triad.id, person_id=person.id, seat=place, since=today))
        db.session.flush()
        db.session.expire(triad, ["memberships"])


def free_people(admin: Person) -> list[Person]:
    """Active people of the school who sit in no triad today."""
    today = now().date()
    seated = select(Membership.person_id).where(current(Membership, today))
    return list(
        db.session.scalars(
            select(Person)
            .where(Person.school_id == admin.school_id, Person.active.is_(True), Person.id.not_in(seated))
            .order_by(Person.last_name)
        )
    )
