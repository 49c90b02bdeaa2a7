"""What each operation answers, on the demo school, told from the services that the pages use."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from engine.services import cycles, outcomes
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from tests.webui.api.conftest import ADMIN, LAB, PROBLEM, Program, key_of

#: Keys of people who stand in a cycle of «Проектная деятельность» that is being planned.
PLANNER, ITS_LEADER = "Линейкина", "Партова"


def test_me(teacher: Program) -> None:
    told = teacher.get("/me")
    assert told["person"]["name"].split() == ["Указкина", "В.", "Д."] and told["kind"] == "personal"
    assert told["expires_at"].endswith("+07:00")


def test_types_are_for_the_administrator(admin: Program, teacher: Program) -> None:
    listed = admin.get("/types")["items"]
    assert {t["key"]: t["state"] for t in listed}["project"] == "enabled"
    shown = admin.get("/types/project")
    assert [s["key"] for s in shown["stages"]][:2] == ["setup", "planning"]
    plan = next(form for form in shown["forms"] if form["key"] == "plan")
    assert {"learning_goal", "profile_a"} <= {field["key"] for field in plan["fields"]}
    assert admin.ask("GET", "/types/nothing").status_code == 404
    for path in ("/types", "/types/project", "/types/nothing"):
        assert teacher.ask("GET", path).status_code == 403, "neither is what exists told to others"


def test_groups(teacher: Program) -> None:
    (group,) = teacher.get("/groups")["items"]
    assert group == teacher.get(f"/groups/{group['id']}")
    assert [len(t["members"]) for t in group["triads"]] == [3, 3]
    assert group["leader"]["name"].startswith("Дневникова")


def test_cycles_are_filtered(lab: Program) -> None:
    everything = lab.get("/cycles")["items"]
    assert [c["id"] for c in everything] == sorted(c["id"] for c in everything) and len(everything) > 8
    assert {c["id"] for c in lab.get("/cycles?state=closed")["items"]} == {
        c["id"] for c in everything if c["closed_at"]
    }
    for query, test in (
        ("state=open&stage=planning", lambda c: c["stage"]["key"] == "planning" and not c["closed_at"]),
        ("type=project", lambda c: c["type"] == "project"),
        ("group=3", lambda c: c["group_id"] == 3),
        ("triad=1", lambda c: c["triad_id"] == 1),
    ):
        found = lab.get(f"/cycles?{query}")["items"]
        assert found and [c["id"] for c in found] == [c["id"] for c in everything if test(c)], query


@pytest.mark.parametrize(
    "query", ["state=odd", "limit=0", "limit=101", "group=x", "cursor=odd", "colour=red", "stage=%00"]
)
def test_a_wrong_question_is_told_field_by_field(lab: Program, query: str) -> None:
    answer = lab.ask("GET", f"/cycles?{query}")
    assert answer.status_code == 422 and answer.mimetype == PROBLEM
    assert answer.json["code"] == "invalid"
    if query != "stage=%00":
        assert list(answer.json["errors"]) == [query.partition("=")[0]]


def test_explain_tells_every_reason_with_who_and_where(demo_school: Flask) -> None:
    program = key_of(demo_school, PLANNER)
    told = program.get("/cycles/4/explain")
    with demo_school.app_context():
        person = db.session.scalars(db.select(Person).where(Person.last_name == PLANNER)).one()
        verdicts = cycles.explain(db.session.get(Cycle, 4), person)
        assert [(a["action"], [r["code"] for r in a["refusals"]]) for a in told["actions"]] == [
            (v.action.key, [r.code for r in v.refusals]) for v in verdicts
        ]
    refusals = [r for a in told["actions"] for r in a["refusals"]]
    assert any(r["people"] and r["link"] and r["link"]["path"].startswith("/cycles/4/") for r in refusals)
    assert all(r["text"]["ru"] and r["text"]["en"] for r in refusals)


def test_fire_moves_a_cycle_once(demo_school: Flask) -> None:
    program = key_of(demo_school, PLANNER)
    seen = program.get("/cycles/4")["version"]
    press = {"action": "hold", "seen": seen, "given": {"reason": "Каникулы"}, "once": "press-1"}
    fired = program.post("/cycles/4/fire", press)
    assert fired.status_code == 200, fired.text
    assert fired.json["version"] == seen + 1 and not fired.json["repeated"]
    again = program.post("/cycles/4/fire", press)
    assert again.status_code == 200 and again.json["repeated"] and again.json["version"] == seen + 1
    cycle = program.get("/cycles/4")
    assert cycle["held"] and cycle["version"] == seen + 1
    entry = program.get("/cycles/4/journal?limit=100")["items"][-1]
    assert (entry["action"], entry["seq"], entry["reason"]) == ("hold", seen + 1, "Каникулы")
    assert entry["actor"]["name"].startswith(PLANNER)


def test_fire_refuses_as_the_page_does(demo_school: Flask) -> None:
    program = key_of(demo_school, PLANNER)
    cycle = program.get("/cycles/4")
    asked = {"action": "approve_plan", "seen": cycle["version"]}
    refused = program.post("/cycles/4/fire", asked, Accept_Language="en")
    assert refused.status_code == 409 and refused.mimetype == PROBLEM
    told = refused.json
    assert told["code"] == "refused" and told["title"] == "Not yet"
    explained = next(a for a in program.get("/cycles/4/explain")["actions"] if a["action"] == "approve_plan")
    assert told["refusals"] == explained["refusals"] != []
    stale = program.post("/cycles/4/fire", {"action": "hold", "seen": cycle["version"] - 1, "given": {"reason": "x"}})
    assert (stale.status_code, stale.json["code"]) == (409, "conflict")
    missing = program.post("/cycles/4/fire", {"action": "hold", "seen": cycle["version"]})
    assert (missing.status_code, missing.json["code"]) == (422, "invalid") and "reason" in missing.json["errors"]
    unknown = program.post("/cycles/4/fire", {"action": "fly", "seen": cycle["version"]})
    assert (unknown.status_code, unknown.json["code"]) == (409, "conflict")
    odd = program.post("/cycles/4/fire", {"action": "hold", "seen": cycle["version"], "given": {"reason": [1], "z": 1}})
    assert odd.status_code == 422 and set(odd.json["errors"]) == {"reason", "z"}
    assert program.get("/cycles/4") == cycle


def test_opening(demo_school: Flask) -> None:
    program = key_of(demo_school, "Указкина")
    first = program.get("/cycles")["items"][0]
    taken = program.post("/cycles", {"triad_id": first["triad_id"]})
    assert taken.status_code == 422 and "идёт цикл" in taken.json["detail"]
    second = next(c for c in program.get("/cycles?state=open")["items"])
    ended = program.post(
        f"/cycles/{second['id']}/fire",
        {"action": "end_early", "seen": second["version"], "given": _given(program, second["id"], "end_early")},
    )
    assert ended.status_code == 200, ended.text
    opened = program.post("/cycles", {"triad_id": first["triad_id"], "period": "весна"})
    assert opened.status_code == 201, opened.text
    assert opened.json["stage"]["key"] == "setup" and opened.json["period"] == "весна"
    assert program.get(f"/cycles/{opened.json['id']}") == opened.json
    assert key_of(demo_school, ADMIN).post("/cycles", {"triad_id": first["triad_id"]}).status_code == 403


def _given(program: Program, cycle_id: int, action: str) -> dict[str, Any]:
    asks = next(a for a in program.get(f"/cycles/{cycle_id}/explain")["actions"] if a["action"] == action)["asks"]
    plain = {"date": "2026-12-01", "time": "10:15", "number": 3, "flag": True}
    return {q["key"]: q["options"][0]["key"] if q["options"] else plain.get(q["kind"], "причина") for q in asks}


def test_results_are_those_of_the_page(demo_school: Flask) -> None:
    program = key_of(demo_school, "Указкина")
    told = program.get("/cycles/1/results")
    with demo_school.app_context():
        found = outcomes.outcome(db.session.get(Cycle, 1))
        assert [(f["criterion"], f["round"], f["met"]) for f in told["findings"]] == [
            (f.criterion.key, f.round, f.met) for f in found.findings
        ]
    assert any(t["value"] is not None for f in told["findings"] for t in f["tests"])
    assert key_of(demo_school, LAB).ask("GET", "/cycles/1/results").status_code == 403


def test_the_bank(teacher: Program) -> None:
    everything = teacher.get("/bank")
    assert everything["total"] >= 2 and {m["state"] for m in everything["items"]} == {"in_bank"}
    first = everything["items"][0]
    word = max(first["title"].split(), key=len)
    assert first["id"] in [m["id"] for m in teacher.get(f"/bank?q={word}")["items"]]
    assert teacher.get("/bank?q=абракадабра")["items"] == []
    shown = teacher.get(f"/bank/{first['id']}")
    assert shown["body"] is not None and shown["authors"] and shown["title"] == first["title"]


def test_events(teacher: Program) -> None:
    listed = teacher.get("/events")["items"]
    assert [e["begins"] for e in listed] == sorted((e["begins"] for e in listed), reverse=True) and len(listed) > 1
    assert listed[0] == teacher.get(f"/events/{listed[0]['id']}")
    last = listed[-1]["begins"]
    assert {e["begins"] for e in teacher.get(f"/events?ends={last}")["items"]} == {last}


def test_addresses_that_are_none(teacher: Program) -> None:
    for path in ("/nothing", "/cycles/999999", "/cycles/1/submissions/nothing/0", "/cycles/1/submissions/plan/9"):
        answer = teacher.ask("GET", path)
        assert (answer.status_code, answer.mimetype) == (404, PROBLEM), path
    wrong = teacher.ask("DELETE", "/cycles")
    assert wrong.status_code == 405 and wrong.mimetype == PROBLEM and "GET" in wrong.headers["Allow"]


def test_bodies_that_are_none(teacher: Program) -> None:
    client, key = teacher.app.test_client(), {"Authorization": f"Bearer {teacher.secret}"}
    for data, kind, status in (
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b'"\\ud800"', "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"[]", "application/json", 422),
        (b'{"triad_id": "1"}', "application/json", 422),
        (b'{"triad_id": 1, "period": "a\\u0000b"}', "application/json", 422),
        (b'{"triad_id": 1, "period": "' + b"x" * 1_000_001 + b'"}', "application/json", 413),
    ):
        answer = client.post("/api/v1/cycles", data=data, content_type=kind, headers=key)
        assert (answer.status_code, answer.mimetype) == (status, PROBLEM), (data[:40], answer.text)


def test_the_language_of_a_problem(teacher: Program) -> None:
    for asked, title in (
        ("en-GB,en;q=0.9", "Not found"),
        ("ru", "Не найдено"),
        ("de", "Не найдено"),
        ("", "Не найдено"),
    ):
        told = teacher.ask("GET", "/cycles/999999", Accept_Language=asked).json
        assert told["title"] == title and told["text"]["en"].startswith("There is no such cycle")
