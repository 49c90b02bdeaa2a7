"""Health, readiness and measures: true, and closed to strangers where they tell something."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from engine.store.database import db
from tests.webui.conftest import close
from webui import create_app


def measures(app: Flask) -> dict[str, float]:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _space, value in lines}


def test_a_healthy_site_is_live_and_ready(client: FlaskClient) -> None:
    for path, word in (("/health/live", "live\n"), ("/health/ready", "ready\n")):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (200, word)
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_stands_in_the_way_makes_it_not_ready_and_says_nothing_to_strangers(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    uploads = Path(app.instance_path) / "uploads"
    uploads.rename(uploads.with_name("gone"))
    assert not_ready(client) and "uploads cannot be written" in caplog.text
    uploads.with_name("gone").rename(uploads)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not_ready(client) and "not at the newest revision" in caplog.text


def test_a_database_that_is_away_leaves_it_live(empty: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(empty, tmp_path / "instance")
    (folder / "trefoil.sqlite").rename(folder / "aside")
    (folder / "trefoil.sqlite").mkdir()
    app = create_app(folder, TREFOIL_METRICS="loopback")
    client = app.test_client()
    assert not_ready(client)
    assert client.get("/health/live").status_code == 200
    found = measures(app)
    assert found["trefoil_database_up"] == 0.0 and not any(name.startswith("trefoil_waiting") for name in found)
    close(app)


def not_ready(client: FlaskClient) -> bool:
    answer = client.get("/health/ready")
    return (answer.status_code, answer.text) == (503, "not ready\n")


@pytest.mark.parametrize(
    ("setting", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 404),
        ("", {"Authorization": "Bearer "}, "127.0.0.1", 404),
        ("loopback", {}, "127.0.0.1", 200),
        ("loopback", {}, "::1", 200),
        ("loopback", {}, "10.0.0.7", 404),
        ("loopback", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ("loopback", {"Authorization": "Bearer loopback"}, "10.0.0.7", 404),
        ("short", {"Authorization": "Bearer short"}, "127.0.0.1", 404),
        ("0123456789abcdef", {"Authorization": "Bearer 0123456789abcdef"}, "10.0.0.7", 200),
        ("0123456789abcdef", {"Authorization": "Bearer 0123456789abcdee"}, "10.0.0.7", 404),
        ("0123456789abcdef", {"Authorization": "Basic 0123456789abcdef"}, "10.0.0.7", 404),
        ("0123456789abcdef", {}, "127.0.0.1", 404),
    ],
)
def test_who_may_read_the_measures(
    app: Flask, setting: str, headers: dict[str, str], address: str, status: int
) -> None:
    app.config["TREFOIL_METRICS"] = setting
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("trefoil_" in answer.text) is (status == 200)


def test_requests_are_counted_by_endpoint_and_never_by_address(app: Flask) -> None:
    app.config["TREFOIL_METRICS"] = "loopback"
    browser = app.test_client()
    for _ in range(3):
        browser.get("/sign-in")
    browser.get("/s/a-token-of-a-survey")
    browser.open("/there/is/nothing", method="SHOUT")
    found = measures(app)
    assert found['trefoil_requests_total{endpoint="auth.sign_in",method="GET",status="200"}'] == 3
    assert found['trefoil_request_seconds_count{endpoint="auth.sign_in"}'] == 3
    assert found['trefoil_requests_total{endpoint="none",method="other",status="404"}'] == 1
    assert 'trefoil_requests_total{endpoint="survey.answer",method="GET",status="404"}' in found
    assert not any("token" in name or "nothing" in name or "SHOUT" in name for name in found)
    assert found["trefoil_database_up"] == 1.0
    kinds = {name for name in found if name.startswith("trefoil_waiting")}
    assert kinds == {f'trefoil_waiting{{kind="{k}"}}' for k in ("letters", "webhooks", "exports", "quarantines")}
    assert found["process_resident_memory_bytes"] > 0
