"""Group type «СЭР»: its rules; check-ins, the psychologist, what is confidential."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from functools import partial

import pytest

from engine.api import Attempt, Field, Refusal
from engine.core.machine import machine_for
from engine.core.text import localise
from engine.extension.door import Door
from tests.plugins import triad
from tests.plugins.sel.scene import LESSON, PLUGIN, PSYCHOLOGIST, SEEN, TYPE, checkin, shared, view

refusal = partial(triad.refusal, TYPE)


@pytest.mark.parametrize(("when", "word"), [("before", "до"), ("after", "после")])
def test_checkin_was_held_or_explained(when: str, word: str) -> None:
    key = f"sel.checkin_{when}"
    text = f"Отметка {word} занятия не проведена. Проведите её или укажите причину"
    held = checkin(when, (1, 0, 0, 0, 0))
    assert refusal(key, view()) == text
    assert refusal(key, view(tallies=(checkin(when, (0, 0, 0, 0, 0)),))) == text
    assert refusal(key, view(tallies=(dataclasses.replace(held, round=2),))) == text
    assert refusal(key, view(tallies=(held,))) == ""
    skipped = dataclasses.replace(held, answers=0, counts={}, skipped_because="учебная тревога")
    assert refusal(key, view(tallies=(skipped,))) == ""
    other = checkin("after" if when == "before" else "before", (5, 5, 5, 5, 0))
    assert refusal(key, view(tallies=(other,))) == text


MUST_SEE = "Тема отмечена как чувствительная: нужен просмотр плана педагогом-психологом"


def test_psychologist_sees_a_sensitive_plan() -> None:
    sensitive = shared("plan", sensitive=True)

    def reviewed(status: str, remarks: str = "", **changes: object) -> str:
        review = dataclasses.replace(shared("psychologist_review", status=status, remarks=remarks), **changes)
        return refusal(SEEN, view(sensitive, review))

    assert refusal(SEEN, view(sensitive)) == MUST_SEE
    assert reviewed("reading") == MUST_SEE
    assert reviewed("agreed") == ""
    assert reviewed("agreed", state="draft") == MUST_SEE
    assert reviewed("agreed", round=2) == MUST_SEE
    assert reviewed("remarks", "смягчите начало") == "Есть замечания педагога-психолога: смягчите начало"
    found = TYPE.rules[SEEN](view(sensitive))
    assert found and found.people == (PSYCHOLOGIST,) and found.roles == ("psychologist",)


def test_remarks_are_the_triad_s_move_and_a_mended_plan_the_psychologist_s() -> None:
    """Neither waits for the other."""
    early = datetime(2026, 11, 20, 10)
    late = early + timedelta(hours=1)
    plan = dataclasses.replace(shared("plan", sensitive=True), at=early)
    review = dataclasses.replace(shared("psychologist_review", status="remarks", remarks="начало"), at=late)
    found = TYPE.rules[SEEN](view(plan, review))
    assert found and {p.id for p in found.people} == {p.id for p in view().holders("triad_member")}
    assert (found.link.key, found.step) == ("plan", "Исправьте план по замечаниям педагога-психолога: начало")
    mended = dataclasses.replace(plan, at=late + timedelta(hours=1))
    found = TYPE.rules[SEEN](view(mended, review))
    assert found and found.people == (PSYCHOLOGIST,)
    assert (found.link.key, found.step) == ("psychologist_review", "Посмотрите исправленный план")


def test_any_other_plan_need_not_be_seen() -> None:
    assert refusal(SEEN, view()) == ""
    for status in ("reading", "agreed", "remarks"):
        review = shared("psychologist_review", status=status, remarks="мелочи")
        assert refusal(SEEN, view(shared("plan", sensitive=False), review)) == ""


def test_psychologist_s_document() -> None:
    review = TYPE.form("psychologist_review")
    assert (review.filling, review.per_round, review.roles, review.readers) == (
        "shared", True, ("psychologist",), ("triad_member",),
    )  # fmt: skip
    status = review.find("status")
    assert isinstance(status, Field)
    assert [o.title for o in status.options] == ["На просмотре", "Согласовано", "Есть замечания"]
    assert TYPE.process.open_stages("psychologist_review") == ("planning",)
    assert "psychologist" in TYPE.form("plan").readers


@pytest.mark.parametrize("stage", LESSON)
def test_alert_keeps_the_cycle_where_it_is(stage: str) -> None:
    move = machine_for(TYPE).fire("alert_psychologist", view(stage=stage, round=2))
    assert (move.stage, move.round) == (stage, 2)
    action = move.action
    assert (action.title, action.kind, action.confidential_to) == ("Передать психологу", "side", "psychologist")
    assert action.done == "Сообщение передано. Запись видит только педагог-психолог"
    assert [(f.kind, f.required) for f in action.asks] == [("text", True)]


def test_only_the_alert_is_confidential() -> None:
    assert [a.key for a in TYPE.process.actions if a.confidential_to] == ["alert_psychologist"]


UNREAD = "Сообщение педагогу-психологу ещё не прочитано"


def asked(attempt: Attempt) -> list[Refusal]:
    return Door().ask(PLUGIN, "plc_before", Refusal, attempt=attempt)


def test_package_waits_for_the_psychologist_to_read() -> None:
    submit = TYPE.process.action("submit_package")

    def objections(unread: int, key: str = "submit_package") -> list[str]:
        seen = view(stage="summary", facts={"alerts_unread": unread, "alerts": 2})
        return [str(r.text) for r in asked(Attempt(TYPE.process.action(key), seen))]

    assert objections(1) == [UNREAD]
    assert objections(0) == []
    assert objections(3, "back_to_discussion") == []
    (found,) = asked(Attempt(submit, view(stage="summary", facts={"alerts_unread": 2})))
    assert (found.code, found.roles, found.people) == ("sel.alerts_read", ("psychologist",), (PSYCHOLOGIST,))
    assert localise(found.text, "en") == "A message to the psychologist is still unread"
    assert asked(Attempt(submit, view(stage="summary"))) == []
