"""Commands for authors of group types: ``trefoil new-type``."""

from __future__ import annotations

from pathlib import Path

import click

from engine.extension.new_type import BadName, new_type


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
