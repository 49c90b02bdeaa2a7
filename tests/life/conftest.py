"""The invented school on both databases, with the type of these tests instead of the bundled ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.store.database import db
from engine.store.people import Person, SchoolRole
from tests.installation import Database, running
from tests.life.pieces import V1, enable, offer


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, founded_on: Callable[[str], Database]) -> Database:
    """Each kind of database with the school founded in it."""
    return founded_on(request.param)


@pytest.fixture
def admin(database: Database, tmp_path: Path) -> Iterator[Person]:
    """The administrator of the school of this test alone; the first version of the type is enabled."""
    with database.copy(tmp_path / "instance") as (folder, url), running(folder, url):
        offer(V1)
        found = db.session.scalars(
            select(Person).join(SchoolRole, SchoolRole.person_id == Person.id).where(SchoolRole.role == "school_admin")
        ).first()
        assert found is not None
        enable(found)
        yield found
