"""The signed cookie, as Flask writes it: its signer is made once for a key, and a plain value is told at a glance."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

#: What JSON holds as it is; words marked up, and labels of two languages, are of kinds of their own.
_PLAIN = frozenset({str, int, float, bool, type(None)})


class _Values(TaggedJSONSerializer):
    __slots__ = ()

    def tag(self, value: Any) -> Any:
        """``value`` as JSON, marked where JSON has no such kind."""
        return value if type(value) in _PLAIN else super().tag(value)


class Cookie(SecureCookieSessionInterface):
    """Sessions of Flask in its own cookie."""

    serializer = _Values()

    def __init__(self) -> None:
        self._made: tuple[Any, URLSafeTimedSerializer | None] = None, None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer for the keys the app has now."""
        keys = app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ())
        made = self._made
        if made[0] != keys:
            made = self._made = keys, super().get_signing_serializer(app)
        return made[1]
