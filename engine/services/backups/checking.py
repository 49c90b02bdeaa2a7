"""Whether a backup is whole: every byte, every row, every file, and the files its rows name."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

from engine.services.backups.sealed import MANIFEST, Damaged, Kept, Manifest, read_manifest, require_whole
from engine.store.dump import Content


def verify(path: Path) -> Manifest:
    """The manifest of a whole backup. Raises Invalid for any other file."""
    require_whole(path)
    try:
        with zipfile.ZipFile(path) as bundle:
            manifest = read_manifest(bundle.read(MANIFEST))
            _same_names(bundle, manifest)
            hashes = {name: _table(bundle, name, content) for name, content in manifest.tables.items()}
            for name, kept in manifest.files.items():
                if _file(bundle, name) != kept:
                    raise Damaged(f"файл {name} изменён", f"the file {name} has changed")
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Damaged("это не архив Трилистника", "it is no archive of Trefoil") from error
    _as_the_rows_say(manifest, {name: sha for table in hashes.values() for name, sha in table.items()})
    return manifest


def _same_names(bundle: zipfile.ZipFile, manifest: Manifest) -> None:
    told = [MANIFEST, *manifest.files, *(f"tables/{name}.jsonl" for name in manifest.tables)]
    if sorted(bundle.namelist()) != sorted(told):
        raise Damaged("состав не совпадает с описью", "its content is not what its manifest says")


def _table(bundle: zipfile.ZipFile, name: str, content: Content) -> dict[str, str]:
    """The hashes of uploads that the rows of a table tell, by stored name."""
    digest, rows, hashes = hashlib.sha256(), 0, {}
    with bundle.open(f"tables/{name}.jsonl") as lines:
        for line in lines:
            digest.update(line)
            rows += 1
            if name == "stored_file":
                row = json.loads(line)
                hashes[row["stored_as"]] = row["sha256"]
    if Content(rows, digest.hexdigest()) != content:
        raise Damaged(f"таблица {name} изменена", f"the table {name} has changed")
    return hashes


def _file(bundle: zipfile.ZipFile, name: str) -> Kept:
    digest, size = hashlib.sha256(), 0
    with bundle.open(name) as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return Kept(size, digest.hexdigest())


def _as_the_rows_say(manifest: Manifest, hashes: dict[str, str]) -> None:
    """Each upload is the one its row was written for; one without a hash was destroyed by an act."""
    for stored_as, sha256 in hashes.items():
        kept = manifest.files.get(f"uploads/{stored_as}")
        if kept is None and stored_as not in manifest.lost:
            raise Damaged(f"нет файла {stored_as}", f"the file {stored_as} is missing")
        if kept is not None and sha256 and kept.sha256 != sha256:
            raise Damaged(f"файл {stored_as} не тот", f"the file {stored_as} is another one")
