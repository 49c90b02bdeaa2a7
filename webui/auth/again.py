"""Forms that came too late: the session or its token had ended meanwhile. Nothing that was typed is lost."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import second_step
from webui.auth.session import half, me

#: Inputs of the page itself are prefixed, so that they never collide with those it keeps.
PREFIX = "again-"
_NEVER_KEPT = frozenset({"csrf_token", "password", "old"})


def own_path(target: str) -> str:
    """A path of our own site to go on to, else the first page."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and "\\" not in target
    return target if ours and target.isprintable() else url_for("home.index")


def saved_form(*, sign_in: bool = False) -> ResponseReturnValue:
    """What was sent, on a page that sends it again with one press; with ``sign_in``, after signing in on that page."""
    if request.endpoint in ("auth.sign_in", "auth.step_in"):
        flash(_("Страница входа устарела. Введите пароль ещё раз"), "warning")
        return redirect(url_for("auth.sign_in", next=request.args.get("next") or None))
    again = request.endpoint == "auth.again"
    target = own_path(request.form.get(f"{PREFIX}target", "")) if again else request.full_path.rstrip("?")
    sign_in = me(optional=True) is None and (sign_in or again)
    return page(target, sign_in=sign_in, status=401 if sign_in else 400)


def typed() -> list[tuple[str, str]]:
    """What was sent and may stand on a page again."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NEVER_KEPT and not name.startswith(PREFIX)
    ]


def page(
    target: str, *, sign_in: bool, status: int, error: str = "", resend: bool = False, failed: bool = False
) -> tuple[str, int]:
    """The page. ``resend`` lets a browser with scripts press the button by itself; ``failed`` tells that it was the
    server's fault.

    Whoever has shown a password already is asked for the code; whoever has to set the second step up first does it on
    another page, and this one keeps the words meanwhile.
    """
    person = half() if sign_in else None
    step = "" if person is None else "code" if second_step.has(person) else "setup"
    return render_template(
        "auth/again.html",
        fields=typed(),
        failed=failed,
        target=target,
        sign_in=sign_in,
        step=step,
        error=error,
        resend=resend,
        login=request.form.get(f"{PREFIX}login", ""),
        files=any(file.filename for file in request.files.values()),
    ), status
