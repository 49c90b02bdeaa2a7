"""The workbench of an author: ``trefoil dev``. An application of its own, never part of ``create_app``.

It shows the code and tracebacks of plugins and lets anybody who reaches it press anything, so it answers on a loopback
address alone. It needs no database and no school: the sandbox lives in memory and ends with the process.
"""

from __future__ import annotations

import ipaddress
import secrets
from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from engine.services.host import Clock, Host
from engine.services.storage import Disk
from webui import accents, frame, navigation, parsing, security, signature, static_url, teams, texts
from webui.dev.bench import Workbench

_WEBUI = Path(__file__).parents[1]
_OWN = FileSystemLoader(_WEBUI / "dev/templates")
_REAL = FileSystemLoader([_WEBUI / "templates", _WEBUI / "cycles/templates"])


def create_dev_app(path: Path | None = None, instance: Path | str = "instance") -> Flask:
    """The workbench for the plugin at ``path``, those of ``instance`` and the installed ones.

    Raises NoPlugin when there is nothing to load at ``path``.
    """
    app = Flask("webui", instance_path=str(Path(instance).resolve()))
    app.config.update(
        TESTING=False,
        SECRET_KEY=secrets.token_hex(32),
        SESSION_COOKIE_NAME="trefoil_dev",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        BABEL_DEFAULT_LOCALE="ru",
        TREFOIL_HTTPS=False,
        TRUSTED_HOSTS=["localhost", "127.0.0.1", "[::1]"],
    )
    bench = Workbench(path, Path(app.instance_path))
    app.extensions["workbench"] = bench
    app.extensions["trefoil"] = Host(bench.instance, bench.registry, Clock(), Disk(bench.instance / "uploads"))
    # The pages of the workbench stand before those of the real app; ``real/…`` means the latter in any case.
    app.jinja_loader = ChoiceLoader([_OWN, PrefixLoader({"real": _REAL}), _REAL])
    teams.Wording(app, locale_selector=teams.language, timezone_selector=lambda: None)
    texts.init_app(app)
    frame.init_app(app, kept=False)  # the accents of a plugin are other ones when it is saved
    accents.init_app(app)
    vendor = navigation.vendored(Path(app.static_folder or ""))
    app.jinja_env.globals.update(
        static_url=static_url(app),
        signature=signature.signature,
        drawn=signature.drawn,
        parted=signature.parted,
        vendor=vendor,
    )
    app.url_map.converters["int"] = parsing.Id
    from webui.dev import documents, pages, shell, stand_ins

    security.init_app(app)
    shell.init_app(app)
    for blueprint in (pages.bp, documents.bp, stand_ins.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.filters["file_name"] = stand_ins.file_name
    return app


def is_loopback(address: str) -> bool:
    """Whether nobody but this machine reaches the address."""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
