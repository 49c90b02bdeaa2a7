"""From the maps to an approved plan whose measures are followed to their results."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from engine.services import documents, triads
from engine.services.demo.driver import at, paper, press, write
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.laboratory import findings, measures
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit
from engine.store.people import Person
from engine.store.reports import Measure
from engine.store.unit import unit_of_work
from tests.services.roads import road, stranger

YES = [0, 0, 5, 5]


def period(school: Cast) -> tuple[Cycle, list[Person]]:
    """A cycle of the Laboratory that stands at the plan."""
    at(datetime(2026, 11, 16, 9))
    team = school.team("Лаб-1")
    cycle = triads.start(team[0], school.triads["Лаб-1"].id, "I полугодие")
    paper(team[0], cycle, "team_survey", 10, {"q1": YES, "q2": YES, "q3": YES, "q4": YES})
    press(team[0], cycle, "close_collection")
    write(team[0], cycle, "checks")
    press(team[0], cycle, "accept_data")
    write(team[0], cycle, "findings", {"findings": [{"text": "Мало времени", "sources": ["sheets", "surveys"]}]})
    press(team[0], cycle, "findings_ready")
    write(team[0], cycle, "session", {"date": "2026-11-16", "agreed": "да", "dissent": "не все пришли"})
    press(team[0], cycle, "agree_findings")
    return cycle, team


def bases(person: Person, cycle: Cycle) -> dict[str, str]:
    page = documents.open_page(person, documents.place(person, cycle.id, "plan", 0))
    return {o.key.partition(":")[0]: o.key for o in page.choices["bases"]}


def row(text: str, basis: str, **other: Any) -> dict[str, Any]:
    return {"measure": text, "basis": basis, "due": "2026-12-01", "owner": "методист", "expected": "есть", **other}


def approve(team: list[Person], cycle: Cycle, *rows: dict[str, Any]) -> list[Measure]:
    write(team[0], cycle, "plan", {"measures": list(rows)})
    press(team[0], cycle, "plan_ready")
    write(team[0], cycle, "council", {"protocol": "4", "date": "2026-11-16"})
    press(team[0], cycle, "approve_plan")
    return measures.plan(team[0])


def test_grounds_come_from_the_map_and_the_findings(school: Cast) -> None:
    other, teachers = road(school, "setup")
    cycle, team = period(school)
    assert set(bases(team[0], cycle)) == {"finding"}
    moment = datetime(2026, 11, 1, 10)
    with unit_of_work():
        for person in teachers:
            db.session.add(
                Deficit(
                    cycle_id=other.id,
                    person_id=person.id,
                    group_key="research",
                    text="x",
                    evidence="x",
                    level=1,
                    visibility="lab",
                    proposed_by=person.id,
                    confirmed=True,
                    created_at=moment,
                    changed_at=moment,
                )
            )
    found = bases(team[0], cycle)
    assert found["deficit"] == "deficit:research" and set(found) == {"deficit", "finding"}
    with pytest.raises(Invalid):
        write(team[0], cycle, "plan", {"measures": [row("Без основания", "deficit:digital")]})


def test_an_approved_plan_becomes_measures(school: Cast) -> None:
    cycle, team = period(school)
    basis = bases(team[0], cycle)["finding"]
    owner = school.people["Дневникова"]
    assert measures.plan(team[0]) == []
    found = approve(
        team, cycle, row("Вертушка", basis, owner="", owner_id=str(owner.id)), row("Семинар", basis, due="2026-11-20")
    )
    assert [(m.text, m.due, m.row) for m in found] == [
        ("Семинар", date(2026, 11, 20), 2),
        ("Вертушка", date(2026, 12, 1), 1),
    ]
    assert [(m.owner, m.owner_id) for m in found] == [("методист", None), (owner.short_name, owner.id)]
    assert all("Мало времени" in m.basis_text and m.status == "planned" for m in found)
    assert [m.text for m in measures.plan(owner, mine=True)] == ["Вертушка"]
    assert measures.plan(stranger()) == [] and len(measures.plan(school.people["Мелков"])) == 2


def test_a_plan_approved_again_keeps_what_came_of_its_measures(school: Cast) -> None:
    cycle, team = period(school)
    basis = bases(team[0], cycle)["finding"]
    found = {m.text: m.id for m in approve(team, cycle, *(row(t, basis) for t in ("А", "Б", "В", "Б")))}
    measures.change(team[0], found["А"], "done", "провели")
    measures.change(team[0], found["В"], "moved", "болели", date(2027, 1, 20))
    press(team[0], cycle, "back_to_approve", reason="ошибка")
    press(team[0], cycle, "back_to_plan", reason="ошибка")
    again = {m.text: m for m in approve(team, cycle, row("Г", basis), row("А", basis))}
    assert {t: (m.status, m.row) for t, m in again.items()} == {
        "Г": ("planned", 1),
        "А": ("done", 2),
        "В": ("dropped", 3),
    }
    assert again["А"].id == found["А"] and again["А"].result == "провели"


def test_a_measure_is_marked_by_its_owner_and_the_laboratory(school: Cast) -> None:
    cycle, team = period(school)
    owner = school.people["Дневникова"]
    basis = bases(team[0], cycle)["finding"]
    (one,) = approve(team, cycle, row("Вертушка", basis, owner_id=str(owner.id)))
    for person in (school.people["Указкина"], school.people["Мелков"]):
        with pytest.raises(Forbidden):
            measures.change(person, one.id, "done", "да")
    for person, key in ((stranger(), one.id), (owner, 10**6)):
        with pytest.raises(NotFound):
            measures.change(person, key, "done", "да")
    for status, result, due, wrong in (
        ("нет", "да", None, "status"),
        ("done", " ", None, "result"),
        ("dropped", "", None, "result"),
        ("moved", "болели", None, "due"),
        ("moved", "болели", date(2026, 12, 1), "due"),
    ):
        with pytest.raises(Invalid) as refused:
            measures.change(owner, one.id, status, result, due)
        assert list(refused.value.errors) == [wrong]
    measures.change(owner, one.id, "moved", "болели", date(2026, 12, 20))
    assert (one.status, one.due, one.done_on) == ("moved", date(2026, 12, 20), None)
    measures.change(school.people["Графикова"], one.id, "done", "двенадцать педагогов")
    assert (one.status, one.result, one.done_on) == ("done", "двенадцать педагогов", date(2026, 11, 16))
    assert [m.id for m in measures.plan(owner, "done")] == [one.id] and measures.plan(owner, "planned") == []
    measures.change(owner, one.id, "planned")
    assert (one.status, one.done_on) == ("planned", None)


def _analyse(school: Cast) -> tuple[Cycle, Person]:
    cycle, team = period(school)
    for action in ("back_to_session", "back_to_analyse"):
        press(team[0], cycle, action, reason="дополнить")
    return cycle, team[0]


def test_a_row_of_a_map_is_taken_into_the_findings(school: Cast) -> None:
    other, teachers = road(school, "setup")
    cycle, person = _analyse(school)
    with pytest.raises(NotFound):
        findings.take(person, "deficit", "research")
    moment = datetime(2026, 11, 1, 10)
    with unit_of_work():
        for teacher in teachers:
            db.session.add(
                Deficit(
                    cycle_id=other.id,
                    person_id=teacher.id,
                    group_key="research",
                    text="x",
                    evidence="x",
                    level=1,
                    visibility="lab",
                    proposed_by=teacher.id,
                    confirmed=True,
                    created_at=moment,
                    changed_at=moment,
                )
            )
    assert findings.take(person, "deficit", "research").id == cycle.id
    findings.take(person, "deficit", "research")
    page = documents.open_page(person, documents.place(person, cycle.id, "findings", 0))
    rows = [entry.form["q_text"].data for entry in page.bound["q_findings"]]
    assert rows[0] == "Мало времени" and len(rows) == 3, "what was written stays, the new rows follow"
    assert rows[1].startswith("Повторяется дефицит: Исследовательские")
    assert page.bound["q_findings"][1].form["q_sources"].data == ["deficits"]
    for kind, key in (("deficit", "нет"), ("technique", "formative:two_stars"), ("нет", "research")):
        with pytest.raises(NotFound):
            findings.take(person, kind, key)
    for stranger_ in (school.people["Указкина"], school.people["Мелков"], stranger()):
        with pytest.raises(NotFound):
            findings.take(stranger_, "deficit", "research")
    with pytest.raises(Conflict):
        findings.take(school.team("Лаб-2")[0], "deficit", "research")
