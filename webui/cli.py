"""The command ``trefoil`` (also ``flask trefoil``): set up, serve, show the demo, look at types, keep accounts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from engine.core.rules import Rule
from engine.services import accounts, checkup, demo, tick, worker
from engine.services import indicators as yearly
from engine.services.definitions import up_to_date
from engine.services.errors import ServiceError
from engine.services.host import Host, host
from engine.services.setup import is_prepared, prepare_database
from engine.services.starting import started
from webui.authors_cli import dev_command, new_type_command, record_command
from webui.command import Plain, open_app, server
from webui.operations_cli import backup, incident, move, restore, verify
from webui.people_cli import school_group, users
from webui.types_cli import types_faults, types_lift, types_lint
from webui.upgrade_cli import upgrade_command

trefoil = AppGroup("trefoil", help="Trefoil: workflow engine for professional learning communities.")


@click.group(help="Trefoil: workflow engine for professional learning communities of teachers.")
@click.pass_context
def main(context: click.Context) -> None:
    """Entry point of the ``trefoil`` command."""
    context.ensure_object(dict)


def _serve(app: Flask, address: str, port: int, threads: int, *, works: bool = True) -> None:
    listening = server(app, address, port, threads)
    click.echo(f"Трилистник: http://{address}:{port}/")
    beside = worker.consumer(app) if works else None
    if beside:
        beside.start()
    started()
    try:
        listening.run()
    finally:
        if beside:
            beside.stop(graceful=True)


@main.command()
def init() -> None:
    """Prepare the database; print the one-time link for the first administrator."""
    app = open_app()
    with app.app_context():
        prepare_database()
        click.echo(f"База данных готова: {host().instance}")
        if accounts.needs_first_admin():
            click.echo("Запустите trefoil serve и откройте ссылку для первого администратора (сутки, один раз):")
            click.echo(f"  http://127.0.0.1:8000/link/{accounts.make_link('first_admin')}")
        else:
            click.echo("Школа уже есть; новая ссылка не нужна.")


@main.command()
@click.option("--host", "address", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=8, show_default=True)
@click.option(
    "--worker/--no-worker", "works", default=True, help="Make exports in this process too.", show_default=True
)
def serve(address: str, port: int, threads: int, works: bool) -> None:
    """Serve the installation with a production server (works on Windows too)."""
    app = open_app()
    with app.app_context():
        prepare_database()
        if accounts.first_admin_awaited():
            click.echo("Школы ещё нет. Ссылка для первого администратора уже выдана; новую даёт trefoil init")
        elif accounts.needs_first_admin():
            click.echo("Школы ещё нет. Откройте ссылку для первого администратора (сутки, один раз):")
            click.echo(f"  http://{address}:{port}/link/{accounts.make_link('first_admin')}")
    _serve(app, address, port, threads, works=works)


@main.command(name="worker")
@click.option("--threads", default=1, show_default=True)
def worker_command(threads: int) -> None:
    """Work beside the web processes: exports and whatever falls due."""
    app = open_app()
    with app.app_context():
        prepare_database()
    worker.work(app, workers=threads)


@main.command(name="tick")
def tick_command() -> None:
    """One round of what falls due: reminders, letters, webhooks, exports. For cron; any number at once do no harm."""
    with open_app().app_context():
        steps = tick.run()
    for step in steps:
        click.echo(f"{step.name}\t{step.error or step.done}")
    raise SystemExit(1 if any(step.error for step in steps) else 0)


@main.command(name="demo")
@click.option("--host", "address", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=8, show_default=True)
@click.option("--load-only", is_flag=True, help="Load the demo school and stop.")
@click.option("--year", is_flag=True, help="Play its whole school year, up to the conference in May.")
def demo_command(address: str, port: int, threads: int, load_only: bool, year: bool) -> None:
    """Load the invented demo school (into an instance of its own) and serve it."""
    app = open_app(demo_mode=True, instance=_demo_folder())
    with app.app_context():
        prepare_database()
        demo.load(whole_year=year)
    if not load_only:
        _serve(app, address, port, threads)


def _demo_folder() -> Path:
    return Path(os.environ.get("TREFOIL_INSTANCE") or "instance").resolve() / "demo"


@main.command(name="indicators")
@click.option("--json", "as_json", is_flag=True, help="As JSON, by code.")
@click.option("--year", "title", default="", help="A school year, like 2026/2027 (default: the present or newest one).")
@click.option("--school", "school_id", type=int, help="Number of the school when there are several.")
def indicators_command(as_json: bool, title: str, school_id: int | None) -> None:
    """Every indicator of a school year. An installation without a school shows its demo."""
    app = open_app()
    with app.app_context():
        prepared = is_prepared() and not accounts.needs_first_admin()
    if not prepared and _demo_folder().exists():
        click.echo(f"Школы ещё нет, показана демонстрационная: {_demo_folder()}", err=True)
        app = open_app(demo_mode=True, instance=_demo_folder())
    with app.app_context():
        try:
            chosen = school_id or (demo.home_school() if host().demo else None)
            found = yearly.of_year(chosen, title)
        except ServiceError as refused:
            raise click.ClickException(str(refused.text)) from refused
    if as_json:
        click.echo(json.dumps({i.key: yearly.plain(i) for i in found}, ensure_ascii=False, indent=1))
        return
    for i in found:
        shown = f"{i.numerator} / {i.denominator}" if i.unit == "share" else f"{i.numerator}"
        click.echo(f"{i.key}\t{i.title}\t{shown}")


@main.group(cls=Plain)
def types() -> None:
    """Installed group types."""


def _host() -> Host:
    app = open_app()
    with app.app_context():
        if is_prepared():
            up_to_date()
        return host()


@types.command(name="list")
def types_list() -> None:
    """Every discovered plugin and its state."""
    for plugin in _host().registry.plugins:
        group_type = plugin.group_type
        if group_type:
            click.echo(f"{group_type.key}\t{group_type.title}\t{group_type.version}\t{plugin.origin}")
        else:
            click.echo(f"{plugin.name}\tв карантине\t{plugin.reason}\t{plugin.origin}")


@types.command(name="show")
@click.argument("key")
@click.option("--json", "as_json", is_flag=True)
def types_show(key: str, as_json: bool) -> None:
    """What a type brings."""
    found = _host().registry.types.get(key)
    if found is None:
        raise click.ClickException(f"Типа «{key}» нет или он в карантине")
    data: dict[str, Any] = {
        "key": found.key,
        "title": str(found.title),
        "version": found.version,
        "fingerprint": found.fingerprint,
        "stages": [{"key": s.key, "title": str(s.title), "final": s.final} for s in found.process.stages],
        "actions": [
            {
                "key": a.key,
                "title": str(a.title),
                "from": list(a.source),
                "to": a.target,
                "roles": list(a.roles),
                "rules": [r.key for r in a.rules],
            }
            for a in found.process.actions
        ],
        "rules": [_rule(r) for r in found.rules.values()],
        "forms": [{"key": f.key, "title": str(f.title), "filling": f.filling} for f in found.forms],
        "indicators": [
            {
                "key": i.key,
                "code": i.code,
                "title": str(i.title),
                "section": s.key,
                "levels": [str(x) for x in i.levels],
            }
            for _, s in found.observed
            for i in s.indicators
        ],
        "criteria": [
            {"key": c.key, "code": c.code, "title": str(c.title), "thresholds": [t.threshold for t in c.tests]}
            for c in found.criteria
        ],
        "survey": [
            {
                "survey": s.key,
                "key": q.key,
                "kind": q.kind,
                "title": str(q.title),
                "options": [str(o.title) for o in q.options],
            }
            for s in found.surveys
            for q in s.questions
        ],
        "techniques": [
            {"key": t.key, "title": str(t.title), "description": str(t.description)} for t in found.techniques
        ],
    }
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    click.echo(f"{data['title']} ({key}), версия {found.version}")
    for name in ("stages", "actions", "rules", "forms", "indicators", "criteria", "survey", "techniques"):
        click.echo(f"\n{name}: {len(data[name])}")
        for item in data[name]:
            click.echo(f"  {item['key']}\t{item['title']}")


def _rule(item: Rule) -> dict[str, Any]:
    return {"key": item.key, "title": str(item.title), "waivable": item.waivable, "explanation": item.explanation}


@main.command()
def doctor() -> None:
    """Look for what would hurt: database, folders, secrets, plugins. Exit code 1 on a fault."""
    app = open_app()
    with app.app_context():
        lines = checkup.run(secret=str(app.secret_key), debug=app.debug)
    for line in lines:
        click.echo(f"{'!' if line.fault else ' '} {line.text}")
    raise SystemExit(1 if any(line.fault for line in lines) else 0)


for command in (types_lint, types_faults, types_lift):
    types.add_command(command)
types.add_command(record_command)
main.add_command(users)
main.add_command(school_group)
main.add_command(new_type_command)
main.add_command(dev_command)
main.add_command(upgrade_command)
for command in (backup, verify, restore, move, incident):
    main.add_command(command)
for command in (
    init,
    serve,
    worker_command,
    tick_command,
    demo_command,
    indicators_command,
    types,
    users,
    school_group,
    new_type_command,
    dev_command,
    upgrade_command,
    backup,
    verify,
    restore,
    move,
    incident,
    doctor,
):
    trefoil.add_command(command)
