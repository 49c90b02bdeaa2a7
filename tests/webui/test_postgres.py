"""The same pages on PostgreSQL: one setting, the demo school loaded by its people, every link followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from engine.services import demo
from engine.services.setup import prepare_database
from engine.store.database import db
from engine.store.people import Person
from tests.webui.conftest import close
from tests.webui.crawling import LEFTOVERS, step_in, walk
from webui import create_app

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_every_link_answers_on_postgresql(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFOIL_DATABASE", postgres_url)
    app = create_app(tmp_path / "instance", demo=True)
    try:
        _walk(app)
    finally:
        close(app)
    assert not (tmp_path / "instance" / "trefoil.sqlite").exists()


def _walk(app: Flask) -> None:
    with app.app_context():
        assert db.engine.dialect.name == "postgresql"
        prepare_database()
        demo.load()
        ids = {p.last_name: p.id for p in db.session.scalars(select(Person))}
    for name in ("Указкина", "Журналова", "Словарёва", "Макетов"):
        pages = walk(app, step_in(app, ids[name]))
        assert [(p.path, p.status) for p in pages if p.status != 200] == []
        assert not any(LEFTOVERS.search(p.text) for p in pages)
