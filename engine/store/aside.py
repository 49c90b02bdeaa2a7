"""A session that stands aside while the driver writes beside it, and reads everything anew afterwards.

To end what it reads in, and to begin that again, costs SQLAlchemy three times what a press costs the database. On
SQLite, where a thread writes by a connection of its own, the session keeps the one it has.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from engine.store.memo import forget


def step_aside(session: Session, engine: Engine) -> Any:
    """Whatever a clean session has read is of before, and what it reads meanwhile is of now.

    Returns the driver's connection that the session has kept; None where it has given it back.
    """
    if engine.dialect.name == "sqlite" and _holds(session):
        driver: Any = session.connection().connection.driver_connection
        with suppress(engine.dialect.loaded_dbapi.Error):
            driver.rollback()
            _anew(session)
            return driver
    session.rollback()
    return None


def _holds(session: Session) -> bool:
    """Whether somebody goes on with what the session has read; one that holds nothing gives its connection back."""
    reads = session.in_transaction() and session.is_active and not session.in_nested_transaction()
    return reads and len(session.identity_map) > 0


def step_back(session: Session, driver: Any) -> None:
    """The driver has written, or has not: what the session has read meanwhile is of before."""
    if driver is None:
        session.rollback()
        return
    _anew(session)
    driver.execute("BEGIN")  # one state of everything for what is read from now on


def _anew(session: Session) -> None:
    """What has been read is read anew when somebody looks; where nobody has looked since the last time, it is so."""
    if any(len(state.dict) > 1 for state in session.identity_map.all_states()):  # the state itself is always there
        session.expire_all()
    forget(session)
