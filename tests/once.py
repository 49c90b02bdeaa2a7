"""What hundreds of tests would make anew though it is the same for all of them: it is made once, and copied where
somebody may change it."""

from __future__ import annotations

import fcntl
import functools
from collections.abc import Callable
from pathlib import Path

import pytest


def ground(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder that all workers of a run share."""
    base = factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def folder(ground_: Path, name: str, make: Callable[[Path], None]) -> Path:
    """What ``make`` puts into a folder, made by whoever comes first; the others wait."""
    made = ground_ / name
    with (ground_ / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(ground_ / f"{name}.unfinished")
            (ground_ / f"{name}.unfinished").rename(made)
    return made


def demo_school(folder: Path, *, whole_year: bool = False) -> None:
    """Load the demo school into an instance folder."""
    from engine.services import demo
    from engine.services.setup import prepare_database
    from tests.installation import close
    from webui import create_app

    with create_app(folder, demo=True).app_context():
        prepare_database()
        demo.load(whole_year=whole_year)
        close()


demo_year = functools.partial(demo_school, whole_year=True)
