"""What every test may ask for: a PostgreSQL database of its own, a Chromium, a browser that stands in Krasnoyarsk."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from tests import once

if TYPE_CHECKING:  # the process that only hands out tests, and tests of the core, need no installation
    from tests.installation import Database

pytest_plugins = ["tests.gates.plugin"]

#: No test fails because a machine is busy.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
#: Apps of other processes (servers, workers, commands) compile their templates as they do at a school.
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": once.Templates()}
once.passwords()
#: The collector need not come after every seven hundred objects: to read the tests makes a million, an app a hundred
#: thousand.
gc.set_threshold(50_000)

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


#: The longest modules, minutes each, longest first.
LONGEST = (
    "test_walks",
    "test_document",
    "test_demo_pages",
    "test_every_page",
    "test_matrix",
    "test_office",
    "test_races",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: whoever ran it last would be waited for by workers with nothing left to do. (xdist
    by itself begins with the modules of the most tests, which leaves the walks through a browser to the end.)"""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    tests = Counter(item.path for item in items)

    def turn(item: pytest.Item) -> tuple[int, bool, int]:
        long = LONGEST.index(item.path.stem) if item.path in slow and item.path.stem in LONGEST else len(LONGEST)
        return long, item.path not in slow, -tests[item.path]

    turns = {item.path: turn(item) for item in items}
    items.sort(key=lambda item: (*turns[item.path], str(item.path)))


def pytest_collection_finish() -> None:
    """Six thousand tests and what they import stay to the end: the collector need not look through them again and
    again (an installation does the same when it starts)."""
    gc.collect()
    gc.freeze()


def missing(what: str) -> NoReturn:
    """A developer without the server skips visibly; the continuous run must not pass without it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A fresh database for each xdist worker, dropped at the end whoever is still connected."""
    server = os.environ.get("TREFOIL_TEST_POSTGRES")
    if not server:
        missing("PostgreSQL: TREFOIL_TEST_POSTGRES is not set (make test sets it)")
    url = make_url(server)
    admin = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"trefoil_{os.getpid()}_{worker_id}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def founded_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Database]]:
    """The invented school on a kind of database, "sqlite" or "postgres"; made once, to be copied and never changed.

    Not by parameters: modules take turns with both kinds, and pytest would found the school anew at each turn.
    """
    from tests.installation import Database

    made: dict[str, Database] = {}

    def on(kind: str) -> Database:
        if kind not in made:
            server = request.getfixturevalue("postgres_url") if kind == "postgres" else ""
            new = Database(kind, tmp_path_factory.mktemp(f"school_{kind}") / "instance", server)
            new.prepare()
            made[kind] = new
        return made[kind]

    yield on
    for database in made.values():
        database.drop()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the loaded demo school, made once for all workers; to be copied and never changed."""
    return once.folder(once.ground(tmp_path_factory, worker_id), "demo", once.demo_school)


@pytest.fixture(scope="session")
def loaded_year(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The same with a whole year behind it."""
    return once.folder(once.ground(tmp_path_factory, worker_id), "demo_year", once.demo_year)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = os.environ.get("TREFOIL_CHROMIUM")
    if not path:
        missing("Chromium: TREFOIL_CHROMIUM is not set (make test sets it)")
    return path


@pytest.fixture(scope="session")
def base_url() -> str | None:
    """The browser plugin's own fixture raises a deprecation warning of pytest, and warnings are errors here."""
    return None


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium_path: str) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium_path, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "ru-RU", "timezone_id": "Asia/Krasnoyarsk"}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis of this test alone."""
    program = os.environ.get("TREFOIL_REDIS_SERVER")
    if not program:
        missing("Redis: TREFOIL_REDIS_SERVER is not set (make test sets it)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(timeout=20)
