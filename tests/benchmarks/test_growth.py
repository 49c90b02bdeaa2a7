"""A region that is made for measuring is whole, its errands are real, and none of them reads a growing table whole."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks import errands, generator, growth, plans
from benchmarks.errands import ASKED, Place
from benchmarks.timing import database
from engine.services import journal
from engine.store.bank import Trial
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.people import School
from engine.store.surveys import SurveyRun
from engine.store.tables import metadata

pytestmark = pytest.mark.slow
#: Six districts of ten schools; the planner of SQLite is told of nearly a thousand.
CYCLES, SCHOOLS, TIMES = 60 * generator.OF_SCHOOL, 60, 160


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    logging.disable(logging.ERROR)
    folder, size = tmp_path_factory.mktemp("region"), growth.Size(CYCLES)
    if request.param == "sqlite":
        growth.make(folder, "", size)
        plans.grown(create_engine(f"sqlite:///{folder / 'trefoil.sqlite'}"), TIMES, SCHOOLS // generator.PER_DISTRICT)
        with errands.opened(folder) as made:
            yield made
    else:
        server = request.getfixturevalue("postgres_url").replace("+psycopg", "")
        with database(server) as url:
            url = url.replace("postgresql:", "postgresql+psycopg:", 1)
            growth.make(folder, url, size)
            with errands.opened(folder, url) as made:
                yield made
    logging.disable(logging.NOTSET)


@pytest.fixture
def session(place: Place) -> Iterator[Session]:
    with place.app.app_context():
        yield db.session()
        db.session.remove()


def _count(session: Session, model: type, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def test_the_region_has_as_many_cycles_as_asked_and_every_school_its_own(session: Session) -> None:
    assert _count(session, Cycle) == CYCLES
    by_school = session.execute(select(Cycle.school_id, func.count()).group_by(Cycle.school_id)).all()
    assert {count for _, count in by_school} == {generator.OF_SCHOOL}
    assert len(by_school) == SCHOOLS
    districts = select(School.district_id, func.count()).where(School.district_id.is_not(None))
    counts = [count for _, count in session.execute(districts.group_by(School.district_id))]
    assert counts == [3 * generator.PER_DISTRICT] * (SCHOOLS // generator.PER_DISTRICT), "ten schools, their neighbours"


def test_every_row_has_its_parents_in_its_own_school(session: Session) -> None:
    for t in metadata.sorted_tables:
        for column in t.columns:
            for key in column.foreign_keys:
                to = key.column.table.alias()
                orphans = select(func.count()).select_from(t).where(column.is_not(None))
                found = orphans.where(~select(to).where(to.c[key.column.name] == column).exists())
                assert session.scalar(found) == 0, (t.name, column.name)
    strays = select(func.count()).select_from(JournalEntry).join(Cycle, Cycle.id == JournalEntry.cycle_id)
    assert session.scalar(strays.where(Cycle.seq < JournalEntry.seq)) == 0
    tried = select(Trial).where(Trial.cycle_id.is_not(None))
    for trial in session.scalars(tried):
        assert session.get_one(Cycle, trial.cycle_id).school_id == trial.school_id


def test_the_first_school_is_as_its_people_left_it(session: Session) -> None:
    of_first = select(Cycle).where(Cycle.school_id == 1, Cycle.id <= generator.PRESENT)
    for cycle in session.scalars(of_first):
        assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)


@pytest.mark.parametrize("name", ASKED)
def test_no_statement_reads_a_growing_table_whole(place: Place, name: str) -> None:
    place.run(name)
    with place.app.app_context():
        engine = db.engine
    with plans.heard(engine) as sent:
        place.run(name)
    assert len(sent) >= 3, "the statements of the errand are heard"
    with engine.connect() as connection:
        assert plans.scans(connection, sent, indexes_alone=True) == []


def test_a_table_that_is_read_whole_is_seen(place: Place) -> None:
    with place.app.app_context():
        engine = db.engine
    with plans.heard(engine) as sent, engine.connect() as connection:
        connection.execute(select(Cycle.id).where(Cycle.title == "нет такого"))
        run = SurveyRun.__table__.alias("other")
        connection.execute(select(run.c.id).where(run.c.answered == 3))
    with engine.connect() as connection:
        found = {scan.table for scan in plans.scans(connection, sent, indexes_alone=True)}
    assert "cycle" in found
    assert "survey_run" in found


def test_a_region_is_measured_and_told(place: Place) -> None:
    found = {"sqlite": growth.compared([place, place, place], CYCLES, 1)}
    told = growth.claims(found)
    assert len(told) == len(ASKED) + 1
    assert all(float(reached.split()[0]) > 0 for _, _, reached, _ in told[:-1])
    assert all(name in growth.table(found) for name in ASKED)
