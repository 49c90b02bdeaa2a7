"""What hundreds of tests would make anew though it is the same for all of them: it is made once, and copied where
somebody may change it."""

from __future__ import annotations

import fcntl
import functools
import shutil
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

#: A hash that costs nothing: what is asked of passwords here is who may sign in, never how long guessing takes.
CHEAP = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}


class Templates(BytecodeCache):
    """What the source of a template compiles to, for environments that compile alike."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if found := self.kept.get(_key(bucket)):
            bucket.code = found

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.kept[_key(bucket)] = bucket.code


def _key(bucket: Bucket) -> tuple[Any, ...]:
    """The name with the place, the source, and what the code depends on besides; a lexer is one for all who share its
    settings. No template applies a filter to words of its own, which would be done while compiling."""
    env = bucket.environment
    return bucket.key, bucket.checksum, type(env), env.lexer, tuple(env.extensions), env.is_async, env.optimized


def passwords() -> None:
    """Let passwords cost next to nothing, for a known and an unknown login alike: one takes a quarter of a second, and
    every test that signs in needs several. To be called before anybody has taken the hasher."""
    from engine.services import passwords

    passwords.hasher = PasswordHasher(**CHEAP)
    passwords.NOBODY = passwords._of_nobody()


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
            unfinished = ground_ / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)  # of somebody who failed
            make(unfinished)
            unfinished.rename(made)
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
