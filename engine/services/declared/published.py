"""Published versions: taken into the registry of this process as soon as there is something new, kept for ever."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping

from sqlalchemy import Select, func, select

from engine.core.rules import Rule
from engine.extension.declared import FileType, Unreadable, define
from engine.extension.loader import Source
from engine.services.host import host
from engine.store.database import db
from engine.store.declared import DeclaredType
from engine.store.people import School

_lock = threading.Lock()
_PUBLISHED = DeclaredType.state == "published"
#: The number of the newest type that is published; NULL where none is.
NEWEST = select(func.max(DeclaredType.id)).where(_PUBLISHED).scalar_subquery()


def refresh(newest: int) -> set[str]:
    """Take what was published meanwhile, by whichever process; the keys of the types that were renewed.

    ``newest`` is the number of the newest one (0: none); nothing is asked of the database where that is known already.
    """
    if newest == host().declared:
        return set()
    with _lock:
        known, registry = host().own_types, host().registry
        latest = select(func.max(DeclaredType.id)).where(_PUBLISHED).group_by(DeclaredType.key)
        rows = {row.key: (row, school) for row, school in db.session.execute(_named(latest))}
        renewed = {key for key, (row, _) in rows.items() if known.get(key) != row.id}
        for key in renewed:
            row, school = rows[key]
            registry.renew(Source(key, school, functools.partial(FileType, row.text), school=row.school_id))
            known[key] = row.id
        for key in set(known) - set(rows):
            registry.remove(key)
            del known[key]
        host().declared = newest
    return renewed


def _named(ids: Select[int]) -> Select[DeclaredType, str]:
    """Rows with the name of their school."""
    joined = select(DeclaredType, School.name).join(School, School.id == DeclaredType.school_id)
    return joined.where(DeclaredType.id.in_(ids))


def rules_of(type_key: str, version: str) -> Mapping[str, Rule]:
    """The rules of one published version; empty for a type that is not the work of a school."""
    text = db.session.scalar(
        select(DeclaredType.text).where(_PUBLISHED, DeclaredType.key == type_key, DeclaredType.version == version)
    )
    try:
        return define(text).rules if text else {}
    except Unreadable:  # the base it was written for is gone or has changed
        return {}
