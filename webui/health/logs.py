"""The log: one line of JSON for what happened, with numbers and codes and nobody's words.

``trefoil.access`` has a line for each request, ``trefoil.security`` those of engine/services/watch.py. Addresses of
pages are never written: they may hold the token of a survey or of a secret link. JSON keeps a line a line, whatever is
in it.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from logging.handlers import WatchedFileHandler
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from pythonjsonlogger.json import JsonFormatter

from engine.services import watch
from webui.health.metrics import method

access = logging.getLogger("trefoil.access")
#: What pupils open: who asked for it is nobody's business.
_ANONYMOUS = frozenset({"survey.answer", "survey.thanks"})
#: Data leave the installation here at once; bigger ones are jobs, which the security log sees by their rows.
EXPORTS = frozenset({"papers.download", "papers.archive", "types.purge_export", "district.export"})
_DENIED = (401, 403, 404)
_GIVEN_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


class Lines(JsonFormatter):
    """One line of JSON. Of an exception the types and the places: its message may hold what people wrote."""

    def formatException(self, ei: Any) -> str:  # the name is logging's
        told, error = [], ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            places = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
            told.append(f"{type(error).__module__}.{type(error).__qualname__} at {places}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return " | caused by ".join(told)


class _OfRequest(logging.Filter):
    """Adds the number of the request to whatever is logged while it is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        if has_request_context() and not hasattr(record, "request"):
            record.request = g.get("request_id")
        return True


def init_app(app: Flask, destination: str = "") -> None:
    """Write to ``destination``: a file (it may be rotated), or "-" for stderr; empty leaves logging as it is."""
    if destination:
        open_log(destination)
    app.before_request(_begin)
    app.after_request(_end)


def open_log(destination: str) -> logging.Handler:
    """Send everything of the process there as JSON: warnings of all, and every line of access and security."""
    root = logging.getLogger()
    for held in root.handlers:
        if held.get_name() == f"trefoil {destination}":
            return held
    handler: logging.Handler = (
        logging.StreamHandler(sys.stderr) if destination == "-" else WatchedFileHandler(destination, encoding="utf-8")
    )
    handler.set_name(f"trefoil {destination}")
    handler.setFormatter(
        Lines("%(levelname)s %(name)s %(message)s", timestamp=True, rename_fields={"levelname": "level", "name": "log"})
    )
    handler.addFilter(_OfRequest())
    root.addHandler(handler)
    logging.getLogger("trefoil").setLevel(logging.INFO)
    return handler


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-Id"] = g.request_id
    endpoint, status = request.endpoint or "none", response.status_code
    anonymous = endpoint in _ANONYMOUS
    about = {} if anonymous else _numbers()
    if endpoint not in ("none", "static") and not anonymous:
        _tell(endpoint, status, about)
    if access.isEnabledFor(logging.INFO):
        line = {
            "request": g.request_id,
            "endpoint": endpoint,
            "method": method(),
            "status": status,
            "ms": round((time.perf_counter() - g.began) * 1000),
            "user": None if anonymous else watch.asker(),
        }
        access.info("request", extra={**line, "about": about} if about else line)
    return response


def _tell(endpoint: str, status: int, about: dict[str, int]) -> None:
    """Refusals and exports are lines of the security log. A thing that is not open to somebody answers 404."""
    if status in _DENIED:
        watch.tell("denied", endpoint=endpoint, status=status, **about)
    elif status == 429:
        watch.tell("slowed", endpoint=endpoint)
    elif status == 200 and endpoint in EXPORTS:
        watch.tell("export", endpoint=endpoint, **about)


def _numbers() -> dict[str, int]:
    """The numbers in the address: which record it is about. Words and tokens are left out."""
    return {name: value for name, value in (request.view_args or {}).items() if type(value) is int}
