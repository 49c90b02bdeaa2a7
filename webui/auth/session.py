"""Who is asking: the browser holds a random token in its signed cookie, the session itself lives on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from flask import g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Unauthorized

from engine.services import second_step, sessions, watch
from webui.auth.known import remember

if TYPE_CHECKING:
    from typing import Literal

    from engine.services.sessions import Person

_KEY = "sign_in"


@overload
def me() -> Person: ...
@overload
def me(optional: Literal[True]) -> Person | None: ...
def me(optional: bool = False) -> Person | None:
    """The signed-in person. Without ``optional`` an anonymous request is refused."""
    kept = g._get_current_object().__dict__  # every part of a page asks: without the calls of a proxy
    if "person" not in kept:
        token = session.get(_KEY)
        g.person = sessions.person_for(token) if token else None
    person: Person | None = kept["person"]
    if person is None and not optional:
        raise Unauthorized
    return person


def half() -> Person | None:
    """Who has shown a password in this browser and owes the second step."""
    if "half" not in g:
        held = session.get(_KEY)
        g.half = sessions.half_for(held) if held and me(optional=True) is None else None
    person: Person | None = g.half
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
    _look_again()


def arrive(new_token: str, person: Person, target: str) -> ResponseReturnValue:
    """Start a fresh cookie and go on to ``target``, by the second step where one is owed."""
    begin(new_token)
    if me(optional=True) is None:
        return redirect(url_for("second_step.code" if second_step.has(person) else "second_step.setup", next=target))
    remember(person.id)
    return redirect(target or url_for("home.index"))


def _look_again() -> None:
    for name in ("person", "half", "words", "team_size"):
        g.pop(name, None)


def end() -> None:
    """End the session on the server and forget the cookie."""
    if held := token():
        person = me(optional=True)
        sessions.sign_out(held)
        if person is not None:
            watch.tell("sign_out", person=watch.asker())
    session.clear()
    _look_again()


def device() -> str:
    """What to call this browser in the list of sessions."""
    agent = request.user_agent.string
    for mark in ("iPhone", "Android", "Windows", "Macintosh", "Linux"):
        if mark in agent:
            return mark
    return "?"
