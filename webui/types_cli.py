"""Commands about the health of plugins: ``trefoil types lint``, ``faults``, ``lift``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.core.lint import Finding
from engine.core.text import localise
from engine.extension.loader import Plugin, at, checked, entry_points
from engine.extension.registry import Registry
from engine.services import faults
from engine.services.host import host
from engine.services.journal import text_of
from webui.command import open_app


@click.command(name="lint")
@click.argument("what", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON, in both languages.")
def types_lint(what: str, as_json: bool) -> None:
    """Check every discovered plugin, one of them by its key, or a file or package of code that is not installed.

    Exit code 1 when there is a finding or a plugin is quarantined.
    """
    plugins = _plugins(what)
    told = [(p, list(checked(p.group_type)) if p.group_type else list(p.findings)) for p in plugins]
    if as_json:
        click.echo(json.dumps([_plain(*pair) for pair in told], ensure_ascii=False, indent=1))
    else:
        for plugin, findings in told:
            click.echo(f"{plugin.name}: {plugin.reason or 'без замечаний'}")
            for found in findings:
                click.echo(f"  {found.code} · {found.where}: {found.text}. {found.fix}")
            if plugin.detail and not findings:
                click.echo(plugin.detail)
    raise SystemExit(1 if any(findings or plugin.quarantined for plugin, findings in told) else 0)


def _plugins(what: str) -> Sequence[Plugin]:
    path = Path(what)
    if what and (path.suffix == ".py" or path.is_dir()):
        if not path.exists():
            raise click.ClickException(f"Файла «{what}» нет")
        return Registry([at(path.resolve()), *entry_points()]).plugins[:1]  # the installed types may be added to
    app = open_app()
    with app.app_context():
        found = [p for p in host().registry.plugins if what in ("", p.key, p.name)]
    if not found:
        raise click.ClickException(f"Плагина «{what}» нет")
    return found


def _plain(plugin: Plugin, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "plugin": plugin.name,
        "origin": plugin.origin,
        "usable": not plugin.quarantined,
        "reason": plugin.reason,
        "detail": plugin.detail if not findings else "",
        "findings": [
            {
                "code": f.code,
                "place": f.place,
                "text": {language: localise(f.text, language) for language in ("ru", "en")},
                "fix": {language: localise(f.fix, language) for language in ("ru", "en")},
            }
            for f in findings
        ],
    }


@click.command(name="faults")
@click.option("--json", "as_json", is_flag=True)
def types_faults(as_json: bool) -> None:
    """What plugins did wrong while people worked, and which of them are in quarantine for it."""
    app = open_app()
    with app.app_context():
        rested = faults.quarantines()
        found = [row for rows in faults.of_plugins().values() for row in rows]
        if as_json:
            data = {
                "quarantine": {
                    key: {"since": str(row.since), "reason": text_of(row.reason["text"])} for key, row in rested.items()
                },
                "faults": [
                    {name: getattr(row, name) for name in ("plugin", "version", "hook", "kind", "error", "message")}
                    | {"count": row.count, "first": str(row.first_at), "last": str(row.last_at), "trace": row.trace}
                    for row in found
                ],
            }
            click.echo(json.dumps(data, ensure_ascii=False, indent=1))
            return
        for key, row in rested.items():
            click.echo(f"{key}: в карантине с {row.since:%d.%m.%Y %H:%M}. {text_of(row.reason['text'])}")
        for row in found:
            click.echo(
                f"{row.plugin} {row.version} · {row.hook} · {row.error} · раз: {row.count} · "
                f"{row.first_at:%d.%m.%Y %H:%M} — {row.last_at:%d.%m.%Y %H:%M}\n  {row.message}"
            )
        if not found:
            click.echo("Сбоев не было.")


@click.command(name="lift")
@click.argument("name")
def types_lift(name: str) -> None:
    """Take a plugin out of quarantine; its faults are counted anew."""
    app = open_app()
    with app.app_context():
        faults.lift(name)
    click.echo(f"{name}: карантин снят")
