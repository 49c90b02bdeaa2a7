"""From nothing to the newest revision and back; a failure leaves nothing behind, two at once make one database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, inspect, text
from sqlalchemy.engine import Engine

from engine.services.host import install
from engine.services.setup import is_prepared, prepare_database
from engine.store import migrate
from engine.store.database import db
from engine.store.tables import metadata
from tests.store.rows import add
from tests.store.tools import SQLITE, Step, picture, together

ROOT = Path(__file__).parents[2]


def test_up_leads_to_the_tables_of_the_code(engine: Engine) -> None:
    assert migrate.current(engine) is None
    assert migrate.drift(engine)
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head() is not None
    assert migrate.drift(engine) == []
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_down_leaves_nothing_and_up_again_is_as_before(engine: Engine) -> None:
    migrate.upgrade(engine)
    first = picture(engine)
    migrate.downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert not [thing for thing in picture(engine) if "alembic_version" not in repr(thing)]
    assert migrate.current(engine) is None
    migrate.upgrade(engine)
    assert picture(engine) == first
    assert migrate.drift(engine) == []


def test_an_up_to_date_database_is_left_alone(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        add(connection, "journal_entry")
    before = picture(engine)
    migrate.upgrade(engine)
    assert picture(engine) == before


def test_drift_is_seen(engine: Engine) -> None:
    migrate.upgrade(engine)
    changes = (
        "DROP TABLE paper_summary",
        "CREATE TABLE stray (id INTEGER PRIMARY KEY)",
        "ALTER TABLE school ADD COLUMN stray TEXT",
        "ALTER TABLE school DROP COLUMN district",
        "DROP INDEX ix_person_school_last",
    )
    for number, change in enumerate(changes, 1):
        with engine.begin() as connection:
            connection.execute(text(change))
        assert len(migrate.drift(engine)) == number


def test_an_installation_is_prepared_once(url: str, tmp_path: Path) -> None:
    app = Flask("trefoil")
    install(app, tmp_path, url)
    with app.app_context():
        assert not is_prepared()
        prepare_database()
        before = picture(db.engine)
        prepare_database()
        assert is_prepared()
        assert picture(db.engine) == before
        db.session.remove()
        db.engine.dispose()


def test_every_name_in_the_code_follows_the_convention() -> None:
    for table in metadata.tables.values():
        assert table.primary_key.name == f"pk_{table.name}"
        for constraint in table.constraints:
            name, columns = str(constraint.name), "_".join(c.name for c in constraint.columns)
            if isinstance(constraint, ForeignKeyConstraint):
                assert name == f"fk_{table.name}_{columns}_{constraint.referred_table.name}"
            elif isinstance(constraint, UniqueConstraint):
                assert name == f"uq_{table.name}_{columns}"
            elif isinstance(constraint, CheckConstraint):
                assert name.startswith(f"ck_{table.name}_")
            else:
                assert isinstance(constraint, PrimaryKeyConstraint)
            assert len(name) <= 63
        for index in table.indexes:
            assert str(index.name).startswith(f"{'uq' if index.unique else 'ix'}_{table.name}_")
        assert all(len(str(index.name)) <= 63 for index in table.indexes)


def test_every_constraint_of_the_code_is_in_the_database_by_its_name(migrated: Engine) -> None:
    found = inspect(migrated)
    for table in metadata.tables.values():
        names = {
            str(found.get_pk_constraint(table.name)["name"]),
            *(str(key["name"]) for key in found.get_foreign_keys(table.name)),
            *(str(key["name"]) for key in found.get_unique_constraints(table.name)),
            *(str(key["name"]) for key in found.get_check_constraints(table.name)),
        }
        assert names == {str(constraint.name) for constraint in table.constraints}
        indexes = {str(key["name"]) for key in found.get_indexes(table.name) if not key.get("duplicates_constraint")}
        assert indexes == {str(index.name) for index in table.indexes}


FAILING = (
    'op.create_table("stray", sa.Column("id", sa.Integer, primary_key=True))',
    "op.execute(\"INSERT INTO school (name, district, staff, is_demo) VALUES ('Новая', '', 0, false)\")",
    'with op.batch_alter_table("school", recreate="auto") as batch:',
    '    batch.alter_column("name", type_=sa.String(300))',
    'op.drop_table("paper_summary")',
    'raise RuntimeError("the step fails")',
)


def test_a_failing_step_leaves_the_database_as_it_was(engine: Engine, step: Step) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        add(connection, "paper_summary")
    before = picture(engine)
    step(*FAILING)
    with pytest.raises(RuntimeError, match="the step fails"):
        migrate.upgrade(engine)
    assert picture(engine) == before
    assert migrate.current(engine) != migrate.head() == "of_a_test"


def test_a_failing_step_leaves_an_empty_database_empty(engine: Engine, step: Step) -> None:
    step(*FAILING)
    with pytest.raises(RuntimeError, match="the step fails"):
        migrate.upgrade(engine)
    assert picture(engine) == set()
    step("pass")
    migrate.upgrade(engine)
    assert migrate.current(engine) == "of_a_test"


def test_a_failing_step_down_leaves_the_database_as_it_was(engine: Engine, step: Step) -> None:
    step("pass", down=('op.drop_table("paper_summary")', 'raise RuntimeError("the step fails")'))
    migrate.upgrade(engine)
    before = picture(engine)
    with pytest.raises(RuntimeError, match="the step fails"):
        migrate.downgrade(engine, "base")
    assert picture(engine) == before


@SQLITE
def test_a_step_that_leaves_orphans_is_undone(engine: Engine, step: Step) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        add(connection, "paper_summary")
    before = picture(engine)
    step('op.execute("DELETE FROM survey_run")')
    with pytest.raises(RuntimeError, match="without their parents"):
        migrate.upgrade(engine)
    assert picture(engine) == before


def test_two_threads_upgrade_an_empty_database_at_once(engine: Engine) -> None:
    together(*[lambda: migrate.upgrade(engine)] * 2)
    assert migrate.drift(engine) == []
    assert versions(engine) == [migrate.head()]


UPGRADE = """
import sys
from engine.store import migrate
from engine.store.database import db
from tests.store.tools import opened

with opened(sys.argv[1]):
    db.engine.connect().close()
    print("ready", flush=True)
    sys.stdin.readline()
    migrate.upgrade(db.engine)
"""


def test_two_processes_upgrade_an_empty_database_at_once(engine: Engine, url: str) -> None:
    engine.connect().close()
    command = [sys.executable, "-W", "error", "-c", UPGRADE, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(2)]
    try:
        assert [process.stdout.readline() for process in processes] == ["ready\n", "ready\n"]
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.communicate(timeout=60) for process in processes] == [("", ""), ("", "")]
        assert [process.returncode for process in processes] == [0, 0]
    finally:
        for process in processes:
            process.kill()
    assert migrate.drift(engine) == []
    assert versions(engine) == [migrate.head()]


def versions(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT version_num FROM alembic_version")))
