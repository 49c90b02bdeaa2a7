"""What goes out is packed: on a bad uplink a sixth of the bytes.

The length of a packed page tells what its secrets have in common with what a stranger has put into the address
(BREACH), so each page is of a length of its own: up to ninety-nine needless bytes, drawn anew each time ("heal the
breach"). Tokens change by the second besides, and cookies are not sent with what other sites ask for.
"""

from __future__ import annotations

import gzip
import io
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

_KINDS = frozenset({"text/css", "text/javascript", "image/svg+xml"})
#: A page of fewer bytes is not worth it; how hard to try: more costs as much time as it saves.
_SMALL, _LEVEL = 1000, 5
_NEEDLESS = 100


def init_app(app: Flask) -> None:
    """Pack what browsers can unpack; each file once a process."""
    app.after_request(_packed)


@lru_cache(maxsize=64)
def _content(path: Path, changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _page(data: bytes) -> bytes:
    """The page packed; the name that the format has room for is of random length."""
    packed = io.BytesIO()
    with gzip.GzipFile("a" * secrets.randbelow(_NEEDLESS), "wb", _LEVEL, packed, 0) as file:
        file.write(data)
    return packed.getvalue()


def _packed(response: Response) -> Response:
    is_file = request.endpoint == "static" and response.mimetype in _KINDS
    if not is_file and (response.mimetype != "text/html" or response.is_streamed):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"]:
        return response
    if is_file:
        return _file(response)
    data = response.get_data()
    if len(data) > _SMALL:
        response.set_data(_page(data))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _file(response: Response) -> Response:
    if response.status_code != 200:
        return response
    path = Path(current_app.static_folder or "", (request.view_args or {})["filename"])
    etag, _ = response.get_etag()
    response.close()  # the file that was to be sent as it is
    response.direct_passthrough = False
    response.set_data(_content(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{etag}-gzip")
    return response
