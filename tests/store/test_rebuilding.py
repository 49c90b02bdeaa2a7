"""Rebuilding a table that others refer to: SQLite drops the old one, and its children must not go with it."""

from __future__ import annotations

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, func, insert, inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from engine.store import migrate
from engine.store.database import WRITE
from engine.store.tables import metadata
from tests.store.rows import add
from tests.store.tools import SQLITE, Step, picture

family = MetaData()
mother = Table("mother", family, Column("id", Integer, primary_key=True), Column("name", String(20)))
child = Table(
    "child",
    family,
    Column("id", Integer, primary_key=True),
    Column("mother_id", ForeignKey("mother.id", ondelete="CASCADE"), nullable=False),
)
PARENTS = sorted({key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys})


@pytest.fixture
def with_family(engine: Engine) -> Engine:
    """A migrated database with a mother of two beside the tables of the code."""
    migrate.upgrade(engine)
    family.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(mother).values(id=1, name="мать"))
        connection.execute(insert(child).values([{"id": 1, "mother_id": 1}, {"id": 2, "mother_id": 1}]))
    return engine


def names(engine: Engine, table: str) -> set[str]:
    """The checks of a table, which ``drift`` does not compare."""
    return {str(check["name"]) for check in inspect(engine).get_check_constraints(table)}


def children(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(child)) or 0


def rebuild_unsafely(engine: Engine, table: str, *, pragma: bool) -> None:
    """What a careless migration does: foreign keys are on, or switched off when the transaction has begun already."""
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        if pragma:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(table, recreate="always") as batch:
            batch.add_column(Column("note", String(10)))


@SQLITE
@pytest.mark.parametrize("pragma", [False, True], ids=["foreign_keys_on", "switched_off_too_late"])
def test_a_careless_rebuilding_deletes_the_children(with_family: Engine, pragma: bool) -> None:
    rebuild_unsafely(with_family, "mother", pragma=pragma)
    assert children(with_family) == 0


@SQLITE
def test_without_cascades_a_careless_rebuilding_fails_and_harms_nothing(with_family: Engine) -> None:
    with with_family.begin() as connection:
        add(connection, "person")
    before = picture(with_family)
    with pytest.raises(IntegrityError):
        rebuild_unsafely(with_family, "school", pragma=True)
    assert picture(with_family) == before


def test_no_table_of_the_code_deletes_its_children() -> None:
    keys = [key for table in metadata.tables.values() for key in table.foreign_key_constraints]
    assert {key.ondelete for key in keys} == {None}


def test_a_migration_keeps_the_children(with_family: Engine, step: Step) -> None:
    recreate = "always" if with_family.dialect.name == "sqlite" else "auto"
    step(
        f'with op.batch_alter_table("mother", recreate="{recreate}") as batch:',
        '    batch.add_column(sa.Column("note", sa.String(10)))',
    )
    migrate.upgrade(with_family)
    assert children(with_family) == 2
    with with_family.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, name, note FROM mother").all() == [(1, "мать", None)]


@SQLITE
def test_rebuilding_every_parent_of_the_code_changes_nothing(engine: Engine, step: Step) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            add(connection, table.name)
    before = {thing for thing in picture(engine) if thing[0] in metadata.tables}
    checks = {table: names(engine, table) for table in PARENTS}
    step(*(f'with op.batch_alter_table("{table}", recreate="always"): pass' for table in PARENTS))
    migrate.upgrade(engine)
    assert before <= picture(engine)
    assert {table: names(engine, table) for table in PARENTS} == checks
    assert migrate.drift(engine) == []
    with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
        connection.exec_driver_sql("DELETE FROM journal_entry")


@SQLITE
def test_foreign_keys_are_on_after_a_migration(engine: Engine, step: Step) -> None:
    migrate.upgrade(engine)
    assert foreign_keys(engine) == [1, 1, 1]
    step('raise RuntimeError("the step fails")')
    with pytest.raises(RuntimeError, match="the step fails"):
        migrate.upgrade(engine)
    assert foreign_keys(engine) == [1, 1, 1]
    with engine.begin() as connection, pytest.raises(IntegrityError):
        add(connection, "person", school_id=999)


def foreign_keys(engine: Engine) -> list[int]:
    """The setting of three connections at once: the one the migration has used among them."""
    connections = [engine.connect() for _ in range(3)]
    found = [connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() for connection in connections]
    for connection in connections:
        connection.close()
    return found
