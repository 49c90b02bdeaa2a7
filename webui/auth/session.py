"""Who is asking: the browser holds a random token in its signed cookie, the session itself lives on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from flask import g, request, session
from werkzeug.exceptions import Unauthorized

from engine.services import accounts, watch

if TYPE_CHECKING:
    from typing import Literal

    from engine.services.accounts import Person

_KEY = "sign_in"


@overload
def me() -> Person: ...
@overload
def me(optional: Literal[True]) -> Person | None: ...
def me(optional: bool = False) -> Person | None:
    """The signed-in person. Without ``optional`` an anonymous request is refused."""
    if "person" not in g:
        token = session.get(_KEY)
        g.person = accounts.person_for(token) if token else None
    if g.person is None and not optional:
        raise Unauthorized
    person: Person | None = g.person
    return person


def token() -> str:
    """The token of this browser; empty when there is none."""
    return str(session.get(_KEY, ""))


def begin(new_token: str) -> None:
    """Start a fresh cookie with the token: nothing of an earlier one is kept but the language."""
    language = session.get("language")
    session.clear()
    session.permanent = True
    session[_KEY] = new_token
    if language:
        session["language"] = language
    g.pop("person", None)


def end() -> None:
    """End the session on the server and forget the cookie."""
    if held := token():
        person = me(optional=True)
        accounts.sign_out(held)
        if person is not None:
            watch.tell("sign_out", person=watch.asker())
    session.clear()
    g.pop("person", None)


def device() -> str:
    """What to call this browser in the list of sessions."""
    agent = request.user_agent.string
    for mark in ("iPhone", "Android", "Windows", "Macintosh", "Linux"):
        if mark in agent:
            return mark
    return "?"
