"""Group type «4К»: a whole walk of the process."""

from __future__ import annotations

import dataclasses

from engine.api import Sheet
from tests.plugins.fourk.scene import TYPE, groups
from tests.plugins.triad import BELLA, LEADER, VERA, Walk, lessons, shared, view


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
    walk = Walk(TYPE, view(rounds=lessons("биология")))
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
    walk.decide()
