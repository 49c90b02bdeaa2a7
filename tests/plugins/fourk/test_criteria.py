"""Group type «4К»: its criteria, met, missed and not known yet."""

from __future__ import annotations

from engine.api import CycleView, Sheet, Tally
from engine.core.criteria import findings
from engine.core.results import Results
from tests.plugins.fourk.scene import TYPE, kinds
from tests.plugins.triad import BELLA, shared, view

PLAN = shared("plan", 1, lead_competency="critical_thinking")
PLAN_3 = shared("plan", 3, lead_competency="critical_thinking")


def watched(score: object, round_: int = 1, section: str = "km") -> Sheet:
    return Sheet("observation", round_, BELLA, {f"{section}{n}": score for n in (1, 2, 3)})


def met(key: str, seen: CycleView, round_: int = 0) -> bool | None:
    found = [f for f in findings(Results(TYPE, seen)) if f.criterion.key == key]
    return found[round_ - 1 if round_ else -1].met


def test_leading_section() -> None:
    even = {"A": 2, "B": 2, "C": 2, "class": 2}
    assert met("lead_shown", view(PLAN)) is None
    assert met("lead_shown", view(watched(even))) is None
    assert met("lead_shown", view(PLAN, watched(even))) is True
    assert met("lead_shown", view(PLAN, watched({**even, "C": 1}))) is False
    assert met("lead_shown", view(PLAN, watched(even, section="kr"))) is None


def test_each_pupil() -> None:
    assert met("each_pupil", view(PLAN, watched({"A": 3, "B": 2, "C": 1, "class": 0}))) is True
    assert met("each_pupil", view(PLAN, watched({"A": 3, "B": 3, "C": 0}))) is False
    assert met("each_pupil", view(PLAN, watched({"A": 3, "B": 3, "C": None}))) is None


def test_growth() -> None:
    start = watched({"A": 1, "B": 1})
    assert met("growth", view(PLAN, start)) is None
    assert met("growth", view(PLAN, PLAN_3, start, watched({"A": 2, "B": 1}, 3), round=3)) is True
    assert met("growth", view(PLAN, PLAN_3, start, watched({"A": 1, "B": 1}, 3), round=3)) is False


def test_task_works() -> None:
    def asked(n: int, yes: int) -> CycleView:
        return view(tallies=(Tally("class_survey", 1, False, n, counts={"q3": {"4": yes, "1": n - yes}}),))

    assert met("task_works", asked(10, 7)) is True
    assert met("task_works", asked(10, 6)) is False
    assert met("task_works", asked(4, 4)) is None


def test_transfer() -> None:
    both, once = kinds("lesson", "lesson", "extracurricular"), kinds("lesson", "lesson", "lesson")
    seen = (PLAN, PLAN_3, watched({"A": 1}), watched({"A": 1}, 3))
    assert met("transfer", view(*seen, rounds=both, round=3)) is True
    assert met("transfer", view(*seen, rounds=once, round=3)) is False
    assert met("transfer", view(*seen[:3], watched({"A": 0}, 3), rounds=both, round=3)) is False
    assert met("transfer", view(PLAN, rounds=both, round=3)) is None
