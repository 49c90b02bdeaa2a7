"""Bodies that are too large, too slow, or only announced: refused, without memory and without making others wait."""

from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.error import HTTPError

import pytest
from openpyxl import Workbook

from engine.services.errors import Invalid
from engine.services.people import read_table
from tests.browser.conftest import Server
from tests.gates.plugin import Figure
from tests.webui.live import Reader, held, serve

MEGABYTE = 1024 * 1024
#: What the server may take for all of them together.
GROWTH = 100 * 1024
SLOW = 40


@pytest.fixture(scope="module")
def server(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = serve(loaded, tmp_path_factory.mktemp("bodies"))
    yield running
    running.stop()


@pytest.fixture
def reader(server: Server) -> Reader:
    """Somebody who may put files into the cycle 2: whoever is asked to accept its schedule there."""
    for number in range(20):
        found = Reader(server.url, number)
        with suppress(HTTPError):
            found.open("/cycles/2/docs/plan/1")
            return found
    raise AssertionError("nobody sits in the triad")


def _head(reader: Reader, length: int, kind: str = "multipart/form-data; boundary=b") -> bytes:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in reader.jar)
    lines = ("POST /cycles/2/files HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookies}", f"Content-Type: {kind}")
    return "\r\n".join((*lines, f"Content-Length: {length}", f"X-CSRFToken: {reader.token}", "", "")).encode()


def _connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


@pytest.mark.slow
@pytest.mark.gate("R-13")
def test_ten_gigabytes_announced_are_refused_before_they_come(server: Server, reader: Reader, figure: Figure) -> None:
    memory, _ = held(server)
    with _connect(server) as line:
        line.sendall(_head(reader, 10 * 1024 * MEGABYTE) + b"--b\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
    assert held(server)[0] - memory < GROWTH
    figure.reached("10 GB announced: 413")


@pytest.mark.slow
@pytest.mark.gate("R-13")
def test_large_bodies_cost_no_memory(server: Server, reader: Reader, figure: Figure) -> None:
    memory, _ = held(server)
    for size in (31, 40):
        with _connect(server) as line:
            line.sendall(_head(reader, size * MEGABYTE))
            try:
                line.sendall(b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n')
                for _ in range(size):
                    line.sendall(b"x" * MEGABYTE)
            except OSError:
                pass  # refused while it came
            assert line.recv(100)[9:12] == (b"422" if size < 33 else b"413")
    grown = held(server)[0] - memory
    assert grown < GROWTH
    assert "Мои дела" in reader.open("/")
    figure.reached(f"bodies of 31 and 40 MB: memory {grown / 1024:+.0f} MB")


@pytest.mark.slow
@pytest.mark.gate("R-13")
def test_slow_bodies_make_nobody_wait(server: Server, reader: Reader, figure: Figure) -> None:
    """More of them than the server has threads: a body is waited for without one."""
    memory, _ = held(server)
    with ExitStack() as lines:
        slow = [lines.enter_context(_connect(server)) for _ in range(SLOW)]
        for line in slow:
            line.sendall(_head(reader, 1000, "application/x-www-form-urlencoded"))
        for n in range(5):
            for line in slow:
                line.sendall(b"a")
            assert "Мои дела" in reader.open("/"), n
        assert held(server)[0] - memory < GROWTH
    assert "Мои дела" in reader.open("/")
    figure.reached(f"{SLOW} bodies at a byte a page: nobody waits")


def _workbook(head: str, value: str) -> bytes:
    """A table whose first cell is ``value``, with ``head`` before the XML of its sheet."""
    plain, out = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{value}</t></is></c></row>'
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w") as made:
        for item in source.infolist():
            text = source.read(item).decode()
            if item.filename == "xl/worksheets/sheet1.xml":
                text = head + text.replace("<sheetData></sheetData>", f"<sheetData>{cell}</sheetData>")
                assert cell in text
            made.writestr(item, text)
    return out.getvalue()


def _laughs() -> str:
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    return f"<!DOCTYPE x [{''.join(lines)}]>"


@pytest.mark.gate("R-13", "entities of a document are refused")
def test_a_table_that_names_files_of_the_server_or_laughs_is_refused(tmp_path: Path) -> None:
    assert read_table("a.xlsx", _workbook("", "Фамилия"))[0][0] == "Фамилия"
    secret = tmp_path / "secret"
    secret.write_text("пароль", encoding="utf-8")
    for head, value in (
        (f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">]>', "&a;"),
        (f'<!DOCTYPE x [<!ENTITY % a SYSTEM "file://{secret}"> %a;]>', "a"),
        (_laughs(), "&a9;"),
    ):
        with pytest.raises(Invalid, match="не читается"):
            read_table("a.xlsx", _workbook(head, value))
