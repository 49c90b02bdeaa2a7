"""Who somebody is to a school, a group and a cycle, resolved from dated memberships at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select

from engine.core.view import Person as Actor
from engine.services.definitions import definition_of
from engine.services.errors import Forbidden, NotFound
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person, SchoolRole

LAB = "lab"
NO_CYCLE = ("Такого цикла нет или он вам не открыт", "There is no such cycle, or it is not open to you")


def current(model: type[Membership] | type[SchoolRole], day: date):  # type: ignore[no-untyped-def]
    """SQL condition: the dated row is in force on ``day``."""
    return (model.since <= day) & or_(model.until.is_(None), model.until > day)


def actor(person: Person) -> Actor:
    """A person as rules see one."""
    return Actor(person.id, person.short_name)


def school_roles(person: Person) -> set[str]:
    """school_admin, psychologist: what the person is in the school today."""
    rows = db.session.scalars(
        select(SchoolRole.role).where(SchoolRole.person_id == person.id, current(SchoolRole, now().date()))
    )
    return set(rows)


def is_admin(person: Person) -> bool:
    """Whether the person administers the school."""
    return person.active and "school_admin" in school_roles(person)


def members(triad: Triad, day: date | None = None) -> list[Membership]:
    """Who sits in the triad on ``day`` (default: today), by seat."""
    day = day or now().date()
    return [m for m in triad.memberships if m.since <= day and (m.until is None or m.until > day)]


def is_psychologist(person: Person) -> bool:
    """Whether some group of the school has this person as its psychologist."""
    found = select(Group.id).where(Group.psychologist_id == person.id, Group.closed_on.is_(None)).limit(1)
    return db.session.scalar(found) is not None


def triad_of(person: Person) -> Triad | None:
    """The triad a person sits in today."""
    return db.session.scalars(
        select(Triad)
        .join(Membership)
        .where(Membership.person_id == person.id, current(Membership, now().date()))
        .order_by(Membership.since.desc())
    ).first()


def led_groups(person: Person) -> list[Group]:
    """The groups a person leads."""
    return list(
        db.session.scalars(
            select(Group).where(Group.leader_id == person.id, Group.closed_on.is_(None)).order_by(Group.id)
        )
    )


def lab_members(school_id: int) -> list[Person]:
    """Who sits in a triad of the school's Laboratory today."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .join(Triad, Triad.id == Membership.triad_id)
            .join(Group, Group.id == Triad.group_id)
            .where(Group.school_id == school_id, Group.type_key == LAB, current(Membership, now().date()))
            .order_by(Person.last_name)
        )
    )


def is_lab_member(person: Person) -> bool:
    """Whether the person sits in the Laboratory."""
    triad = triad_of(person)
    return triad is not None and triad.group.type_key == LAB


def oversees(person: Person) -> bool:
    """Whether the person keeps the school's lists and reads its records: the Laboratory, leaders, administrators."""
    return is_lab_member(person) or is_admin(person) or bool(led_groups(person))


def relations(person: Person, cycle: Cycle) -> set[str]:
    """What the person is to the cycle: triad_member, group_leader, psychologist, lab_member, school_admin."""
    if not person.active or person.school_id != cycle.school_id:
        return set()
    found: set[str] = set()
    if any(m.person_id == person.id for m in members(cycle.triad)):
        found.add("triad_member")
    group = cycle.triad.group
    if group.leader_id == person.id:
        found.add("group_leader")
    if group.psychologist_id == person.id:
        found.add("psychologist")
    if is_lab_member(person):
        found.add("lab_member")
    if is_admin(person):
        found.add("school_admin")
    return found


def cycle_for(person: Person, cycle_id: int, roles: Iterable[str] = ("triad_member", "group_leader")) -> Cycle:
    """The cycle, for somebody who holds one of ``roles`` in it.

    Raises NotFound for everybody else: that a foreign cycle exists is not theirs to know. Raises Forbidden when the
    person may see the cycle in another role but not do this.
    """
    cycle = db.session.get(Cycle, cycle_id)
    held = relations(person, cycle) if cycle else set()
    if cycle is None or not held & {"triad_member", "group_leader", "psychologist", "lab_member"}:
        raise NotFound(*NO_CYCLE)
    if not held & set(roles):
        raise Forbidden("Это вам здесь не открыто", "This is not open to you here")
    return cycle


def cycle_at(
    person: Person, cycle_id: int, page: str, roles: Iterable[str] = ("triad_member", "group_leader")
) -> Cycle:
    """The cycle, for work at one of the host's pages («deficits», «plans», «decision»).

    Raises what :func:`cycle_for` raises, and NotFound when no stage of its process is worked on there.
    """
    cycle = cycle_for(person, cycle_id, roles)
    require_page(cycle, page)
    return cycle


def require_page(cycle: Cycle, page: str) -> None:
    """Raises NotFound when no stage of the cycle's process is worked on at the page."""
    if not definition_of(cycle).process.has_page(page):
        raise NotFound("В этом цикле такого этапа нет", "This cycle has no such stage")


def own_cycles(person: Person) -> set[int]:
    """Ids of the cycles of the own triad and of led groups."""
    today = now().date()
    seated = select(Membership.triad_id).where(Membership.person_id == person.id, current(Membership, today))
    query = (
        select(Cycle.id)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(Cycle.school_id == person.school_id, or_(Triad.id.in_(seated), Group.leader_id == person.id))
    )
    return set(db.session.scalars(query))


def colleague(person: Person, other_id: int) -> Person:
    """Another person of the same school; NotFound otherwise."""
    other = db.session.get(Person, other_id)
    if other is None or other.school_id != person.school_id:
        raise NotFound("Такого человека нет в вашей школе", "There is no such person in your school")
    return other


def require_admin(person: Person) -> None:
    """Raises Forbidden unless the person administers the school."""
    if not is_admin(person):
        raise Forbidden("Это делает администратор школы", "The school administrator does this")
