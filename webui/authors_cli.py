"""Commands for authors of group types: ``new-type`` begins one, ``dev`` shows it while it is written."""

from __future__ import annotations

import os
from pathlib import Path

import click

from engine.extension.new_type import BadName, new_type
from engine.extension.workplace import NoPlugin
from engine.services.errors import ServiceError
from engine.services.recording import record
from webui.command import open_app, server


@click.command(name="new-type")
@click.argument("key")
@click.option("--title", default="", help="What teachers call it, in Russian.")
@click.option("--title-en", "english", default="", help="The same in English.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to (default: here)."
)
def new_type_command(key: str, title: str, english: str, folder: Path) -> None:
    """Write an installable group type: forms, rules, criteria and tests that are green from the start."""
    try:
        written = new_type(key, folder, title, english)
    except (BadName, OSError) as refused:
        raise click.ClickException(str(refused)) from refused
    for path in written:
        click.echo(path)
    click.echo(f"\nДальше: pip install -e {folder / key} && pytest {folder / key} && trefoil types lint")
    click.echo(f"Смотреть на тип, пока пишете: trefoil dev {folder / key}")


@click.command(name="dev")
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--host", "address", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", default=8010, show_default=True)
def dev_command(path: Path | None, address: str, port: int) -> None:
    """The workbench: a local page for the plugin at PATH (a file, a package or the folder of a new type).

    It shows findings, forms, the process and every rule, has a sandbox to click through, and follows every save.
    Development only: it needs no database and answers to this machine alone.
    """
    from webui.dev import create_dev_app, is_loopback

    if not is_loopback(address):
        raise click.ClickException(
            "Мастерская показывает код и не спрашивает, кто пришёл: она слушает только этот компьютер (127.0.0.1)"
        )
    try:
        app = create_dev_app(path, os.environ.get("TREFOIL_INSTANCE") or "instance")
    except NoPlugin as nothing:
        raise click.ClickException(str(nothing)) from nothing
    listening = server(app, address, port, 4)
    click.echo(f"Мастерская: http://{address}:{port}/")
    listening.run()


@click.command(name="record")
@click.argument("cycle_id", type=int)
@click.option("--module", default="", help="The module with plc_group_type, where it is not the installed one.")
def record_command(cycle_id: int, module: str) -> None:
    """Print a finished cycle as a test: what was pressed and written, without names and words."""
    with open_app().app_context():
        try:
            click.echo(record(cycle_id, module), nl=False)
        except ServiceError as refused:
            raise click.ClickException(str(refused.text)) from refused
