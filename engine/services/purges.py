"""The end of a type in a school: everything its cycles held is counted, exported, and deleted on the word of a person.

What others have made of it stays: materials of the bank keep their passport as text, consents stay as evidence, groups
and triads are people, year reports keep the figures they were sent with. A tombstone says who deleted what and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, false, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.text import Text
from engine.services import files
from engine.services.access import require_admin
from engine.services.definitions import forget_switches, switches
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import now
from engine.services.papers.answers import definitions_of
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import Model, db
from engine.store.documents import Draft, StoredFile, Submission
from engine.store.groups import Group, TypeSwitch
from engine.store.lives import TypePurge
from engine.store.outbox import Job
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

EXPORT = "type"
#: Columns that point into a cycle from what outlives it: they are emptied, the rows stay.
KEPT = frozenset(
    {
        ("material", "cycle_id"),
        ("consent", "cycle_id"),
        ("visit", "deficit_id"),
        ("plan_step", "deficit_id"),
        ("cycle", "previous_id"),
    }
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a purge would delete, by table, what would stay without its cycle, the export before it, and why not yet."""

    key: str
    title: str
    counts: dict[str, int]
    kept: dict[str, int]
    export: Job | None
    obstacles: tuple[Text, ...]

    @property
    def empty(self) -> bool:
        return not any(self.counts.values())


def preview(admin: Person, key: str) -> Preview:
    """Count. For the administrator; NotFound for a type the school never had."""
    require_admin(admin)
    state = switches(admin.school_id).get(key)
    if state is None:
        raise NotFound("Такого типа нет", "There is no such type")
    counts, kept = _counts(admin.school_id, key), _kept(admin.school_id, key)
    export = _export(admin, key)
    obstacles = []
    if state != "disabled":
        obstacles.append(
            Text(
                "Отключите тип: удаляют только то, что уже стоит",
                en="Disable the type first: only what stands still is deleted",
            )
        )
    if any(counts.values()) and export is None:
        obstacles.append(
            Text("Соберите выгрузку: она готовится здесь же", en="Make the export first: it is made right here")
        )
    return Preview(key, title_of(admin.school_id, key), counts, kept, export, tuple(obstacles))


def title_of(school_id: int, key: str) -> str:
    """What the type is called: by its plugin, or by the last definition kept of it."""
    definitions = definitions_of(school_id, key)
    return definitions[-1].title if definitions else key


def _export(admin: Person, key: str) -> Job | None:
    """The finished export of the type, if nothing has been written since it was asked for."""
    jobs = select(Job).where(Job.person_id == admin.id, Job.kind == EXPORT, Job.state == "done").order_by(Job.id.desc())
    job = next((j for j in db.session.scalars(jobs) if j.args.get("type") == key), None)
    if job is None or not job.stored_as or not files.place(job.stored_as).exists():
        return None
    last = _last_change(admin.school_id, key)
    return job if last is None or job.created_at >= last else None


def waiting(admin: Person, key: str) -> Job | None:
    """The export that is being made now."""
    jobs = select(Job).where(Job.person_id == admin.id, Job.kind == EXPORT, Job.state.in_(("waiting", "running")))
    return next((j for j in db.session.scalars(jobs) if j.args.get("type") == key), None)


def _last_change(school_id: int, key: str) -> datetime | None:
    cycles = _cycles(school_id, key)
    moments = (
        db.session.scalar(select(func.max(column)).where(of.in_(cycles)))
        for column, of in (
            (JournalEntry.at, JournalEntry.cycle_id),
            (Submission.updated_at, Submission.cycle_id),
            (Draft.updated_at, Draft.cycle_id),
            (StoredFile.uploaded_at, StoredFile.cycle_id),
        )
    )
    return max((m for m in moments if m is not None), default=None)


def _cycles(school_id: int, key: str) -> Any:
    return select(Cycle.id).where(Cycle.school_id == school_id, Cycle.type_key == key)


def doomed(school_id: int, key: str) -> dict[str, ColumnElement[bool]]:
    """Which rows go, by table, children before parents; found along the foreign keys, so no new table is forgotten."""
    tables = list(Model.metadata.sorted_tables)
    conditions: dict[str, ColumnElement[bool]] = {
        "cycle": (Model.metadata.tables["cycle"].c.school_id == school_id)
        & (Model.metadata.tables["cycle"].c.type_key == key)
    }
    for table in tables:
        ways = [
            column.in_(select(parent.c[target]).where(conditions[parent.name]))
            for column, parent, target in _links(table)
            if parent.name in conditions and parent is not table and (table.name, column.name) not in KEPT
        ]
        if ways and table.name != "cycle":
            conditions[table.name] = or_(*ways)
    own = Model.metadata.tables["type_settings"]
    conditions["type_settings"] = (own.c.school_id == school_id) & (own.c.type_key == key)
    groups = select(Group.id).where(Group.school_id == school_id, Group.type_key == key)
    conditions["threshold"] = Model.metadata.tables["threshold"].c.group_id.in_(groups)
    order = [table.name for table in reversed(tables) if table.name in conditions]
    return {name: conditions[name] for name in order}


def _links(table: Table) -> list[tuple[Any, Table, str]]:
    return [(column, key.column.table, key.column.name) for column in table.columns for key in column.foreign_keys]


def _counts(school_id: int, key: str) -> dict[str, int]:
    found = {}
    for name, condition in doomed(school_id, key).items():
        table = Model.metadata.tables[name]
        found[name] = db.session.scalar(select(func.count()).select_from(table).where(condition)) or 0
    return {name: n for name, n in sorted(found.items()) if n}


def _outliving(school_id: int, key: str) -> list[tuple[Table, Any, ColumnElement[bool]]]:
    """Rows that stay and lose what they point to: (table, column, condition)."""
    gone = doomed(school_id, key)
    found: list[tuple[Table, Any, ColumnElement[bool]]] = []
    for name, column_name in sorted(KEPT):
        table = Model.metadata.tables[name]
        column = table.c[column_name]
        (link,) = column.foreign_keys
        parent = link.column.table
        points = column.in_(select(link.column).where(gone.get(parent.name, false())))
        found.append((table, column, points & ~gone[name] if name in gone else points))
    return found


def _kept(school_id: int, key: str) -> dict[str, int]:
    counted = {
        table.name: db.session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for table, _, condition in _outliving(school_id, key)
    }
    return {name: n for name, n in counted.items() if n}


def purge(admin: Person, key: str, typed: str) -> TypePurge:
    """Delete everything of the type in one transaction; ``typed`` is its title as the word of whoever does it.

    Raises Invalid for another word, Conflict while the type is not disabled or its export is not there.
    """
    with unit_of_work():
        lock(School, admin.school_id)
        seen = preview(admin, key)
        if seen.obstacles:
            raise Conflict(seen.obstacles[0], seen.obstacles[0].en)
        if typed.strip() not in {str(seen.title), getattr(seen.title, "en", "") or str(seen.title)}:
            raise Invalid(
                "Введите название типа так, как оно написано",
                "Type the title of the type as it is written",
                {"typed": [Text("Название не совпало", en="The title does not match")]},
            )
        title = Text(seen.title)
        stone = TypePurge(
            school_id=admin.school_id,
            type_key=key,
            title={"ru": str(title), "en": title.en},
            by_id=admin.id,
            started_at=now(),
        )
        db.session.add(stone)
        db.session.flush()  # from here on the journal lets the entries of this type go
        db.session.execute(_cycles(admin.school_id, key).with_for_update())  # nothing new can hang on them from now on
        places = _places(admin.school_id, key)
        stone.counts = _delete(admin.school_id, key)
        switch = db.session.scalar(
            select(TypeSwitch).where(TypeSwitch.school_id == admin.school_id, TypeSwitch.type_key == key)
        )
        assert switch is not None
        switch.state, switch.changed_at, switch.changed_by = "purged", now(), admin.id
        stone.finished_at = now()
        db.session.flush()
        stone_id = stone.id
    forget_switches()
    for stored_as in places:
        files.discard(stored_as)
    found = db.session.get(TypePurge, stone_id)
    assert found is not None
    return found


def _places(school_id: int, key: str) -> list[str]:
    table = Model.metadata.tables["stored_file"]
    return list(db.session.scalars(select(table.c.stored_as).where(doomed(school_id, key)["stored_file"])))


def _delete(school_id: int, key: str) -> dict[str, int]:
    for table, column, condition in _outliving(school_id, key):
        db.session.execute(update(table).where(condition).values({column.name: None}))
    gone = doomed(school_id, key)
    inside = Model.metadata.tables["cycle"]
    db.session.execute(update(inside).where(gone["cycle"]).values(previous_id=None))
    counts = {}
    for name, condition in gone.items():
        done = db.session.execute(delete(Model.metadata.tables[name]).where(condition))
        counts[name] = int(getattr(done, "rowcount", 0))
    db.session.expire_all()
    return {name: n for name, n in sorted(counts.items()) if n}


def tombstones(admin: Person) -> list[tuple[TypePurge, str]]:
    """What was purged in the school, newest first, with who did it."""
    require_admin(admin)
    rows = db.session.execute(
        select(TypePurge, Person)
        .join(Person, Person.id == TypePurge.by_id)
        .where(TypePurge.school_id == admin.school_id, TypePurge.finished_at.is_not(None))
        .order_by(TypePurge.id.desc())
    )
    return [(stone, who.short_name) for stone, who in rows]
