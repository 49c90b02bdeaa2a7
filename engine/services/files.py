"""Uploaded files: type by content, limits, no positions in photos, random names on disk, read by those who may."""

from __future__ import annotations

import hashlib
import io
import logging
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import IO

import filetype
from sqlalchemy import bindparam, func, select

from engine.services.access import NO_CYCLE, relations
from engine.services.bank.access import may_read
from engine.services.definitions import definition_of
from engine.services.errors import Invalid, NotFound
from engine.services.host import host, now
from engine.services.reading import shows_private
from engine.services.storage import Kept, StorageDown
from engine.store.bank import Material
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import StoredFile
from engine.store.outbox import Job
from engine.store.people import Person
from engine.store.prepared import Read, Statement
from engine.store.reading import direct
from engine.store.unit import unit_of_work

MAX_SIZE = 20 * 1024 * 1024
MAX_FILES = 200
MAX_PIXELS = 40_000_000
MAX_UNPACKED = 200 * 1024 * 1024
#: Bytes that no row has named for so long were left behind by something that failed.
ORPHANED = timedelta(days=1)
MANY_ORPHANS = 50
#: Kept beside the files while a backup reads them. No row names it: one that a killed backup left is swept in a day.
_BACKUP = "backup-reads"
_log = logging.getLogger(__name__)
#: What may be kept, by content: extension found → media type. Images are written anew, so nothing rides along.
IMAGES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
DOCUMENTS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
REFUSED = (
    "Такой файл принять нельзя. Подойдут PDF, Word, Excel, PowerPoint, OpenDocument, JPG, PNG, WEBP и текст",
    "This kind of file cannot be kept. PDF, office documents, JPG, PNG, WEBP and plain text are fine",
)


def clean_name(name: str) -> str:
    """The given name without folders, control and direction characters, at most 120 characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        c for c in base if c.isprintable() and c not in '<>:"|?*\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
    )
    kept = kept.strip(" .") or "file"
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: 119 - len(ending)]}.{ending[:10]}" if dot and stem else kept[:120]


def check(content: bytes) -> tuple[str, bytes]:
    """(media type, bytes to keep) of an upload, told by its content. Raises Invalid for everything else."""
    if not content:
        raise Invalid("Файл пустой", "The file is empty")
    if len(content) > MAX_SIZE:
        raise Invalid("Файл больше 20 МБ. Уменьшите его или дайте ссылку", "The file is larger than 20 MB")
    kind = filetype.guess(content)
    extension = kind.extension if kind else ""
    if extension in IMAGES:
        return IMAGES[extension], _image(content, extension)
    if content[:4] == b"PK\x03\x04":
        return DOCUMENTS[_packed(content)], content
    if extension == "pdf":
        return DOCUMENTS["pdf"], content
    if extension == "":
        return "text/plain", _text(content)
    raise Invalid(*REFUSED)


def _image(content: bytes, extension: str) -> bytes:
    """The picture written anew: turned upright, without position, camera or anything else it carried."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content))
        if picture.width * picture.height > MAX_PIXELS:
            raise Invalid("Снимок слишком большой: больше 40 мегапикселей", "The picture has over 40 megapixels")
        upright = ImageOps.exif_transpose(picture)
        out = io.BytesIO()
        form = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[extension]
        clean = upright.convert("RGB") if form == "JPEG" else upright.convert("RGBA")
        clean.save(out, form, quality=85)
        return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("Снимок не читается. Сохраните его заново", "The picture cannot be read") from error


def _packed(content: bytes) -> str:
    """Which office document a zip is. Raises Invalid for any other zip and for one that unpacks too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            items = package.infolist()
            if len(items) > 5000 or sum(item.file_size for item in items) > MAX_UNPACKED:
                raise Invalid("Файл распаковывается в слишком большой", "The file unpacks too large")
            names = {item.filename for item in items}
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                declared = package.read("mimetype").decode("ascii", "replace").strip()
                return next((key for key, media in DOCUMENTS.items() if media == declared), "") or _refuse()
            return next((kind for part, kind in _PARTS.items() if part in names), "") or _refuse()
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise Invalid(*REFUSED) from error


def _refuse() -> str:
    raise Invalid(*REFUSED)


def _text(content: bytes) -> bytes:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and "<" not in text[:200]:
            return text.encode()
    raise Invalid(*REFUSED)


def add(person: Person, cycle_id: int, name: str, content: bytes) -> StoredFile:
    """Keep an upload for a cycle; a document then names its id. Raises Invalid, NotFound for strangers."""
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None or "triad_member" not in relations(person, cycle):
        raise NotFound(*NO_CYCLE)
    media, kept = check(content)
    with stored(kept) as stored_as, unit_of_work():
        count = db.session.scalar(select(func.count()).where(StoredFile.cycle_id == cycle_id)) or 0
        if count >= MAX_FILES:
            raise Invalid("В цикле уже 200 файлов", "The cycle already has 200 files")
        row = describe(person, name, media, kept, stored_as)
        row.cycle_id = cycle_id
        db.session.add(row)
        db.session.flush()
        return row


@contextmanager
def stored(content: bytes) -> Iterator[str]:
    """Keep the bytes under a random name; they are gone again when what follows fails."""
    stored_as = keep(io.BytesIO(content))
    try:
        yield stored_as
    except BaseException:
        discard(stored_as)
        raise


def keep(content: IO[bytes]) -> str:
    """Keep the bytes before the row that will name them. Returns their random name. Raises StorageDown."""
    stored_as = secrets.token_hex(24)
    host().storage.put(stored_as, content)
    return stored_as


def describe(person: Person, name: str, media: str, content: bytes, stored_as: str) -> StoredFile:
    """The row of a kept upload, without its place yet."""
    return StoredFile(
        owner_id=person.id,
        name=clean_name(name),
        media_type=media,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=stored_as,
        uploaded_at=now(),
    )


@contextmanager
def staying() -> Iterator[None]:
    """Nothing kept goes away inside: what loses its row meanwhile is left to a later ``sweep``. Raises StorageDown.

    Whoever reads the rows inside finds the bytes of each. Of two that overlap, the one that ends first ends both.
    """
    place(_BACKUP).write_bytes(b"")
    try:
        yield
    finally:
        with suppress(StorageDown, OSError):  # then it is swept in a day
            place(_BACKUP).unlink()


def discard(stored_as: str) -> None:
    """Take the bytes away, once their row is gone.

    They are left to a later ``sweep`` when the storage is down, and while a backup reads.
    """
    try:
        if not place(_BACKUP).exists():
            place(stored_as).unlink()
    except (StorageDown, OSError):
        _log.warning("a file without a row could not be removed; the round will try again")


def sweep() -> int:
    """Remove bytes that no row names, except young ones whose row may be on its way. Returns how many: none while a
    backup reads.

    Raises RuntimeError, with everything left alone, when most of what is kept has no row: a database that knows so
    little of these files is another one, connected by mistake.
    """
    # The rows first: what loses its row after them is not looked at, whether a backup begins meanwhile or not.
    named = {*db.session.scalars(select(StoredFile.stored_as)), *db.session.scalars(select(Job.stored_as))}
    kept = dict(host().storage.names())
    before = datetime.now(UTC) - ORPHANED
    if kept.get(_BACKUP, before) > before:
        return 0
    orphans = [name for name, since in kept.items() if name not in named and since < before]
    if len(orphans) > max(MANY_ORPHANS, len(kept) // 2):
        raise RuntimeError("most files have no row in this database: is it the right one for these files?")
    for name in orphans:
        host().storage.remove(name)
    return len(orphans)


def place(stored_as: str) -> Kept:
    """The bytes of a stored name."""
    return Kept(host().storage, stored_as)


def read(person: Person, file_id: int) -> tuple[StoredFile, Kept]:
    """A file for somebody who may see words about individuals in its cycle, or read its material.

    NotFound for everybody else.
    """
    row = db.session.get(StoredFile, file_id)
    if row is None or not (_of_cycle(person, row) or _of_material(person, row)):
        raise NotFound("Такого файла нет", "There is no such file")
    path = place(row.stored_as)
    if not path.exists():
        raise NotFound("Файл не найден на диске. Сообщите администратору", "The file is missing on disk")
    return row, path


def _of_cycle(person: Person, row: StoredFile) -> bool:
    cycle = db.session.get(Cycle, row.cycle_id) if row.cycle_id else None
    return cycle is not None and shows_private(person, cycle, definition_of(cycle), relations(person, cycle))


def _of_material(person: Person, row: StoredFile) -> bool:
    material = db.session.get(Material, row.material_id) if row.material_id else None
    return material is not None and may_read(person, material)


def name_of(file_id: int | str) -> str:
    """The given name of a file, for a page that already may show it."""
    row = db.session.get(StoredFile, int(file_id))
    return row.name if row else "—"


_KNOWN = Statement(select(StoredFile.id).where(StoredFile.cycle_id == bindparam("cycle")))


def known(cycle_id: int, read: Read = direct) -> set[int]:
    """Ids of the files of a cycle."""
    return {row[0] for row in read(_KNOWN, cycle=cycle_id)}


def require(cycle_id: int, wanted: Iterable[int], read: Read = direct) -> None:
    """Raises Invalid unless every file named in a document lies in its cycle."""
    if (asked := set(wanted)) and asked - known(cycle_id, read):
        raise Invalid("Один из файлов не найден. Приложите его ещё раз", "A file is missing. Attach it again")
