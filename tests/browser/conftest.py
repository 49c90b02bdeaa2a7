"""A real server in a process of its own, and people with a browser each."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.school import School

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``trefoil serve`` (or another command that serves) on an instance folder; more workers may serve the same one."""

    def __init__(self, instance: Path, *command: str, database: str = "", ready: str = "/sign-in") -> None:
        self.instance, self.port, self.ready = instance, free_port(), ready
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = instance / f"server-{self.port}.log"
        instance.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "TREFOIL_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = str(ROOT)
        if database:
            environment["TREFOIL_DATABASE"] = database
        log = self.log.open("w")
        code = "from webui.cli import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *(command or ("serve",)), "--port", str(self.port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        log.close()
        self._wait()

    def _wait(self) -> None:
        for _ in range(1800):  # the demo school takes its time on a busy machine
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}{self.ready}", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def first_admin(self) -> str:
        """The one-time link the server printed at its first start."""
        found = re.search(r"/link/[\w-]+", self.log.read_text())
        assert found, self.log.read_text()
        return found.group(0)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "instance")
    yield running
    text = running.log.read_text()
    running.stop()
    assert "Traceback" not in text, text[-4000:]


@pytest.fixture
def school(server: Server, browser: object) -> Iterator[School]:
    made = School(browser, server.url)
    made.found(server.first_admin())
    yield made
    made.close()
