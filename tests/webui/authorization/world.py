"""One demo installation in which everybody of the table is signed in, and objects of every kind lie ready."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from engine.services import sessions
from engine.services.deficits import GROUPS
from engine.services.programs import tokens
from engine.services.programs.scopes import SCOPES
from engine.store.cycles import Cycle
from engine.store.database import Model, db
from engine.store.groups import Group
from engine.store.people import Person, School, SchoolRole
from engine.store.unit import unit_of_work
from tests.store.rows import NEEDED, add
from tests.webui import crawling
from tests.webui.conftest import csrf
from webui.policies import BEARER, POLICIES

#: Who is who. Each is one thing alone, so that a verdict tells of that thing: see :func:`_cast`.
PEOPLE = {
    "outside": "Мелков",
    "teacher": "Указкина",
    "leader": "Дневникова",
    "other_leader": "Переменкина",
    "psychologist": "Доскина",
    "lab": "Графикова",
    "admin": "Конспектова",
    "coordinator": "Координатова",
    "foreign_admin": "Заречнов",
}
#: Nobody signed in: at all, after a survey, by the key of a program, with a closed account, with the password alone.
STRANGERS = ("anonymous", "pupil", "program", "inactive", "half")
ROLES = (*STRANGERS, *PEOPLE)
OBJECTS = ("own", "neighbour", "foreign", "closed", "missing", "mixed")
MISSING = 999_999
#: Where an object of each kind lies: its cycle, triad, group, and two people. The foreign ones are made.
PLACES = {
    "own": {"cycle": 2, "triad": 5, "plc_group": 3, "person": "Указкина", "second": "Тетрадкина"},
    "neighbour": {"cycle": 7, "triad": 7, "plc_group": 4, "person": "Классова", "second": "Ноткина"},
    "closed": {"cycle": 1, "triad": 5, "plc_group": 3, "person": "Указкина", "second": "Тетрадкина"},
}
TABLES = {**crawling.TABLES, "draft_id": "declared_type", "upgrade_id": "cycle_upgrade"}
#: Parts that are no ids, by endpoint and by name.
WORDS: dict[str, Any] = {
    "n": 1,
    "round_": 1,
    "form_key": "plan",
    "kind": "route",
    "code": "en",
    "filename": "css/trefoil.css",
    "indicators.records key": "lessons_held",
    "survey.manage key": "class_survey",
    "survey.paper key": "class_survey",
    "survey.settings key": "class_survey",
    "survey.sheet key": "class_survey",
    "cycles.act key": "hold",
    "declared.part key": "process",
    "declared.form key": "plan",
    "papers.download kind": "year",
    "papers.download ending": "docx",
    "key": "formative",
}
#: What made rows hold where any words will not do: pages must be able to show them.
VALUES: dict[str, dict[str, Any]] = {
    "event": {"form": "seminar", "level": "school"},
    "deficit": {"group_key": next(iter(GROUPS))},
    "transfer": {"people": []},
    "api_token": {"scopes": ["cycles:read"]},
    "webhook": {"events": []},
    "closed_note": {"role": "psychologist"},
    "material": {"kind": "plan"},
}
#: What operations for programs and some forms are sent: where what was typed is checked first, it has to be right.
BODIES: dict[str, Any] = {
    "api.cycle_open": {"triad_id": PLACES["own"]["triad"]},
    "api.cycle_fire": {"action": "hold", "seen": 1},
    "api.submission_confirm": {"content_hash": "x"},
}
WRITING = {"values": {}, "base": 0}
FORMS: dict[str, dict[str, str]] = {
    "events.edit": {"title": "Семинар", "form": "seminar", "level": "school", "begins": "2026-10-01"},
}
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@dataclass
class World:
    """The installation, a browser or a key for everybody, and the ids of the objects of each kind."""

    app: Flask
    folder: Path
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    _cookies: dict[str, dict[Any, Any]] = field(default_factory=dict)
    _watch: sqlite3.Connection | None = None
    _version: int = 0

    def ask(self, role: str, rule: Rule, method: str, path: str) -> TestResponse:
        """Send one request as somebody, with an empty form that carries a good token."""
        if POLICIES[rule.endpoint].startswith(BEARER):
            given = {"Authorization": f"Bearer {self.keys[role]}"} if role in self.keys else {}
            body = None if method == "GET" else BODIES.get(rule.endpoint, WRITING)
            return self.browsers["anonymous"].open(path, method=method, headers=given, json=body)
        given = {"Authorization": f"Bearer {self.keys['teacher']}"} if role == "program" else {}
        filled = FORMS.get(rule.endpoint, {})
        data = {"csrf_token": self.tokens[role], **filled} if method != "GET" else None
        return self.browsers[role].open(path, method=method, headers=given, data=data)

    def changed(self) -> bool:
        """Whether anything has been written since the last look."""
        assert self._watch is not None
        version = self._watch.execute("PRAGMA data_version").fetchone()[0]
        before, self._version = self._version, version
        return bool(version != before)

    def keep(self) -> None:
        """Remember the database and the browsers as they are."""
        self.let_go()
        with sqlite3.connect(self.folder / "trefoil.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(self.folder / "trefoil.sqlite", self.folder / "kept.sqlite")
        self._cookies = {role: dict(browser._cookies) for role, browser in self.browsers.items()}
        self._look()

    def again(self) -> None:
        """Back to what :meth:`keep` has kept."""
        self.let_go()
        for ending in ("-wal", "-shm"):
            (self.folder / f"trefoil.sqlite{ending}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "kept.sqlite", self.folder / "trefoil.sqlite")
        self.cookies_again()
        self._look()

    def cookies_again(self) -> None:
        """The browsers as they were kept."""
        for role, browser in self.browsers.items():
            browser._cookies = dict(self._cookies[role])

    def let_go(self) -> None:
        """Close what looks at the database."""
        if self._watch is not None:
            self._watch.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _look(self) -> None:
        self._watch = sqlite3.connect(self.folder / "trefoil.sqlite")
        self._version = self._watch.execute("PRAGMA data_version").fetchone()[0]

    def paths(self, rule: Rule, method: str) -> Iterator[tuple[str, str]]:
        """The address about each kind of object there is of its sort; «-» when it names none."""
        parts = [a for a in rule.arguments if a in TABLES]
        plain = {
            a: WORDS.get(f"{rule.endpoint} {a}", WORDS.get(a, "nothing")) for a in rule.arguments if a not in TABLES
        }
        adapter = self.app.url_map.bind("localhost")
        if not parts:
            yield "-", adapter.build(rule.endpoint, plain, method=method)
            return
        order = [p for p in rule.rule.replace(">", "<").split("<") if p.rpartition(":")[2] in parts]
        first = order[0].rpartition(":")[2]
        for kind in OBJECTS:
            if kind == "mixed":
                if len(parts) < 2:
                    continue
                given = {a: self.ids["own" if a == first else "foreign"][TABLES[a]] for a in parts}
            elif kind == "missing":
                given = dict.fromkeys(parts, MISSING)
            else:
                if kind == "closed" and not any("cycle" in (TABLES[a], *_parents(TABLES[a])) for a in parts):
                    continue
                given = {a: self.ids[kind][TABLES[a]] for a in parts}
            yield kind, adapter.build(rule.endpoint, {**plain, **given}, method=method)


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & _METHODS)


def name(rule: Rule, method: str) -> str:
    """How the table calls a rule and a method."""
    return f"{method} {rule.rule}"


def _parents(table: str) -> set[str]:
    return {key.column.table.name for c in Model.metadata.tables[table].columns for key in c.foreign_keys}


def build(app: Flask, folder: Path) -> World:
    """Everybody in, every object there."""
    made = World(app, folder)
    with app.app_context():
        _cast()
        with unit_of_work():
            connection = db.session.connection()
            for kind, place in PLACES.items():
                made.ids[kind] = _objects(connection, place)
            made.ids["foreign"] = _foreign(connection)
        people = {p.last_name: p for p in db.session.scalars(select(Person))}
        for role in ("own", "neighbour", "closed"):
            made.ids[role]["person"] = people[str(PLACES[role]["person"])].id
        for role, last_name in (*PEOPLE.items(), ("inactive", "Буквина"), ("half", "Страничкин")):
            browser = made.browsers[role] = app.test_client()
            person = people[last_name]
            token = sessions.begin(person, "", whole=role != "half")
            with browser.session_transaction() as held:
                held["sign_in"] = token
            if role in PEOPLE:
                _row, made.keys[role] = tokens.make(person, "Проба", SCOPES, 90)
        _row, made.keys["program"] = tokens.make(people["Указкина"], "Отозванный", SCOPES, 90)
        tokens.revoke(people["Указкина"], _row.id)
        with unit_of_work():
            people["Буквина"].active = False
        link = db.session.scalars(select(Model.metadata.tables["survey_run"].c.link)).first()
    for role in ("anonymous", "pupil", "program"):
        made.browsers[role] = app.test_client()
    made.browsers["pupil"].get(f"/s/{link}")
    for role in PEOPLE:  # the first use of a key is noted
        made.browsers["anonymous"].get("/api/v1/me", headers={"Authorization": f"Bearer {made.keys[role]}"})
    for role, browser in made.browsers.items():
        made.tokens[role] = csrf(browser.get("/privacy").text)
    made.keep()
    return made


def _cast() -> None:
    """One thing for each: the psychologist of two groups, an administrator and a coordinator who are nothing else, an
    administrator who owes the second step."""
    people = {p.last_name: p for p in db.session.scalars(select(Person))}
    with unit_of_work():
        for group in db.session.scalars(select(Group)):
            group.psychologist_id = people["Доскина"].id
        coordinator = Person(school_id=people["Окружнова"].school_id, last_name="Координатова", first_name="Кира")
        db.session.add(coordinator)
        db.session.flush()
        since = db.session.get(School, 1) and db.session.scalars(select(SchoolRole.since)).first()
        for person, role in (
            (people["Конспектова"], "school_admin"),
            (people["Страничкин"], "school_admin"),
            (coordinator, "district_coordinator"),
        ):
            db.session.add(SchoolRole(person_id=person.id, role=role, since=since))


def _objects(connection: Connection, place: dict[str, Any]) -> dict[str, int]:
    """An object of every table at a place of the own school: one that is there, else one that is made."""
    person = Model.metadata.tables["person"]
    ids = {p.last_name: p.id for p in connection.execute(select(person.c.last_name, person.c.id))}
    found = {"school": 1, "district": 1, "school_year": 1, **{k: v for k, v in place.items() if isinstance(v, int)}}
    found["person"], found["second"] = ids[place["person"]], ids[place["second"]]
    for table in Model.metadata.sorted_tables:
        if table.name in TABLES.values() and table.name not in found:
            found[table.name] = _there(connection, table, found) or _made(connection, table, found)
    return found


def _keys(table: Table, found: dict[str, int], *, all_of_them: bool) -> dict[str, int]:
    """Its foreign keys that lead to objects of the place."""
    given = {}
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table.name
            needed = not column.nullable or column.name == NEEDED.get(table.name, ("",))[0]
            if parent in found and (needed or all_of_them):
                given[column.name] = found["second" if column.name == "host_id" else parent]
    return given


def _there(connection: Connection, table: Table, found: dict[str, int]) -> int:
    keys = _keys(table, found, all_of_them=False)
    for owner in ("cycle_id", "triad_id", "group_id", "deficit_id", "plan_id", "material_id", "event_id", "webhook_id"):
        if owner in keys:
            return connection.execute(select(table.c.id).where(table.c[owner] == keys[owner])).scalar() or 0
    owner = next((c for c in keys if c.endswith(("person_id", "host_id", "author_id"))), "")
    query = select(table.c.id)
    return (connection.execute(query.where(table.c[owner] == keys[owner])).scalar() or 0) if owner else 0


def _made(connection: Connection, table: Table, found: dict[str, int]) -> int:
    given = {**_keys(table, found, all_of_them=False), **VALUES.get(table.name, {})}
    made = int(add(connection, table.name, **given)["id"])
    if table.name == "material":
        add(connection, "material_author", material_id=made, person_id=found["person"])
    return made


def _foreign(connection: Connection) -> dict[str, int]:
    """A row of every table in the school beyond the river, parents and all."""
    person = Model.metadata.tables["person"]
    query = select(person.c.id).where(person.c.school_id == 2)
    found = {"school": 2, "person": int(connection.execute(query).scalar_one()), "district": 1}
    found["second"] = int(add(connection, "person", school_id=2)["id"])
    for table in Model.metadata.sorted_tables:
        if table.name in found or table.name not in TABLES.values():
            continue
        found[table.name] = _made(connection, table, found)
        if table.name == "cycle":
            own = connection.execute(select(Cycle.fingerprint, Cycle.type_key, Cycle.stage).where(Cycle.id == 2)).one()
            connection.execute(db.update(Cycle.__table__).where(Cycle.id == found["cycle"]).values(**own._mapping))
    return found
