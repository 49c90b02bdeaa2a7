"""Whether this process lives, whether it can serve, and what it has measured."""

from __future__ import annotations

import logging

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from engine.services import pulse
from webui.health import metrics as measured

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)
_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/health/live")
def live() -> ResponseReturnValue:
    """The process answers. Nothing is asked of the database: a restart would not mend it."""
    return "live\n", 200, _PLAIN


@bp.get("/health/ready")
def ready() -> ResponseReturnValue:
    """Database, migrations and folders are in order. Strangers learn no more than that; the log tells why not."""
    found = pulse.obstacles()
    for why in found:
        log.error("not ready: %s", why)
    return ("not ready\n", 503, _PLAIN) if found else ("ready\n", 200, _PLAIN)


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For Prometheus. Each process tells of itself: every web process is a target of its own."""
    content, kind = measured.told()
    return Response(content, content_type=kind)
