"""A deficit goes from a figure to «Устранён» with evidence; steps of plans are ticked one by one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.services import closing, deficits, outcomes, plans
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit, PlanStep
from tests.services.roads import own_deficit, road, stranger

SAME = {"text": "не успеваю", "evidence": "лист", "level": 2, "visibility": "leader"}


def _row(deficit_id: int) -> Deficit:
    found = db.session.get(Deficit, deficit_id)
    assert found is not None
    return found


@pytest.fixture
def cycle(school: Cast) -> Cycle:
    return road(school, "deficits")[0]


def test_closing_asks_for_evidence_and_reopening_forgets_it(school: Cast, cycle: Cycle) -> None:
    one = school.team("ПД-1")[0]
    made = own_deficit(one, cycle)
    for said in ("", "   "):
        with pytest.raises(Invalid) as refused:
            deficits.change(one, made, **SAME, status="closed", closing=said)  # type: ignore[arg-type]
        assert list(refused.value.errors) == ["closing"]
        with pytest.raises(Invalid):
            deficits.set_status(one, made, "closed", said)
    assert (_row(made).status, _row(made).closed_at) == ("found", None)
    deficits.set_status(one, made, "closed", "ПР4 ≥ 2 на уроке 3")
    assert (_row(made).status, _row(made).closing) == ("closed", "ПР4 ≥ 2 на уроке 3")
    day = _row(made).closed_at
    assert day is not None
    deficits.change(one, made, **SAME, status="closed")  # type: ignore[arg-type]
    assert (_row(made).closing, _row(made).closed_at) == ("ПР4 ≥ 2 на уроке 3", day), "the evidence stays"
    deficits.set_status(one, made, "in_work")
    assert (_row(made).status, _row(made).closing, _row(made).closed_at) == ("in_work", "", None)
    with pytest.raises(Invalid):
        deficits.set_status(one, made, "closed"), "forgotten evidence does not close it again"
    with pytest.raises(Invalid):
        deficits.set_status(one, made, "нет")


def test_nobody_else_says_how_a_deficit_stands(school: Cast, cycle: Cycle) -> None:
    team = school.team("ПД-1")
    made = own_deficit(team[0], cycle)
    with pytest.raises(Forbidden):
        deficits.set_status(team[1], made, "closed", "лист")
    for person in (school.people["Мелков"], school.people["Графикова"], stranger()):
        with pytest.raises(NotFound):
            deficits.set_status(person, made, "closed", "лист")
    proposed = own_deficit(team[0], cycle, about=team[1].id)
    with pytest.raises(Conflict):
        deficits.set_status(team[1], proposed, "closed", "лист")
    shared = own_deficit(team[0], cycle, about=None)
    deficits.set_status(team[2], shared, "closed", "лист урока 3")
    assert _row(shared).status == "closed"


def test_a_deficit_keeps_the_figure_it_was_seen_in(school: Cast, cycle: Cycle) -> None:
    one = school.team("ПД-1")[0]
    key = next(iter(outcomes.outcome(cycle).definition.indicators))
    made = own_deficit(one, cycle, source={"indicator": key, "round": 2})
    assert _row(made).source == {"indicator": key, "round": 2}
    assert _row(own_deficit(one, cycle)).source == {}
    for wrong in ({"indicator": "нет", "round": 1}, {"indicator": key, "round": 0}, {"indicator": key, "round": 4}):
        with pytest.raises(Invalid):
            own_deficit(one, cycle, source=wrong)


def _outcome(*means: float | None) -> Any:
    indicator = SimpleNamespace(key="fo6", code="ФО6")
    definition = SimpleNamespace(
        indicators={"fo6": indicator}, hints=(SimpleNamespace(indicator="fo6", group="research", text="пишу оценки"),)
    )
    return SimpleNamespace(definition=definition, view=None, rounds=tuple(range(1, len(means) + 1)), means=means)


@pytest.mark.parametrize(
    ("means", "since", "expected"),
    [
        ((0.5, 1.5, 2.0), 1, (0.5, 2.0)),
        ((0.5, 1.5, 1.9), 1, None),
        ((2.0, 2.5, 3.0), 1, None),
        ((None, 1.0, 2.5), 1, (1.0, 2.5)),
        ((0.0, 2.0, None), 1, (0.0, 2.0)),
        ((0.0, 1.0, 2.0), 3, None),
        ((2.5, 1.0, 2.0), 2, (1.0, 2.0)),
    ],
)
def test_a_risen_figure_suggests_to_look(
    monkeypatch: pytest.MonkeyPatch, means: tuple[float | None, ...], since: int, expected: tuple[float, float] | None
) -> None:
    class Figures:
        def __init__(self, definition: object, view: object) -> None:
            pass

        def indicator(self, key: str, n: int) -> Any:
            return SimpleNamespace(mean=means[n - 1])

    monkeypatch.setattr(closing, "Results", Figures)
    row = Deficit(
        id=1,
        cycle_id=7,
        status="planned",
        confirmed=True,
        source={"indicator": "fo6", "round": since},
        text="",
        group_key="",
    )
    found = closing.risen([row], _outcome(*means), 7)
    assert {k: (v.before, v.after) for k, v in found.items()} == ({1: expected} if expected else {})
    for change in ({"status": "closed"}, {"confirmed": False}, {"source": {}}):
        given = {"id": 1, "cycle_id": 7, "status": "planned", "confirmed": True, "source": row.source}
        other = Deficit(**{**given, "text": "x", "group_key": "x", **change})
        assert closing.risen([other], _outcome(*means), 7) == {}
    hinted = Deficit(
        id=2, cycle_id=7, status="found", confirmed=True, source={}, text="Пишу оценки", group_key="research"
    )
    whole = closing.risen([hinted], _outcome(0.5, 2.0), 7) if means[:2] == (0.0, 2.0) else {2: None}
    assert list(whole) == [2]


def test_a_step_is_ticked_without_the_whole_plan(school: Cast) -> None:
    cycle, team = road(school, "development_plan")
    deficit = deficits.of_cycle(team[0], cycle)[0]
    plan = plans.save(team[0], cycle.id, "remedy", 0, {"goal": "x"}, [{"text": "проба", "deficit_id": deficit.id}])
    step, version = plan.steps[0].id, plan.version
    plans.tick(team[1], step, True, " провели на двух уроках ")
    found = db.session.get(PlanStep, step)
    assert found is not None and (found.done, found.result) == (True, "провели на двух уроках")
    assert _row(deficit.id).status == "in_work"
    with pytest.raises(Conflict):
        plans.save(team[0], cycle.id, "remedy", version, {"goal": "из старого окна"}, [])
    plans.tick(team[2], step, False)
    db.session.expire_all()
    assert db.session.get(PlanStep, step).done is False  # type: ignore[union-attr]
    for person in (school.people["Мелков"], stranger()):
        with pytest.raises(NotFound):
            plans.tick(person, step, True)
    with pytest.raises(NotFound):
        plans.tick(team[0], 10**6, True)


def test_a_route_is_ticked_by_its_owner_alone(school: Cast) -> None:
    cycle, team = road(school, "development_plan", mark="ПД-2")
    made = plans.save(team[0], cycle.id, "route", 0, {"goal": "моё", "mentor_id": team[1].id}, [{"text": "курсы"}])
    step = made.steps[0].id
    plans.tick(team[0], step, True, "удостоверение")
    for person in (team[1], school.people["Макетов"]):
        with pytest.raises(Forbidden):
            plans.tick(person, step, False)
    with pytest.raises(NotFound):
        plans.tick(team[2], step, False)
