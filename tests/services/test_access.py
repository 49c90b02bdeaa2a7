"""Who is what to whom, at the edges: the first day and the last, the other school, the closed group, the inactive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.services import access
from engine.services.cycles import open_cycle
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden, NotFound
from engine.services.host import host, now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership
from engine.store.people import Person, SchoolRole
from engine.store.unit import unit_of_work
from tests.services.roads import stranger

DAY = timedelta(days=1)
ROLES = {"triad_member", "group_leader", "psychologist", "lab_member", "school_admin"}


@pytest.fixture
def cycle(school: Cast) -> Cycle:
    return open_cycle(school.triads["ПД-1"], school.team("ПД-1")[0])


def change(row: Any, **values: Any) -> None:
    with unit_of_work():
        row = db.session.merge(row)
        for key, value in values.items():
            setattr(row, key, value)


def on(day: date, ask: Callable[[], Any]) -> Any:
    """What is answered on another day."""
    today = now()
    host().clock.set(today.replace(year=day.year, month=day.month, day=day.day))
    try:
        return ask()
    finally:
        host().clock.set(today)


def allowed(ask: Callable[[], Any]) -> str:
    """yes, no (it is there, but not for this), nothing (it is not told that there is one)."""
    try:
        ask()
    except NotFound:
        return "nothing"
    except Forbidden:
        return "no"
    return "yes"


def test_a_seat_begins_with_its_first_day_and_ends_before_its_last(school: Cast) -> None:
    triad = school.triads["ПД-1"]
    seat = triad.memberships[0]
    person, others = seat.person, [m.person_id for m in triad.memberships[1:]]
    first, last = seat.since, seat.since + 10 * DAY
    change(seat, until=last)
    seat = db.session.get(Membership, seat.id)
    for day, sits in ((first - DAY, False), (first, True), (last - DAY, True), (last, False), (last + DAY, False)):
        assert (person.id in [m.person_id for m in access.members(triad, day)]) is sits, day
        assert on(day, lambda: person.id in [m.person_id for m in access.members(triad)]) is sits, day
        assert on(day, lambda: access.triad_of(person) == triad) is sits, day
    assert [m.person_id for m in access.members(triad, first)] == [person.id, *others], "by seat"
    assert access.members(triad, first - DAY) == []


def test_a_role_begins_with_its_first_day_and_ends_before_its_last(school: Cast) -> None:
    admin = school.people["Журналова"]
    role = db.session.scalars(
        select(SchoolRole).where(SchoolRole.person_id == admin.id, SchoolRole.role == "school_admin")
    ).one()
    first, last = role.since, role.since + 10 * DAY
    change(role, until=last)
    for day, holds in ((first - DAY, False), (first, True), (last - DAY, True), (last, False)):
        assert on(day, lambda: access.is_admin(admin)) is holds, day
        assert on(day, lambda: "school_admin" in access.school_roles(admin)) is holds, day
        assert on(day, lambda: allowed(lambda: access.require_admin(admin))) == ("yes" if holds else "no"), day


def test_roles_are_those_of_the_person_and_of_nobody_else(school: Cast) -> None:
    admin, teacher = school.people["Журналова"], school.team("ПД-1")[1]
    assert "school_admin" in access.school_roles(admin)
    assert access.school_roles(teacher) == set()
    assert access.is_admin(admin) and not access.is_admin(teacher)
    assert allowed(lambda: access.require_admin(teacher)) == "no"
    held = {(role.person_id, role.role) for role in db.session.scalars(select(SchoolRole))}
    for person in school.people.values():
        assert {(person.id, role) for role in access.school_roles(person)} == {h for h in held if h[0] == person.id}


def test_who_has_left_administers_nothing(school: Cast) -> None:
    admin = school.people["Журналова"]
    change(admin, active=False)
    assert not access.is_admin(admin) and allowed(lambda: access.require_admin(admin)) == "no"


def test_the_seat_that_counts_is_the_last_one(school: Cast) -> None:
    """Two rows may be in force on a day of the past: then the later one says where the person sits."""
    person, other = school.team("ПД-1")[0], school.triads["ПД-2"]
    old = access.triad_of(person)
    today = now().date()
    with unit_of_work():
        seat = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
        seat.since, seat.until = today - 10 * DAY, today + 30 * DAY
        db.session.flush()
        db.session.add(Membership(triad_id=other.id, person_id=person.id, seat=8, since=today))
    assert access.triad_of(person) == other != old


def test_leading_ends_when_the_group_is_closed(school: Cast) -> None:
    group = school.triads["ПД-1"].group
    leader, teacher = group.leader, school.team("ПД-2")[0]
    assert leader is not None
    assert access.led_groups(leader) == [group] and access.led_groups(teacher) == []
    assert access.oversees(leader) and not access.oversees(teacher)
    with unit_of_work():
        more = Group(school_id=group.school_id, type_key="sel", title="Вторая", leader_id=leader.id)
        db.session.add(more)
    assert access.led_groups(leader) == [group, more], "by age"
    change(group, closed_on=now().date())
    change(more, closed_on=now().date())
    assert access.led_groups(leader) == [] and not access.oversees(leader)


def test_a_psychologist_is_one_while_a_group_is_open(school: Cast) -> None:
    group, teacher = school.triads["ПД-1"].group, school.team("ПД-2")[0]
    assert not access.is_psychologist(teacher)
    change(group, psychologist_id=teacher.id)
    assert access.is_psychologist(teacher)
    change(group, closed_on=now().date())
    assert not access.is_psychologist(teacher)


def test_the_laboratory_is_who_sits_in_it_today(school: Cast) -> None:
    triads = [t for t in school.triads.values() if t.group.type_key == "lab"]
    seats, school_id = [m for t in triads for m in access.members(t)], triads[0].group.school_id
    people = sorted((m.person for m in seats), key=lambda p: p.last_name)
    assert access.lab_members(school_id) == people
    assert access.lab_members(school_id + 1) == access.lab_members(school_id - 1) == []
    for person in people:
        assert access.is_lab_member(person) and access.oversees(person)
    for other in school.people.values():
        assert access.is_lab_member(other) is (other in people), other.last_name
    gone = seats[0].person
    change(seats[0], until=now().date())
    assert gone not in access.lab_members(school_id)
    assert not access.is_lab_member(gone)


def test_what_somebody_is_to_a_cycle(school: Cast, cycle: Cycle) -> None:
    group = cycle.triad.group
    member, leader, admin = school.team("ПД-1")[2], group.leader, school.people["Журналова"]
    assert leader is not None
    lab = access.lab_members(group.school_id)[0]
    psychologist, other = school.team("СЭР-1")[0], school.team("ПД-2")[1]
    change(group, psychologist_id=psychologist.id)
    assert access.relations(member, cycle) - {"group_leader"} == {"triad_member"}
    assert "group_leader" in access.relations(leader, cycle)
    assert "psychologist" in access.relations(psychologist, cycle)
    assert "lab_member" in access.relations(lab, cycle)
    assert "school_admin" in access.relations(admin, cycle)
    assert access.relations(other, cycle) == set()
    for person in (member, leader, psychologist, lab, admin):
        assert access.relations(person, cycle) <= ROLES
        change(person, active=False)
        assert access.relations(person, cycle) == set(), person.last_name
        change(person, active=True)
    assert access.relations(stranger(), cycle) == set()


def test_a_group_has_one_leader_and_one_psychologist(school: Cast, cycle: Cycle) -> None:
    """Of all the people of the school, whoever came before them or after."""
    group, by_age = cycle.triad.group, sorted(school.people.values(), key=lambda p: p.id)
    leader, psychologist = by_age[len(by_age) // 2], by_age[len(by_age) // 3]
    change(group, leader_id=leader.id, psychologist_id=psychologist.id)
    groups = db.session.scalars(select(Group)).all()
    leaders, psychologists = {g.leader_id for g in groups}, {g.psychologist_id for g in groups}
    for person in by_age:
        held = access.relations(person, cycle)
        assert ("group_leader" in held) is (person == leader), person.last_name
        assert ("psychologist" in held) is (person == psychologist), person.last_name
        sits = person in school.team("ПД-1")
        assert ("triad_member" in held) is sits, person.last_name
        assert (cycle.id in access.own_cycles(person)) is (sits or person == leader), person.last_name
        assert bool(access.led_groups(person)) is (person.id in leaders), person.last_name
        assert access.is_psychologist(person) is (person.id in psychologists), person.last_name


def test_nobody_of_another_school_is_anything_to_a_cycle(school: Cast, cycle: Cycle) -> None:
    """Whatever the rows say: a group that names a leader of another school gives nothing away."""
    foreign = stranger()
    change(cycle.triad.group, leader_id=foreign.id, psychologist_id=foreign.id)
    assert access.relations(foreign, cycle) == set()
    assert allowed(lambda: access.cycle_for(foreign, cycle.id)) == "nothing"
    assert access.own_cycles(foreign) == set()


def test_a_cycle_is_told_of_to_those_it_concerns(school: Cast, cycle: Cycle) -> None:
    group = cycle.triad.group
    member, leader = school.team("ПД-1")[2], group.leader
    psychologist = school.team("ПД-2")[2]
    change(group, psychologist_id=psychologist.id)
    lab = access.lab_members(group.school_id)[0]
    assert leader is not None
    answers = {
        name: allowed(lambda person=person: access.cycle_for(person, cycle.id))
        for name, person in {
            "member": member,
            "leader": leader,
            "psychologist": psychologist,
            "lab": lab,
            "other": school.team("ПД-2")[1],
            "stranger": stranger(),
        }.items()
    }
    assert answers == {
        "member": "yes",
        "leader": "yes",
        "psychologist": "no",
        "lab": "no",
        "other": "nothing",
        "stranger": "nothing",
    }
    assert access.cycle_for(member, cycle.id) is cycle
    assert access.cycle_for(psychologist, cycle.id, ("psychologist",)) is cycle
    assert access.cycle_for(lab, cycle.id, ("lab_member", "psychologist")) is cycle
    assert allowed(lambda: access.cycle_for(member, cycle.id, ("group_leader",))) == "no"
    assert allowed(lambda: access.cycle_for(member, cycle.id + 1000)) == "nothing"


def test_administering_alone_opens_no_cycle(school: Cast, cycle: Cycle) -> None:
    other = school.team("ПД-2")[1]
    with unit_of_work():
        db.session.add(SchoolRole(person_id=other.id, role="school_admin", since=now().date()))
    assert access.relations(other, cycle) == {"school_admin"}
    assert allowed(lambda: access.cycle_for(other, cycle.id, ("school_admin",))) == "nothing"


def test_a_page_is_there_only_where_a_stage_is_worked_on_at_it(school: Cast, cycle: Cycle) -> None:
    member = school.team("ПД-1")[2]
    assert access.cycle_at(member, cycle.id, "deficits") is cycle
    assert allowed(lambda: access.cycle_at(member, cycle.id, "nowhere")) == "nothing"
    assert allowed(lambda: access.cycle_at(member, cycle.id, "deficits", ("group_leader",))) == "no"
    access.require_page(cycle, "plans")
    assert allowed(lambda: access.require_page(cycle, "nowhere")) == "nothing"


def test_own_cycles_are_those_of_the_seat_and_of_led_groups(school: Cast, cycle: Cycle) -> None:
    second = open_cycle(school.triads["ПД-2"], school.team("ПД-2")[0])
    leader = cycle.triad.group.leader
    assert leader is not None
    for person in school.team("ПД-1"):
        if person != leader:
            assert access.own_cycles(person) == {cycle.id}
    assert access.own_cycles(leader) == {cycle.id, second.id}
    assert access.own_cycles(school.people["Журналова"]) == set()
    member = next(m for m in cycle.triad.memberships if m.person_id != leader.id)
    change(member, until=now().date())
    assert access.own_cycles(member.person) == set()


def test_own_cycles_are_of_the_own_school(school: Cast, cycle: Cycle) -> None:
    """Whatever the rows say: a cycle that stands in another school, older or younger, is not shown."""
    members, foreign = school.team("ПД-1"), stranger()
    assert foreign.school_id > cycle.school_id
    change(cycle, school_id=foreign.school_id)
    for person in members:
        assert access.own_cycles(person) == set()
        assert access.relations(person, cycle) == set()


def test_colleagues_are_of_one_school(school: Cast) -> None:
    admin, foreign = school.people["Журналова"], stranger()
    teacher = school.team("ПД-1")[0]
    assert access.colleague(admin, teacher.id) == teacher
    for wrong in (foreign.id, 10**6):
        assert allowed(lambda wrong=wrong: access.colleague(admin, wrong)) == "nothing"
    assert allowed(lambda: access.colleague(foreign, teacher.id)) == "nothing"


def test_rules_see_an_id_and_a_short_name(school: Cast) -> None:
    person: Person = school.team("ПД-1")[0]
    seen = access.actor(person)
    assert (seen.id, seen.name) == (person.id, person.short_name)
