"""Who somebody is to a school, a group and a cycle, resolved from dated memberships at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, String, bindparam, cast, literal, null, or_, select, union_all

from engine.core.view import Person as Actor
from engine.services.definitions import definition_of
from engine.services.errors import Forbidden, NotFound
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.memo import at_hand, once
from engine.store.people import Person, SchoolRole
from engine.store.prepared import Statement
from engine.store.reading import Objects, direct, first

LAB, ADMIN = "lab", "school_admin"
NO_CYCLE = ("Такого цикла нет или он вам не открыт", "There is no such cycle, or it is not open to you")


def current(model: type[Membership] | type[SchoolRole], day: Any):  # type: ignore[no-untyped-def]
    """SQL condition: the dated row is in force on ``day``."""
    return (model.since <= day) & or_(model.until.is_(None), model.until > day)


def actor(person: Person) -> Actor:
    """A person as rules see one."""
    return Actor(person.id, person.short_name)


class Standing(NamedTuple):
    """What somebody is in the school today: roles, the groups they lead, whether they are the psychologist of any, the
    triads they sit in (one, unless a list went wrong), and the last of them with the type of its group."""

    roles: frozenset[str]
    leads: tuple[int, ...]
    psychologist: bool
    triads: frozenset[int]
    triad_id: int | None
    type_key: str

    @property
    def in_lab(self) -> bool:
        """Whether the person sits in the Laboratory."""
        return self.type_key == LAB


def _row(kind: str, id_: Any, word: Any, since: Any) -> tuple[Any, ...]:
    return literal(kind).label("kind"), id_.label("id"), word.label("word"), since.label("since")


_NO_ID, _NO_WORD, _NO_DAY = cast(null(), Integer), cast(null(), String), cast(null(), Date)
_STANDING = Statement(
    union_all(
        select(*_row("role", _NO_ID, SchoolRole.role, _NO_DAY)).where(
            SchoolRole.person_id == bindparam("person"), current(SchoolRole, bindparam("day", type_=Date))
        ),
        select(*_row("leads", Group.id, _NO_WORD, _NO_DAY)).where(
            Group.leader_id == bindparam("person"), Group.closed_on.is_(None)
        ),
        select(*_row("psychologist", Group.id, _NO_WORD, _NO_DAY)).where(
            Group.psychologist_id == bindparam("person"), Group.closed_on.is_(None)
        ),
        select(*_row("triad", Triad.id, Group.type_key, Membership.since))
        .join(Membership, Membership.triad_id == Triad.id)
        .join(Group, Group.id == Triad.group_id)
        .where(Membership.person_id == bindparam("person"), current(Membership, bindparam("day", type_=Date))),
    )
)


def standing(person: Person) -> Standing:
    """What the person is today; one statement a transaction."""
    day = now().date()
    return once(("standing", person.id, day), lambda: _standing(person.id, day))


def _standing(person_id: int, day: date) -> Standing:
    told: dict[str, list[tuple[Any, ...]]] = {}
    for kind, *rest in direct(_STANDING, person=person_id, day=day):
        told.setdefault(kind, []).append(tuple(rest))
    seats = sorted(told.get("triad", ()), key=lambda row: row[2])  # the last one sat down in, should there be two
    return Standing(
        roles=frozenset(word for _, word, _ in told.get("role", ())),
        leads=tuple(sorted(id_ for id_, *_ in told.get("leads", ()))),
        psychologist="psychologist" in told,
        triads=frozenset(id_ for id_, *_ in seats),
        triad_id=seats[-1][0] if seats else None,
        type_key=seats[-1][1] if seats else "",
    )


def school_roles(person: Person) -> frozenset[str]:
    """school_admin, psychologist: what the person is in the school today."""
    return standing(person).roles


def is_admin(person: Person) -> bool:
    """Whether the person administers the school."""
    return person.active and ADMIN in school_roles(person)


def members(triad: Triad, day: date | None = None) -> list[Membership]:
    """Who sits in the triad on ``day`` (default: today), by seat."""
    day = day or now().date()
    return [m for m in triad.memberships if m.since <= day and (m.until is None or m.until > day)]


def is_psychologist(person: Person) -> bool:
    """Whether some group of the school has this person as its psychologist."""
    return standing(person).psychologist


def triad_of(person: Person) -> Triad | None:
    """The triad a person sits in today."""
    seat = standing(person).triad_id
    return db.session.get(Triad, seat) if seat is not None else None


def led_groups(person: Person) -> list[Group]:
    """The groups a person leads."""
    leads = standing(person).leads
    if not leads:
        return []
    return list(db.session.scalars(select(Group).where(Group.id.in_(leads)).order_by(Group.id)))


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
    return standing(person).in_lab


def oversees(person: Person) -> bool:
    """Whether the person keeps the school's lists and reads its records: the Laboratory, leaders, administrators."""
    return is_lab_member(person) or is_admin(person) or bool(standing(person).leads)


def relations(person: Person, cycle: Cycle) -> set[str]:
    """What the person is to the cycle: triad_member, group_leader, psychologist, lab_member, school_admin."""
    if not person.active or person.school_id != cycle.school_id:
        return set()
    found: set[str] = set()
    stands = standing(person)
    if cycle.triad_id in stands.triads:
        found.add("triad_member")
    group = cycle.triad.group
    if group.leader_id == person.id:
        found.add("group_leader")
    if group.psychologist_id == person.id:
        found.add("psychologist")
    if stands.in_lab:
        found.add("lab_member")
    if ADMIN in stands.roles:  # active, as was asked first
        found.add(ADMIN)
    return found


#: A cycle with its triad and group, as the session would load it.
CYCLE = Objects(Cycle, triad=Objects(Triad, group=Objects(Group)))
_CYCLE = Statement(
    select(*CYCLE.columns)
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .where(Cycle.id == bindparam("cycle"))
)


def kept_cycle(cycle_id: int) -> Cycle | None:
    """The cycle, held for the transaction: a session forgets what nobody holds, and every part of a page asks."""
    return once(_kept(cycle_id), lambda: _cycle(cycle_id))


def cycle_at_hand(cycle_id: int) -> Cycle | None:
    """The cycle, where some part of the page has asked for it already."""
    found: Cycle | None = at_hand(_kept(cycle_id))
    return found


def _kept(cycle_id: int) -> tuple[str, int]:
    return "cycle", cycle_id


def _cycle(cycle_id: int) -> Cycle | None:
    if CYCLE.known(cycle_id) is not None:
        return db.session.get(Cycle, cycle_id)
    row = first(_CYCLE, cycle=cycle_id)
    return CYCLE.of(row) if row else None


def cycle_for(person: Person, cycle_id: int, roles: Iterable[str] = ("triad_member", "group_leader")) -> Cycle:
    """The cycle, for somebody who holds one of ``roles`` in it.

    Raises NotFound for everybody else: that a foreign cycle exists is not theirs to know. Raises Forbidden when the
    person may see the cycle in another role but not do this.
    """
    cycle = kept_cycle(cycle_id)
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
