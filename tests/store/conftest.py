"""Databases for the tests of the store: empty or migrated, on both kinds, a fresh one for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import Connection, Engine

from engine.store import migrate
from engine.store.database import db
from tests.store.tools import Databases, Step, opened

STEP = '''"""A step of a test."""

import sqlalchemy as sa
from alembic import op

revision = "of_a_test"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database; ``tools.SQLITE`` and ``tools.POSTGRES`` ask for one of them alone."""
    return request.param


# Fixtures of their own: modules take turns with both kinds, and what had the kind for its parameter would be made anew,
# and migrated, at each turn.


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("sqlite"), "")
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("postgres"), postgres_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def databases(kind: str, request: pytest.FixtureRequest) -> Databases:
    found: Databases = request.getfixturevalue(f"{kind}_databases")
    return found


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """The address of a migrated database without rows."""
    return databases.migrated


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """The address of an empty database."""
    made = databases.create()
    yield made
    databases.drop(made)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The app's engine over an empty database."""
    with opened(url):
        yield db.engine


@pytest.fixture
def app(databases: Databases, template: str) -> Iterator[Flask]:
    """The app over a migrated database without rows."""
    made = databases.copy(template)
    with opened(made) as running:
        yield running
    databases.wipe(made)


@pytest.fixture(scope="module")
def migrated(databases: Databases, template: str) -> Iterator[Engine]:
    """The engine over a migrated database that the tests of a module share and leave empty."""
    made = databases.copy(template)
    with opened(made):
        yield db.engine
    databases.wipe(made)  # the rows were never committed, but their numbers are used up


@pytest.fixture
def connection(migrated: Engine) -> Iterator[Connection]:
    """A transaction that is never committed."""
    with migrated.connect() as made:
        yield made
        made.rollback()


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """Add a revision, given as lines of code, after the newest one in a copy of the folder of migrations."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "FOLDER", folder)

    def write(*up: str, down: tuple[str, ...] = ("pass",)) -> None:
        body = {"up": "\n".join(f"    {line}" for line in up), "down": "\n".join(f"    {line}" for line in down)}
        path = folder / "versions" / "of_a_test.py"
        path.write_text(STEP.format(before=newest, **body), encoding="utf-8")

    newest = migrate.head()
    return write
