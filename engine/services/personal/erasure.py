"""Erasure of a person's data: an alias takes the place of the name everywhere, cycles stay valid, an act tells of it.

The act is opened first: while it is, the journal lets names be replaced and nothing else. All of it is one transaction.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from sqlalchemy import delete, func, select, text, update

from engine.core.text import Text
from engine.services import files
from engine.services.access import require_admin, school_roles
from engine.services.bank.search import index
from engine.services.effects import notify
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import now
from engine.services.personal.names import Name, patterns, replacer
from engine.services.personal.tables import all_tables, in_school, words
from engine.store.bank import Material
from engine.store.database import Model, db
from engine.store.documents import StoredFile
from engine.store.events import Participation
from engine.store.groups import Group, Membership
from engine.store.outbox import Job
from engine.store.people import FailedSignIn, Person, SchoolRole
from engine.store.personal import DestructionAct
from engine.store.unit import lock, unit_of_work

#: Tables whose rows of the person are thrown away whole: keys, drafts, letters, notices, addresses; in this order.
OWN = (
    "sign_in",
    "one_time_link",
    "second_step",
    "recovery_code",
    "outer_account",
    "api_answer",
    "api_token",
    "calendar_link",
    "letter",
    "notice",
    "draft",
    "feed_seen",
    "press",
)
ALIAS = Text("Участник {n}", en="Участник {n}")
DESTROYED = Text("Файл уничтожен по акту № {n}", en="The file was destroyed, act No. {n}")
_NONE = ("Такого сотрудника нет", "There is no such person")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would do: rows with the name by table, rows thrown away, files that hold the name, files of the
    person nobody can look into (pictures, PDF), and why it cannot be done yet."""

    person: Person
    alias: str
    replaced: dict[str, int]
    deleted: dict[str, int]
    named_files: tuple[StoredFile, ...]
    closed_files: tuple[StoredFile, ...]
    obstacles: tuple[Text, ...]


def preview(admin: Person, person_id: int) -> Preview:
    """What would happen. For the administrator; NotFound for people of other schools and for erased ones."""
    person = _person(admin, person_id)
    wanted = patterns(_name(person))
    replaced: Counter[str] = Counter()
    for table in all_tables():
        columns = words(table)
        if table.name in ("person", *OWN) or not columns:
            continue
        for row in db.session.execute(select(*columns).where(in_school(table, person.school_id))):
            if any(_holds(wanted, value) for value in row):
                replaced[table.name] += 1
    named, closed = _files(person)
    return Preview(
        person, _alias(person.school_id), dict(replaced), _own_rows(person), named, closed, tuple(_obstacles(person))
    )


def _person(admin: Person, person_id: int) -> Person:
    require_admin(admin)
    person = db.session.get(Person, person_id)
    if person is None or person.school_id != admin.school_id or person.erased_at is not None:
        raise NotFound(*_NONE)
    return person


def _name(person: Person) -> Name:
    others = db.session.scalars(
        select(Person.last_name).where(Person.school_id == person.school_id, Person.id != person.id)
    ).all()
    surname = patterns(Name(person.last_name, person.first_name))[-1]
    shared = any(surname.search(other) for other in others)
    return Name(person.last_name, person.first_name, person.patronymic, person.login or "", person.email, shared=shared)


def _alias(school_id: int) -> str:
    erased = db.session.scalar(
        select(func.count()).where(DestructionAct.school_id == school_id, DestructionAct.kind == "erasure")
    )
    return str(ALIAS.fill({"n": str((erased or 0) + 1)}))


def _obstacles(person: Person) -> list[Text]:
    found = []
    if db.session.scalar(select(Membership.id).where(Membership.person_id == person.id, Membership.until.is_(None))):
        found.append(
            Text(
                "Сидит в тройке: сначала замените в «Группы и тройки»",
                en="Sits in a triad: put somebody else in the seat first",
            )
        )
    if _leads(person):
        found.append(
            Text(
                "Руководит группой или сопровождает её: сначала назначьте другого",
                en="Leads a group or is its psychologist: appoint somebody else first",
            )
        )
    if "school_admin" in school_roles(person):
        found.append(
            Text("Администратор школы: сначала снимите эту роль", en="A school administrator: take the role away first")
        )
    return found


def _leads(person: Person) -> bool:
    query = select(Group.id).where((Group.leader_id == person.id) | (Group.psychologist_id == person.id)).limit(1)
    return db.session.scalar(query) is not None


def _own_rows(person: Person) -> dict[str, int]:
    found = {}
    for name in OWN:
        table = Model.metadata.tables[name]
        count = db.session.scalar(select(func.count()).select_from(table).where(table.c.person_id == person.id)) or 0
        if count:
            found[name] = count
    return found


def _holds(wanted: list[Any], value: Any) -> bool:
    if isinstance(value, str):
        return any(p.search(value) for p in wanted)
    if isinstance(value, list):
        return any(_holds(wanted, one) for one in value)
    if isinstance(value, dict):
        return any(_holds(wanted, one) for pair in value.items() for one in pair)
    return False


def _files(person: Person) -> tuple[tuple[StoredFile, ...], tuple[StoredFile, ...]]:
    """The files of the school that hold the name, or tell of the person's participation; those of the person that
    cannot be looked into."""
    table = Model.metadata.tables["stored_file"]
    rows = db.session.scalars(select(StoredFile).where(in_school(table, person.school_id)).order_by(StoredFile.id))
    own = set(db.session.scalars(select(Participation.id).where(Participation.person_id == person.id)))
    wanted = patterns(_name(person))
    named, closed = [], []
    for row in rows:
        read = _text(row)
        if row.participation_id in own or (read is not None and _holds(wanted, read)):
            named.append(row)
        elif read is None and row.owner_id == person.id and row.size:
            closed.append(row)
    return tuple(named), tuple(closed)


def _text(row: StoredFile) -> str | None:
    """The words of a file: of a text, and of the parts of an office document; None where nobody can look in."""
    path = files.place(row.stored_as)
    if not path.exists():
        return ""
    content = path.read_bytes()
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(BytesIO(content)) as bundle:
                parts = [bundle.read(n) for n in bundle.namelist() if n.endswith((".xml", ".rels", ".txt"))]
        except (zipfile.BadZipFile, OSError):
            return None
        return "\n".join(_plain(part) for part in parts)
    return _plain(content) if row.media_type.startswith("text/") else None


def _plain(content: bytes) -> str:
    """Text without its tags: a name may be cut into runs by Word."""
    return re.sub(r"<[^>]+>", "", content.decode("utf-8", "replace"))


def erase(admin: Person, person_id: int, *, typed: str, basis: str, destroy: tuple[int, ...] = ()) -> DestructionAct:
    """Erase a person's data; ``typed`` is the surname as confirmation, ``basis`` on what grounds, ``destroy`` the files
    nobody can look into that go as well.

    Raises NotFound, Invalid without confirmation or grounds, Conflict while the person is still needed somewhere.
    """
    with unit_of_work():
        lock(Person, person_id)
        person = _person(admin, person_id)
        errors: dict[str, list[str]] = {}
        if typed.strip() != person.last_name:
            errors["typed"] = [Text("Введите фамилию так, как она записана", en="Type the surname as it is written")]
        if not basis.strip():
            errors["basis"] = [Text("Укажите основание: заявление и дату", en="Give the grounds: the request, its day")]
        if errors:
            raise Invalid("Проверьте поля", "Check the fields", errors)
        if person.id == admin.id:
            raise Conflict("Свои данные удаляет другой администратор", "Another administrator erases one’s own data")
        if obstacles := _obstacles(person):
            raise Conflict(obstacles[0], obstacles[0].en)
        named, closed = _files(person)
        act = _open(admin, person, basis)
        counts: Counter[str] = Counter()
        doomed = [*named, *(f for f in closed if f.id in destroy)]
        places = [_destroy(row, act) for row in doomed]
        counts["stored_file"] = len(doomed)
        places += _throw_away(person, counts)
        _replace(person, act.alias, counts)
        person = db.session.get(Person, person_id, populate_existing=True)  # type: ignore[assignment]
        person.last_name, person.first_name, person.patronymic = act.alias, "", ""
        person.subject = person.position = person.email = ""
        person.login = person.password_hash = None
        person.active, person.erased_at, person.digest = False, now(), "off"
        for role in db.session.scalars(select(SchoolRole).where(SchoolRole.person_id == person.id)):
            role.until = role.until or now().date()
        for material in db.session.scalars(select(Material).where(Material.school_id == person.school_id)).unique():
            index(material)
        act.counts, act.finished_at = {k: n for k, n in sorted(counts.items()) if n}, now()
        db.session.flush()
        act_id = act.id
    for stored_as in places:
        files.discard(stored_as)
    _forget_the_log()
    found = db.session.get(DestructionAct, act_id)
    assert found is not None
    return found


def _open(admin: Person, person: Person, basis: str) -> DestructionAct:
    act = DestructionAct(
        school_id=person.school_id,
        number=next_number(person.school_id),
        kind="erasure",
        person_id=person.id,
        alias=_alias(person.school_id),
        basis=replacer(_name(person), _alias(person.school_id))(basis.strip()[:2000]),
        by_id=admin.id,
        started_at=now(),
    )
    db.session.add(act)
    db.session.flush()
    return act


def next_number(school_id: int) -> int:
    """The number of the next act of a school; call it in a unit of work."""
    last = db.session.scalar(select(func.max(DestructionAct.number)).where(DestructionAct.school_id == school_id))
    return (last or 0) + 1


def _destroy(row: StoredFile, act: DestructionAct) -> str:
    """The row stays, so that documents which name it stay whole; its bytes go. Returns what to take off the disk."""
    gone = row.stored_as
    note = str(DESTROYED.fill({"n": str(act.number)}))
    stored_as = files.keep(BytesIO(note.encode()))
    row.stored_as, row.name, row.media_type = stored_as, f"{note}.txt", "text/plain"
    row.size, row.sha256 = len(note.encode()), ""
    return gone


def _throw_away(person: Person, counts: Counter[str]) -> list[str]:
    """Delete what is the person's alone, and every export of the school: copies that can be made again. Returns files
    to take off the disk."""
    jobs = db.session.scalars(select(Job).where(Job.school_id == person.school_id)).all()
    places = [job.stored_as for job in jobs if job.stored_as]
    counts["job"] = len(jobs)
    for job in jobs:
        db.session.delete(job)
    db.session.flush()
    for name in OWN:
        table = Model.metadata.tables[name]
        gone = db.session.execute(delete(table).where(table.c.person_id == person.id))
        counts[name] = int(getattr(gone, "rowcount", 0))
    names = [str(person.id), *([person.login] if person.login else [])]
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.login.in_(names)))
    return places


def _replace(person: Person, alias: str, counts: Counter[str]) -> None:
    """Put the alias for the name in every text of the school, in journals too."""
    replace = replacer(_name(person), alias)
    for table in all_tables():
        columns = words(table)
        if table.name in ("person", "failed_sign_in") or not columns:
            continue
        keys = list(table.primary_key.columns)
        for row in db.session.execute(select(*keys, *columns).where(in_school(table, person.school_id))).all():
            old = dict(zip([c.name for c in columns], row[len(keys) :], strict=True))
            new = {name: made for name, value in old.items() if (made := replace(value)) != value}
            if new:
                same = [key == row[n] for n, key in enumerate(keys)]
                db.session.execute(update(table).where(*same).values(_fitting(table, new)))
                counts[table.name] += 1


def _fitting(table: Any, values: dict[str, Any]) -> dict[str, Any]:
    """An alias may be longer than the name: cut what no longer fits its column."""
    return {
        name: value[: table.c[name].type.length]
        if isinstance(value, str) and getattr(table.c[name].type, "length", None)
        else value
        for name, value in values.items()
    }


def _forget_the_log() -> None:
    """SQLite: what stood in the write-ahead log goes too; a reader who is at it lets it go at the next checkpoint."""
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def ask(person: Person) -> None:
    """A person asks the administrators of the school to erase their data."""
    told = Text(
        "{who} просит удалить свои персональные данные: ответьте за 10 рабочих дней",
        en="{who} asks to have their personal data erased: answer within 10 working days",
    ).fill({"who": person.short_name})
    admins = select(SchoolRole.person_id).where(SchoolRole.role == "school_admin", SchoolRole.until.is_(None))
    with unit_of_work():
        for admin_id in db.session.scalars(
            select(Person.id).where(
                Person.id.in_(admins), Person.school_id == person.school_id, Person.active.is_(True)
            )
        ).all():
            notify(admin_id, told, path=f"/school/people/{person.id}/erase")
