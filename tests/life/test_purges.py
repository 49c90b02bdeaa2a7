"""The end of a type in a school: counted, exported, deleted on a word, remembered; and begun again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from engine.services import cycles, files, purges, types
from engine.services.definitions import offered
from engine.services.demo.lessons import attach
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid
from engine.services.host import host
from engine.services.papers import jobs
from engine.services.personal.titles import TABLES
from engine.store.bank import Material
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import Model, db
from engine.store.documents import StoredFile
from engine.store.growth import Deficit
from engine.store.lives import TypePurge
from engine.store.outbox import Job
from engine.store.people import Person, SchoolRole
from engine.store.personal import Consent
from engine.store.unit import unit_of_work
from tests.installation import Database, cast, running
from tests.services.roads import road
from tests.store.rows import add

KEY = "project"
#: After everything that was written.
WINTER = datetime.fromisoformat("2027-01-11T09:00")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def walked(
    request: pytest.FixtureRequest, founded_on: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The school with a whole cycle of one type behind it, another going on, and a cycle of a second type."""
    made = founded_on(request.param).apart(tmp_path_factory.mktemp(f"purge_{request.param}") / "instance")
    with running(made.folder, made.url(made.template)):
        school = cast()
        cycle, team = road(school, "closed")
        attach(team[0], cycle, "работа.txt")
        cycles.open_cycle(school.triads["ФО-1"], school.team("ФО-1")[0])
        with unit_of_work():
            connection = db.session.connection()
            home = {"school_id": cycle.school_id}
            add(connection, "material", **home, cycle_id=cycle.id, type_key=KEY, passport={"lessons": 3})
            add(connection, "consent", **home, cycle_id=cycle.id)
            deficit = db.session.scalars(select(Deficit.id).where(Deficit.cycle_id == cycle.id)).first()
            add(connection, "visit", **home, deficit_id=deficit)
            report = add(connection, "mini_report", **home, cycle_id=cycle.id)
            add(connection, "trial", **home, cycle_id=report["cycle_id"], material_id=None)
    yield made
    made.drop()


@pytest.fixture
def school(walked: Database, tmp_path: Path) -> Iterator[Cast]:
    with walked.copy(tmp_path / "instance") as (folder, url), running(folder, url):
        host().clock.set(WINTER)
        yield cast()


def boss() -> Person:
    """The administrator."""
    found = select(Person).join(SchoolRole, SchoolRole.person_id == Person.id)
    return db.session.scalars(found.where(SchoolRole.role == "school_admin")).first()


def exported() -> Job:
    """The finished export of the type."""
    job = jobs.ask(boss(), purges.EXPORT, {"type": KEY}, "ru")
    assert jobs.run(job.id)
    return db.session.get(Job, job.id)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    tables = Model.metadata.sorted_tables
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in tables}


def test_what_is_counted_is_what_is_deleted(school: Cast) -> None:
    admin = boss()
    types.switch(admin, KEY, "disabled")
    with files.place(exported().stored_as).open() as content, zipfile.ZipFile(content) as bundle:
        names = bundle.namelist()
        assert bundle.testzip() is None
        kept = json.loads(bundle.read("data/submission.json"))
        assert len(kept) == purges.preview(admin, KEY).counts["submission"]
        assert any(n.startswith("Листы/") and n.endswith(".xlsx") for n in names)
        assert any(n.endswith("работа.txt") for n in names)
        assert any(n.startswith("definitions/1-") for n in names)
        assert not {n for n in names if "survey_answer" in n or "closed_note" in n or "draft" in n}
    seen = purges.preview(admin, KEY)
    assert seen.export is not None and seen.obstacles == () and set(seen.counts) <= set(TABLES)
    assert {"cycle", "cycle_round", "journal_entry", "submission", "survey_run", "deficit", "stored_file"} <= set(
        seen.counts
    )
    assert {"mini_report", "trial", "handover", "decision", "threshold"} & set(seen.counts) >= {"mini_report", "trial"}
    assert seen.kept == {"consent": 1, "material": 1, "visit": 1}
    places = list(db.session.scalars(select(StoredFile.stored_as).where(StoredFile.cycle_id.is_not(None))))
    before = rows()
    stone = purges.purge(admin, KEY, "Проектная деятельность")
    after = rows()
    assert stone.counts == seen.counts
    gone = {name: before[name] - after[name] for name in before if before[name] != after[name]}
    assert gone == {**seen.counts, "type_purge": -1}
    assert not any(files.place(place).exists() for place in places)
    assert db.session.scalars(select(Material)).unique().one().passport == {"lessons": 3}
    assert db.session.scalars(select(Material.cycle_id)).one() is None
    assert db.session.scalars(select(Consent.cycle_id)).one() is None
    assert [c.type_key for c in db.session.scalars(select(Cycle)).unique()] == ["formative"]
    ((told, who),) = purges.tombstones(admin)
    assert (told.title["ru"], told.by_id, who) == ("Проектная деятельность", admin.id, admin.short_name)


def test_it_begins_anew_after_a_purge(school: Cast) -> None:
    admin = boss()
    types.switch(admin, KEY, "disabled")
    exported()
    purges.purge(admin, KEY, "Проектная деятельность")
    assert {c.key: c.state for c in types.cards(admin)}[KEY] == "purged"
    with pytest.raises(Invalid):
        types.switch(admin, KEY, "draining")
    with pytest.raises(Invalid):
        cycles.open_cycle(school.triads["ПД-1"], school.team("ПД-1")[0])
    types.switch(admin, KEY, "enabled")
    cycle = cycles.open_cycle(school.triads["ПД-1"], school.team("ПД-1")[0])
    assert cycle.fingerprint == offered(admin.school_id, KEY).fingerprint
    assert purges.preview(admin, KEY).counts["cycle"] == 1


def test_it_is_refused_until_disabled_exported_and_named(school: Cast) -> None:
    admin = boss()
    before = rows()
    with pytest.raises(Conflict, match="Отключите"):
        purges.purge(admin, KEY, "Проектная деятельность")
    types.switch(admin, KEY, "disabled")
    with pytest.raises(Conflict, match="Соберите выгрузку"):
        purges.purge(admin, KEY, "Проектная деятельность")
    exported()
    with pytest.raises(Invalid):
        purges.purge(admin, KEY, "проектная")
    with pytest.raises(Forbidden):
        purges.purge(school.team("ПД-1")[0], KEY, "Проектная деятельность")
    assert {k: v for k, v in rows().items() if k != "job"} == {k: v for k, v in before.items() if k != "job"}


def test_an_export_older_than_what_was_written_since_does_not_count(school: Cast) -> None:
    admin = boss()
    types.switch(admin, KEY, "disabled")
    job = exported()
    with unit_of_work():
        db.session.get(Job, job.id).created_at = admin_moment()
    assert purges.preview(admin, KEY).export is None


def admin_moment():
    """Before anything was written."""
    first = db.session.scalars(select(JournalEntry.at).order_by(JournalEntry.at)).first()
    return first.replace(year=first.year - 1)


def test_the_journal_of_another_type_does_not_go_while_a_purge_is_open(school: Cast) -> None:
    admin = boss()
    other = select(Cycle.id).where(Cycle.type_key == "formative")
    mine = select(Cycle.id).where(Cycle.type_key == KEY)
    with unit_of_work():
        stone = TypePurge(school_id=admin.school_id, type_key=KEY, title={}, by_id=admin.id, started_at=admin_moment())
        db.session.add(stone)
    with pytest.raises(DatabaseError, match="append-only"), unit_of_work():
        db.session.execute(delete(JournalEntry).where(JournalEntry.cycle_id.in_(other)))
    with unit_of_work():
        gone = db.session.execute(delete(JournalEntry).where(JournalEntry.cycle_id.in_(mine)))
        assert gone.rowcount > 0
        db.session.get(TypePurge, stone.id).finished_at = admin_moment()
    with pytest.raises(DatabaseError, match="append-only"), unit_of_work():
        db.session.execute(delete(JournalEntry))


def test_every_table_that_hangs_on_a_cycle_is_decided_about(school: Cast) -> None:
    gone = set(purges.doomed(1, KEY))
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            for link in column.foreign_keys:
                if link.column.table.name in gone:
                    kept = (table.name, column.name) in purges.KEPT
                    assert kept == (table.name not in gone) or table.name in gone, (table.name, column.name)
                    assert not kept or column.nullable
