"""Browsers that know their people: whoever has signed in here before is counted apart from those who guess elsewhere.

The cookie opens nothing. It names the browser and the people who have signed in with it, signed by the installation.
"""

from __future__ import annotations

import secrets

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeSerializer

_KEPT = 10
_AGE = 400 * 24 * 3600


def known() -> dict[int, str]:
    """The people who have signed in with this browser → its name."""
    name, people = _read()
    return dict.fromkeys(people, name)


def remember(person_id: int) -> None:
    """Somebody has signed in with this browser."""
    name, people = _read()
    held = [person_id, *(p for p in people if p != person_id)][:_KEPT]
    value = _signer().dumps([name or secrets.token_urlsafe(16), held])

    @after_this_request
    def keep(response: Response) -> Response:
        config = current_app.config
        response.set_cookie(
            _cookie(),
            value,
            max_age=_AGE,
            secure=config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite=config["SESSION_COOKIE_SAMESITE"],
        )
        return response


def _read() -> tuple[str, list[int]]:
    try:
        name, people = _signer().loads(request.cookies.get(_cookie(), ""))
    except (BadData, ValueError, TypeError):
        return "", []
    return str(name)[:30], [int(p) for p in people]


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}_known"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known browser")
