"""One press of a form acts once. Forms that add something carry ``ui.press()``; others act once by what they do."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from urllib.parse import urlsplit

from flask import Flask, Response, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import presses
from engine.services.errors import DATABASE_DOWN
from engine.services.sessions import Person
from webui.auth.again import own_path
from webui.auth.session import me


def init_app(app: Flask) -> None:
    """After whatever refuses a request: only what may be done is remembered as done."""
    app.before_request(_known)
    app.after_request(_note)
    app.register_error_handler(presses.Repeated, lambda error: _again(presses.leads_to(g.press) or ""))
    app.jinja_env.globals["press_key"] = lambda: secrets.token_urlsafe(12)


def _key(person: Person) -> str:
    """A page sent by the same person to the same address with the same words is the same press; with other words (after
    the back button) it is another."""
    said = hashlib.sha256(repr((person.id, request.path)).encode())
    for field in sorted(request.form.items(multi=True)):
        if field[0] != "csrf_token":
            said.update(repr(field).encode())
    for name, file in request.files.items(multi=True):
        said.update(repr((name, file.filename)).encode() + file.stream.read())
        file.stream.seek(0)
    return said.hexdigest()


def _known() -> ResponseReturnValue | None:
    if request.method != "POST" or not request.form.get("press") or (person := me(optional=True)) is None:
        return None
    key = _key(person)
    led = presses.leads_to(key)
    if led is not None:
        return _again(led)
    g.press = key
    presses.begin(key, person)
    return None


def _again(led: str) -> ResponseReturnValue:
    flash(_("Это уже сделано: второе нажатие ничего не добавило"), "info")
    return redirect(own_path(led or urlsplit(request.referrer or "").path))


def _note(response: Response) -> Response:
    if "press" in g:
        with suppress(*DATABASE_DOWN):  # it is done; what is noted here shows a second press what the first has made
            presses.end(g.press, response.location or "")
    return response
