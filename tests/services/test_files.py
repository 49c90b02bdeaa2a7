"""Uploads: told by content, written anew, named safely, read by those who may."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from openpyxl import Workbook
from PIL import Image

from engine.services import files
from engine.services.demo.school import Cast
from engine.services.errors import Invalid, NotFound
from engine.services.host import host
from tests.services.roads import road, stranger


def _photo(form: str = "JPEG", size: tuple[int, int] = (40, 20), turned: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = "Телефон"
    exif.get_ifd(0x8825).update({1: "N", 2: (58.0, 0.0, 0.0), 3: "E", 4: (92.0, 0.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, form, exif=exif)
    return out.getvalue()


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def _workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


@pytest.mark.gate("R-13", "the place where a photo was taken is gone")
def test_a_photo_loses_its_position_and_stands_upright() -> None:
    assert Image.open(io.BytesIO(_photo())).getexif().get_ifd(0x8825)
    media, kept = files.check(_photo())
    picture = Image.open(io.BytesIO(kept))
    assert (media, picture.size) == ("image/jpeg", (20, 40))
    assert len(picture.getexif()) == 0
    assert "Телефон".encode() not in kept


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_written_anew_so_that_nothing_rides_along(form: str) -> None:
    _, kept = files.check(_photo(form) + b"<script>alert(1)</script>")
    assert b"script" not in kept


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
        (_workbook(), files.DOCUMENTS["xlsx"]),
        (_zip(word__document=b"", **{"word__document.xml": b"<x/>"}), files.DOCUMENTS["docx"]),
        (_zip(mimetype=files.DOCUMENTS["odt"].encode()), files.DOCUMENTS["odt"]),
        ("план урока".encode(), "text/plain"),
        ("план урока".encode("cp1251"), "text/plain"),
    ],
)
def test_what_teachers_have_is_taken(content: bytes, media: str) -> None:
    assert files.check(content)[0] == media


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + b"\x00" * 200,
        b"\x7fELF" + b"\x00" * 200,
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\x00" * 100,
        b"\xff\xd8\xff\xe0" + b"broken" * 20,
        _zip(**{"setup.exe": b"MZ"}),
        _zip(mimetype=b"application/java-archive"),
        b"PK\x03\x04broken",
        b"text with a \x00 inside",
    ],
    ids=["empty", "exe", "elf", "html", "svg", "gif", "broken-jpg", "zip", "jar", "broken-zip", "nul"],
)
@pytest.mark.gate("R-13", "every other kind of file is refused")
def test_everything_else_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        files.check(content)
    assert str(refused.value.text)


@pytest.mark.gate("R-13", "bombs are refused without unpacking")
def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = _zip(**{"word__document.xml": b"\x00" * (files.MAX_UNPACKED + 1)})
    assert len(bomb) < files.MAX_SIZE
    with pytest.raises(Invalid, match="распаковывается"):
        files.check(bomb)


@pytest.mark.gate("R-13", "huge pictures are refused before drawing")
def test_a_picture_of_huge_size_is_refused_before_it_is_drawn() -> None:
    size = 20_000
    head = b"IHDR" + size.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    data = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + head + zlib.crc32(head).to_bytes(4, "big")
    with pytest.raises(Invalid):
        files.check(data + b"\x00" * 100)


@pytest.mark.gate("R-13", "large files are refused")
def test_a_large_file_is_refused() -> None:
    with pytest.raises(Invalid, match="20 МБ"):
        files.check(b"%PDF-1.7\n" + b"x" * files.MAX_SIZE)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Конспект урока «Дроби».docx", "Конспект урока «Дроби».docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Мои документы\\план.pdf", "план.pdf"),
        ('a"; filename="b.exe\r\nX: y', "a; filename=b.exeX y"),
        ("фото\u202egpj.exe", "фотоgpj.exe"),
        ("...", "file"),
        ("", "file"),
        ("я" * 300 + ".pdf", "я" * 116 + ".pdf"),
    ],
)
@pytest.mark.gate("R-13", "names are harmless")
def test_names_stay_readable_and_harmless(given: str, kept: str) -> None:
    assert files.clean_name(given) == kept


def test_a_file_is_read_by_its_triad_and_not_by_strangers(school: Cast) -> None:
    cycle, team = road(school, "planning", mark="ПД-2")
    row = files.add(team[0], cycle.id, "../работа.txt", "работа ученика".encode())
    found, path = files.read(team[1], row.id)
    assert (found.name, path.read_bytes().decode(), files.name_of(row.id)) == (
        "работа.txt",
        "работа ученика",
        "работа.txt",
    )
    assert (host().uploads / path.name[:2] / path.name).exists() and "работа" not in path.name
    for person in (stranger(), school.team("ФО-1")[0], school.people["Макетов"], school.people["Журналова"]):
        with pytest.raises(NotFound):
            files.read(person, row.id)
        with pytest.raises(NotFound):
            files.add(person, cycle.id, "чужое.txt", b"x")
    with pytest.raises(NotFound):
        files.read(team[0], 10**6)


def test_a_file_lost_on_disk_is_said_so(school: Cast) -> None:
    cycle, team = road(school, "planning")
    row = files.add(team[0], cycle.id, "работа.txt", b"x")
    files.read(team[0], row.id)[1].unlink()
    with pytest.raises(NotFound, match="на диске"):
        files.read(team[0], row.id)


def test_a_refused_upload_leaves_nothing_on_disk(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle, team = road(school, "planning")
    monkeypatch.setattr(files, "MAX_FILES", 1)
    files.add(team[0], cycle.id, "первый.txt", b"x")
    with pytest.raises(Invalid):
        files.add(team[0], cycle.id, "второй.txt", b"y")
    assert len([p for p in host().uploads.rglob("*") if p.is_file()]) == 1
