"""The loaded demo school on either database, in an instance folder of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from engine.services.backups import moving
from tests.webui.conftest import close
from webui import create_app

_numbers = itertools.count(1)


class Server:
    """Makes databases on the PostgreSQL of the tests and drops them whoever is still connected."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.made: list[str] = []
        admin = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.admin = psycopg.connect(admin, autocommit=True)

    def new(self, template: str = "") -> str:
        """The address of a new database: empty, or a copy of the one at ``template``."""
        name = f"{self.url.database}_ops_{next(_numbers)}"
        like = make_url(template).database if template else "template0"
        self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        self.made.append(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        for name in self.made:
            self.admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self.admin.close()


@pytest.fixture(scope="session")
def server(postgres_url: str) -> Iterator[Server]:
    made = Server(postgres_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def moved(loaded: Path, server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a PostgreSQL database that the demo school was moved to; it is copied for each test."""
    url = server.new()
    app = create_app(shutil.copytree(loaded, tmp_path_factory.mktemp("moved") / "instance"), demo=True)
    with app.app_context():
        moving.move(url)
    close(app)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def site(loaded: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A copy of the demo school on either database."""
    url = ""
    if request.param == "postgres":
        moved = request.getfixturevalue("moved")
        url = request.getfixturevalue("server").new(moved)
    made = create_app(shutil.copytree(loaded, tmp_path / "instance"), url, demo=True)
    yield made
    close(made)


@pytest.fixture
def elsewhere(site: Flask, request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the same kind as the site's; empty for SQLite, which makes its own file."""
    with site.app_context():
        kind = site.extensions["sqlalchemy"].engine.dialect.name
    return request.getfixturevalue("server").new() if kind == "postgresql" else ""
