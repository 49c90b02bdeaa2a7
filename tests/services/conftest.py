"""Services on both databases, over the invented school of thirty-six teachers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.services.demo.school import Cast
from tests.installation import Database, cast, running


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, founded_on: Callable[[str], Database]) -> Database:
    """Each kind of database with the school founded in it."""
    return founded_on(request.param)


@pytest.fixture
def school(database: Database, tmp_path: Path) -> Iterator[Cast]:
    """The school of this test alone; the clock stands at a Monday of September."""
    with database.copy(tmp_path / "instance") as (folder, url), running(folder, url):
        yield cast()
