"""A request told twice is carried out once; lists stay whole while rows come in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.services import demo, tick
from engine.services.host import host, now
from engine.services.programs import replays
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.programs import ApiAnswer
from tests.installation import Database
from tests.webui.api.conftest import LAB, Program, key_of
from tests.webui.conftest import close
from webui import create_app

WHO = "Линейкина"


def _hold(program: Program) -> dict[str, Any]:
    return {"action": "hold", "seen": program.get("/cycles/4")["version"], "given": {"reason": "Каникулы"}}


def _entries(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(db.select(JournalEntry.id).where(JournalEntry.cycle_id == 4)).all())


def test_the_same_key_is_answered_the_same(demo_school: Flask) -> None:
    program = key_of(demo_school, WHO)
    press, before = _hold(program), _entries(demo_school)
    first = program.post("/cycles/4/fire", press, Idempotency_Key="k-1")
    second = program.post("/cycles/4/fire", press, Idempotency_Key="k-1")
    assert first.status_code == second.status_code == 200
    assert first.data == second.data and first.mimetype == second.mimetype
    assert "Idempotency-Replayed" not in first.headers and second.headers["Idempotency-Replayed"] == "true"
    assert _entries(demo_school) == before + 1


def test_the_key_is_that_of_one_request_of_one_program(demo_school: Flask) -> None:
    program = key_of(demo_school, WHO)
    press = _hold(program)
    assert program.post("/cycles/4/fire", press, Idempotency_Key="k").status_code == 200
    for path, body in (
        ("/cycles/4/fire", {**press, "seen": press["seen"] + 1}),
        ("/cycles/3/fire", press),
        ("/cycles", {"triad_id": 1}),
    ):
        other = program.post(path, body, Idempotency_Key="k")
        assert (other.status_code, other.json["code"]) == (422, "invalid"), path
        assert "Idempotency-Key" in other.json["detail"]
    elsewhere = key_of(demo_school, WHO).post("/cycles/4/fire", press, Idempotency_Key="k")
    assert elsewhere.status_code == 409, "the key of another program is another key: the press itself is stale"
    assert program.post("/cycles/4/fire", press, Idempotency_Key="k" * 101).status_code == 422


def test_what_was_refused_may_be_asked_again_with_its_key(demo_school: Flask) -> None:
    program = key_of(demo_school, WHO)
    press = _hold(program)
    wrong = {**press, "seen": press["seen"] + 5}
    assert program.post("/cycles/4/fire", wrong, Idempotency_Key="k").status_code == 409
    assert program.post("/cycles/4/fire", press, Idempotency_Key="k").status_code == 200
    with demo_school.app_context():
        assert len(db.session.scalars(db.select(ApiAnswer)).all()) == 1


def test_answers_are_kept_for_two_days(demo_school: Flask) -> None:
    program = key_of(demo_school, WHO)
    press = _hold(program)
    program.post("/cycles/4/fire", press, Idempotency_Key="k")
    with demo_school.app_context():
        start = now()
        host().clock.set(start + timedelta(hours=47))
        assert [s.done for s in tick.run(["old answers"])] == [0]
        assert program.post("/cycles/4/fire", press, Idempotency_Key="k").headers["Idempotency-Replayed"]
        host().clock.set(start + replays.KEPT + timedelta(seconds=1))
        assert [s.done for s in tick.run(["old answers"])] == [1]
        assert program.post("/cycles/4/fire", press, Idempotency_Key="k").status_code == 409


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The demo school on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("demo_school")
        return
    server = Database("postgres", tmp_path / "x", request.getfixturevalue("postgres_url"))
    server._create(server.template)
    made = create_app(tmp_path / "instance", server.url(server.template), demo=True)
    try:
        with made.app_context():
            prepare_database()
            demo.load()
        yield made
    finally:
        close(made)
        server.drop()


def test_eight_at_once_do_it_once(either: Flask) -> None:
    program = key_of(either, WHO)
    press, before = _hold(program), _entries(either)
    answers: list[Any] = []
    ready = threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        answers.append(program.post("/cycles/4/fire", press, Idempotency_Key="at-once"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {200}, [a.text for a in answers]
    assert len({a.data for a in answers}) == 1
    assert sum("Idempotency-Replayed" not in a.headers for a in answers) == 1
    assert _entries(either) == before + 1
    part = key_of(either, LAB).get("/events?limit=1")
    assert part["next"] and key_of(either, LAB).get(f"/events?limit=1&cursor={part['next']}")["items"] != part["items"]
    assert program.ask("GET", "/cycles?stage=%00").status_code == 422


@pytest.mark.parametrize("path", ["/cycles", "/events", "/cycles/1/journal"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_parts_of_a_list_make_the_whole(demo_school: Flask, path: str, limit: int) -> None:
    program = key_of(demo_school, LAB)
    whole = program.get(f"{path}?limit=100")
    assert whole["next"] is None and len(whole["items"]) > 3
    found, cursor, parts = [], "", 0
    while cursor is not None:
        part = program.get(f"{path}?limit={limit}&cursor={cursor}")
        assert len(part["items"]) <= limit
        found, cursor, parts = [*found, *part["items"]], part["next"], parts + 1
    assert found == whole["items"] and parts == -(-len(found) // limit)


def test_a_list_that_grows_shows_every_row_once(demo_school: Flask) -> None:
    program = key_of(demo_school, LAB)
    first = program.get("/cycles?limit=4")
    opener = key_of(demo_school, "Указкина")
    running = opener.get("/cycles?state=open")["items"][0]
    asks = next(a for a in opener.get(f"/cycles/{running['id']}/explain")["actions"] if a["action"] == "end_early")
    given = {q["key"]: q["options"][0]["key"] if q["options"] else "причина" for q in asks["asks"]}
    press = {"action": "end_early", "seen": running["version"], "given": given}
    assert opener.post(f"/cycles/{running['id']}/fire", press).status_code == 200
    made = opener.post("/cycles", {"triad_id": running["triad_id"]}).json["id"]
    rest = program.get(f"/cycles?limit=100&cursor={first['next']}")
    ids = [c["id"] for c in (*first["items"], *rest["items"])]
    assert ids == sorted(set(ids)) and ids[-1] == made
    with demo_school.app_context():
        assert set(ids) == set(db.session.scalars(db.select(Cycle.id)))


@pytest.mark.parametrize(
    "cursor", ["x", "bnVsbA", "WzFd.", "WyJhIl0", "WzFlOTld", "W3RydWVd", "Wy0xXQ", "W1tbW1tbW1tbXV1dXV1dXV1d"]
)
def test_a_cursor_of_one_s_own_making_is_refused(demo_school: Flask, cursor: str) -> None:
    program = key_of(demo_school, LAB)
    for path in ("/cycles", "/events"):
        assert program.ask("GET", f"{path}?cursor={cursor}").status_code == 422, path
