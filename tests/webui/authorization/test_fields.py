"""Fields of forms: an id of another school moves nothing there and ties nothing to it; a field that was never shown
sets nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.services.host import host
from engine.services.personal.tables import CODES, in_school
from engine.store.database import Model, db
from tests.gates.plugin import Figure
from tests.webui.authorization.world import World, build
from tests.webui.conftest import close
from tests.webui.crawling import forms
from webui import create_app

#: A part of a field's name → the table whose id it holds; anything else that holds a number is tried with people.
_HOLDS = {
    "triad": "triad",
    "cycle": "cycle",
    "target": "plc_group",
    "group": "plc_group",
    "deficit": "deficit",
    "event": "event",
    "material": "material",
    "year": "school_year",
    "file": "stored_file",
    "consent": "consent",
    "measure": "measure",
}
_IDS = ("id", "person", "leader", "psychologist", "seat", "host", "guest", "owner", "author", "who", *_HOLDS)


@pytest.fixture(scope="module")
def world(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("fields") / "instance")
    app = create_app(folder, demo=True)
    made = build(app, folder)
    with app.app_context():
        host().clock.set(datetime.now().replace(microsecond=0), frozen=True)
    yield made
    made.let_go()
    close(app)


def _rows(world: World, school: int) -> dict[str, list[Any]]:
    """The rows of a school, what is random or a moment left out."""
    with world.app.app_context():
        found = {}
        for table in Model.metadata.sorted_tables:
            columns = [c for c in table.columns if c.name not in CODES or c.name == "stage"]
            query = select(*columns).where(in_school(table, school)).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in db.session.execute(query)]
        return found


def _ties(world: World) -> dict[str, int]:
    """How many rows of each school point into the other one, by column."""
    with world.app.app_context():
        found = {}
        for table in Model.metadata.sorted_tables:
            for column in table.columns:
                for key in column.foreign_keys:
                    for mine, theirs in ((1, 2), (2, 1)):
                        there = select(key.column).where(in_school(key.column.table, theirs))
                        query = select(func.count()).select_from(table)
                        count = db.session.scalar(query.where(in_school(table, mine), column.in_(there)))
                        if count:
                            found[f"{table.name}.{column.name} {mine}"] = count
        return found


def _foreign(world: World, field: str) -> int:
    ids = world.ids["foreign"]
    table = next((table for part, table in _HOLDS.items() if part in field), "person")
    return ids[table]


def _filled(fields: dict[str, str]) -> dict[str, str]:
    """A form as somebody would send it: what stood in it, and words where nothing did."""
    return {key: value or "Проба пера" for key, value in fields.items()}


#: Boxes to tick, which a form shows and does not send until they are ticked.
_BOXES = {"done"}
#: The short run asks as the first two of them.
_WHO = ("teacher", "admin", "leader", "lab")


@pytest.mark.gate("R-07")
def test_a_foreign_id_in_any_field_reaches_nothing(world: World, figure: Figure) -> None:
    theirs, ties, tried = _rows(world, 2), _ties(world), 0
    for role in _WHO[: figure.size(short=2, long=4)]:
        client = world.browsers[role]
        for action, fields in list(forms(world.app, client, limit=figure.size(short=12, long=400))):
            for name in fields:
                if name == "csrf_token" or not (fields[name].isdigit() or any(part in name for part in _IDS)):
                    continue
                answer = client.post(action, data=_filled(fields) | {name: str(_foreign(world, name))})
                answer.close()
                tried += 1
                assert answer.status_code < 500 and answer.status_code != 400, (action, name, answer.status_code)
                if world.changed():
                    assert _rows(world, 2) == theirs, (action, name)
                    assert _ties(world) == ties, (action, name)
                    world.again()
                else:
                    world.cookies_again()
    assert tried > 20
    figure.reached(f"{tried} fields with a foreign id, 0 ties")


@pytest.mark.gate("R-07")
def test_a_field_that_was_not_shown_sets_nothing(world: World, figure: Figure) -> None:
    """The same form with columns of the tables among its fields leaves the same database as without, or is refused.

    Two forms may share an address (a teacher's taking part and a pupil's): what one of them shows both may send.
    """
    untouched = _rows(world, 1), _rows(world, 2)
    extra = {
        column.name: "1" if column.name.startswith("is_") else str(world.ids["foreign"]["person"])
        for table in Model.metadata.sorted_tables
        for column in table.columns
    } | {"role": "school_admin", "school_id": "2", "active": "0", "state": "in_bank", "stage": "closed"}
    told = 0
    for role in _WHO[: figure.size(short=2, long=4)]:
        client = world.browsers[role]
        found = list(forms(world.app, client, limit=figure.size(short=25, long=400)))
        for action, fields in found:
            plain = _filled(fields)
            read = _BOXES | {name for other, names in found for name in names if other.partition("?")[0] == action}
            client.post(action, data=plain).close()
            if not world.changed():
                world.cookies_again()
                continue
            honest = _rows(world, 1), _rows(world, 2)
            world.again()
            client.post(action, data={k: v for k, v in extra.items() if k not in read} | plain).close()
            assert (_rows(world, 1), _rows(world, 2)) in (honest, untouched), action
            world.again()
            told += 1
    assert told > 8
    figure.reached(f"{told} writing forms with {len(extra)} fields more, the same rows")
