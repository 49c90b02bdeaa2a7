"""What commands share: the app they work on, and refusals told in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import Flask

from engine.services.errors import ServiceError


def open_app(demo_mode: bool = False, instance: Path | None = None) -> Flask:
    """The application of this installation; imported late, for the pages import no command."""
    from webui import create_app

    return create_app(instance, demo=demo_mode)


class Plain(click.Group):
    """A group whose commands answer in one line what a service refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ServiceError as refused:
            raise click.ClickException(str(refused.text)) from refused
