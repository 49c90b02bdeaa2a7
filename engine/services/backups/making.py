"""Making a backup while people work: first one moment of the database, then the files its rows name.

An upload is written before its row and taken off the disk after it, but not while a backup reads: whatever the rows of
that moment name stays there. What has gone all the same, by another hand, makes the backup begin anew.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from engine.services import files
from engine.services.backups import checking
from engine.services.backups.sealed import MANIFEST, Kept, Manifest, writing
from engine.services.errors import Invalid
from engine.services.host import host, now
from engine.store import dump, migrate
from engine.store.database import db

#: What of the instance folder is no part of a backup: databases (their rows are) and what can be made again.
_LEFT_OUT = ("trefoil.sqlite", "queue.sqlite", "last_backup", "README.md", "config.example.py")
#: Names of the backups that ``make`` gives itself.
PATTERN = "trefoil-????????-??????.zip"
_TRIES = 3


class _GoneMeanwhile(Exception):
    """A file went away while the backup was taken."""


def make(target: Path, *, keep: int = 0) -> tuple[Path, Manifest]:
    """Back the installation up into a new file, or into a folder under a name made of the time; then read it again.

    ``keep``: of a folder's backups only so many stay, the newest. Raises Invalid for a file that is there already and
    for a database without tables, or when the backup cannot be read again whole.
    """
    folder = target.is_dir()
    path = target / f"trefoil-{now():%Y%m%d-%H%M%S}.zip" if folder else target
    if path.exists():
        raise Invalid(f"Файл {path} уже есть", f"The file {path} is there already")
    if keep and not folder:
        raise Invalid("--keep действует только для папки", "--keep is for a folder alone")
    if not path.parent.is_dir():
        raise Invalid(f"Папки {path.parent} нет", f"There is no folder {path.parent}")
    for attempt in range(1, _TRIES + 1):
        try:
            with files.staying():
                _write(path)
            break
        except _GoneMeanwhile:
            if attempt == _TRIES:
                raise Invalid("Файлы удаляют быстрее, чем идёт копия", "Files go faster than they are copied") from None
    manifest = checking.verify(path)
    (host().instance / "last_backup").write_text(now().isoformat(), encoding="utf-8")
    if keep:
        for old in sorted(target.glob(PATTERN), reverse=True)[keep:]:
            old.unlink()
    return path, manifest


def last() -> datetime | None:
    """When this installation was backed up last, as far as it knows."""
    with suppress(OSError, ValueError):
        return datetime.fromisoformat((host().instance / "last_backup").read_text(encoding="utf-8").strip())
    return None


def _write(path: Path) -> None:
    with dump.snapshot(db.engine) as connection, writing(path) as bundle:
        revision = migrate.current_on(connection)
        if revision is None:
            raise Invalid("База данных пуста: копировать нечего", "The database is empty: there is nothing to back up")
        made = Manifest(now().isoformat(), _version(), revision, db.engine.dialect.name)
        named: set[str] = set()
        for table in dump.tables(connection):
            made.tables[table.name] = _table(bundle, table.name, dump.lines(connection, table), named)
        made.lost = [name for name in sorted(named) if not _upload(bundle, made, name)]
        for source in _own():
            with source.open("rb") as content:
                _file(bundle, made, f"instance/{source.relative_to(host().instance).as_posix()}", content)
        if set(made.lost) - _named_now():
            raise _GoneMeanwhile
        bundle.writestr(MANIFEST, made.told())


def _version() -> str:
    try:
        return version("trefoil-plc")
    except PackageNotFoundError:  # run from the source, not installed
        return ""


def _table(bundle: zipfile.ZipFile, name: str, lines: Iterator[bytes], named: set[str]) -> dump.Content:
    """Write the rows; the files they name are added to ``named``."""
    digest, rows = hashlib.sha256(), 0
    with bundle.open(f"tables/{name}.jsonl", "w", force_zip64=True) as out:
        for line in lines:
            out.write(line)
            digest.update(line)
            rows += 1
            if b'"stored_as":"' in line:
                named.add(json.loads(line)["stored_as"])
    named.discard("")
    return dump.Content(rows, digest.hexdigest())


def _upload(bundle: zipfile.ZipFile, made: Manifest, stored_as: str) -> bool:
    """Whether the bytes were there to be copied."""
    try:
        content = files.place(stored_as).open()
    except FileNotFoundError:
        return False
    with content:
        _file(bundle, made, f"uploads/{stored_as}", content)
    return True


def _file(bundle: zipfile.ZipFile, made: Manifest, name: str, content: IO[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name, now().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_STORED if name.startswith("uploads/") else zipfile.ZIP_DEFLATED
    with bundle.open(entry, "w", force_zip64=True) as out:
        while block := content.read(1 << 20):
            out.write(block)
            digest.update(block)
            size += len(block)
    made.files[name] = Kept(size, digest.hexdigest())


def _own() -> list[Path]:
    """The keys, the settings and the plugins of the installation: every file of its folder that is not made anew."""
    folder = host().instance
    top = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(_LEFT_OUT) and p.suffix != ".part"]
    dropped = [p for p in (folder / "plugins").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted([*(p for p in top if not p.match(PATTERN)), *dropped])


def _named_now() -> set[str]:
    with dump.snapshot(db.engine) as connection:
        holders: list[Any] = [t for t in dump.tables(connection) if "stored_as" in t.columns]
        return {row[0] for table in holders for row in connection.execute(select(table.c.stored_as))}
