"""The stage of a lesson by the clock."""

from datetime import datetime, timedelta

import pytest

from webui.cycles.clock import Span, lesson_clock

PLAN = {"stages": [{"title": "Вызов", "minutes": 8}, {"title": "Группы", "minutes": 22}]}
BELL = datetime(2026, 11, 23, 9, 50)


@pytest.mark.parametrize(("minute", "since"), [(-1, ""), (0, 0), (10, 10), (29, 29), (30, ""), (24 * 60, "")])
def test_the_clock_goes_while_the_lesson_lasts(minute: int, since: object) -> None:
    clock = lesson_clock(PLAN, BELL, BELL + timedelta(minutes=minute))
    assert clock.since == since
    assert clock.spans == (Span("Вызов", 0, 8), Span("Группы", 8, 30))


def test_a_plan_that_names_no_minutes_is_followed_as_far_as_it_does() -> None:
    plan = {"stages": [{"title": "Вызов", "minutes": 8}, {"title": "Группы"}, {"title": "Итог", "minutes": 5}]}
    clock = lesson_clock(plan, BELL, BELL + timedelta(minutes=9))
    assert clock.spans == (Span("Вызов", 0, 8), Span("Группы"), Span("Итог"))
    assert clock.since == ""


def test_no_lesson_no_clock() -> None:
    assert lesson_clock({}, None, BELL).since == ""
