"""A worker of an installation: one process that serves pages until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waitress.server import create_server

from webui import create_app


def serve(folder: Path, url: str, told: Any) -> None:
    """Serve on a free port and tell which."""
    app = create_app(folder, url, demo=True)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    told.put(server.effective_port)
    server.run()
