"""Documents through the door: what a program writes is judged by the form of the page and kept as a person's words."""

from __future__ import annotations

from typing import Any

from flask import Flask

from engine.services.demo.driver import write
from engine.services.host import host
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Draft, Submission
from engine.store.people import Person
from tests.webui.api.conftest import Program, key_of

#: The three of a triad that plans its second lesson, and the leader of its group.
TEAM, LEADER = ("Линейкина", "Мольбертов", "Пробиркина"), "Партова"
PLAN = "/cycles/4/submissions/plan/2"


def _full(app: Flask) -> dict[str, Any]:
    """A whole plan, as the driver of the demo school writes one."""
    with app.app_context():
        person = db.session.scalars(db.select(Person).where(Person.last_name == TEAM[0])).one()
        stored = write(person, db.session.get(Cycle, 4), "plan", round_=2)
        values = dict(stored.values)
        for row in db.session.scalars(db.select(Submission).where(Submission.id == stored.id)):
            host().clock.reset()
            assert row.state == "submitted"
    return values


def test_the_list_tells_what_is_there_and_what_waits(demo_school: Flask) -> None:
    program = key_of(demo_school, TEAM[0])
    lines = program.get("/cycles/4/submissions")["items"]
    states = {(line["form"], line["round"], line["owner_id"]): line["state"] for line in lines}
    assert states["passport", 0, None] == "submitted"
    assert states["plan", 1, None] == "submitted"
    assert any(form == "plan" and n == 2 for form, n, _ in states), "the one to be written now"
    for form, n, owner in states:
        query = f"?owner={owner}" if owner else ""
        shown = program.get(f"/cycles/4/submissions/{form}/{n}{query}")
        assert shown["state"] == states[form, n, owner]
    theirs = {line["owner_id"] for line in lines if line["form"] == "observation" and line["round"] == 1}
    assert len(theirs) == 2, "handed in sheets of colleagues are read"


def test_what_is_read_can_be_sent_back_as_it_is(demo_school: Flask) -> None:
    values = _full(demo_school)
    program = key_of(demo_school, TEAM[0])
    shown = program.get(PLAN)
    assert shown["values"] == values
    sent = program.post(f"{PLAN}/submit", {"values": shown["values"], "base": shown["base"]})
    assert sent.status_code == 200, sent.text
    assert sent.json["values"] == values and sent.json["content_hash"] == shown["content_hash"]
    assert sent.json["version"] == shown["version"] + 1


def test_save_submit_and_confirm(demo_school: Flask) -> None:
    values = _full(demo_school)
    first, second, third = (key_of(demo_school, name) for name in TEAM)
    base = first.get(PLAN)["base"]
    saved = first.post(f"{PLAN}/save", {"values": {"learning_goal": "Каждый объяснит"}, "base": base})
    assert saved.status_code == 200, saved.text
    assert (saved.json["state"], saved.json["values"]["learning_goal"]) == ("draft", "Каждый объяснит")
    unfinished = first.post(f"{PLAN}/submit", {"values": {"learning_goal": "x"}, "base": saved.json["base"]})
    assert unfinished.status_code == 422 and len(unfinished.json["errors"]) > 1
    assert set(unfinished.json["errors"]) <= {f["key"] for f in saved.json["fields"]} | {
        e for e in unfinished.json["errors"] if "." in e
    }
    handed = first.post(f"{PLAN}/submit", {"values": values, "base": saved.json["base"]})
    assert handed.status_code == 200, handed.text
    me = first.get("/me")["person"]["id"]
    assert handed.json["state"] == "submitted" and handed.json["confirmed"] == [me]
    agreed = second.post(f"{PLAN}/confirm", {"content_hash": second.get(PLAN)["content_hash"]})
    assert agreed.status_code == 200 and len(agreed.json["confirmed"]) == 2 and not agreed.json["may_confirm"]
    stale = third.post(f"{PLAN}/confirm", {"content_hash": "0" * 64})
    assert (stale.status_code, stale.json["code"]) == (409, "conflict")
    late = third.post(f"{PLAN}/save", {"values": {"learning_goal": "Моё"}, "base": base})
    assert late.status_code == 409 and late.json["version"] == handed.json["version"]
    assert first.get(PLAN)["values"] == values
    assert third.get(PLAN)["has_draft"], "what the program of the third sent is kept as their draft"


def test_a_draft_is_one_s_own_and_nothing_is_judged(demo_school: Flask) -> None:
    program = key_of(demo_school, TEAM[0])
    base = program.get(PLAN)["base"]
    for _ in range(2):
        kept = program.ask("PUT", f"{PLAN}/draft", {"values": {"learning_goal": "чернов"}, "base": base})
        assert kept.status_code == 200, kept.text
    with demo_school.app_context():
        rows = db.session.scalars(db.select(Draft).where(Draft.cycle_id == 4, Draft.form_key == "plan")).all()
        assert [row.raw for row in rows if row.round == 2] == [[["q_learning_goal", "чернов"]]]
    assert program.get(PLAN)["has_draft"]
    assert not key_of(demo_school, TEAM[1]).get(PLAN)["has_draft"]


def test_wrong_answers_are_told_field_by_field(demo_school: Flask) -> None:
    program = key_of(demo_school, TEAM[0])
    base = program.get(PLAN)["base"]
    wrong = {
        "learning_goal": ["a"],
        "technique_ids": "x",
        "nothing": 1,
        "lesson_flow": [{"odd": 1}],
        "profile_a": {"a": 1},
    }
    for way in ("save", "submit"):
        told = program.post(f"{PLAN}/{way}", {"values": wrong, "base": base})
        assert told.status_code == 422, told.text
        assert {"learning_goal", "technique_ids", "nothing", "profile_a"} <= set(told.json["errors"])
    unknown = program.post(f"{PLAN}/save", {"values": {"technique_ids": ["no_such"]}, "base": base})
    assert unknown.status_code == 422 and list(unknown.json["errors"]) == ["technique_ids"]


def test_who_may_not_write(demo_school: Flask) -> None:
    leader = key_of(demo_school, LEADER)
    shown = leader.get(PLAN)
    assert not shown["editable"] and shown["closed_because"]["en"]
    refused = leader.post(f"{PLAN}/save", {"values": {}, "base": shown["base"]})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    past = key_of(demo_school, TEAM[0]).post("/cycles/4/submissions/plan/1/save", {"values": {}, "base": 1})
    assert past.status_code == 403
    reader = key_of(demo_school, TEAM[0], "submissions:read")
    assert reader.post(f"{PLAN}/save", {"values": {}, "base": 0}).json["code"] == "scope"


def test_the_private_sheet_of_another_is_not_there(demo_school: Flask) -> None:
    program = key_of(demo_school, TEAM[0])
    other: Program = key_of(demo_school, TEAM[1])
    theirs = other.get("/me")["person"]["id"]
    path = "/cycles/4/submissions/observation/2"
    assert program.ask("GET", f"{path}?owner={theirs}").status_code == 404
    assert program.ask("GET", f"{path}?owner=999999").status_code == 404
