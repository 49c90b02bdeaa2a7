"""What the running installation has: the registry of types, the clock, the folders. One per app, made at start-up."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from engine.extension import trace
from engine.extension.loader import entry_points, files
from engine.extension.registry import Registry
from engine.services.outbox.mail import Mail
from engine.services.storage import Disk, Storage
from engine.store.database import init_database

DEFAULT_ZONE = "Asia/Krasnoyarsk"


class Clock:
    """Local time of the installation, without a zone. It can be set, and then runs on from there."""

    def __init__(self, zone: str = DEFAULT_ZONE) -> None:
        self.zone = ZoneInfo(zone)
        self._set: tuple[datetime, float] | None = None
        self._frozen = False

    def now(self) -> datetime:
        """The present moment, to the second."""
        if self._set is None:
            return datetime.now(self.zone).replace(tzinfo=None, microsecond=0)
        start, began = self._set
        return start if self._frozen else start + timedelta(seconds=int(time.monotonic() - began))

    def set(self, moment: datetime, *, frozen: bool = True) -> None:
        """Set the clock; ``frozen`` keeps it standing."""
        self._set, self._frozen = (moment, time.monotonic()), frozen

    def reset(self) -> None:
        """Back to real time."""
        self._set = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: unused, unused by whoever signs in with two steps of duty, and at all."""

    idle: timedelta = timedelta(days=14)
    idle_admin: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(days=90)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Limits:
        """``TREFOIL_IDLE_DAYS``, ``TREFOIL_ADMIN_IDLE_MINUTES``, ``TREFOIL_SESSION_DAYS``; ValueError unless positive
        numbers."""
        given = {
            name: int(settings.get(name, usual))
            for name, usual in (
                ("TREFOIL_IDLE_DAYS", 14),
                ("TREFOIL_ADMIN_IDLE_MINUTES", 30),
                ("TREFOIL_SESSION_DAYS", 90),
            )
        }
        if wrong := [name for name, value in given.items() if value < 1]:
            raise ValueError(f"{wrong[0]} is a positive number")
        days, minutes, whole = given.values()
        return cls(timedelta(days=days), timedelta(minutes=minutes), timedelta(days=whole))


@dataclass
class Host:
    """The parts services need.

    ``storage`` keeps the bytes of files. ``wake`` tells a worker of a job; without one the minute's round finds it.
    ``mail`` is the server letters leave by
    (None: there are no letters), ``address`` where the site is for whoever reads them. ``inner_network`` lets webhooks
    reach private addresses, and this machine without https. ``secret`` is the installation's; keys are made from it.
    ``declared`` and ``own_types`` tell which published types
    of schools this process has taken in.
    """

    instance: Path
    registry: Registry
    clock: Clock
    storage: Storage
    demo: bool = False
    wake: Callable[[int], None] = field(default=lambda job_id: None)
    mail: Mail | None = None
    address: str = ""
    inner_network: bool = False
    secret: str = field(default="", repr=False)
    limits: Limits = field(default_factory=Limits)
    declared: int = 0
    own_types: dict[str, int] = field(default_factory=dict)

    @property
    def uploads(self) -> Path:
        return self.instance / "uploads"


def host() -> Host:
    """The host of the running app."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy asks for more
    found: Host = app.extensions["trefoil"]
    return found


def now() -> datetime:
    """The present moment of the installation."""
    return host().clock.now()


def install(app: Flask, instance: Path, url: str = "", *, demo: bool = False, zone: str = DEFAULT_ZONE) -> Host:
    """Give ``app`` a database, a registry of every installed type and a clock.

    ``url`` is an SQLAlchemy address; empty means SQLite in the instance folder.
    """
    instance.mkdir(parents=True, exist_ok=True)
    (instance / "uploads").mkdir(exist_ok=True)
    init_database(app, str(url) or f"sqlite:///{(instance / 'trefoil.sqlite').resolve()}")
    importlib.import_module("engine.services.catalogue")
    registry = Registry([*entry_points(), *files(instance / "plugins")], trace.listeners())
    made = Host(instance, registry, Clock(zone), Disk(instance / "uploads"), demo=demo)
    app.extensions["trefoil"] = made
    importlib.import_module("engine.services.faults").install(app)
    return made
