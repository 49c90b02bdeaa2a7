"""Faults of plugins in the database: kept beside the action, told once, and the way into a quarantine and out."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select

from engine.extension.door import Call, PluginFault
from engine.services import checkup, cycles, faults, moves, triads
from engine.services.agenda import reminders
from engine.services.definitions import forget_quarantined, may_open, quarantined
from engine.services.demo.driver import press, write
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden, Invalid, NotFound, Refused
from engine.services.host import host
from engine.services.journal import text_of
from engine.services.setup import prepare_database
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.faults import Fault, Quarantine
from engine.store.unit import unit_of_work
from tests.installation import MONDAY
from tests.services.roads import road


def fail(
    plugin: str = "project", hook: str = "plc_before", error: type[BaseException] = ValueError, times: int = 1
) -> None:
    """One request in which the plugin fails so many times."""

    def broken() -> None:
        raise error("сломан")

    with current_app._get_current_object().app_context():  # type: ignore[attr-defined]
        for _ in range(times):
            with pytest.raises(PluginFault):
                host().registry.door.call(plugin, hook, broken, {})


def rested() -> frozenset[str]:
    """What the next request would read."""
    db.session.rollback()
    forget_quarantined()
    return quarantined()


def rows() -> list[Fault]:
    db.session.rollback()
    return list(db.session.scalars(select(Fault).order_by(Fault.id)))


def notices(sign: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Notice).where(Notice.key.startswith(sign))) or 0


def test_a_storm_is_one_row(school: Cast) -> None:
    fail(times=50)
    fail(times=3)
    fail(error=KeyError)
    first, second = rows()
    assert (first.plugin, first.hook, first.kind, first.error, first.count) == (
        "project", "plc_before", "raise", "ValueError", 53,
    )  # fmt: skip
    assert (first.version, first.message, first.first_at, first.last_at) == (
        host().registry.types["project"].version, "сломан", MONDAY, MONDAY,
    )  # fmt: skip
    assert "Traceback" in first.trace and (second.error, second.count) == ("KeyError", 1)
    assert notices("fault:") == 2


def test_made_up_errors_do_not_fill_the_table(school: Cast) -> None:
    for n in range(130):
        with current_app._get_current_object().app_context():  # type: ignore[attr-defined]
            call = Call("project", "plc_before", {}, error=type(f"E{n}", (Exception,), {})(), kind="wrong", message="x")
            host().registry.door._tell(call)
    found = rows()
    assert len(found) <= 102
    assert sum(r.count for r in found) == 130 and found[-1].error == "…"


def test_a_fault_outlives_the_action_it_ended(school: Cast) -> None:
    request = current_app._get_current_object().app_context()  # type: ignore[attr-defined]
    with request, pytest.raises(PluginFault), unit_of_work():
        host().registry.door.call("project", "plc_after", lambda: 1 / 0, {})
    assert [(r.hook, r.error) for r in rows()] == [("plc_after", "ZeroDivisionError")]


def test_what_cannot_be_kept_breaks_nothing(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFOIL_PLUGIN_FAULTS", "viele")
    fail()
    assert rows() == []


def test_five_requests_within_an_hour_put_a_plugin_to_rest(school: Cast) -> None:
    fail(times=100)
    for n in range(3):
        host().clock.set(MONDAY + timedelta(minutes=10 * n))
        fail()
    assert rested() == frozenset()
    fail("formative")
    fail(hook="rule own", error=KeyError)
    assert rested() == {"project"}
    row = faults.quarantines()["project"]
    assert (row.since, row.lifted_at) == (MONDAY + timedelta(minutes=20), None)
    assert str(text_of(row.reason["text"])) == "Сбоев за 60 мин.: 5. Последний: rule own, KeyError"
    assert notices("quarantine:") == 1
    fail()
    assert len(db.session.scalars(select(Quarantine)).all()) == notices("quarantine:") == 1


def test_five_requests_in_two_hours_do_not(school: Cast) -> None:
    for n in range(8):
        host().clock.set(MONDAY + timedelta(minutes=20 * n))
        fail()
    assert rested() == frozenset() and rows()[0].count == 8


def test_slow_calls_are_told_and_close_nothing(school: Cast) -> None:
    host().registry.door.budget = -1.0
    try:
        for _ in range(9):
            with current_app._get_current_object().app_context():  # type: ignore[attr-defined]
                host().registry.door.call("project", "plc_before", list, {})
    finally:
        host().registry.door.budget = 1.0
    assert [(r.kind, r.error, r.count, r.trace) for r in rows()] == [("slow", "Slow", 9, "")]
    assert rested() == frozenset() and notices("") == notices("fault:") == 0


def rest(plugin: str = "project") -> None:
    for _ in range(5):
        fail(plugin)
    assert plugin in rested()


def test_a_type_at_rest_is_read_and_written_and_not_moved(school: Cast) -> None:
    cycle, team = road(school, "planning")
    rest()
    cycle = db.session.get(Cycle, cycle.id)
    told = cycles.explain(cycle, team[0])
    assert told and all("type_quarantined" in [r.code for r in v.refusals] for v in told)
    assert {r.code for v in told for r in v.refusals} <= {"type_quarantined", "role", "not_held", "round"}
    stand = moves.standing(cycle, team[0])
    assert "карантин" in stand.stopped and [s.cycle.id for s in moves.home(team[0]).stopped] == [cycle.id]
    with pytest.raises(Refused, match="карантин"):
        press(team[0], cycle, "hold", reason="болезнь")
    write(team[0], cycle, "plan", complete=False)
    assert db.session.scalar(select(Submission.state).where(Submission.form_key == "plan")) == "draft"
    assert not may_open(cycle.school_id, "project")
    host().clock.set(MONDAY + timedelta(days=60))
    reminders.remind()
    assert not [n for n in db.session.scalars(select(Notice)) if (n.key or "").startswith(f"move:{cycle.id}:")]


def test_a_new_cycle_says_why_it_does_not_begin(school: Cast) -> None:
    rest()
    triad = school.triads["ПД-1"]
    page = triads.page(school.team("ПД-1")[0], triad.id)
    assert not page.may_open and "карантин" in page.why_not
    with pytest.raises(Invalid, match="карантин"):
        cycles.open_cycle(triad, school.team("ПД-1")[0])


def test_lifting_counts_anew_and_is_the_administrator_s(school: Cast) -> None:
    cycle, team = road(school, "setup")
    rest()
    with pytest.raises(Forbidden):
        faults.lift("project", team[0])
    admin = school.people["Журналова"]
    faults.lift("project", admin)
    assert quarantined() == frozenset()
    row = db.session.scalars(select(Quarantine)).one()
    assert (row.lifted_at, row.lifted_by) == (MONDAY, admin.id)
    press(team[0], db.session.get(Cycle, cycle.id), "hold", reason="болезнь")
    for _ in range(4):
        fail()
    assert rested() == frozenset()
    fail()
    assert rested() == {"project"} and notices("quarantine:") == 2
    faults.lift("project")
    with pytest.raises(NotFound):
        faults.lift("project")


def test_newer_code_lifts_at_start_up_and_the_same_does_not(school: Cast) -> None:
    rest()
    prepare_database()
    assert rested() == {"project"}
    host().registry.plugin("project").origin += " (mended)"
    prepare_database()
    assert rested() == frozenset()
    row = db.session.scalars(select(Quarantine)).one()
    assert row.lifted_at is not None and row.lifted_by is None


def test_the_doctor_tells(school: Cast) -> None:
    fail("formative")
    rest()
    told = {line.text: line.fault for line in checkup.run("x" * 40, debug=False)}
    assert any("project в карантине: Сбоев" in text and fault for text, fault in told.items())
    assert told["плагин formative: сбоев 1, последний 07.09.2026"] is False


def test_processes_that_meet_a_fault_at_once_keep_every_one(school: Cast) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    start = threading.Barrier(6)

    def work() -> None:
        with app.app_context():
            start.wait()
            with pytest.raises(PluginFault):
                host().registry.door.call("project", "plc_before", lambda: 1 / 0, {})

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    (row,) = rows()
    assert row.count == 6 and rested() == {"project"}
    assert notices("fault:") == 1 and notices("quarantine:") == 1
