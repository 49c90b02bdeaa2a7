"""What a service may answer instead of doing. Texts are for people; ``code`` is for programs."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoPlaceInPool

from engine.core.errors import Refused, TrefoilError, UnknownAction
from engine.core.text import Text

__all__ = [
    "DATABASE_DOWN",
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Refused",
    "ServiceError",
    "UnknownAction",
    "no_space",
]
#: The database does not answer, not in time, or not now: asking again later helps.
DATABASE_DOWN: tuple[type[Exception], ...] = (OperationalError, InterfaceError, NoPlaceInPool)
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def no_space(error: BaseException) -> bool:
    """Whether a disk is full, be it that of the files or that of the database."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(cause, psycopg.errors.DiskFull) or (isinstance(cause, OSError) and cause.errno in _NO_SPACE)


class ServiceError(TrefoilError):
    """Base: ``text`` says what happened and what to do."""

    code = "error"

    def __init__(self, text: str = "", en: str = "", **details: Any) -> None:
        super().__init__(text)
        self.text = Text(text, en=en)
        self.details = details


class NotFound(ServiceError):
    """There is no such thing, or it is not for this person to know."""

    code = "not_found"


class Forbidden(ServiceError):
    """The person may see the thing but not do this."""

    code = "forbidden"


class Conflict(ServiceError):
    """Somebody was faster; what was typed is still in the caller's hands."""

    code = "conflict"


class Invalid(ServiceError):
    """The input cannot be taken. ``errors`` maps a field to its messages; nothing was stored."""

    code = "invalid"

    def __init__(self, text: str = "", en: str = "", errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(text, en)
        self.errors = {key: list(messages) for key, messages in (errors or {}).items()}
