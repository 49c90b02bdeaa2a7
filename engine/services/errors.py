"""What a service may answer instead of doing. Texts are for people; ``code`` is for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import OperationalError as DatabaseDown

from engine.core.errors import Refused, TrefoilError, UnknownAction
from engine.core.text import Text

__all__ = ["Conflict", "DatabaseDown", "Forbidden", "Invalid", "NotFound", "Refused", "ServiceError", "UnknownAction"]


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
