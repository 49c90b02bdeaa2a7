"""Backups: made whole, checked to the last byte, brought back whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text

from engine.services import files
from engine.services.backups import making
from engine.services.backups.checking import verify
from engine.services.backups.restoring import restore
from engine.services.backups.sealed import MANIFEST, read_manifest, writing
from engine.services.errors import Conflict, Invalid
from engine.services.host import host
from engine.store import dump, migrate
from engine.store.database import db, opened
from engine.store.documents import StoredFile
from engine.store.unit import unit_of_work
from tests.webui.conftest import close
from tests.webui.operations.conftest import Server
from webui import create_app


def contents(url: str) -> dict[str, dump.Content]:
    with opened(url) as engine, dump.snapshot(engine) as connection:
        return dump.contents(connection)


def address(folder: Path, url: str) -> str:
    return url or f"sqlite:///{folder / 'trefoil.sqlite'}"


def test_everything_comes_back(site: Flask, tmp_path: Path, elsewhere: str) -> None:
    folder = Path(site.instance_path)
    (folder / "exchange_key").write_text("ключ обмена")
    (folder / "config.py").write_text("X = 1\n")
    (folder / "plugins").mkdir(exist_ok=True)
    (folder / "plugins" / "own.txt").write_text("заметка")
    with site.app_context():
        path, made = making.make(tmp_path / "one.zip")
        with dump.snapshot(db.engine) as connection:
            before = dump.contents(connection)
        stored = {row.stored_as: row.sha256 for row in db.session.scalars(db.select(StoredFile))}
    assert made.tables == before and made.rows > 1000 and stored and not made.lost
    back = tmp_path / "back"
    assert restore(path, back, elsewhere).tables == before
    assert contents(address(back, elsewhere)) == before
    for name in ("secret_key", "exchange_key", "config.py", "plugins/own.txt"):
        assert (back / name).read_bytes() == (folder / name).read_bytes()
    for private in (path, back / "secret_key", back / "exchange_key"):
        assert os.name != "posix" or private.stat().st_mode & 0o077 == 0
    uploads = sorted(p.relative_to(folder) for p in (folder / "uploads").rglob("*") if p.is_file())
    assert sorted(p.relative_to(back) for p in (back / "uploads").rglob("*") if p.is_file()) == uploads
    assert all((back / p).read_bytes() == (folder / p).read_bytes() for p in uploads)
    assert not (back / "queue.sqlite").exists()


ON_SQLITE = pytest.mark.parametrize("site", ["sqlite"], indirect=True)


@pytest.fixture
def whole(loaded: Path, tmp_path: Path) -> Path:
    """A backup of the demo school on SQLite."""
    app = create_app(shutil.copytree(loaded, tmp_path / "instance"), demo=True)
    with app.app_context():
        path, _made = making.make(tmp_path / "whole.zip")
    close(app)
    return path


def test_a_changed_byte_is_found_wherever_it_is(whole: Path, tmp_path: Path) -> None:
    content = whole.read_bytes()
    places = {0, 1, len(content) // 2, len(content) - 65, len(content) - 64, len(content) - 1}
    places |= set(range(7, len(content), max(1, len(content) // 150)))
    other = tmp_path / "other.zip"
    for place in sorted(places):
        changed = bytearray(content)
        changed[place] ^= 1
        other.write_bytes(changed)
        with pytest.raises(Invalid, match="повреждена"):
            verify(other)
    for wrong in (b"", content[:-1], content[:1000], content + b"\n", b"0" * 64, b"PK"):
        other.write_bytes(wrong)
        with pytest.raises(Invalid):
            verify(other)
    with pytest.raises(Invalid, match="не читается"):
        verify(tmp_path / "nothing.zip")


def rewritten(source: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    """The same backup with some of its parts replaced or left out, sealed anew."""
    with zipfile.ZipFile(source) as old, writing(target) as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_a_backup_that_was_put_together_wrongly_is_found(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(whole) as bundle:
        manifest = json.loads(bundle.read(MANIFEST))
        upload = next(name for name in bundle.namelist() if name.startswith("uploads/"))
        rows = bundle.read("tables/person.jsonl")
    kept = manifest["files"].pop(upload)
    without = json.dumps(manifest).encode()
    manifest["files"][upload] = kept | {"sha256": "0" * 64}
    wrong: list[dict[str, bytes | None]] = [
        {"tables/person.jsonl": rows + rows.splitlines(keepends=True)[0]},
        {"tables/person.jsonl": None},
        {upload: b"another"},
        {upload: None},
        {upload: None, MANIFEST: without},
        {MANIFEST: json.dumps(manifest).encode()},
        {MANIFEST: b"{}"},
        {MANIFEST: b"[]"},
        {MANIFEST: None},
    ]
    for n, change in enumerate(wrong):
        with pytest.raises(Invalid):
            verify(rewritten(whole, tmp_path / f"wrong{n}.zip", change))
        with pytest.raises(Invalid):
            restore(tmp_path / f"wrong{n}.zip", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_backup_of_a_newer_version_is_refused(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(whole) as bundle:
        manifest = json.loads(bundle.read(MANIFEST))
    for n, change in enumerate(({"revision": "9999"}, {"format": 2})):
        newer = rewritten(whole, tmp_path / f"{n}.zip", {MANIFEST: json.dumps(manifest | change).encode()})
        with pytest.raises(Invalid, match="более новой версией"):
            restore(newer, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_place_that_is_not_empty_is_left_alone(site: Flask, tmp_path: Path, elsewhere: str) -> None:
    with site.app_context():
        path, _made = making.make(tmp_path / "one.zip")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "note").write_text("моё")
    with pytest.raises(Conflict, match="не пуста"):
        restore(path, taken, elsewhere)
    assert [p.name for p in taken.iterdir()] == ["note"]
    url = elsewhere or f"sqlite:///{tmp_path / 'other.sqlite'}"
    with opened(url) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER PRIMARY KEY)"))
    with pytest.raises(Conflict, match="База данных не пуста"):
        restore(path, tmp_path / "back", url)
    with opened(url) as engine, engine.connect() as connection:
        assert [t.name for t in dump.tables(connection)] == ["theirs"]
    assert not (tmp_path / "back").exists()


def test_a_restore_that_fails_leaves_nothing_behind(whole: Path, tmp_path: Path) -> None:
    """Rows without their parents: the database refuses them at the end."""
    with zipfile.ZipFile(whole) as bundle:
        manifest = read_manifest(bundle.read(MANIFEST))
    manifest.tables["school"] = dump.Content(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    change = {"tables/school.jsonl": b"", MANIFEST: manifest.told()}
    orphans = rewritten(whole, tmp_path / "orphans.zip", change)
    back = tmp_path / "back"
    back.mkdir()
    with pytest.raises(Conflict):
        restore(orphans, back)
    assert list(back.iterdir()) == []


@pytest.mark.postgres
def test_a_backup_of_an_older_version_comes_back_at_the_newest(tmp_path: Path, server: Server) -> None:
    app = create_app(tmp_path / "instance")
    with app.app_context():
        migrate.upgrade(db.engine, "0008")
        with db.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO school (name, district, staff, is_demo) VALUES ('Старая', '', 7, false)")
            )
        path, made = making.make(tmp_path / "old.zip")
    close(app)
    assert made.revision == "0008"
    for n, url in enumerate(("", server.new())):
        back = tmp_path / f"back{n}"
        restore(path, back, url)
        with opened(address(back, url)) as engine:
            assert migrate.current(engine) == migrate.head() and migrate.drift(engine) == []
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT name FROM school")) == "Старая"


@contextmanager
def while_rows_are_read(act: Callable[[str], None]) -> Iterator[list[str]]:
    """At each reading of the rows that name files a row goes, committed, and ``act`` does the rest with its file.

    Yields the names it had, for the caller to look at.
    """
    gone: list[str] = []
    busy = False

    def throw_away(conn, cursor, statement, parameters, context, many) -> None:
        nonlocal busy
        if busy or "FROM stored_file" not in statement or "sha256" not in statement:
            return
        busy = True
        with unit_of_work():
            row_id, stored_as = db.session.execute(db.select(StoredFile.id, StoredFile.stored_as)).first()
            db.session.execute(db.delete(StoredFile).where(StoredFile.id == row_id))
        act(stored_as)
        gone.append(stored_as)
        busy = False

    event.listen(db.engine, "after_cursor_execute", throw_away)
    try:
        yield gone
    finally:
        event.remove(db.engine, "after_cursor_execute", throw_away)


def test_a_file_thrown_away_meanwhile_is_of_the_backup(site: Flask, tmp_path: Path) -> None:
    """The rows of the first moment name it, so it stays until it is copied; the round takes it off the disk."""
    with site.app_context():
        with while_rows_are_read(files.discard) as gone:
            path, made = making.make(tmp_path / "one.zip")
        (stored_as,) = gone  # one reading was enough
        assert f"uploads/{stored_as}" in made.files and made.lost == []
        assert files.place(stored_as).exists()
        os.utime(host().uploads / stored_as[:2] / stored_as, (0, 0))
        assert files.sweep() == 1
        assert not files.place(stored_as).exists()
    assert verify(path).rows == made.rows


def test_a_file_gone_by_another_hand_is_no_hole(site: Flask, tmp_path: Path) -> None:
    """The rows of the first moment name it, the disk has it no more: the backup begins anew without it."""
    hands = [lambda stored_as: files.place(stored_as).unlink(), files.discard]
    with site.app_context():
        with while_rows_are_read(lambda stored_as: hands.pop(0)(stored_as)) as gone:
            path, made = making.make(tmp_path / "one.zip")
        first, second = gone
    assert f"uploads/{first}" not in made.files and f"uploads/{second}" in made.files and made.lost == []
    assert verify(path).rows == made.rows


def test_files_that_always_go_by_another_hand_are_told(site: Flask, tmp_path: Path) -> None:
    with site.app_context(), while_rows_are_read(lambda stored_as: files.place(stored_as).unlink()) as gone:
        with pytest.raises(Invalid, match="быстрее"):
            making.make(tmp_path / "one.zip")
        assert len(gone) == 3 and not (tmp_path / "one.zip").exists()


def test_a_sweep_waits_for_a_backup_and_not_for_a_killed_one(site: Flask) -> None:
    with site.app_context():
        orphan = files.keep(BytesIO(b"x"))
        os.utime(host().uploads / orphan[:2] / orphan, (0, 0))
        with files.staying():
            assert files.sweep() == 0 and files.place(orphan).exists()
            late = files.keep(BytesIO(b"y"))
            files.discard(late)
            assert files.place(late).exists()
            for path in host().uploads.glob("??/*"):  # a mark of yesterday: whoever left it is not there any more
                os.utime(path, (0, 0))
            assert files.sweep() == 3 and not files.place(orphan).exists() and not files.place(late).exists()
            at_once = files.keep(BytesIO(b"z"))
            files.discard(at_once)
            assert not files.place(at_once).exists()


@ON_SQLITE
def test_a_file_lost_from_the_disk_is_named_and_stops_nothing(site: Flask, tmp_path: Path, elsewhere: str) -> None:
    with site.app_context():
        stored_as = db.session.scalars(db.select(StoredFile.stored_as)).first()
        files.discard(stored_as)
        path, made = making.make(tmp_path / "one.zip")
    assert made.lost == [stored_as]
    assert restore(path, tmp_path / "back", elsewhere).lost == [stored_as]


@ON_SQLITE
def test_a_folder_keeps_the_newest_ones(site: Flask, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("trefoil-20250101-000000.zip", "trefoil-20260101-000000.zip", "mine.zip", "trefoil-notes.zip"):
        (shelf / name).write_text("x")
    with site.app_context():
        assert making.last() is None
        path, _made = making.make(shelf, keep=2)
        assert making.last() is not None and f"{making.last():%Y%m%d-%H%M%S}" >= path.stem.removeprefix("trefoil-")
        with pytest.raises(Invalid, match="уже есть"):
            making.make(path)
        with pytest.raises(Invalid, match="только для папки"):
            making.make(tmp_path / "x.zip", keep=1)
        with pytest.raises(Invalid, match=r"Папки .* нет"):
            making.make(tmp_path / "no" / "x.zip")
    assert sorted(p.name for p in shelf.iterdir()) == sorted(
        ["mine.zip", "trefoil-notes.zip", "trefoil-20260101-000000.zip", path.name]
    )


def test_nothing_is_backed_up_from_an_empty_database(tmp_path: Path) -> None:
    app = create_app(tmp_path / "instance")
    with app.app_context(), pytest.raises(Invalid, match="копировать нечего"):
        making.make(tmp_path / "x.zip")
    close(app)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["instance"]
