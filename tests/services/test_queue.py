"""The queue of several machines: a real Redis wakes another process's worker; without it nothing is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import current_app

from engine.services import tick, worker
from engine.services.demo.school import Cast
from engine.services.host import host
from engine.services.papers import jobs
from engine.store.database import db
from engine.store.outbox import Job
from tests.installation import running
from tests.services.roads import road


def _asked(school: Cast) -> Job:
    cycle, team = road(school, "planning")
    return jobs.ask(team[0], "cycle", {"cycle": str(cycle.id)}, "ru")


def test_redis_wakes_the_worker_of_another_machine(
    school: Cast, redis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREFOIL_REDIS", redis)
    queue = worker.install(current_app._get_current_object())
    job = _asked(school)
    assert (queue.pending_count(), job.state) == (1, "waiting")
    assert not (host().instance / "queue.sqlite").exists()
    url = db.engine.url.render_as_string(hide_password=False)
    with running(tmp_path / "another machine", url) as other:
        host().clock.reset()
        worker.install(other)
        consumer = worker.consumer(other)
        consumer.start()
        try:
            deadline = time.monotonic() + 60
            while db.session.get(Job, job.id, populate_existing=True).state in ("waiting", "running"):
                assert time.monotonic() < deadline
                db.session.rollback()
                time.sleep(0.1)
        finally:
            consumer.stop(graceful=True)
        assert db.session.get(Job, job.id).state == "done"
        assert queue.pending_count() == 0
        other.extensions["trefoil-queue"].storage.conn.close()
    queue.storage.conn.close()


def test_a_queue_that_is_down_only_makes_an_export_wait(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFOIL_REDIS", "redis://127.0.0.1:9/0")
    worker.install(current_app._get_current_object())
    job = _asked(school)
    assert job.state == "waiting"
    assert [(s.name, s.done) for s in tick.run(tick.SOON) if s.name == "exports"] == [("exports", 1)]
    assert db.session.get(Job, job.id, populate_existing=True).state == "done"
