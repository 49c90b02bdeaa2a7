"""Group type «4К»: a whole walk of the process."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from engine.api import Person, RoundFacts, Sheet
from engine.core.errors import Refused
from engine.core.machine import machine_for
from tests.plugins.fourk.scene import ANNA, BELLA, LEADER, TYPE, VERA, groups, shared, view


class Walk:
    """A cycle driven by hand: what people write is put into the view, what the machine says moves it."""

    def __init__(self) -> None:
        self.machine = machine_for(TYPE)
        facts = {"subject": "биология", "lead": ANNA, "observers": (BELLA, VERA), "watch": {"A": 2, "B": 2, "C": 3}}
        at = datetime.fromisoformat("2026-11-23T10:15")
        self.view = view(stage="setup", rounds=tuple(RoundFacts(n, "lesson", at, facts=facts) for n in (1, 2, 3)))

    def write(self, *sheets: Sheet, **facts: object) -> None:
        known = {**self.view.facts, **facts}
        self.view = dataclasses.replace(self.view, sheets=(*self.view.sheets, *sheets), facts=known)

    def refused(self, action: str) -> set[str]:
        with pytest.raises(Refused) as caught:
            self.machine.fire(action, self.view)
        return {r.code for r in caught.value.refusals}

    def fire(self, action: str, actor: Person = ANNA) -> None:
        self.view = dataclasses.replace(self.view, actor=actor)
        move, n = self.machine.fire(action, self.view), self.view.round
        rounds = (
            dataclasses.replace(r, status=move.action.mark or r.status) if r.n == n else r for r in self.view.rounds
        )
        self.view = dataclasses.replace(self.view, stage=move.stage, round=move.round, rounds=tuple(rounds))


def lesson(walk: Walk, n: int) -> None:
    own = {"fourk.lead_competency", "fourk.task_card", "fourk.group_assignment"}
    assert own <= walk.refused("approve_plan")
    stages = [{"title": "Рефлексия", "expected_a": "спросит", "expected_b": "ответит", "expected_c": "выслушает"}]
    walk.write(shared("plan", n, result_meta="обосновывает", stages=stages, lead_competency="cooperation"))
    assert walk.refused("approve_plan") == own - {"fourk.lead_competency"}
    walk.write(shared("task_card", n, task="Найдите лишнее"), groups(n, BELLA, VERA))
    walk.fire("approve_plan")
    assert walk.refused("lesson_done") == {"submitted_by_each.observation.observer"}
    walk.write(*(Sheet("observation", n, p, {"kp1": {"A": 2}}) for p in (BELLA, VERA)))
    walk.fire("lesson_done")
    assert walk.refused("close_survey") == {"lesson_study.survey"}
    walk.write(shared("interview", n, helped_a="карточки ролей"))
    walk.fire("close_survey")
    walk.write(shared("discussion", n, conclusions=["Роли помогают"], decisions=[{"kind": "keep", "text": "Роли"}]))


def test_whole_walk() -> None:
    walk = Walk()
    assert "lesson_study.rules" in walk.refused("approve_schedule")
    walk.write(shared("passport", 0), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    for n in (1, 2, 3):
        lesson(walk, n)
        if n < 3:
            walk.fire("next_lesson")
    assert walk.refused("sum_up") == {"fourk.both_settings"}
    lifted = dataclasses.replace(walk.view, waived=frozenset({"fourk.both_settings"}))
    assert [w.code for w in walk.machine.fire("sum_up", lifted).waived] == ["fourk.both_settings"]
    session = dataclasses.replace(walk.view.rounds[1], kind="extracurricular")
    walk.view = dataclasses.replace(walk.view, rounds=(walk.view.rounds[0], session, walk.view.rounds[2]))
    walk.fire("sum_up")
    walk.write(shared("summary", 0))
    walk.fire("submit_package")
    walk.write(shared("review", 0))
    walk.fire("accept_package", LEADER)
    deficit = {"id": 1, "person_id": 1, "title": "Роли", "level": 1, "confirmed": True, "open": True, "actions": 1}
    walk.write(deficits=[deficit])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    assert walk.refused("make_decision") == {"lesson_study.positions", "lesson_study.decided"}
    walk.write(decision={"positions": {1: "again", 2: "again", 3: "again"}, "chosen": "again"})
    walk.fire("make_decision")
    walk.fire("hand_to_lab")
    assert (walk.view.stage, walk.view.round) == ("closed", 3)
