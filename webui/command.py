"""What commands share: the app they work on, and refusals told in one line."""

from __future__ import annotations

import os
import select
from pathlib import Path
from typing import Any

import click
from flask import Flask

from engine.services.errors import ServiceError
from engine.services.setup import release_database

#: Browsers keep their connections for minutes. Waitress accepts a hundred, and no more until one has been silent for
#: two minutes: four classes of phones would lock everybody else out. Where there is no ``poll``, ``select`` watches
#: at most 512; elsewhere a process may usually open 1024 files.
_CONNECTIONS: dict[str, Any] = (
    {"connection_limit": 900, "asyncore_use_poll": True} if hasattr(select, "poll") else {"connection_limit": 400}
) | {"channel_timeout": 60, "cleanup_interval": 10}


def open_app(demo_mode: bool = False, instance: Path | None = None) -> Flask:
    """The application of this installation; imported late, for the pages import no command. Its connections are let go
    of when the command ends."""
    from webui import create_app

    app = create_app(instance, demo=demo_mode)
    if context := click.get_current_context(silent=True):
        context.call_on_close(lambda: release_database(app))
    return app


def server(app: Flask, address: str, port: int, threads: int) -> Any:
    """A production server that listens on the address. A port that is taken is told in one line."""
    from waitress.server import create_server

    try:
        return create_server(
            app,
            host=address,
            port=port,
            threads=threads,
            ident="",
            max_request_body_size=33 * 1024 * 1024,
            **_CONNECTIONS,
            # The server drops what proxies say unless told otherwise; the application weighs it (TREFOIL_PROXIES).
            clear_untrusted_proxy_headers=not int(os.environ.get("TREFOIL_PROXIES", "0")),
        )
    except OSError as error:
        raise click.ClickException(f"Порт {port} занят или закрыт. Укажите другой: --port") from error


class Plain(click.Group):
    """A group whose commands answer in one line what a service refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ServiceError as refused:
            raise click.ClickException(str(refused.text)) from refused
