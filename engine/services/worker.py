"""Work beside the pages: Huey wakes a worker for a job, each minute for what waits to be sent, each hour for the rest.

The queue is a SQLite file in the instance folder; ``TREFOIL_REDIS`` names a Redis instead, when several machines share
the work. Nothing is lost with the queue: jobs and letters are rows of the database, and the minute's round finds them.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from engine.services import definitions, tick
from engine.services.host import host
from engine.services.papers import jobs

_log = logging.getLogger(__name__)


class Beside(Consumer):  # type: ignore[misc]  # huey is untyped
    """A consumer in the process of a server, whose signals stay the server's."""

    def _set_signal_handlers(self) -> None:
        pass


def _pool(address: str) -> Any:
    """Connections that give up in seconds: a page must not wait for a queue that is gone."""
    from redis import ConnectionPool  # with the extra «redis» alone

    return ConnectionPool.from_url(address, socket_connect_timeout=3, socket_timeout=10)


def install(app: Flask) -> Huey:
    """Give the app its queue; asking for an export wakes whoever works."""
    address = os.environ.get("TREFOIL_REDIS", "")
    with app.app_context():
        path = host().instance / "queue.sqlite"
    queue = (
        RedisHuey("trefoil", connection_pool=_pool(address), results=False)
        if address
        else SqliteHuey("trefoil", filename=str(path), results=False)
    )

    @queue.task(name="export")  # type: ignore[untyped-decorator]
    def export(job_id: int) -> None:
        with app.app_context():
            definitions.up_to_date()
            jobs.run(job_id)

    @queue.periodic_task(crontab(minute="*"), name="soon")  # type: ignore[untyped-decorator]
    def every_minute() -> None:
        with app.app_context():
            tick.run(tick.SOON)

    @queue.periodic_task(crontab(minute="0"), name="round")  # type: ignore[untyped-decorator]
    def every_hour() -> None:
        with app.app_context():
            tick.run()

    def wake(job_id: int) -> None:
        try:
            export(job_id)
        except Exception:  # the job is a row already: a queue that is down only makes it wait for the minute's round
            _log.exception("the queue does not answer; the round will find export %s", job_id)

    with app.app_context():
        host().wake = wake
    app.extensions["trefoil-queue"] = queue
    return queue


def consumer(app: Flask, *, workers: int = 1) -> Consumer:
    """A worker in threads of this process; ``start`` begins and ``stop(graceful=True)`` ends it."""
    return Beside(app.extensions["trefoil-queue"], workers=workers, max_delay=1.0, backoff=1.3)


def work(app: Flask, *, workers: int = 1) -> None:
    """Work until stopped: a process of its own beside several web processes."""
    Consumer(app.extensions["trefoil-queue"], workers=workers, max_delay=1.0, backoff=1.3).run()
