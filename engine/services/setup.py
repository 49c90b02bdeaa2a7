"""Bringing the database of an installation up to date."""

from __future__ import annotations

from flask import Flask

from engine.services.definitions import check_versions, up_to_date
from engine.services.faults import lift_updated
from engine.store import migrate
from engine.store.database import db


def prepare_database() -> None:
    """Migrate to the newest revision and check the installed types against the pinned ones; updated plugins leave their
    quarantine. Safe to repeat."""
    if migrate.current(db.engine) != migrate.head():
        migrate.upgrade(db.engine)
    check_versions()
    up_to_date()
    lift_updated()


def is_prepared() -> bool:
    """Whether the database stands at the newest revision."""
    return migrate.current(db.engine) == migrate.head()


def release_database(app: Flask) -> None:
    """Close every connection of an app that is done with."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
