"""The restore drill: a backup taken while people write, brought back to an empty place, signed in to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask

from engine.services import accounts, files
from engine.services.backups import making
from engine.services.backups.restoring import restore
from engine.store import dump
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import StoredFile
from engine.store.groups import Membership
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.gates.plugin import Figure
from tests.webui.conftest import PASSWORD, close, enter
from webui import create_app


class Load:
    """Colleagues who upload files and throw some of them away until they are told to stop."""

    def __init__(self, app: Flask, cycle_id: int, people: list[int]) -> None:
        self.app, self.cycle_id = app, cycle_id
        self.written, self.failed = 0, []
        self.ended, self.begun = threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(one,), daemon=True) for one in people]

    def _work(self, person_id: int) -> None:
        with self.app.app_context():
            try:
                while not self.ended.is_set():
                    self._once(db.session.get(Person, person_id))
            except BaseException as failure:
                self.failed.append(failure)
            finally:
                self.begun.set()
                db.session.remove()

    def _once(self, person: Person) -> None:
        row = files.add(person, self.cycle_id, "заметка.txt", f"строка {self.written} ".encode() * 40)
        row_id, stored_as, odd = row.id, row.stored_as, self.written % 2
        self.written += 1
        if odd:
            with unit_of_work():
                db.session.execute(db.delete(StoredFile).where(StoredFile.id == row_id))
            files.discard(stored_as)
        if self.written >= 10:
            self.begun.set()
        self.ended.wait(0.02)


@contextmanager
def load(app: Flask, cycle_id: int, people: list[int]) -> Iterator[Load]:
    made = Load(app, cycle_id, people)
    for thread in made.threads:
        thread.start()
    try:
        assert made.begun.wait(timeout=60)
        yield made
    finally:
        made.ended.set()
        for thread in made.threads:
            thread.join(timeout=60)
            assert not thread.is_alive()
    assert made.failed == []


@pytest.mark.gate("R-16")
def test_a_backup_taken_under_load_comes_back(site: Flask, tmp_path: Path, elsewhere: str, figure: Figure) -> None:
    with site.app_context():
        cycle = db.session.scalars(db.select(Cycle).where(Cycle.closed_at.is_(None))).first()
        people = list(db.session.scalars(db.select(Membership.person_id).where(Membership.triad_id == cycle.triad_id)))
        teacher = db.session.scalars(db.select(Person).where(Person.id == people[0])).one()
        accounts.use_link(accounts.make_link("invitation", teacher), "vera", PASSWORD)
        login, cycle_id = teacher.login, cycle.id
        db.session.remove()
        with load(site, cycle_id, people[:2]) as busy:
            before, began = busy.written, monotonic()
            path, made = making.make(tmp_path / "drill.zip")
            took, meanwhile = monotonic() - began, busy.written - before
    assert meanwhile > 0, "nobody wrote while the backup was taken"

    began = monotonic()
    back = tmp_path / "back"
    restore(path, back, elsewhere)
    app = create_app(back, elsewhere, demo=True)
    assert enter(app.test_client(), login).status_code == 302
    ready = monotonic() - began
    with app.app_context():
        with dump.snapshot(db.engine) as connection:
            found = dump.contents(connection)
        rows = db.session.scalars(db.select(StoredFile)).all()
        hashes = {row.id: hashlib.sha256(files.place(row.stored_as).read_bytes()).hexdigest() for row in rows}
        assert hashes == {row.id: row.sha256 for row in rows} and len(rows) >= 3
        assert made.lost == []
    close(app)
    grown = {"sign_in", "failed_sign_in"}  # somebody has signed in since
    assert {n: c for n, c in found.items() if n not in grown} == {
        n: c for n, c in made.tables.items() if n not in grown
    }
    figure.reached(
        f"{made.database}: backup {took:.1f} s with {meanwhile} writes meanwhile, restored and signed in within "
        f"{ready:.1f} s, {made.rows} rows and {len(made.files)} files equal"
    )
