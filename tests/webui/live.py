"""The demo school behind a real server, and people with something less than a browser."""

from __future__ import annotations

import re
import shutil
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from tests.browser.conftest import Server
from tests.webui.conftest import csrf


def serve(loaded: Path, folder: Path) -> Server:
    """The loaded demo school, served from a copy in ``folder``."""
    shutil.copytree(loaded, folder / "instance" / "demo")
    return Server(folder / "instance", "demo")


def held(server: Server) -> tuple[int, int]:
    """(kilobytes of memory, open files and sockets) of the server."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found
    return int(found.group(1)), len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


class Reader:
    """Somebody's browser."""

    def __init__(self, url: str, number: int) -> None:
        self.url, self.jar = url, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        page = self.open("/sign-in")
        ways = re.findall(r'action="(/sign-in/as/\d+)"', page)
        self.open(ways[number % len(ways)], csrf_token=csrf(page))
        self.token = csrf(self.open("/"))  # a session that begins has a token of its own

    def open(self, path: str, **fields: str) -> str:
        data = urlencode(fields).encode() if fields else None
        with self.opener.open(self.url + path, data, timeout=60) as answer:
            return answer.read().decode()
