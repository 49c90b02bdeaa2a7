"""Headers of every response, error pages and static files included."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from flask_wtf.csrf import same_origin

from webui import cookies


class Protection(CSRFProtect):
    """Flask-WTF's protection, which has the last word: it judges anew whatever is not plainly right."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Let a form of ours through; whatever else is sent is refused."""
        here: Request = request._get_current_object()  # type: ignore[attr-defined]
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        config = app.config
        if here.method not in config["WTF_CSRF_METHODS"]:
            return
        if apply_exemptions and (not here.endpoint or self._is_exempt()):
            return
        strict = here.is_secure and config["WTF_CSRF_SSL_STRICT"]
        near = not strict or same_origin(here.referrer or "", f"https://{here.host}/")
        if near and cookies.is_token(app, here.form.get(config["WTF_CSRF_FIELD_NAME"])):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions)


csrf = Protection()

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def init_app(app: Flask) -> None:
    """Refuse forms of other sites before anything looks at them; add the headers after every request."""
    app.before_request(_only_our_forms)
    app.before_request(_limit_text)
    csrf.init_app(app)
    app.after_request(_headers)


def _only_our_forms() -> ResponseReturnValue | None:
    """A form sent by another site is refused without a page of ours.

    The page that keeps a stale form's words would otherwise offer a stranger's words to be sent with one press, and its
    cookie would replace the one of whoever is signed in (the browser withholds ours from such a request).
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or not _foreign():
        return None
    if request.blueprint == "api":  # comes with a key in its header, which no other site can make a browser send
        return None
    return _("Форма отправлена с другого сайта") + "\n", 403, {"Content-Type": "text/plain; charset=utf-8"}


def _limit_text() -> None:
    """Werkzeug reads a plain form whole, whatever the limit for text: only files may be larger than that."""
    here = request._get_current_object()  # type: ignore[attr-defined]
    if here.environ.get("CONTENT_TYPE") and here.mimetype == "application/x-www-form-urlencoded":
        here.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]


def _foreign() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(origin).netloc != request.host


def _headers(response: Response) -> Response:
    headers, endpoint = response.headers, request.endpoint
    headers.setdefault("Content-Security-Policy", CSP)
    headers.extend(_ALWAYS)  # nobody else sets them
    if current_app.config["TREFOIL_HTTPS"]:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if endpoint == "accents":
        headers["Cache-Control"] = "public, max-age=3600"
    elif endpoint == "static":
        immutable = "v" in request.args and response.status_code in (200, 304)
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if immutable else "public, max-age=3600"
    else:
        headers["Cache-Control"] = "no-store"
    return response
