"""The command ``trefoil upgrade``: running cycles of a type go on with the installed definition, and back."""

from __future__ import annotations

import click

from engine.core.upgrade import Blocked
from engine.services import upgrades
from engine.services.directory import only_school
from engine.services.errors import ServiceError
from webui.command import open_app


@click.command(name="upgrade")
@click.argument("key", metavar="TYPE")
@click.option("--school", "school_id", type=int, help="Number of the school when there are several.")
@click.option("--dry-run", is_flag=True, help="Tell what would become of each cycle and change nothing.")
@click.option("--undo", "upgrade_id", type=int, help="Take the upgrade of this number back.")
def upgrade_command(key: str, school_id: int | None, dry_run: bool, upgrade_id: int | None) -> None:
    """Move the running cycles of TYPE to its installed definition.

    Exit code 0: every cycle moved (or would); 1: some stayed, each with its reasons; 2: nothing could be tried.
    """
    with open_app().app_context():
        try:
            school = only_school(school_id)
            if upgrade_id is not None:
                cycle = upgrades.undo(None, school.id, upgrade_id)
                click.echo(f"Возвращено: {cycle.title}, версия {cycle.version}")
                return
            seen = upgrades.preview(school.id, key)
            blocked = _tell(seen)
            if not dry_run:
                blocked = _carry_out(school.id, key, seen)
        except ServiceError as refused:
            click.echo(f"Ошибка: {refused.text}", err=True)
            raise SystemExit(2) from refused
    raise SystemExit(1 if blocked else 0)


def _tell(seen: upgrades.Preview) -> int:
    """One line a cycle; returns how many would stay."""
    click.echo(f"Версия {seen.definition.version}: циклов {len(seen.rows)}, готовы {len(seen.ready)}")
    for row in seen.rows:
        head = f"{row.cycle.id}\t{row.cycle.title}\tверсия {row.cycle.version}"
        if isinstance(row.outcome, Blocked):
            click.echo(f"{head}\tостанется: {'; '.join(map(str, row.outcome.reasons))}")
            continue
        step = row.outcome
        rules = [f"+ {title}" for title in step.rules_gained] + [f"− {title}" for title in step.rules_lost]
        click.echo(f"{head}\t{step.source} → {step.target}\tлистов {row.sheets}, черновиков {row.drafts}")
        for line in [*rules, *map(str, step.changes)]:
            click.echo(f"\t{line}")
    return len(seen.rows) - len(seen.ready)


def _carry_out(school_id: int, key: str, seen: upgrades.Preview) -> int:
    """Returns how many stayed."""
    done = upgrades.apply(None, school_id, key, seen.definition.fingerprint)
    for one in done:
        if one.upgrade_id is not None:
            click.echo(f"{one.cycle.id}\t{one.cycle.title}\tпереведён, номер перехода {one.upgrade_id}")
    return sum(one.upgrade_id is None for one in done)
