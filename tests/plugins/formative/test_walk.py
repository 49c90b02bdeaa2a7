"""Group type «Формирующее оценивание»: a whole walk of the process."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from engine.api import RoundFacts
from tests.plugins import triad
from tests.plugins.formative.demo import LESSONS
from tests.plugins.formative.scene import (
    AGREED,
    DATA,
    LEADER,
    PACK,
    PEOPLE,
    STRATEGIES,
    TYPE,
    met,
    observed_in,
    plan_of,
    protocol_of,
    shared,
    tally_of,
    view,
)

ROUNDS = tuple(
    RoundFacts(
        one["n"], "lesson", datetime.fromisoformat(one["at"]),
        facts={
            "subject": one["subject"], "lead": PEOPLE[one["lead"]], "watch": one["watch"],
            "observers": tuple(PEOPLE[i] for i in one["observers"]),
        },
    )
    for one in LESSONS
)  # fmt: skip


class Walk(triad.Walk):
    def teach(self, lesson: dict) -> None:
        watchers = tuple(PEOPLE[i] for i in lesson["observers"])
        roles = {**self.view.roles, "lead_teacher": (PEOPLE[lesson["lead"]],), "observer": watchers}
        self.view = dataclasses.replace(self.view, roles=roles)
        own = {AGREED, STRATEGIES} | ({DATA} if lesson["n"] > 1 else set())
        assert self.refused("approve_plan") & {AGREED, STRATEGIES, DATA} == own
        self.write(plan_of(lesson))
        assert self.refused("approve_plan") == {AGREED}
        self.write(shared("success_criteria", lesson["n"], criteria=list(lesson["criteria"])))
        self.fire("approve_plan")
        assert self.refused("lesson_done") == {"submitted_by_each.observation.observer"}
        self.write(*observed_in(lesson))
        self.fire("lesson_done")
        self.view = dataclasses.replace(self.view, tallies=(*self.view.tallies, tally_of(lesson)))
        assert self.refused("close_survey") == {PACK}
        self.write(shared("evidence", lesson["n"], **(lesson["tickets"] or {"works": [1, 2, 3]})))
        self.fire("close_survey")
        self.write(protocol_of(lesson))


def test_whole_walk() -> None:
    walk = Walk(TYPE, view(rounds=ROUNDS))
    assert walk.refused("approve_schedule") == {"lesson_study.rules", "complete.passport"}
    walk.write(shared("passport", 0), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    for lesson in LESSONS:
        walk.teach(lesson)
        walk.fire("next_lesson" if lesson["n"] < 3 else "sum_up")
    assert walk.view.stage == "summary"
    walk.write(shared("summary", 0))
    walk.fire("submit_package")
    walk.fire("return_package", LEADER)
    walk.fire("submit_package")
    walk.write(shared("review", 0))
    walk.fire("accept_package", LEADER)
    deficit = {"id": 1, "person_id": 1, "title": "не закладываю время на доработку", "level": 2}
    walk.write(deficits=[{**deficit, "confirmed": True, "open": True, "actions": 4}])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    walk.decide()
    assert [met(f"fo_k{n}", walk.view, 3) for n in range(1, 6)] == [True] * 5
