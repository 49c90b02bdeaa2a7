"""The two apps behind the same server with the same settings: waitress as ``trefoil serve`` starts it, and gunicorn.

``python -m benchmarks.servers trefoil|bare FOLDER PORT [DATABASE]`` serves by waitress. gunicorn comes from
``build/peers/servers`` (``python -m benchmarks.versus`` makes it) or the environment.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask

from benchmarks.bare import app as bare
from benchmarks.versus import HOME, ROOT

THREADS, WORKERS = 8, 2
SERVERS = ("waitress", "gunicorn")


def app(which: str, folder: str, database: str = "") -> Flask:
    """The app of ``folder``: ``trefoil`` (its demo school) or ``bare``."""
    if which == "bare":
        return bare.create(folder, database)
    from engine.services import demo
    from webui import create_app

    made = create_app(folder, database, demo=True)
    with made.app_context():
        demo.load()  # which is there: the clock goes on from its day
    return made


def gunicorn() -> str:
    """The folder gunicorn is to be imported from; "." when it is installed beside us, nothing when it is not there."""
    if importlib.util.find_spec("gunicorn"):
        return "."
    found = sorted(HOME.glob("servers/lib/python*/site-packages/gunicorn"))
    return str(found[-1].parent) if found else ""


def there() -> list[str]:
    """The servers that can be measured."""
    return [name for name in SERVERS if name != "gunicorn" or gunicorn()]


class Served:
    """An app behind a server, in a process of its own."""

    def __init__(self, server: str, which: str, folder: Path, database: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "benchmarks.servers", which, str(folder), str(self.port), database]
        way = [str(ROOT)]
        if server == "gunicorn":
            place = f"benchmarks.servers:app({which!r}, {str(folder)!r}, {database!r})"
            command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{self.port}", "--log-level", "error"]
            command += ["--workers", str(WORKERS), "--threads", str(THREADS // WORKERS), "--keep-alive", "60", place]
            way.append(gunicorn())
        self.log = folder / f"{server}.log"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(way)}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)

    def wait(self) -> None:
        """Until it listens. RuntimeError with its last words when it does not."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.1)
        raise RuntimeError(self.log.read_text()[-800:])

    def stop(self) -> None:
        """End the process and its workers."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main(which: str, folder: str, port: str, database: str = "") -> None:
    """Serve, until somebody ends the process."""
    from webui.command import server

    logging.disable(logging.ERROR)
    server(app(which, folder, database), "127.0.0.1", int(port), THREADS).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
