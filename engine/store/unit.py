"""The unit of work: the one place where anything is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from engine.store.database import WRITE, db


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A write transaction: whole or not at all.

    What was read before is forgotten first, so that everything inside is read under the lock. A unit inside a unit
    joins it. Raises RuntimeError when something was changed outside of any unit.
    """
    session: Session = db.session()
    if session.info.get("unit"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed outside a unit of work")
    session.rollback()
    session.info["unit"] = True
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["unit"] = False


def lock(model: type[Any], key: Any) -> Any:
    """The row, locked until the unit ends and read anew (a SQLite unit holds the whole database already); or None."""
    return db.session.get(model, key, with_for_update={"of": model}, populate_existing=True)
