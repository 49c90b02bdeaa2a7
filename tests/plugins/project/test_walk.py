"""Group type «Проектная деятельность»: a whole walk of the process."""

from __future__ import annotations

from engine.api import Sheet
from tests.plugins.project.scene import THEIRS, TYPE, commission, met, watched
from tests.plugins.triad import LEADER, VERA, Walk, lessons, shared, view


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
    walk = Walk(TYPE, view(rounds=lessons("биология")))
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
    walk.decide()
    assert met("support", walk.view) is True
    assert met("defended", walk.view) is True
    assert met("product_changed", walk.view) is False
