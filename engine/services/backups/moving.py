"""Carrying the database of an installation to another one, SQLite or PostgreSQL, without loss."""

from __future__ import annotations

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from engine.services.backups.filling import require_same, target
from engine.services.errors import Conflict, Invalid
from engine.store import dump, migrate
from engine.store.database import db, opened
from engine.store.dump import Content

KINDS = ("sqlite", "postgresql")


def move(url: str) -> dict[str, Content]:
    """Copy every row into the database at ``url``, which is empty or made ready by ``trefoil init`` alone.

    One moment of the old database, one transaction of the new one; then both are compared. The old one is left as it
    was. Returns what was carried, by table. Raises Invalid for an address of another kind, Conflict when the new
    database has rows or another revision, or anything came out different; then nothing was written.
    """
    if _kind(url) not in KINDS or make_url(url) == db.engine.url:
        raise Invalid("Укажите адрес другой базы: SQLite или PostgreSQL", "Name another database: SQLite or PostgreSQL")
    with opened(url) as engine, dump.snapshot(db.engine) as old, target(engine) as new:
        revision = migrate.current_on(old)
        if revision is None or not migrate.is_known(revision):
            raise Conflict("Сначала выполните trefoil init", "Run trefoil init first")
        if not dump.has_tables(new):
            migrate.to(new, revision)
        elif migrate.current_on(new) != revision:
            raise Conflict("У новой базы другая версия таблиц", "The new database has tables of another revision")
        ours = {table.name: table for table in dump.tables(old)}
        for table in dump.tables(new):
            dump.load(new, table, dump.lines(old, ours[table.name]))
        found = dump.contents(new)
        require_same(found, dump.contents(old))
    return found


def _kind(url: str) -> str:
    try:
        return make_url(url).get_backend_name()
    except ArgumentError:
        return ""
