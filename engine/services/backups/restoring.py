"""Bringing an installation back from a backup into an empty place: whole, or nothing is left behind."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.services.backups.checking import verify
from engine.services.backups.filling import require_same, target
from engine.services.backups.sealed import Manifest
from engine.services.errors import Conflict, Invalid
from engine.services.storage import Disk, Storage
from engine.store import dump, migrate
from engine.store.database import opened

_UPLOADS = "uploads/"


def restore(path: Path, into: Path, url: str = "", uploads: Storage | None = None) -> Manifest:
    """Restore a backup into an empty folder and an empty database (default: SQLite in that folder).

    ``uploads`` is where files go (default: that folder too). The database is brought to the newest revision. Raises
    Invalid for a damaged backup or one of a newer version, Conflict when a place is not empty.
    """
    manifest = verify(path)
    if not migrate.is_known(manifest.revision):
        raise Invalid("Копия сделана более новой версией программы", "The backup was made by a newer version")
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Conflict(f"Папка {into} не пуста", f"The folder {into} is not empty")
    storage = uploads or Disk(into / "uploads")
    if next(storage.names(), None) is not None:
        raise Conflict("Хранилище файлов не пусто", "The file storage is not empty")
    place = url or f"sqlite:///{(into / 'trefoil.sqlite').resolve()}"
    with (
        _new(into),
        _taken_back(storage, manifest),
        zipfile.ZipFile(path) as bundle,
        opened(place) as engine,
        target(engine) as connection,
    ):
        if dump.has_tables(connection):
            raise Conflict("База данных не пуста", "The database is not empty")
        migrate.to(connection, manifest.revision)
        for table in dump.tables(connection):
            with bundle.open(f"tables/{table.name}.jsonl") as lines:
                dump.load(connection, table, lines)
        require_same(dump.contents(connection), manifest.tables)
        migrate.to(connection)
        for name in manifest.files:
            _unpack(bundle, name, into, storage)
    return manifest


@contextmanager
def _taken_back(storage: Storage, manifest: Manifest) -> Iterator[None]:
    """A storage that forgets the files of the backup when what follows fails."""
    try:
        yield
    except BaseException:
        for name in manifest.files:
            if name.startswith(_UPLOADS):
                storage.remove(name.removeprefix(_UPLOADS))
        raise


@contextmanager
def _new(folder: Path) -> Iterator[None]:
    """A folder that is emptied again when what follows fails."""
    there = folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not there:
            folder.rmdir()
        raise
    (folder / "uploads").mkdir(exist_ok=True)


def _unpack(bundle: zipfile.ZipFile, name: str, into: Path, storage: Storage) -> None:
    """Put one file into its place; what is not an upload is for the owner of the installation alone."""
    if name.startswith(_UPLOADS):
        if "/" in (stored_as := name.removeprefix(_UPLOADS)) or "\\" in stored_as:
            raise Invalid("Копия повреждена: чужой путь", "The backup is damaged: a foreign path")
        with bundle.open(name) as source:
            storage.put(stored_as, source)
        return
    place = into / name.partition("/")[2]
    if not place.resolve().is_relative_to(into.resolve()):
        raise Invalid("Копия повреждена: чужой путь", "The backup is damaged: a foreign path")
    place.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with bundle.open(name) as source, os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
