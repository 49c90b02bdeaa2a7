"""What is read once in a transaction: never older than what was written, never kept beyond its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from engine.services import access
from engine.services.demo.school import Cast
from engine.services.host import host, now
from engine.store.database import db
from engine.store.groups import Group, Membership
from engine.store.memo import once
from engine.store.people import SchoolRole
from engine.store.unit import unit_of_work
from tests.services.conftest import database, school

__all__ = ["database", "school"]


def test_it_is_read_once_until_the_transaction_ends(school: Cast) -> None:
    asked: list[int] = []

    def read() -> int:
        asked.append(1)
        return len(asked)

    assert [once("key", read), once("key", read), once("other", read)] == [1, 1, 2]
    db.session.rollback()
    assert once("key", read) == 1 + 2, "a transaction that has not begun has nothing to end"


def test_what_waits_to_be_written_is_seen(school: Cast) -> None:
    admin, colleague = school.people["Журналова"], school.people["Глобусова"]
    assert access.is_admin(admin) and not access.is_admin(colleague)
    with unit_of_work():
        db.session.add(SchoolRole(person_id=colleague.id, role="school_admin", since=now().date()))
        assert access.is_admin(colleague)
    assert access.is_admin(colleague)
    with unit_of_work():
        assert access.is_admin(colleague)
        for role in db.session.scalars(select(SchoolRole).where(SchoolRole.person_id == colleague.id)):
            role.until = now().date()
        assert not access.is_admin(colleague)
    assert not access.is_admin(colleague) and access.is_admin(admin)


def test_a_statement_over_many_rows_is_seen(school: Cast) -> None:
    leader = school.people["Дневникова"]
    led = access.led_groups(leader)
    assert led and access.oversees(leader)
    with unit_of_work():
        assert access.led_groups(leader)
        db.session.execute(update(Group).where(Group.leader_id == leader.id).values(closed_on=now().date()))
        assert access.led_groups(leader) == [] and not access.oversees(leader)
    assert access.led_groups(leader) == []


def test_a_unit_that_fails_leaves_nothing_known(school: Cast) -> None:
    colleague = school.people["Глобусова"]
    with pytest.raises(OSError), unit_of_work():
        db.session.add(SchoolRole(person_id=colleague.id, role="school_admin", since=now().date()))
        assert access.is_admin(colleague)
        raise OSError
    assert not access.is_admin(colleague)


def test_the_day_is_part_of_the_question(school: Cast) -> None:
    teacher = school.team("ФО-1")[0]
    assert access.triad_of(teacher) is not None
    with unit_of_work():
        for seat in db.session.scalars(select(Membership).where(Membership.person_id == teacher.id)):
            seat.until = now().date() + timedelta(days=1)
    triad = access.triad_of(teacher)
    assert triad is not None and triad.title.startswith("ФО-1")
    host().clock.set(now() + timedelta(days=1))
    assert access.triad_of(teacher) is None


def test_a_page_asks_who_somebody_is_by_one_statement(school: Cast) -> None:
    leader = school.people["Дневникова"]
    db.session.rollback()
    person_id = leader.id
    heard: list[str] = []

    def hear(connection: object, cursor: object, statement: str, *rest: object) -> None:
        heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        for _ in range(3):
            access.is_admin(leader)
            access.is_lab_member(leader)
            access.is_psychologist(leader)
            access.oversees(leader)
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert len(heard) == 1 and person_id
    assert access.standing(leader).leads == tuple(g.id for g in access.led_groups(leader))
