"""The signed cookie and the token of forms, with what signs them made once an application.

Flask and Flask-WTF make both anew for each request: a serializer, a signer, a key derived from the secret. What is
signed, and how it is checked, stays theirs.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import Any

from flask import Flask, g, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, Signer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.signer import SigningAlgorithm


class _Sha1(SigningAlgorithm):
    """The signature both of them write, in one call of the library below."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """HMAC-SHA1."""
        return hmac.digest(key, value, "sha1")


class _Signer(TimestampSigner):
    """Derives its key once for each secret."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, algorithm=_Sha1(), **settings)
        self._derived: dict[Any, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """The key, as it has always been derived."""
        known = self._derived.get(secret_key)
        if known is None:
            known = self._derived[secret_key] = super().derive_key(secret_key)
        return known


class _Serializer(URLSafeTimedSerializer):
    """Signs and checks with one signer: it holds its keys and nothing of what it signs."""

    default_signer = _Signer
    _one: Signer | None = None

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        """The signer for the own salt; another one is made for each call, as it has always been."""
        if salt not in (None, self.salt):
            return super().make_signer(salt)
        if self._one is None:
            self._one = super().make_signer(salt)
        return self._one


#: What JSON holds as it is; words marked up, and labels of two languages, are of kinds of their own.
_PLAIN = frozenset({str, int, float, bool, type(None)})


class _Values(TaggedJSONSerializer):
    """What Flask writes, a plain value told at a glance."""

    __slots__ = ()

    def tag(self, value: Any) -> Any:
        """``value`` as JSON, marked where JSON has no such kind."""
        return value if type(value) in _PLAIN else super().tag(value)


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie."""

    serializer = _Values()

    def __init__(self) -> None:
        self._known = lru_cache(maxsize=8)(self._made)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The serializer for the secrets of the app as they are now."""
        if not app.secret_key:
            return None
        return self._known((*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key))

    def _made(self, keys: tuple[str | bytes, ...]) -> URLSafeTimedSerializer:
        how = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        return _Serializer(list(keys), salt=self.salt, serializer=self.serializer, signer_kwargs=how)  # type: ignore[arg-type]


@lru_cache(maxsize=8)
def _of_forms(secret: str | bytes) -> URLSafeTimedSerializer:
    return _Serializer(secret, salt="wtf-csrf-token")


def _secret(app: Flask) -> str | bytes | None:
    secret: str | bytes | None = app.config.get("WTF_CSRF_SECRET_KEY") or app.secret_key
    return secret


def is_token(app: Flask, given: str | None) -> bool:
    """Whether a form has come with the token of this session, as Flask-WTF would find; it tells why another is none."""
    secret = _secret(app)
    held = session.get(app.config["WTF_CSRF_FIELD_NAME"]) if given and secret else None
    if not given or not secret or type(held) is not str:
        return False
    try:
        told = _of_forms(secret).loads(given, max_age=app.config["WTF_CSRF_TIME_LIMIT"])
    except BadData:
        return False
    return type(told) is str and hmac.compare_digest(held, told)


def init_app(app: Flask) -> None:
    """Give the app its sessions, and the templates the token of forms."""
    app.session_interface = Sessions()
    config = app.config

    def csrf_token() -> str:
        """The token as Flask-WTF makes it; a page has one, however many forms."""
        kept = g._get_current_object().__dict__
        field = config["WTF_CSRF_FIELD_NAME"]
        token: str | None = kept.get(field)
        if token is None:
            secret, held = _secret(app), session.get(field)
            if not secret or type(held) is not str:
                return str(generate_csrf())
            token = kept[field] = str(_of_forms(secret).dumps(held))
        return token

    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})
