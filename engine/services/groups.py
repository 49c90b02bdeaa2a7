"""Groups (ПОС) and triads of a school: made, led, seated, replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from engine.core.text import Text
from engine.services import definitions, teams, transfers
from engine.services.access import colleague, current, is_admin, members, require_admin
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.services.words import seats
from engine.store.cycles import Cycle
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
    if not (_inside(person, group) or is_admin(person)):
        raise NotFound("Такого ПОС нет", "There is no such group")
    return group


def open_to(person: Person) -> list[Group]:
    """The open groups of the school that ``group_for`` shows to the person."""
    query = (
        select(Group)
        .where(Group.school_id == person.school_id, Group.closed_on.is_(None))
        .options(selectinload(Group.triads).selectinload(Triad.memberships))
    )
    everything = is_admin(person)
    return [g for g in db.session.scalars(query.order_by(Group.id)) if everything or _inside(person, g)]


def _inside(person: Person, group: Group) -> bool:
    seated = any(m.person_id == person.id for t in group.triads for m in members(t))
    return seated or person.id in (group.leader_id, group.psychologist_id)


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
    if (
        definitions.open_to(admin.school_id, type_key) is None
        or definitions.switches(admin.school_id).get(type_key) != "enabled"
    ):
        raise Invalid(
            "Сначала включите этот тип группы",
            "Enable this group type first",
            {"type_key": [Text("Не включён", en="Not enabled")]},
        )
    if not title.strip():
        raise _nameless()
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


def _nameless() -> Invalid:
    return Invalid("Назовите ПОС", "Name the group", {"title": [Text("Назовите ПОС", en="Name the group")]})


def edit(admin: Person, group_id: int, title: str, leader_id: int | None, psychologist_id: int | None) -> None:
    """Rename a group, change its leader or psychologist."""
    require_admin(admin)
    with unit_of_work():
        group = group_for(admin, group_id)
        if not title.strip():
            raise _nameless()
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
    """One seat of a triad alone; see :func:`seat_all`."""
    seat_all(admin, triad_id, {place: person_id})


def seat_all(admin: Person, triad_id: int, wanted: Mapping[int, int | None]) -> None:
    """Seat people in a triad from today on: place (from 1) → who sits there (None: nobody). Other places stay.

    Everything is checked first and done whole or not at all. A replaced teacher keeps what they wrote and loses access
    at once, the new one gets the tasks; somebody of the triad may take another place of it. Raises Invalid, with the
    field ``seat_N``, for one person in two places and for somebody who sits in another triad.
    """
    require_admin(admin)
    with unit_of_work():
        lock(School, admin.school_id)  # one person, two triads, two administrators
        triad = _triad(admin, triad_id)
        final = _final(admin, triad, wanted)
        for old, new in _exchanges(admin, triad, final):
            if old is not None and new is not None:
                transfers.replace_member(admin, triad, old, new)
            elif old is not None:
                _give_up(triad, old)
            elif new is not None:
                _take_free_seat(triad, new, final)
        _change_places(triad, final)


def to_confirm(admin: Person, triad_id: int, wanted: Mapping[int, int | None]) -> list[tuple[Person, Person | None]]:
    """Who would leave an open cycle of the triad and who would come instead; empty when nothing is under way.

    Raises what :func:`seat_all` raises.
    """
    require_admin(admin)
    triad = _triad(admin, triad_id)
    exchanges = _exchanges(admin, triad, _final(admin, triad, wanted))
    going = select(Cycle.id).where(Cycle.triad_id == triad.id, Cycle.closed_at.is_(None)).limit(1)
    if db.session.scalar(going) is None:
        return []
    return [(old, new) for old, new in exchanges if old is not None]


def _final(admin: Person, triad: Triad, wanted: Mapping[int, int | None]) -> dict[int, int]:
    """Place → person once everything is done; empty places left out. Raises Invalid, NotFound."""
    if not set(wanted) <= set(places(triad)):
        told = seats(teams.size_of(triad.group))
        raise Invalid(told, told.en)
    here = {m.seat: m.person_id for m in members(triad)}
    both: dict[int, int | None] = {**here, **wanted}
    final = {place: person_id for place, person_id in sorted(both.items()) if person_id}
    others = select(Membership.person_id).where(current(Membership, now().date()), Membership.triad_id != triad.id)
    elsewhere = set(db.session.scalars(others.where(Membership.person_id.in_(final.values()))))
    seen: set[int] = set()
    for place, person_id in final.items():
        person = colleague(admin, person_id)
        name = {"name": person.short_name}
        text = Text("")
        if person_id in seen:
            text = Text("{name}: один человек на двух местах", en="{name}: one person in two seats").fill(name)
        elif person_id in elsewhere:
            text = Text("{name} уже в другой тройке", en="{name} already sits in another triad").fill(name)
        elif not person.active and person_id not in here.values():
            text = Text("{name}: вход отключён", en="{name}: the account is closed").fill(name)
        if text:
            raise Invalid(text, text.en, {f"seat_{place}": [text]})
        seen.add(person_id)
    return final


def places(triad: Triad) -> list[int]:
    """The seats of a triad: as many as its type asks for, and any others in which somebody still sits."""
    return sorted({*range(1, teams.size_of(triad.group) + 1), *(m.seat for m in members(triad))})


def _exchanges(admin: Person, triad: Triad, final: Mapping[int, int]) -> list[tuple[Person | None, Person | None]]:
    """Who leaves and who comes instead: of the same place first, then the rest in the order of places."""
    here = {m.seat: m.person for m in members(triad)}
    stay = {p.id for p in here.values()} & set(final.values())
    leaving = {place: person for place, person in here.items() if person.id not in stay}
    coming = {place: colleague(admin, i) for place, i in final.items() if i not in stay}
    pairs: list[tuple[Person | None, Person | None]] = []
    for place in sorted(leaving.keys() & coming.keys()):
        pairs.append((leaving.pop(place), coming.pop(place)))
    while leaving and coming:
        pairs.append((leaving.pop(min(leaving)), coming.pop(min(coming))))
    pairs += [(person, None) for _place, person in sorted(leaving.items())]
    return pairs + [(None, person) for _place, person in sorted(coming.items())]


def _give_up(triad: Triad, person: Person) -> None:
    next(m for m in members(triad) if m.person_id == person.id).until = now().date()
    db.session.flush()
    db.session.expire(triad, ["memberships"])


def _take_free_seat(triad: Triad, person: Person, final: Mapping[int, int]) -> None:
    taken = {m.seat for m in members(triad)}
    own = next(place for place, person_id in final.items() if person_id == person.id)
    free = own if own not in taken else min(set(final) - taken)
    _sit(triad, person.id, free)


def _sit(triad: Triad, person_id: int, place: int) -> None:
    db.session.add(Membership(triad_id=triad.id, person_id=person_id, seat=place, since=now().date()))
    db.session.flush()
    db.session.expire(triad, ["memberships"])


def _change_places(triad: Triad, final: Mapping[int, int]) -> None:
    places = {person_id: place for place, person_id in final.items()}
    moved = [m for m in members(triad) if places[m.person_id] != m.seat]
    for membership in moved:
        membership.until = now().date()
    db.session.flush()  # the old places are given up before the new ones are taken
    for membership in moved:
        _sit(triad, membership.person_id, places[membership.person_id])


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
