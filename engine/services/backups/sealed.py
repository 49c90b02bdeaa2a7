"""The file of a backup: a zip archive whose last 64 bytes are the SHA-256 of everything before them.

The hash stands in the comment of the archive, so that any program opens it and any changed byte is found.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.services.errors import Invalid
from engine.store.dump import Content

FORMAT = 1
MANIFEST = "manifest.json"
_SEAL = 64
_DAMAGED = ("Копия повреждена: {why}. Возьмите другую", "The backup is damaged: {why}. Take another one")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup."""

    size: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What a backup holds. ``lost`` are uploads that the database names and the disk does not have."""

    made_at: str
    version: str
    revision: str
    database: str
    tables: dict[str, Content] = field(default_factory=dict)
    files: dict[str, Kept] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(content.rows for content in self.tables.values())

    def told(self) -> bytes:
        """As JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()


def read_manifest(content: bytes) -> Manifest:
    """The manifest from its JSON. Invalid for a format this version does not know."""
    told: dict[str, Any] = json.loads(content)
    if told.pop("format", None) != FORMAT:
        raise Invalid("Копия сделана более новой версией программы", "The backup was made by a newer version")
    tables = {name: Content(**one) for name, one in told.pop("tables").items()}
    return Manifest(**{**told, "tables": tables, "files": {n: Kept(**one) for n, one in told["files"].items()}})


class Damaged(Invalid):
    """The backup is not whole: why, in both languages."""

    def __init__(self, why: str, why_en: str) -> None:
        super().__init__(_DAMAGED[0].format(why=why), _DAMAGED[1].format(why=why_en))


@contextmanager
def writing(path: Path) -> Iterator[zipfile.ZipFile]:
    """A new archive, readable by its owner alone, that gets its name when it is whole and on the disk."""
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
                bundle.comment = b"0" * _SEAL
                yield bundle
            file.seek(0)
            seal = _hash(file, file.seek(0, os.SEEK_END) - _SEAL)
            file.seek(-_SEAL, os.SEEK_END)
            file.write(seal)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def require_whole(path: Path) -> None:
    """Raises Invalid unless every byte is as it was written."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            seal = _hash(file, size - _SEAL)
            file.seek(max(0, size - _SEAL))
            if size <= _SEAL or file.read() != seal:
                raise Damaged("контрольная сумма не сходится", "its checksum differs")
    except OSError as error:
        raise Invalid(f"Файл {path} не читается", f"The file {path} cannot be read") from error


def _hash(file: Any, size: int) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while size > 0 and (block := file.read(min(size, 1 << 20))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest().encode()
