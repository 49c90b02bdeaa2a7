"""What surrounds every page of the workbench: the look at the files before it, frames of our own, faults told whole."""

from __future__ import annotations

import logging

from flask import Flask, Response, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from engine.extension import trace
from engine.testing.contract import russian
from webui.dev.bench import Bench, fault_of, workbench
from webui.security import CSP
from webui.teams import LANGUAGES, speak

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Register all of it."""
    app.before_request(_look)
    app.teardown_request(_let_go)
    app.after_request(_frames)
    app.url_defaults(_newest_accents)
    app.context_processor(lambda: {"me": None, "workshop": workbench, "language_endpoint": "dev.language"})
    app.jinja_env.filters["own_frames"] = trace.own_frames
    app.jinja_env.globals.update(in_english=in_english, asked_of=trace.asked)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def in_english(text: str) -> str:
    """The English form of a text of a definition; empty where a Russian text has none."""
    return getattr(text, "en", "") or ("" if russian(text) else text)


def bench_or_404(number: int) -> Bench:
    """The plugin with this number."""
    return workbench().benches.get(number) or abort(404)


def _look() -> None:
    """One request at a time: whatever was saved meanwhile is loaded before the page is made."""
    if request.endpoint == "static":
        return
    workbench().lock.acquire()
    g.locked = True
    workbench().refresh()


def _let_go(error: BaseException | None) -> None:
    if g.pop("locked", False):
        workbench().lock.release()


def _frames(response: Response) -> Response:
    """Pages of the workbench may stand in frames of the workbench; nothing else is loosened."""
    response.headers["Content-Security-Policy"] = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return response


def _newest_accents(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "accents":
        values.setdefault("v", workbench().version)


def changes() -> ResponseReturnValue:
    """What the page asks every second: which version of the plugins stands on the workbench now."""
    return jsonify(version=workbench().version)


def language(code: str) -> ResponseReturnValue:
    """Choose the language of the workbench and of the texts it shows."""
    if code in LANGUAGES:
        speak(code)
    return redirect(own_path(request.form.get("back", "")))


def own_path(target: str) -> str:
    """A path of this application to go back to, else the first page."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if ours else url_for("dev.index")


def _stale(error: CSRFError) -> ResponseReturnValue:
    flash(_("Страница осталась от прошлого запуска мастерской. Нажмите ещё раз"), "warning")
    referrer = request.referrer or ""
    inside = referrer.startswith(request.host_url)
    return redirect("/" + referrer.removeprefix(request.host_url) if inside else url_for("dev.index"), 303)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if isinstance(error, SecurityError):  # a strange host name: no address of ours can be told to it
        return f"{error.description}\n", code, {"Content-Type": "text/plain; charset=utf-8"}
    told = {404: _("Такой страницы нет"), 405: _("По этому адресу только отправляют формы")}
    return render_template("dev/error.html", status=code, text=told.get(code, error.description), trace=""), code


def _unexpected(error: Exception) -> ResponseReturnValue:
    """Strict: what a plugin raised while a page was made is shown whole."""
    log.exception("the workbench failed")
    text = f"{type(error).__name__}: {error}"
    return render_template("dev/error.html", status=500, text=text, trace=fault_of(error)), 500
