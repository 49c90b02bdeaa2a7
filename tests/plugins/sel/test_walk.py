"""Group type «СЭР»: the stages around the lesson, a whole walk of the process, ways back and aside."""

from __future__ import annotations

import dataclasses

import pytest

from engine.api import Sheet, Tally
from engine.core.errors import UnknownAction
from engine.core.machine import machine_for
from tests.plugins import triad
from tests.plugins.sel.scene import AFTER, BEFORE, LESSON, SEEN, TYPE, checkin, shared, view
from tests.plugins.triad import BELLA, LEADER, VERA, lessons


def test_stages_around_the_lesson() -> None:
    process = TYPE.process
    assert process.looped == LESSON
    roads = {a.key: (a.source, a.target) for a in process.actions}
    assert roads["approve_plan"] == (("planning",), "checkin_before")
    assert roads["begin_lesson"] == (("checkin_before",), "conducting")
    assert roads["lesson_done"] == (("conducting",), "checkin_after")
    assert roads["close_checkin"] == (("checkin_after",), "survey")
    assert roads["reschedule"] == (("planning", "checkin_before"), "")
    assert roads["put_off"] == (("conducting",), "checkin_before")
    assert roads["cancel_lesson"] == (("checkin_before", "conducting"), "planning")
    assert roads["back_to_planning"] == (("checkin_before", "conducting"), "planning")
    assert roads["back_to_lesson"] == (("checkin_after", "survey"), "conducting")
    assert process.action("begin_lesson").title == "Начать занятие"
    assert process.action("close_checkin").title == "Закрыть отметку"
    for key in ("hold", "resume", "end_early"):
        assert set(LESSON) <= set(process.action(key).source)
    assert {"alerts", "alerts_unread"} <= set(process.feeds)


def test_a_taught_lesson_is_neither_moved_nor_cancelled() -> None:
    for action in ("reschedule", "put_off", "cancel_lesson", "back_to_planning"):
        with pytest.raises(UnknownAction):
            machine_for(TYPE).fire(action, view(stage="checkin_after"))


class Walk(triad.Walk):
    def teach(self, n: int) -> None:
        stages = [{"title": "Рефлексия", "expected_a": "назовёт", "expected_b": "выслушает", "expected_c": "выберет"}]
        self.write(
            shared("plan", n, result_personal="называет чувства", stages=stages, lead_skill="se4", sensitive=n == 2)
        )
        if n == 2:
            assert self.refused("approve_plan") == {SEEN}
            self.write(shared("psychologist_review", n, status="remarks", remarks="смягчите начало"))
            assert self.refused("approve_plan") == {SEEN}
            self.write(shared("psychologist_review", n, status="agreed"))
        self.fire("approve_plan")
        assert self.refused("begin_lesson") == {"sel.checkin_before"}
        self.write(tallies=(checkin("before", BEFORE, round_=n),))
        self.fire("begin_lesson")
        assert self.refused("lesson_done") == {"submitted_by_each.observation.observer"}
        self.write(*(Sheet("observation", n, p, {"se4": 2}) for p in (BELLA, VERA)))
        self.fire("lesson_done")
        assert self.refused("close_checkin") == {"sel.checkin_after"}
        self.write(tallies=(checkin("after", AFTER, round_=n),))
        self.fire("close_checkin")
        assert self.refused("close_survey") == {"lesson_study.survey"}
        self.write(shared("interview", n, liked_a="круг"))
        self.fire("close_survey")
        self.write(
            shared("discussion", n, conclusions=["Круг включает всех"], decisions=[{"kind": "keep", "text": "Круг"}])
        )


def test_whole_walk() -> None:
    walk = Walk(TYPE, view(rounds=lessons("литература")))
    walk.write(shared("passport", 0), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    for n in (1, 2, 3):
        walk.teach(n)
        walk.fire("alert_psychologist", BELLA)
        walk.fire("next_lesson" if n < 3 else "sum_up")
    walk.write(shared("summary", 0))
    walk.fire("submit_package")
    walk.write(shared("review", 0))
    walk.fire("accept_package", LEADER)
    deficit = {
        "id": 1,
        "person_id": 1,
        "title": "Словарь чувств",
        "level": 1,
        "confirmed": True,
        "open": True,
        "actions": 1,
    }
    walk.write(deficits=[deficit])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    walk.decide()


def test_lesson_is_not_done_without_the_first_checkin() -> None:
    sheets = [Sheet("observation", 1, p, {"se4": 2}) for p in (BELLA, VERA)]
    walk = Walk(TYPE, view(rounds=lessons("литература")))
    walk.view = view(*sheets, stage="conducting")
    assert walk.refused("lesson_done") == {"sel.checkin_before"}
    skipped = Tally("checkin_before", 1, False, 0, skipped_because="учебная тревога")
    walk.write(tallies=(skipped,))
    walk.fire("lesson_done")
    assert walk.view.stage == "checkin_after"


def test_ways_back_and_aside() -> None:
    walk = Walk(TYPE, view(rounds=lessons("литература")))
    walk.view = dataclasses.replace(walk.view, stage="checkin_before")
    walk.fire("reschedule")
    assert walk.view.stage == "checkin_before"
    walk.fire("back_to_planning")
    assert walk.view.stage == "planning"
    walk.view = dataclasses.replace(walk.view, stage="checkin_after")
    walk.fire("hold")
    assert walk.refused("close_checkin") == {"held", "sel.checkin_after"}
    walk.fire("resume")
    walk.fire("back_to_lesson")
    assert walk.view.stage == "conducting"
    walk.fire("put_off")
    assert walk.view.stage == "checkin_before"
    walk.fire("cancel_lesson")
    assert (walk.view.stage, walk.view.round) == ("planning", 1)
    walk.view = dataclasses.replace(walk.view, stage="checkin_before")
    walk.fire("end_early")
    assert walk.view.stage == "closed_early"
