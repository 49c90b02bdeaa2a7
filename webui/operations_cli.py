"""Commands of whoever runs an installation: ``trefoil backup``, ``verify``, ``restore``, ``move``, ``incident``."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic

import click

from engine.services import incidents, storage
from engine.services.backups import checking, making, moving, restoring
from engine.services.backups.sealed import Manifest
from engine.services.errors import ServiceError
from webui.command import open_app


class Operation(click.Command):
    """A command that answers in one line what a service refuses."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ServiceError as refused:
            raise click.ClickException(str(refused.text)) from refused


def _told(manifest: Manifest) -> str:
    return (
        f"строк: {manifest.rows}, таблиц: {len(manifest.tables)}, файлов: {len(manifest.files)}, "
        f"таблицы версии {manifest.revision}, снято {manifest.made_at}"
    )


def _lost(manifest: Manifest) -> None:
    if manifest.lost:
        click.echo(f"! на диске нет файлов, о которых есть записи: {len(manifest.lost)}", err=True)


@click.command(cls=Operation)
@click.argument("target", metavar="ФАЙЛ|ПАПКА", type=click.Path(path_type=Path))
@click.option(
    "--keep", type=click.IntRange(min=1), default=None, help="Keep so many of a folder's backups, the newest."
)
def backup(target: Path, keep: int | None) -> None:
    """Back up the database, the uploaded files and the keys while people work; read the backup again."""
    began = monotonic()
    with open_app().app_context():
        path, manifest = making.make(target, keep=keep or 0)
    click.echo(f"{path}\n{_told(manifest)}, {monotonic() - began:.1f} с")
    _lost(manifest)


@click.command(cls=Operation)
@click.argument("files", metavar="ФАЙЛ…", nargs=-1, required=True, type=click.Path(path_type=Path))
def verify(files: tuple[Path, ...]) -> None:
    """Check that backups are whole: every byte, row and file. Exit code 1 when one is not."""
    for file in files:
        manifest = checking.verify(file)
        click.echo(f"Копия цела: {file}: {_told(manifest)}")
        _lost(manifest)


@click.command(cls=Operation)
@click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path))
@click.option("--into", required=True, metavar="ПАПКА", type=click.Path(path_type=Path), help="An empty folder.")
@click.option(
    "--database",
    envvar="TREFOIL_DATABASE",
    show_envvar=True,
    default="",
    help="An empty database (default: SQLite in that folder).",
)
def restore(file: Path, into: Path, database: str) -> None:
    """Bring an installation back into an empty folder and an empty database."""
    began = monotonic()
    uploads = storage.from_settings(os.environ, into / "uploads")
    manifest = restoring.restore(file, into, database, uploads)
    click.echo(f"Восстановлено: {_told(manifest)}, {monotonic() - began:.1f} с")
    click.echo(f"Запуск: TREFOIL_INSTANCE={into} trefoil serve")
    _lost(manifest)


@click.command(cls=Operation)
@click.option("--to", "url", required=True, metavar="АДРЕС", help="Address of the new database.")
def move(url: str) -> None:
    """Carry the database to another one, SQLite or PostgreSQL. Stop the site first: later changes stay behind."""
    began = monotonic()
    with open_app().app_context():
        carried = moving.move(url)
    rows = sum(content.rows for content in carried.values())
    click.echo(f"Перенесено и сверено: строк {rows}, таблиц {len(carried)}, {monotonic() - began:.1f} с")
    click.echo("Теперь укажите новый адрес в TREFOIL_DATABASE. Старая база не изменена.")


@click.command(cls=Operation)
@click.argument("logs", metavar="ЖУРНАЛ…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--user", type=int, help="Number of the account.")
@click.option("--address", default="", help="Network address.")
@click.option("--since", default="", metavar="2026-11-24T08:00", help="From this moment on, as the log has it (UTC).")
@click.option("--until", default="", metavar="2026-11-24", help="Up to and with this moment or day.")
def incident(logs: tuple[Path, ...], user: int | None, address: str, since: str, until: str) -> None:
    """What an account or an address did, from the logs, and whom the records it opened are about."""
    if (user is None) == (not address):
        raise click.UsageError("Укажите --user или --address")
    with open_app().app_context():
        found = incidents.story(logs, incidents.Asked(user, address, since, until))
        people, others = incidents.touched(found.opened)
        click.echo(f"Запросов: {found.requests}. События безопасности: {len(found.events)}")
        for event in found.events:
            facts = " ".join(f"{k}={v}" for k, v in event.items() if k not in ("level", "log", "message", "timestamp"))
            click.echo(f"{event['timestamp']}\t{event['message']}\t{facts}")
        click.echo(f"\nЧьи записи открывали: {len(people)}")
        for person in people:
            click.echo(f"{person.id}\t{person.full_name}\t{person.school.name}")
        if others:
            click.echo("\nДругие записи: " + ", ".join(f"{name} {number}" for name, number in others))
        if found.unread:
            click.echo(f"! строк, которые не разобраны: {found.unread}", err=True)
