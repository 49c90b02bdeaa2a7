"""The exchange between installations: one signed file, checked whole and then taken whole, or refused with a reason.

A file is JSON: a payload as text, the public key of whoever made it, and an Ed25519 signature over the bytes of the
payload. Checking is pure; nothing is written before everything was found good.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select

from engine.core.text import Text
from engine.services.access import require_admin
from engine.services.bank.words import KINDS
from engine.services.district.schools import district_of
from engine.services.errors import Conflict, Invalid
from engine.services.host import host, now
from engine.store.bank import Material
from engine.store.database import db
from engine.store.district import ExchangeFile, ExchangePeer, ForeignMaterial, Publication
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

FORMAT, VERSION = "trefoil-exchange", 1
#: Limits of a file: bytes, materials, characters of a text, depth of its data.
MOST_BYTES, MOST_MATERIALS, MOST_TEXT, MOST_DEPTH = 8 * 1024 * 1024, 500, 60_000, 6
_NTH = Text("материал {n}: {wrong}", en="material {n}: {wrong}")
_ENVELOPE = {"format", "version", "key", "signature", "payload"}
_PAYLOAD = {"district", "made_at", "materials"}
_MATERIAL = {"uid", "source", "kind", "title", "version", "body", "data", "passport", "withdrawn"}
#: What of a material's description goes along: no names of people.
_DATA = (
    "annotation",
    "subject",
    "class_name",
    "techniques",
    "indicators",
    "conditions",
    "would_change",
    "trial_result",
    "link",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is good: who signed it, the hash of its bytes, what is in it."""

    key: str
    sha256: str
    made_at: datetime
    materials: tuple[Mapping[str, Any], ...]


def _private() -> Ed25519PrivateKey:
    """The key of this installation, made once and readable by this user alone."""
    path = host().instance / "exchange_key"
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes_raw()
        part = path.with_name(f"exchange_key.{secrets.token_hex(4)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(made))
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # another process was faster: its key is the key
        except OSError:  # a file system without links
            part.replace(path)
        part.unlink(missing_ok=True)
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes()))


def own_key() -> str:
    """The public key others enter to take our files."""
    return base64.b64encode(_private().public_key().public_bytes_raw()).decode()


def make(admin: Person) -> bytes:
    """A file of everything the school has published, with what it has withdrawn since."""
    require_admin(admin)
    district = district_of(admin)
    rows = db.session.scalars(
        select(Publication).where(Publication.school_id == admin.school_id).order_by(Publication.id)
    ).unique()
    school = db.session.get(School, admin.school_id)
    latest: dict[int, Publication] = {row.material_id: row for row in rows}
    payload = {
        "district": district.name,
        "made_at": now().isoformat(),
        "materials": [_packed(row, school.name if school else "") for row in latest.values()],
    }
    return sealed(payload, _private())


def _packed(row: Publication, source: str) -> dict[str, Any]:
    material = row.material
    gone = row.withdrawn_at is not None or material.state != "in_bank"
    uid = hashlib.sha256(f"{own_key()}:{material.id}".encode()).hexdigest()
    data = {} if gone else {key: material.data[key] for key in _DATA if material.data.get(key)}
    return {
        "uid": uid,
        "source": source,
        "kind": material.kind,
        "title": material.title,
        "version": material.version,
        "body": "" if gone else material.body,
        "data": data,
        "passport": {} if gone else _passport(material),
        "withdrawn": gone,
    }


def _passport(material: Material) -> dict[str, Any]:
    return json.loads(json.dumps(material.passport)) if material.passport else {}


def sealed(payload: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The file of a payload, signed."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    envelope = {
        "format": FORMAT,
        "version": VERSION,
        "key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
        "signature": base64.b64encode(key.sign(text.encode())).decode(),
        "payload": text,
    }
    return json.dumps(envelope, ensure_ascii=False, sort_keys=True, indent=1).encode()


def check(content: bytes, keys: Collection[str], moment: datetime) -> Checked:
    """Everything about a file but whether it was taken before. Raises Invalid with the reason; never anything else."""
    if len(content) > MOST_BYTES:
        raise _bad(Text("файл больше 8 МБ", en="the file is larger than 8 MB"))
    envelope = _json(content)
    if not isinstance(envelope, dict) or set(envelope) != _ENVELOPE or envelope["format"] != FORMAT:
        raise _bad(Text("это не файл обмена Трилистника", en="this is no exchange file of Trefoil"))
    if envelope["version"] != VERSION or isinstance(envelope["version"], bool):
        raise _bad(Text("файл сделан другой версией программы", en="the file was made by another version"))
    key, payload = envelope["key"], envelope["payload"]
    if not isinstance(key, str) or key not in keys:
        raise _bad(Text("ключ отправителя не знаком: внесите его в список", en="the sender’s key is unknown"))
    if not isinstance(payload, str) or not _signed(key, envelope["signature"], payload):
        raise _bad(Text("подпись не сходится: файл изменён или повреждён", en="the signature is wrong"))
    found = _json(payload.encode("utf-8", "surrogatepass"))
    if not isinstance(found, dict) or set(found) != _PAYLOAD:
        raise _bad(Text("состав файла не тот", en="the contents of the file are wrong"))
    made_at = _moment(found["made_at"])
    if made_at is None or made_at > moment.replace(hour=23, minute=59, second=59):
        raise _bad(Text("дата файла не подходит", en="the date of the file is wrong"))
    if not _text(found["district"], 200):
        raise _bad(Text("не назван район", en="the district is not named"))
    materials = found["materials"]
    if not isinstance(materials, list) or not 1 <= len(materials) <= MOST_MATERIALS:
        raise _bad(Text("материалов нет или больше 500", en="there are no materials, or more than 500"))
    for n, material in enumerate(materials, 1):
        if wrong := _wrong(material):
            raise _bad(_NTH.fill({"n": str(n), "wrong": wrong}))
    if len({m["uid"] for m in materials}) != len(materials):
        raise _bad(Text("один материал дважды", en="one material twice"))
    return Checked(key, hashlib.sha256(content).hexdigest(), made_at, tuple(materials))


def _bad(reason: Text) -> Invalid:
    text = Text("Файл не принят: {why}", en="The file is refused: {why}").fill({"why": reason})
    return Invalid(text, text.en)


def _json(content: bytes) -> Any:
    def constant(name: str) -> Any:
        raise ValueError(name)

    def pairs(given: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(given)
        if len(made) != len(given):
            raise ValueError("a key twice")
        return made

    try:
        return json.loads(content.decode("utf-8"), parse_constant=constant, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise _bad(Text("его нельзя прочитать", en="it cannot be read")) from None


def _signed(key: str, signature: Any, payload: str) -> bool:
    try:
        known = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        known.verify(base64.b64decode(signature, validate=True), payload.encode())
    except (InvalidSignature, ValueError, TypeError, binascii.Error):
        return False
    return True


def _moment(given: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) and len(given) <= 40 else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is None and found.year >= 2020 else None


def _text(given: Any, longest: int, *, empty: bool = False) -> bool:
    return (
        isinstance(given, str)
        and len(given) <= longest
        and (empty or bool(given.strip()))
        and "\x00" not in given
        and not any("\ud800" <= c <= "\udfff" for c in given)
    )


def _wrong(material: Any) -> Text | None:
    """What is wrong with a material; None when it is good."""
    if not isinstance(material, dict) or set(material) != _MATERIAL:
        return Text("состав не тот", en="its parts are wrong")
    uid = material["uid"]
    if not isinstance(uid, str) or len(uid) != 64 or set(uid) - set("0123456789abcdef"):
        return Text("номер не тот", en="its number is wrong")
    if not _text(material["source"], 200) or not _text(material["title"], 200):
        return Text("нет названия или школы", en="title or school is missing")
    if material["kind"] not in KINDS if isinstance(material["kind"], str) else True:
        return Text("вид не известен", en="its kind is unknown")
    version = material["version"]
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= 10_000:
        return Text("версия не та", en="its version is wrong")
    if not isinstance(material["withdrawn"], bool) or not _text(material["body"], MOST_TEXT, empty=True):
        return Text("текст не тот или слишком длинный", en="its text is wrong or too long")
    data = material["data"]
    if not isinstance(data, dict) or set(data) - set(_DATA) or not _plain(data, 2):
        return Text("описание не то", en="its description is wrong")
    if not isinstance(material["passport"], dict) or not _plain(material["passport"], MOST_DEPTH):
        return Text("паспорт не тот", en="its passport is wrong")
    if material["withdrawn"] and (material["body"] or data or material["passport"]):
        return Text("отозванный материал не пуст", en="a withdrawn material is not empty")
    return None


def _plain(value: Any, depth: int) -> bool:
    """Whether data are texts, numbers, lists and mappings of them, no deeper and no longer than allowed."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) < 1e9
    if isinstance(value, str):
        return _text(value, MOST_TEXT, empty=True)
    if depth <= 0:
        return False
    if isinstance(value, list):
        return len(value) <= 200 and all(_plain(one, depth - 1) for one in value)
    if isinstance(value, dict):
        return len(value) <= 60 and all(_text(k, 60) and _plain(one, depth - 1) for k, one in value.items())
    return False


def peers(admin: Person) -> list[ExchangePeer]:
    """The installations whose files are taken."""
    require_admin(admin)
    district = district_of(admin)
    return list(db.session.scalars(select(ExchangePeer).where(ExchangePeer.district_id == district.id)))


def add_peer(admin: Person, name: str, key: str) -> ExchangePeer:
    """Enter the key of another installation. Raises Invalid for a key that is none, is ours, or is there already."""
    require_admin(admin)
    district = district_of(admin)
    given = "".join(key.split())
    text = Text("Проверьте название и ключ", en="Check the name and the key")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(given, validate=True))
    except (ValueError, binascii.Error):
        raise Invalid(text, text.en, {"key": [text]}) from None
    if not name.strip() or given == own_key():
        raise Invalid(text, text.en, {"name": [text]})
    with unit_of_work():
        lock(School, admin.school_id)
        if any(peer.public_key == given for peer in peers(admin)):
            known = Text("Этот ключ уже внесён", en="This key is already there")
            raise Invalid(known, known.en, {"key": [known]})
        row = ExchangePeer(district_id=district.id, name=name.strip()[:200], public_key=given, added_by=admin.id)
        row.added_at = now()
        db.session.add(row)
        db.session.flush()
        return row


def take(admin: Person, content: bytes) -> tuple[int, int]:
    """Take a file: everything in it, or nothing. Returns how many materials are new or newer, and how many were
    withdrawn. Raises Invalid with the reason, Conflict for a file that was taken before."""
    require_admin(admin)
    district = district_of(admin)
    known = {p.public_key: p.id for p in peers(admin)}
    checked = check(content, known.keys(), now())
    with unit_of_work():
        peer: ExchangePeer = lock(ExchangePeer, known[checked.key])
        before = select(ExchangeFile.id).where(ExchangeFile.peer_id == peer.id, ExchangeFile.sha256 == checked.sha256)
        if db.session.scalar(before) is not None:
            raise Conflict("Этот файл уже принят", "This file was taken before")
        row = ExchangeFile(
            peer_id=peer.id,
            school_id=admin.school_id,
            sha256=checked.sha256,
            materials=len(checked.materials),
            by_id=admin.id,
            at=now(),
        )
        db.session.add(row)
        db.session.flush()
        taken = withdrawn = 0
        for given in checked.materials:
            found = db.session.scalar(
                select(ForeignMaterial).where(
                    ForeignMaterial.district_id == district.id, ForeignMaterial.uid == given["uid"]
                )
            )
            if found is not None and _owner(found) != peer.id:
                raise _bad(Text("материал принадлежит другому отправителю", en="a material belongs to another sender"))
            if found is not None and found.version > given["version"]:
                continue
            if given["withdrawn"]:
                if found is not None and found.withdrawn_at is None:
                    found.withdrawn_at, found.body, found.data, found.passport = now(), "", {}, {}
                    withdrawn += 1
                continue
            if found is None:
                found = ForeignMaterial(district_id=district.id, uid=given["uid"])
                db.session.add(found)
            elif found.version == given["version"] and found.withdrawn_at is None:
                continue
            found.file_id, found.source, found.kind = row.id, given["source"], given["kind"]
            found.title, found.version, found.body = given["title"], given["version"], given["body"]
            found.data, found.passport = dict(given["data"]), dict(given["passport"])
            found.withdrawn_at, found.at = None, now()
            taken += 1
        return taken, withdrawn


def _owner(material: ForeignMaterial) -> int | None:
    return db.session.scalar(select(ExchangeFile.peer_id).where(ExchangeFile.id == material.file_id))
