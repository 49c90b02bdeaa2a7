"""A press by prepared statements says and writes what a session would, on both databases."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.api import CycleView, GroupType, Refusal, Rule, hookimpl, refuse, rule
from engine.extension.door import Call
from engine.extension.loader import Source
from engine.services import cycles, effects, groups, parts, pressed, presses, pressing, scenes
from engine.services import types as service
from engine.services.definitions import definition_of
from engine.services.demo import load
from engine.services.demo.driver import press
from engine.services.demo.school import Cast
from engine.services.errors import NotFound, Refused
from engine.services.host import host, install, now
from engine.services.setup import prepare_database
from engine.services.views import view_of
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.growth import Handover
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.presses import Press, Repeated
from engine.store.unit import driver_unit, unit_of_work
from tests.services.roads import road

REASON = {"reason": "карантин"}
PARTS = (
    *("stage", "round", "held", "now", "actor", "roles", "given", "settings"),
    *("sheets", "tallies", "rounds", "thresholds", "waived", "facts"),
)


def same_view(cycle: Cycle, person: Person) -> None:
    definition = definition_of(cycle)
    whole = view_of(cycle, definition, person, {"note": "да"})
    with driver_unit() as hand:
        scene = scenes.scene(hand, cycle.id, person.id, "", now())
        assert scene is not None and scene.known
        seen = pressing.view(hand, scene, definition, now(), {"note": "да"})
        for name in PARTS:
            assert getattr(seen, name) == getattr(whole, name), (cycle.title, name)
        for form in definition.forms:
            for round_ in (None, 0, 1, 2):
                told = whole.sheets_of(form.key, round_)
                assert seen.sheets_of(form.key, round_) == told, (cycle.title, form.key)
        assert not seen.missed


def test_it_sees_what_a_session_sees_in_the_whole_demo_school(tmp_path: Path) -> None:
    app = Flask("demo")
    install(app, tmp_path, demo=True)
    with app.app_context():
        prepare_database()
        load()
        host().clock.set(host().clock.now())
        looked = 0
        for cycle in db.session.scalars(select(Cycle).where(Cycle.type_key != "lab")).unique().all():
            for member in [m.person for m in cycle.triad.memberships if m.until is None]:
                same_view(db.session.get_one(Cycle, cycle.id), db.session.get_one(Person, member.id))
                looked += 1
        assert looked > 20
        db.session.remove()
        db.engine.dispose()


def test_it_sees_what_a_session_sees_at_every_stage(school: Cast) -> None:
    cycle, team = road(school, "discussion", 2)
    leader = cycle.triad.group.leader
    assert leader is not None
    same_view(cycle, leader)
    groups.seat(school.people["Журналова"], cycle.triad_id, 2, None)  # whose sheets stay
    for person in (team[0], team[2], leader):
        same_view(db.session.get_one(Cycle, cycle.id), person)


@contextmanager
def statements() -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        heard.append(statement.split(None, 1)[0].upper())

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def started(school: Cast) -> tuple[Cycle, list[Person]]:
    """A cycle of «Формирующее оценивание» at its first stage."""
    team = school.team("ФО-1")
    return cycles.open_cycle(school.triads["ФО-1"], team[0]), team


def test_a_press_sends_the_same_few_statements_whatever_the_cycle_holds(
    school: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "_LOOKED", {})
    cycle, team = started(school)
    id_, seen, person = cycle.id, cycle.seq, team[0]
    cycles.explain(cycle, person)  # what a page has read by then
    db.session.rollback()
    with statements() as heard:
        fired = cycles.fire(id_, "hold", person, seen, REASON, once="a")
    lock = [] if db.engine.dialect.name == "sqlite" else ["SELECT"]  # there a press holds the whole database already
    assert heard == [*lock, "SELECT", "SELECT", "SELECT", "UPDATE", "INSERT"]
    assert (fired.stage, fired.seq, fired.repeated) == ("setup", seen + 1, False)
    cycle = db.session.get_one(Cycle, cycle.id)
    assert (cycle.held, cycle.seq) == (True, seen + 1)
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.source, entry.target, entry.held) == ("hold", "setup", "setup", True)
    assert (entry.given, entry.waived, entry.once, entry.at) == (REASON, [], "a", now())
    assert entry.actor_id == person.id and entry.fingerprint == cycle.fingerprint
    assert cycles.fire(cycle.id, "hold", person, seen, REASON, once="a").repeated
    cycles.fire(cycle.id, "resume", person, seen + 1)
    with statements() as heard:
        cycles.fire(id_, "hold", person, seen + 2, REASON)
    assert heard == [*lock, "SELECT", "UPDATE", "INSERT"], "no rule of the action has looked at a document"


def test_a_press_reads_the_documents_that_the_one_before_it_has_looked_at(
    school: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a rule sees does not depend on what others have looked at, nor on the moment it is read."""
    cycle, team = road(school, "discussion", 2)
    definition = definition_of(cycle)
    whole = view_of(cycle, definition, team[0])
    forms = [form.key for form in definition.forms]
    for known, people in itertools.product((None, (), forms[:1], forms[1:3], forms), (False, True)):
        monkeypatch.setattr(scenes, "_LOOKED", {})
        with driver_unit() as hand:
            if known is not None:
                scenes.learn(hand, "next_lesson", known, people=people)
            for all_first in (True, False):
                scene = scenes.scene(hand, cycle.id, team[0].id, "", now(), "next_lesson")
                assert scene is not None
                seen = pressing.view(hand, scene, definition, now(), {})
                assert (scene.people is None) == (known is not None and not people)
                for role, holders in whole.roles.items():
                    assert seen.holds(role) == whole.holds(role) == (whole.actor in holders)
                if all_first:
                    assert seen.sheets == whole.sheets
                for form in forms:
                    for round_ in (None, 0, 1, 2):
                        assert seen.sheets_of(form, round_) == whole.sheets_of(form, round_), (known, form)
                assert seen.sheets == whole.sheets and len(whole.sheets) > 5 and not seen.missed
                assert (seen.roles, seen.actor) == (whole.roles, whole.actor)
            scenes.learn(hand, "next_lesson", seen.documents.forms, people=seen.documents.names.asked)
            assert scenes._LOOKED["next_lesson"].forms == set(forms) | {s.form for s in whole.sheets}
            assert scenes._LOOKED["next_lesson"].people


def test_a_strange_cycle_and_a_strange_person_are_not_there(school: Cast) -> None:
    cycle, team = started(school)
    seen = cycle.seq
    other = school.team("ПД-2")[1]
    for cycle_id, person in ((cycle.id + 1000, team[0]), (cycle.id, other)):
        with pytest.raises(NotFound):
            cycles.fire(cycle_id, "hold", person, seen, REASON)
    with unit_of_work():
        db.session.get_one(Person, team[0].id).active = False
    with pytest.raises(NotFound):
        cycles.fire(cycle.id, "hold", team[0], seen, REASON)
    assert db.session.get_one(Cycle, cycle.id).seq == seen


def with_rule(school: Cast, key: str, guard: Rule, *, feed: str = "") -> tuple[Cycle, list[Person]]:
    """A cycle of a type of its own, whose suspension is guarded by one rule more."""
    of_formative = host().registry.types["formative"]
    process = of_formative.process.guarded("hold", guard)
    if feed:
        process = process.feeding(feed)
    definition = dataclasses.replace(of_formative, key=key, title=key, process=process, upgrades=())

    @hookimpl
    def plc_group_type() -> GroupType:
        return definition

    host().registry.add(Source(key, "tests", lambda: SimpleNamespace(plc_group_type=plc_group_type)))
    admin, team = school.people["Журналова"], school.team("ФО-1")
    service.switch(admin, key, "enabled")
    group = groups.add(admin, key, "Смотрим дальше", school.people["Дневникова"].id, None, ["Д-1"])
    for seat, person in enumerate(team, 1):
        groups.seat(admin, school.triads["ФО-1"].id, seat, None)
        groups.seat(admin, group.triads[0].id, seat, person.id)
    return cycles.open_cycle(group.triads[0], team[0]), team


def test_nobody_leaves_a_press_without_a_name(school: Cast) -> None:
    """Named in time are those whom a rule only points at, and those whom the machine lists."""

    @rule("pointing", "Показывает на людей", "Points at people")
    def pointing(view: CycleView) -> Refusal | None:
        return refuse("Ждём", "Waiting", people=view.holders("triad_member"))

    cycle, team = with_rule(school, "pointing", pointing)
    for who, action, people in ((team[0], "hold", team), (school.people["Дневникова"], "approve_schedule", team)):
        with pytest.raises(Refused) as refused:
            cycles.fire(cycle.id, action, who, cycle.seq, REASON)
        met = [person for refusal in refused.value.refusals for person in refusal.people]
        named = {person.id: object.__getattribute__(person, "name") for person in met}  # what is there, unread
        assert named and named.keys() <= {person.id for person in people} and all(named.values()), action


def test_a_rule_that_looks_further_is_asked_in_a_session(school: Cast) -> None:
    """Whatever a rule does with what is raised when a part is not at hand, the verdict is that of the whole view."""
    asked: list[str] = []

    @rule("further", "Смотрит дальше", "Looks further")
    def further(view: CycleView) -> Refusal | None:
        asked.append(type(view).__name__)
        try:
            return refuse("коллег {n}", "colleagues {n}", roles=("triad_member",), n=len(view.facts["staff"]))
        except Exception:
            return None

    cycle, team = with_rule(school, "further", further, feed="staff")  # who else works here: beyond the cycle
    at_school = (Person.school_id == team[0].school_id, Person.active.is_(True))
    staff = db.session.scalar(select(func.count()).select_from(Person).where(*at_school))
    with pytest.raises(Refused, match=f"коллег {staff}"):
        cycles.fire(cycle.id, "hold", team[0], cycle.seq, REASON)
    assert asked == ["Seen", "CycleView"]


def test_a_database_that_fails_under_a_rule_is_not_the_rule_s_fault(school: Cast) -> None:
    """Neither when the rule lets it through nor when it swallows it; nothing is written."""
    swallows: list[bool] = []

    @rule("waived", "Смотрит на исключения", "Looks at waivers")
    def looks(view: CycleView) -> Refusal | None:
        try:
            return refuse("ничего", "nothing") if view.waived else None
        except Exception:
            if swallows:
                return None
            raise

    cycle, team = with_rule(school, "failing", looks)
    id_, seen = cycle.id, cycle.seq
    db.session.rollback()
    with unit_of_work():
        db.session.execute(text("ALTER TABLE waiver RENAME TO waiver_away"))
    calls: list[Call] = []
    host().registry.door.listeners.append(calls.append)
    for _ in range(2):
        with pytest.raises(DBAPIError, match="waiver"):
            cycles.fire(id_, "hold", team[0], seen, REASON)
        swallows.append(True)
    assert [call.hook for call in calls if call.error] == []
    assert db.session.get_one(Cycle, id_).seq == seen


def test_what_follows_is_written_with_it_or_not_at_all(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle, team = road(school, "conducting")
    before = cycle.seq
    press(team[0], cycle, "reschedule", date="2026-09-21", time="10:15", reason="карантин")
    cycle = db.session.get_one(Cycle, cycle.id)
    assert cycle.rounds[0].status == "rescheduled" and cycle.seq == before + 1

    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(effects, "carry_out", fail)
    with pytest.raises(OSError):
        press(team[0], cycle, "reschedule", date="2026-09-22", time="10:15", reason="карантин")
    db.session.rollback()
    cycle = db.session.get_one(Cycle, cycle.id)
    assert cycle.seq == before + 1 and len(db.session.scalars(select(JournalEntry)).all()) >= before


def test_a_database_that_fails_under_an_effect_is_told_as_such(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle, team = road(school, "to_lab")
    seq = cycle.seq

    def fail(*_: Any) -> None:
        raise db.engine.dialect.loaded_dbapi.OperationalError("the server is gone")

    with monkeypatch.context() as patched:
        patched.setattr(parts, "thresholds", fail)
        with pytest.raises(OperationalError, match="the server is gone"):
            press(team[0], cycle, "hand_to_lab")
    cycle = db.session.get_one(Cycle, cycle.id)
    assert (cycle.seq, cycle.stage) == (seq, "to_lab") and db.session.get(Handover, cycle.id) is None
    press(team[0], cycle, "hand_to_lab")
    assert db.session.get_one(Handover, cycle.id).summary["rounds"]


@pytest.mark.parametrize("inside", [False, True])
def test_an_effect_may_look_beyond_the_cycle(school: Cast, monkeypatch: pytest.MonkeyPatch, inside: bool) -> None:
    """What only a session reads is read in it, and the press is written once."""
    cycle, team = road(school, "to_lab")
    process, seq = definition_of(cycle).process, cycle.seq
    monkeypatch.setitem(vars(process), "feeds", (*process.feeds, "staff"))
    told: list[int] = []
    monkeypatch.setitem(effects.HOST_EFFECTS, "handover", lambda deed: told.append(len(deed.view.facts["staff"])))
    monkeypatch.setitem(effects.HOST_EFFECTS, "decision", lambda deed: None)
    if inside:
        with unit_of_work():
            done = cycles.fire(cycle.id, "hand_to_lab", team[0], seq)
    else:
        done = cycles.fire(cycle.id, "hand_to_lab", team[0], seq)
    assert done.seq == seq + 1 and told and told[-1] > 3
    found = db.session.scalars(select(JournalEntry.action).where(JournalEntry.cycle_id == cycle.id)).all()
    assert found.count("hand_to_lab") == 1


def test_the_driver_s_errors_are_told_as_those_of_a_session(school: Cast) -> None:
    cycle, team = started(school)
    seen = cycle.seq
    db.session.rollback()
    with pytest.raises(OperationalError) as lost, driver_unit() as hand:
        _break(hand)
        hand.together((scenes._CYCLE, {"cycle": cycle.id}))
    assert lost.value.orig is not None
    assert cycles.fire(cycle.id, "hold", team[0], seen, REASON).seq == seen + 1, "the next press finds a connection"


def _break(hand: Any) -> None:
    """On PostgreSQL the server ends the connection; SQLite says that its disk is full."""
    if db.engine.dialect.name == "sqlite":
        hand._cursor.execute("PRAGMA max_page_count=1")
        hand._cursor.execute("CREATE TABLE full AS SELECT zeroblob(10000000)")
    else:
        hand.rows(Statement(select(func.pg_terminate_backend(func.pg_backend_pid()))))


def test_nothing_is_written_by_a_unit_that_fails(school: Cast) -> None:
    cycle, team = started(school)
    seen = cycle.seq
    entry = {
        "cycle_id": cycle.id,
        "seq": seen + 1,
        "at": now(),
        "actor_id": team[0].id,
        "action": "hold",
        "label": {},
        "source": "setup",
        "target": "setup",
        "round": 1,
        "held": True,
        "given": {},
        "waived": [],
        "once": None,
        "fingerprint": cycle.fingerprint,
    }
    db.session.rollback()
    with pytest.raises(ZeroDivisionError), driver_unit() as hand:
        pressed.write(hand, entry, final=False)
        raise ZeroDivisionError
    cycle = db.session.get_one(Cycle, cycle.id)
    assert (cycle.seq, cycle.held) == (seen, False)
    cycle.title = "не в единице работы"
    with pytest.raises(RuntimeError, match="outside"), driver_unit():
        raise AssertionError("not reached")
    db.session.rollback()


def test_a_press_of_a_form_is_written_with_the_press_of_a_button(school: Cast) -> None:
    """Whoever sends a page with a press of its own has both carried out in one transaction, once."""
    cycle, team = started(school)
    seen = cycle.seq
    presses.begin("k", team[0])
    cycles.fire(cycle.id, "hold", team[0], seen, REASON)
    presses.end("k", "/cycles/1")
    assert db.session.scalar(select(Press.leads_to).where(Press.key == "k")) == "/cycles/1"
    presses.begin("k", team[0])
    with pytest.raises(Repeated):
        cycles.fire(cycle.id, "resume", team[0], seen + 1)
    presses.end("k", "")
    assert db.session.get_one(Cycle, cycle.id).held
