"""The web pages: parse, call a service, render. Nothing here decides anything."""

from __future__ import annotations

import hashlib
import importlib
import os
import secrets
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.services import storage, worker
from engine.services.definitions import up_to_date
from engine.services.host import DEFAULT_ZONE, Limits, host, install
from engine.services.outbox.mail import Mail
from engine.services.starting import uncollected
from webui.addresses import Site

#: Every area exports ``bp`` from its views.
AREAS = (
    "auth",
    "second_step",
    "provider",
    "home",
    "cycles",
    "survey",
    "files",
    "results",
    "growth",
    "school",
    "types",
    "declared",
    "groups",
    "reports",
    "events",
    "visits",
    "indicators",
    "maturity",
    "lab",
    "measures",
    "bank",
    "exchange",
    "papers",
    "agenda",
    "personal",
    "district",
    "programs",
    "api",
    "health",
)


def create_app(instance: Path | str | None = None, database: str = "", *, demo: bool = False, **config: Any) -> Flask:
    """The application.

    ``instance`` is the folder of this installation (default: ``TREFOIL_INSTANCE`` or ./instance), ``database`` an
    SQLAlchemy address (default: ``TREFOIL_DATABASE`` or SQLite in the instance folder). Flask's own settings stand in
    ``config.py`` of that folder. ``TREFOIL_HTTPS=1`` tells that
    browsers come by https alone, ``TREFOIL_PROXIES`` how many of our own proxies stand in front, ``TREFOIL_API_RATE``
    how often a key may ask, ``TREFOIL_INNER_NETWORK=1`` that webhooks may lead into the inner network,
    ``TREFOIL_METRICS`` who may read ``/metrics``, ``TREFOIL_LOG`` where the log goes, ``TREFOIL_S3_BUCKET`` and its
    neighbours where files lie (engine.services.storage).
    """
    with uncollected():
        return _made(instance, database, demo, config)


def _made(instance: Path | str | None, database: str, demo: bool, config: dict[str, Any]) -> Flask:
    folder = Path(instance or os.environ.get("TREFOIL_INSTANCE") or "instance").resolve()
    https = os.environ.get("TREFOIL_HTTPS") == "1"
    limits = Limits.from_settings(os.environ)
    app = Site(__name__, instance_path=str(folder))
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_REFRESH_EACH_REQUEST=False,  # a session ends so long after it began, however often it is used
        PERMANENT_SESSION_LIFETIME=limits.absolute,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        BABEL_DEFAULT_LOCALE="ru",
        TREFOIL_HTTPS=https,
        TREFOIL_API_RATE=os.environ.get("TREFOIL_API_RATE", "600/minute"),
        TREFOIL_METRICS=os.environ.get("TREFOIL_METRICS", ""),
    )
    app.config.from_pyfile(str(folder / "config.py"), silent=True)
    app.config.update(config)
    if proxies := int(os.environ.get("TREFOIL_PROXIES", "0")):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    install(
        app,
        folder,
        database or os.environ.get("TREFOIL_DATABASE") or app.config.get("SQLALCHEMY_DATABASE_URI", ""),
        demo=demo,
        zone=os.environ.get("TREFOIL_TIMEZONE", DEFAULT_ZONE),
    )
    with app.app_context():
        host().mail = Mail.from_settings(os.environ)
        host().storage = storage.from_settings(os.environ, host().uploads)
        host().address = os.environ.get("TREFOIL_URL", "").rstrip("/")
        host().inner_network = os.environ.get("TREFOIL_INNER_NETWORK") == "1"
        app.secret_key = app.config.get("SECRET_KEY") or _secret(folder)
        host().secret, host().limits = str(app.secret_key), limits
    app.config["SESSION_COOKIE_NAME"] = _cookie_name(str(app.secret_key), app.config["SESSION_COOKIE_SECURE"])
    from webui import accents, errors, navigation, packing, parsing, policies, press, security, signature, teams, texts
    from webui.api.rate import Rate
    from webui.auth.cookie import Cookie
    from webui.health import logs, metrics
    from webui.provider import client

    app.session_interface = Cookie()
    app.url_rule_class = parsing.Address
    logs.init_app(app, os.environ.get("TREFOIL_LOG", ""))
    metrics.init_app(app)
    teams.Wording(app, locale_selector=teams.language, timezone_selector=lambda: None)
    texts.init_app(app)
    navigation.init_app(app)
    security.init_app(app)
    packing.init_app(app)
    client.init_app(app, client.Provider.from_settings(os.environ))
    errors.init_app(app)
    accents.init_app(app)
    app.jinja_env.globals.update(
        static_url=static_url(app), signature=signature.signature, drawn=signature.drawn, parted=signature.parted
    )
    app.url_map.converters["int"] = parsing.Id
    for area in AREAS:
        app.register_blueprint(importlib.import_module(f"webui.{area}.views").bp)
    app.extensions["trefoil-api-rate"] = Rate(app.config["TREFOIL_API_RATE"], os.environ.get("TREFOIL_REDIS", ""))
    app.before_request(_fresh)
    policies.init_app(app)
    press.init_app(app)
    worker.install(app)
    return app


def _fresh() -> None:
    """What other processes have published is there from the next request on."""
    if request.endpoint not in (None, "static") and request.blueprint != "health":
        up_to_date()


def _secret(folder: Path) -> str:
    """The key that signs cookies, made once and readable by this user alone."""
    path = folder / "secret_key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _cookie_name(secret: str, secure: bool) -> str:
    """A name of its own for each installation: cookies know no ports, so a demo beside it would sign people out."""
    return f"{'__Host-' if secure else ''}trefoil_{hashlib.sha256(secret.encode()).hexdigest()[:6]}"


def static_url(app: Flask) -> Any:
    """Addresses of static files with a hash of their content, so that browsers may keep them for ever."""
    known: dict[str, str] = {}

    def address(name: str) -> str:
        if name not in known or app.debug:
            content = (Path(app.static_folder or "") / name).read_bytes()
            known[name] = hashlib.sha256(content).hexdigest()[:12]
        return app.url_for("static", filename=name, v=known[name])

    return address
