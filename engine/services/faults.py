"""Faults of plugins: heard at the door, kept after the request, and the quarantine of a plugin that keeps failing.

What is heard waits in the application context and is written when that ends, in a unit of its own: an action that is
rolled back loses no fault, and no fault costs an action. Nothing here lets an exception out.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, g, has_app_context
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from engine.core.snapshot import to_data
from engine.core.text import Text
from engine.extension.door import Call
from engine.extension.edition import edition
from engine.services.access import current, require_admin
from engine.services.definitions import forget_quarantined, quarantined
from engine.services.effects import notify
from engine.services.errors import NotFound
from engine.services.host import host, now
from engine.store.database import db
from engine.store.faults import Fault, Quarantine
from engine.store.groups import TypeSwitch
from engine.store.people import Person, SchoolRole
from engine.store.unit import unit_of_work

log = logging.getLogger(__name__)
#: How many rows one plugin may have: error types can be made up at run time.
_ROWS = 100
_TRACE = 8_000
SLOW = "Slow"


@dataclass(frozen=True, slots=True)
class Limits:
    """So many requests in which a plugin failed, within so many minutes, end in its quarantine."""

    faults: int
    minutes: int

    @classmethod
    def set(cls) -> Limits:
        """As the environment of the process says."""
        return cls(
            max(1, int(os.environ.get("TREFOIL_PLUGIN_FAULTS", "5"))),
            max(1, int(os.environ.get("TREFOIL_PLUGIN_MINUTES", "60"))),
        )


def install(app: Flask) -> None:
    """Listen at the door of the app's registry; write what was heard whenever an application context ends."""
    with app.app_context():
        door = host().registry.door
    door.budget = float(os.environ.get("TREFOIL_PLUGIN_SECONDS", "1"))
    door.strict = os.environ.get("TREFOIL_STRICT_PLUGINS") == "1"
    door.resting = quarantined
    door.alarms.append(_hear)
    app.teardown_appcontext(_write)


_Key = tuple[str, str, str, str]


def _hear(call: Call) -> None:
    if not has_app_context():
        return
    heard: dict[_Key, tuple[int, Call]] = g.setdefault("plugin_faults", {})
    error = SLOW if call.error is None else type(call.error).__name__
    key = (_plugin_key(call.plugin)[:80], call.hook[:160], call.kind, error[:80])
    heard[key] = (heard[key][0] + 1 if key in heard else 1, call)


def _plugin_key(name: str) -> str:
    """The key under which a plugin is switched: of its type, or its own name."""
    return next((p.key for p in host().registry.plugins if p.name == name and not p.quarantined), name)


def _write(error: BaseException | None = None) -> None:
    heard: dict[_Key, tuple[int, Call]] = g.pop("plugin_faults", {})
    if not heard:
        return
    try:
        db.session.remove()  # whatever the request left behind is not ours to send
        with unit_of_work():
            _keep(heard)
    except Exception:
        log.exception("faults of plugins could not be kept: %s", sorted(heard))


def _keep(heard: Mapping[_Key, tuple[int, Call]]) -> None:
    struck: set[str] = set()
    for key in sorted(heard):
        times, call = heard[key]
        row = _row(key)
        if not row.count and row.kind != "slow":
            _tell(
                row.plugin,
                f"fault:{row.id}",
                Text(
                    "Плагин «{plugin}» дал сбой: {hook}, {error}. Подробности — на странице типов",
                    en="The plugin “{plugin}” has failed: {hook}, {error}. Details are on the page of types",
                ).fill({"plugin": row.plugin, "hook": row.hook, "error": row.error}),
            )
        row.count += times
        row.last_at = now()
        row.message, row.trace = _said(call)
        row.version = _version(row.plugin)
        if row.kind != "slow" and row.plugin not in struck:
            struck.add(row.plugin)
            row.recent = [*row.recent, now().isoformat()][-Limits.set().faults :]
    db.session.flush()
    for plugin in sorted(struck):
        _judge(plugin)


def _said(call: Call) -> tuple[str, str]:
    if call.kind == "slow":
        return f"{call.seconds:.1f} s", ""
    return call.message, call.trace[-_TRACE:]


def _row(key: _Key) -> Fault:
    """The row of a kind of fault, locked; the last one of a plugin that has too many takes the rest."""
    for _ in range(2):
        found = db.session.scalar(_named(key).with_for_update())
        if found is not None:
            return found
        known = db.session.scalar(select(func.count()).select_from(Fault).where(Fault.plugin == key[0])) or 0
        if known >= _ROWS and key[1] != "…":
            return _row((key[0], "…", key[2], "…"))
        plugin, hook, kind, error = key
        row = Fault(plugin=plugin, hook=hook, kind=kind, error=error, version="", count=0, recent=[])
        row.first_at = row.last_at = now()
        with suppress(IntegrityError), db.session.begin_nested():  # another process may have met it just now
            db.session.add(row)
            db.session.flush()
            return row
    return db.session.scalars(_named(key)).one()


def _named(key: _Key) -> Select[Fault]:
    plugin, hook, kind, error = key
    return select(Fault).where(Fault.plugin == plugin, Fault.hook == hook, Fault.kind == kind, Fault.error == error)


def _version(plugin: str) -> str:
    found = host().registry.plugin(plugin)
    return found.group_type.version if found and found.group_type else ""


def _judge(plugin: str) -> None:
    """Quarantine a plugin that failed in too many requests lately."""
    limits, loaded = Limits.set(), host().registry.plugin(plugin)
    since = now() - timedelta(minutes=limits.minutes)
    rows = db.session.scalars(select(Fault).where(Fault.plugin == plugin)).all()
    strikes = sum(datetime.fromisoformat(at) > since for row in rows for at in row.recent)
    if loaded is None or strikes < limits.faults or _open(plugin) is not None:
        return
    worst = max((r for r in rows if r.kind != "slow"), key=lambda r: (r.last_at, r.id))
    reason = Text(
        "Сбоев за {minutes} мин.: {n}. Последний: {hook}, {error}",
        en="Faults within {minutes} min: {n}. The last one: {hook}, {error}",
    ).fill({"minutes": limits.minutes, "n": strikes, "hook": worst.hook, "error": worst.error})
    row = Quarantine(plugin=plugin, edition=edition(loaded), reason={"text": to_data(reason)}, since=now())
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(row)
        db.session.flush()
        log.error("plugin %s goes into quarantine: %s", plugin, reason)
        text = Text(
            "Плагин «{plugin}» отправлен в карантин: в нём повторяются сбои. Снять карантин можно на странице типов",
            en="The plugin “{plugin}” was put into quarantine: it keeps failing. Lift it on the page of types",
        )
        _tell(plugin, f"quarantine:{row.id}", text.fill({"plugin": plugin}))


def _tell(plugin: str, key: str, text: Text) -> None:
    """A notice to every administrator of a school that has ever switched the plugin on; the database keeps the key
    apart for each of them."""
    schools = select(TypeSwitch.school_id).where(TypeSwitch.type_key == plugin)
    admins = db.session.scalars(
        select(Person.id)
        .join(SchoolRole, SchoolRole.person_id == Person.id)
        .where(
            SchoolRole.role == "school_admin",
            current(SchoolRole, now().date()),
            Person.active,
            Person.school_id.in_(schools),
        )
        .distinct()
    )
    for person_id in admins.all():
        notify(person_id, text, path="/types", key=key)


def _open(plugin: str) -> Quarantine | None:
    return db.session.scalar(select(Quarantine).where(Quarantine.plugin == plugin, Quarantine.lifted_at.is_(None)))


# -- what is read and done with it ------------------------------------------------------------------------------------


def of_plugins(key: str = "") -> Mapping[str, Sequence[Fault]]:
    """Every kind of fault by plugin (of one alone where ``key`` says so), the latest first."""
    query = select(Fault).order_by(Fault.last_at.desc(), Fault.id.desc())
    found: dict[str, list[Fault]] = {}
    for row in db.session.scalars(query.where(Fault.plugin == key) if key else query):
        found.setdefault(row.plugin, []).append(row)
    return found


def quarantines() -> Mapping[str, Quarantine]:
    """The plugins in quarantine now, with why and since when."""
    return {row.plugin: row for row in db.session.scalars(select(Quarantine).where(Quarantine.lifted_at.is_(None)))}


def lift(plugin: str, admin: Person | None = None) -> None:
    """Take a plugin out of quarantine and count its faults anew; without an ``admin``, from the command line.

    Raises NotFound when it is in none.
    """
    if admin is not None:
        require_admin(admin)
    with unit_of_work():
        row = _open(plugin)
        if row is None:
            raise NotFound("Этот плагин не в карантине", "This plugin is not in quarantine")
        _lift(row, admin)


def lift_updated() -> list[str]:
    """At start-up: a plugin whose code is another one than that which failed gets a new chance. Returns which did."""
    lifted: list[str] = []
    if not quarantines():
        return lifted
    with unit_of_work():
        for row in quarantines().values():
            loaded = host().registry.plugin(row.plugin)
            if loaded is not None and edition(loaded) != row.edition:
                _lift(row, None)
                lifted.append(row.plugin)
    return lifted


def _lift(row: Quarantine, admin: Person | None) -> None:
    row.lifted_at, row.lifted_by = now(), admin.id if admin else None
    for fault in db.session.scalars(select(Fault).where(Fault.plugin == row.plugin)):
        fault.recent = []
    forget_quarantined()
