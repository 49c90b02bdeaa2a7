"""An installation on a disk that is full: told in words, nothing torn, pages still open, and it heals by itself."""

from __future__ import annotations

import errno
import html
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.faults.rows import Rows, changed
from tests.gates.plugin import Figure
from tests.webui.conftest import close, csrf
from tests.webui.filled import WORDS, forms
from webui import create_app

MEGABYTES = 20
#: Every so manieth form in a short run.
EVERY = 6
pytestmark = pytest.mark.slow


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


class Ballast:
    """What fills the disk to its last byte."""

    def __init__(self, disk: Path) -> None:
        self.file = disk / "ballast"

    def fill(self) -> None:
        with self.file.open("wb", buffering=0) as file:
            for piece in (2**20, 2**12, 1):
                try:
                    while file.write(b"x" * piece) == piece:
                        pass
                except OSError as full:
                    assert full.errno == errno.ENOSPC

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)


@pytest.fixture
def app(loaded: Path, disk: Path) -> Iterator[Flask]:
    made = create_app(shutil.copytree(loaded, disk / "instance"), demo=True)
    yield made
    close(made)


@pytest.mark.gate("R-17")
def test_a_full_disk_tears_nothing(app: Flask, disk: Path, tmp_path: Path, figure: Figure) -> None:
    clients: dict[str, object] = {}
    found = list(forms(app, clients))
    rows, ballast, told = Rows(app, tmp_path / "kept.sqlite"), Ballast(disk), 0
    before = rows.picture()
    tried = found[:: figure.size(EVERY, 1)]
    for name, form in tried:
        ballast.drop()
        rows.put_back()
        client = clients[name]
        assert client.get("/").status_code == 200
        ballast.fill()
        answer = client.post(form.action, data=MultiDict(form.fields))
        if answer.status_code >= 500:
            said = html.unescape(answer.text)
            assert answer.status_code in (503, 507), form
            assert "Retry-After" in answer.headers and "Traceback" not in said
            assert all(words != WORDS for _, words in form.fields) or WORDS in said, "what was typed is gone"
            told += answer.status_code == 507
        if answer.status_code >= 400:
            assert changed(before, rows.picture()) == set(), form
        assert client.get("/").status_code == 200, "pages open on a full disk"
        ballast.drop()
        again = client.post(form.action, data=MultiDict(form.fields))
        assert again.status_code < 500, "it heals by itself"
    assert told > len(tried) // 2
    figure.reached(f"{len(tried)} forms on a full disk of {MEGABYTES} MB (tmpfs), 0 torn, {told} told 507")


@pytest.mark.gate("R-17")
def test_an_upload_that_does_not_fit_leaves_nothing_behind(app: Flask, disk: Path, figure: Figure) -> None:
    clients: dict[str, object] = {}
    list(forms(app, clients))
    client, ballast = clients["Указкина"], Ballast(disk)
    token = csrf(client.get("/cycles/2").text)
    uploads = disk / "instance" / "uploads"
    here = sorted(uploads.rglob("*.*"))
    ballast.fill()
    for words in (1, 40_000):
        data = {"csrf_token": token, "file": (io.BytesIO("лист ".encode() * words), "лист.txt")}
        answer = client.post("/cycles/2/files", data=data, headers={"X-Requested-With": "fetch"})
        assert answer.status_code == 507, answer.text
    ballast.drop()
    assert sorted(uploads.rglob("*.*")) == here
    figure.reached("uploads: 507, no piece left behind")
