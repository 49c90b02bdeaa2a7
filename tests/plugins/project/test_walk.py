"""Group type «Проектная деятельность»: a whole walk of the process."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from engine.api import Person, RoundFacts, Sheet
from engine.core.errors import Refused
from engine.core.machine import machine_for
from tests.plugins.project.scene import ANNA, BELLA, LEADER, THEIRS, TYPE, VERA, commission, met, shared, view, watched


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
        move = self.machine.fire(action, self.view)
        self.view = dataclasses.replace(self.view, stage=move.stage, round=move.round, held=move.held)


def lesson(walk: Walk, n: int) -> None:
    stages = [{"title": "Рефлексия", "expected_a": "спросит", "expected_b": "ответит", "expected_c": "выслушает"}]
    walk.write(shared("plan", n, result_meta="планирует", stages=stages))
    if n == 1:
        assert walk.refused("approve_plan") == {"project.passport"}
        walk.write(shared("project_passport", problem_question="Как?", product="карта", addressee="гости села"))
    walk.fire("approve_plan")
    walk.write(*(watched(n, pd12=2), Sheet("observation", n, VERA, {"pd12": 2})))
    walk.fire("lesson_done")
    walk.write(shared("interview", n, helped_a="вопросы учителя"))
    walk.fire("close_survey")
    walk.write(shared("discussion", n, conclusions=["Паспорт помог"], decisions=[{"kind": "keep", "text": "Паспорт"}]))


def test_whole_walk() -> None:
    walk = Walk()
    walk.write(shared("passport"), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    lesson(walk, 1)
    walk.fire("next_lesson")
    lesson(walk, 2)
    assert walk.refused("next_lesson") == {"project.critique_round"}
    walk.write(shared("critique", product_v1=[1], feedback_files=[2, 3], changes=[]))
    walk.fire("next_lesson")
    lesson(walk, 3)
    walk.fire("sum_up")
    assert walk.view.stage == "defence"
    assert walk.refused("defence_done") == {
        "project.defence_sheet",
        "project.defence_commission",
        "project.defence",
    }
    walk.fire("back_to_discussion")
    walk.fire("sum_up")
    walk.fire("schedule_defence")
    walk.fire("hold")
    assert "held" in walk.refused("schedule_defence")
    walk.fire("resume", LEADER)
    assert walk.view.stage == "defence"
    walk.write(commission(*THEIRS))
    walk.fire("defence_done")
    walk.fire("back_to_defence")
    walk.fire("defence_done")
    walk.write(shared("summary"))
    walk.fire("submit_package")
    walk.write(shared("review"))
    walk.fire("accept_package", LEADER)
    deficit = {"id": 1, "person_id": 1, "title": "Сроки", "level": 1, "confirmed": True, "open": True, "actions": 1}
    walk.write(deficits=[deficit])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    walk.write(decision={"positions": {1: "again", 2: "again", 3: "again"}, "chosen": "again"})
    walk.fire("make_decision")
    walk.fire("hand_to_lab")
    assert (walk.view.stage, walk.view.round) == ("closed", 3)
    assert met("support", walk.view) is True
    assert met("defended", walk.view) is True
    assert met("product_changed", walk.view) is False
