"""What is measured, for Prometheus: requests of this process, and what of the installation waits."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator

from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector

from engine.services import pulse
from engine.services.errors import DATABASE_DOWN

#: The word that opens the page to this machine alone; anything else in the setting is a token.
LOOPBACK = "loopback"
_SHORTEST = 16
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


class _Installation:
    """Asked at every reading. While the database is away only that is told."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = GaugeMetricFamily("trefoil_waiting", "What waits to be sent or made", labels=["kind"])
        up = 1.0
        try:
            for kind, count in pulse.waiting().items():
                waiting.add_metric([kind], count)
        except DATABASE_DOWN:
            up = 0.0
        yield GaugeMetricFamily("trefoil_database_up", "Whether the database answers", value=up)
        yield waiting
        if (age := pulse.backup_age()) is not None:
            yield GaugeMetricFamily("trefoil_backup_age_seconds", "Seconds since the last backup", value=age)


class Measures:
    """The measures of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Counter(
            "trefoil_requests", "Requests answered", ["endpoint", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "trefoil_request_seconds", "How long requests took", ["endpoint"], registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_Installation())


def init_app(app: Flask) -> None:
    """Count every request."""
    made = app.extensions["trefoil-measures"] = Measures()

    @app.before_request
    def begin() -> None:
        g.measured_since = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        endpoint = request.endpoint or "none"  # an address may hold a secret, the name of an endpoint does not
        made.requests.labels(endpoint, method(), response.status_code).inc()
        if (since := g.get("measured_since")) is not None:
            made.seconds.labels(endpoint).observe(time.perf_counter() - since)
        return response


def method() -> str:
    """The method of the request; "other" for a word somebody made up, which would be a series of its own for ever."""
    return request.method if request.method in _METHODS else "other"


def told() -> tuple[bytes, str]:
    """The measures in the text format, and its media type."""
    return generate_latest(current_app.extensions["trefoil-measures"].registry), CONTENT_TYPE_LATEST


def may_watch() -> bool:
    """Whether this request may read the measures: by the token of the setting, or from this machine where the setting
    says so and no proxy has passed it on. Closed without a setting and with a token too short to be one."""
    setting = current_app.config["TREFOIL_METRICS"]
    if setting == LOOPBACK:
        direct = not any(name in request.headers for name in _FORWARDED)
        return direct and request.remote_addr in ("127.0.0.1", "::1")
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), setting.encode())
    return len(setting) >= _SHORTEST and kind.lower() == "bearer" and right
