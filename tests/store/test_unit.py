"""The unit of work: whole or not at all, joined by what is inside, never begun over changes made outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from engine.store.database import Model, db
from engine.store.groups import Group, Triad
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work
from tests.store.tools import POSTGRES, address, stranger


@pytest.fixture
def school(app: Flask) -> Flask:
    """The app with one school of ten."""
    with unit_of_work() as session:
        session.add(School(name="Школа № 1", staff=10))
    return app


def names(app: Flask) -> list[str]:
    """What everybody else sees."""
    with app.app_context():
        return list(db.session.scalars(select(School.name).order_by(School.id)))


def test_everything_is_kept_when_the_unit_ends(school: Flask) -> None:
    with unit_of_work() as session:
        session.add(School(name="Вторая"))
        session.flush()
        session.add(School(name="Третья"))
        assert names(school) == ["Школа № 1"]
    assert names(school) == ["Школа № 1", "Вторая", "Третья"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_nothing_is_kept_whatever_breaks_the_unit(school: Flask, failure: type[BaseException]) -> None:
    with pytest.raises(failure), unit_of_work() as session:
        lock(School, 1).name = "Другая"
        session.add(School(name="Вторая"))
        session.flush()
        session.add(School(name="Третья"))
        raise failure
    assert names(school) == ["Школа № 1"]
    with unit_of_work() as session:
        session.add(School(name="Потом"))
    assert names(school) == ["Школа № 1", "Потом"]


def test_nothing_is_kept_when_the_database_refuses_at_the_very_end(school: Flask) -> None:
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.add(School(name="Вторая"))
        session.flush()
        session.add(Person(school_id=999, last_name="Ничья", first_name="Нина"))
    assert names(school) == ["Школа № 1"]
    with unit_of_work():
        assert lock(School, 1).name == "Школа № 1"


def test_an_inner_unit_joins_the_outer_one(school: Flask) -> None:
    with unit_of_work() as outer:
        outer.add(School(name="Вторая"))
        with unit_of_work() as inner:
            assert inner is outer
            inner.add(School(name="Третья"))
        assert names(school) == ["Школа № 1"]
    assert names(school) == ["Школа № 1", "Вторая", "Третья"]


def test_what_breaks_an_inner_unit_breaks_all(school: Flask) -> None:
    with pytest.raises(ValueError), unit_of_work() as outer:
        outer.add(School(name="Вторая"))
        with unit_of_work() as inner:
            inner.add(School(name="Третья"))
        with unit_of_work() as inner:
            inner.add(School(name="Четвёртая"))
            inner.flush()
            raise ValueError
    assert names(school) == ["Школа № 1"]


def test_what_breaks_the_outer_unit_undoes_the_inner_one(school: Flask) -> None:
    with pytest.raises(ValueError), unit_of_work():
        with unit_of_work() as inner:
            inner.add(School(name="Вторая"))
        raise ValueError
    assert names(school) == ["Школа № 1"]


def test_a_savepoint_inside_a_unit_is_undone_alone(school: Flask) -> None:
    with unit_of_work() as session:
        session.add(School(name="Вторая"))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(School).values(id=1, name="Первая ещё раз", district="", staff=0, is_demo=False))
        session.add(School(name="Третья"))
    assert names(school) == ["Школа № 1", "Вторая", "Третья"]


def test_a_unit_of_another_context_is_another_unit(school: Flask) -> None:
    with pytest.raises(ValueError), unit_of_work() as mine:
        with school.app_context():
            assert db.session() is not mine
            assert not db.session().info.get("unit")
        raise ValueError


def _new() -> None:
    db.session.add(School(name="Вне"))


def _changed() -> None:
    db.session.get(School, 1).name = "Вне"


def _deleted() -> None:
    db.session.delete(db.session.get(School, 1))


CHANGES = [_new, _changed, _deleted]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_outside_a_unit_are_refused(school: Flask, change: Callable[[], None]) -> None:
    change()
    with pytest.raises(RuntimeError, match="outside a unit"), unit_of_work():
        pytest.fail("the unit has begun")
    db.session.rollback()
    with unit_of_work() as session:
        session.add(School(name="Вторая"))
    assert names(school) == ["Школа № 1", "Вторая"]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_outside_a_unit_are_refused_when_a_query_has_sent_them_already(
    school: Flask, change: Callable[[], None]
) -> None:
    with pytest.raises(RuntimeError):
        change()
        db.session.scalars(select(School)).all()
        with unit_of_work():
            pytest.fail("the unit has begun, and what was changed before it is gone")


@pytest.mark.parametrize("statement", [update(School).values(name="Вне"), delete(School)], ids=["update", "delete"])
def test_statements_outside_a_unit_are_refused(school: Flask, statement: update | delete) -> None:
    with pytest.raises(RuntimeError):
        db.session.execute(statement)
        with unit_of_work():
            pytest.fail("the unit has begun, and what the statement did before it is gone")


def test_what_was_read_before_is_read_anew_inside(school: Flask) -> None:
    seen = db.session.get(School, 1)
    assert seen.staff == 10
    with stranger(address(school)) as other:
        other.execute("UPDATE school SET staff = 11")
    assert seen.staff == 10
    with unit_of_work():
        assert seen.staff == 11
        seen.staff += 1
    assert seen.staff == 12


def test_a_change_made_on_a_stale_read_does_not_undo_that_of_another(school: Flask) -> None:
    seen = db.session.get(School, 1)
    assert (seen.name, seen.staff) == ("Школа № 1", 10)
    with stranger(address(school)) as other:
        other.execute("UPDATE school SET name = 'Лицей'")
    with unit_of_work():
        seen.staff = 20
    assert names(school) == ["Лицей"]


def test_a_lock_of_an_unknown_row_is_nothing(school: Flask) -> None:
    with unit_of_work():
        assert lock(School, 999) is None
        assert lock(School, 1) is not None


def test_a_row_of_any_table_can_be_locked(app: Flask) -> None:
    nothing = {int: 0, str: "", bytes: b""}
    models = [mapper.class_ for mapper in Model.registry.mappers]
    assert {Group, Triad, Person, School} < set(models)
    with unit_of_work():
        for model in models:
            key = [nothing[column.type.python_type] for column in model.__mapper__.primary_key]
            assert lock(model, tuple(key) if len(key) > 1 else key[0]) is None


@POSTGRES
def test_a_lock_reads_the_row_anew(school: Flask) -> None:
    with unit_of_work() as session:
        seen = session.get(School, 1)
        assert seen.staff == 10
        with stranger(address(school)) as other:
            other.execute("UPDATE school SET staff = 11")
        assert seen.staff == 10
        assert lock(School, 1) is seen
        assert seen.staff == 11


def test_a_value_of_the_wrong_kind_keeps_nothing(school: Flask) -> None:
    with pytest.raises(StatementError), unit_of_work() as session:
        session.add(School(name="Вторая"))
        session.flush()
        session.add(School(name="Третья", staff={"много": 1}))
    assert names(school) == ["Школа № 1"]
