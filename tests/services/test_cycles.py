"""The verbs of a cycle on both databases: opened, moved, refused, held, waived, replayed."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import func, select

from engine.services import cycles, effects, groups, journal, types
from engine.services.definitions import definition_of
from engine.services.demo.driver import press, write
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound, Refused, UnknownAction
from engine.services.host import host
from engine.store.cycles import Cycle, JournalEntry, Notice, Waiver
from engine.store.database import db
from engine.store.growth import Handover
from tests.installation import MONDAY
from tests.services.roads import LATER, road, stranger

REASON = {"reason": "карантин"}


def test_a_cycle_opens_at_its_first_stage_with_three_lessons(school: Cast) -> None:
    cycle, team = road(school, "setup")
    assert (cycle.stage, cycle.round, cycle.seq, cycle.held, cycle.closed_at) == ("setup", 1, 1, False, None)
    assert [(r.n, r.status, r.kind) for r in cycle.rounds] == [(n, "scheduled", "lesson") for n in (1, 2, 3)]
    assert cycle.opened_at == cycle.stage_since == MONDAY
    assert definition_of(cycle).fingerprint == cycle.fingerprint
    (opened, name), *more = journal.entries(cycle)
    assert (opened.action, opened.source, opened.target, name, more) == ("open", "", "setup", team[0].short_name, [])


def test_a_triad_has_one_cycle_at_a_time(school: Cast) -> None:
    cycle, team = road(school, "setup")
    with pytest.raises(Invalid, match="уже идёт цикл"):
        cycles.open_cycle(school.triads["ПД-1"], team[1])
    assert cycles.open_cycles(school.triads["ПД-1"]) == [cycle]


def test_two_people_do_not_open_a_cycle(school: Cast) -> None:
    groups.seat(school.people["Журналова"], school.triads["ПД-1"].id, 3, None)
    with pytest.raises(Invalid, match="три человека"):
        road(school, "setup")


@pytest.mark.parametrize("state", ["draining", "disabled"])
def test_a_type_that_is_not_enabled_opens_nothing(school: Cast, state: str) -> None:
    types.switch(school.people["Журналова"], "project", state)
    with pytest.raises(Invalid, match="не включён"):
        road(school, "setup")


def test_a_draining_type_lets_running_cycles_go_on_and_a_disabled_one_stops_them(school: Cast) -> None:
    cycle, team = road(school, "planning")
    types.switch(school.people["Журналова"], "project", "draining")
    press(team[0], cycle, "hold", **REASON)
    press(team[0], cycle, "resume")
    types.switch(school.people["Журналова"], "project", "disabled")
    with pytest.raises(Refused, match="отключ"):
        press(team[0], cycle, "hold", **REASON)
    assert all(not v.allowed for v in cycles.explain(cycle, team[0]))
    with pytest.raises(Forbidden):
        write(team[0], cycle, "plan", complete=False)
    types.switch(school.people["Журналова"], "project", "enabled")
    press(team[0], cycle, "hold", **REASON)
    assert cycle.held


def test_every_stage_can_be_reached_and_the_journal_tells_the_way(school: Cast) -> None:
    cycle, _ = road(school, "closed")
    passed = [e.target for e, _ in journal.entries(cycle)]
    assert [s for s in LATER if s not in passed] == []
    assert journal.replay(cycle) == ("closed", 3, False)
    assert cycle.closed_at is not None
    assert [r.status for r in cycle.rounds] == ["discussed"] * 3
    assert all(len(r.observers) == 2 and r.lead_id not in r.observers for r in cycle.rounds)
    assert db.session.get(Handover, cycle.id) is not None


def test_strangers_do_not_learn_that_a_cycle_exists(school: Cast) -> None:
    cycle, _ = road(school, "planning")
    other_team = school.team("ФО-1")[0]
    for person in (stranger(), other_team, school.people["Мелков"]):
        with pytest.raises(NotFound):
            cycles.fire(cycle.id, "hold", person, cycle.seq, REASON)
        with pytest.raises(NotFound):
            cycles.waive(cycle.id, person, "lesson_study.package", "так")
        with pytest.raises(NotFound):
            cycles.accept_rules(cycle.id, person)
    with pytest.raises(NotFound):
        cycles.fire(10**6, "hold", school.team("ПД-1")[0], 1, REASON)
    assert journal.replay(cycle)[2] is False


def test_whoever_saw_an_older_cycle_is_told_so_and_nothing_moves(school: Cast) -> None:
    cycle, team = road(school, "planning")
    seen = cycle.seq
    press(team[1], cycle, "hold", **REASON)
    with pytest.raises(Conflict, match="Пока вы смотрели"):
        cycles.fire(cycle.id, "hold", team[0], seen, REASON)
    assert cycle.seq == seen + 1


def test_the_same_press_counts_once(school: Cast) -> None:
    cycle, team = road(school, "planning")
    first = cycles.fire(cycle.id, "hold", team[0], cycle.seq, REASON, once="нажатие-1")
    again = cycles.fire(cycle.id, "hold", team[0], cycle.seq - 1, REASON, once="нажатие-1")
    assert (first.repeated, again.repeated, again.seq) == (False, True, first.seq)
    with pytest.raises(Refused):
        cycles.fire(cycle.id, "hold", team[0], cycle.seq, REASON, once="нажатие-2")


def test_all_reasons_come_at_once_and_nothing_is_half_done(school: Cast) -> None:
    cycle, team = road(school, "setup")
    with pytest.raises(Refused) as refused:
        press(team[0], cycle, "approve_schedule")
    codes = [r.code for r in refused.value.refusals]
    assert codes == ["lesson_study.rules", "complete.passport", "lesson_study.schedule"]
    assert (cycle.stage, cycle.seq) == ("setup", 1)
    with pytest.raises(UnknownAction):
        press(team[0], cycle, "hand_to_lab")


def test_questions_beside_the_button_must_be_answered_and_others_are_not_kept(school: Cast) -> None:
    cycle, team = road(school, "planning")
    with pytest.raises(Invalid) as unanswered:
        press(team[0], cycle, "hold")
    assert unanswered.value.errors == {"reason": ["Заполните это поле"]}
    press(team[0], cycle, "hold", reason="карантин", stage="closed")
    entry = journal.entries(cycle)[-1][0]
    assert entry.given == {"reason": "карантин"}


def test_a_held_cycle_says_so_to_everything_but_resume(school: Cast) -> None:
    cycle, team = road(school, "planning")
    press(team[0], cycle, "hold", **REASON)
    for verdict in cycles.explain(cycle, team[0]):
        assert verdict.allowed == (verdict.action.key == "resume")
    with pytest.raises(Forbidden):
        write(team[0], cycle, "plan", complete=False)
    press(school.people["Макетов"], cycle, "resume")
    assert not cycle.held


def test_a_rescheduled_lesson_gets_its_new_time_and_a_cancelled_one_is_planned_anew(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    press(team[0], cycle, "reschedule", **REASON, date="2026-10-01", time="08:30")
    assert (cycle.rounds[0].at.isoformat(), cycle.rounds[0].status) == ("2026-10-01T08:30:00", "rescheduled")
    press(team[0], cycle, "cancel_lesson", **REASON)
    assert (cycle.stage, cycle.rounds[0].at, cycle.rounds[0].status) == ("planning", None, "cancelled")


def test_ending_early_keeps_lessons_but_is_no_full_cycle(school: Cast) -> None:
    cycle, team = road(school, "survey")
    press(team[0], cycle, "end_early", **REASON)
    assert (cycle.stage, cycle.closed_at is not None) == ("closed_early", True)
    assert [r.status for r in cycle.rounds] == ["conducted", "scheduled", "scheduled"]
    assert db.session.get(Handover, cycle.id) is None
    assert cycles.open_cycle(school.triads["ПД-1"], team[0]).id != cycle.id


def test_a_leader_lifts_a_waivable_rule_with_a_reason_for_this_lesson(school: Cast) -> None:
    cycle, team = road(school, "discussion", 3, mark="ПД-1")
    leader = school.people["Макетов"]
    rule = "lesson_study.package"
    with pytest.raises(Forbidden):
        cycles.waive(cycle.id, team[1], rule, "так решили")
    with pytest.raises(Invalid, match="причину"):
        cycles.waive(cycle.id, leader, rule, "  ")
    with pytest.raises(Invalid, match="снять нельзя"):
        cycles.waive(cycle.id, leader, "complete.plan", "так решили")
    cycles.waive(cycle.id, leader, rule, "лист потерян")
    cycles.waive(cycle.id, leader, rule, "второй раз")
    (waiver,) = db.session.scalars(select(Waiver).where(Waiver.cycle_id == cycle.id))
    assert (waiver.rule, waiver.round, waiver.reason, waiver.by_id) == (rule, 3, "лист потерян", leader.id)
    entry = [e for e, _ in journal.entries(cycle) if e.action == "waive"]
    assert [e.given for e in entry] == [{"reason": "лист потерян"}]


def test_rules_are_accepted_once_by_members_alone(school: Cast) -> None:
    cycle, team = road(school, "setup")
    cycles.accept_rules(cycle.id, team[0])
    cycles.accept_rules(cycle.id, team[0])
    assert [e.action for e, _ in journal.entries(cycle)] == ["open", "accept_rules"]
    with pytest.raises(NotFound):
        cycles.accept_rules(cycle.id, school.people["Журналова"])


def test_what_happens_is_stored_with_the_clock_of_the_school(school: Cast) -> None:
    cycle, team = road(school, "planning")
    moment = MONDAY.replace(month=10)
    host().clock.set(moment)
    press(team[0], cycle, "hold", **REASON)
    assert journal.entries(cycle)[-1][0].at == moment


@pytest.mark.parametrize("seed", range(3))
def test_the_journal_of_a_random_walk_gives_the_state(school: Cast, seed: int) -> None:
    dice = random.Random(seed)
    cycle, team = road(school, dice.choice(["planning", "conducting", "discussion", "summary"]))
    people = [*team, school.people["Макетов"], school.people["Мелков"], school.people["Журналова"]]
    keys = [a.key for a in definition_of(cycle).process.actions]
    accepted = cycle.seq
    for number in range(60):
        given = {"reason": "так", "date": "2026-10-01", "time": "10:00", "defence_date": "2026-10-02"}
        if not cycles.open_cycles(school.triads["ПД-1"]):
            break
        try:
            key = dice.choice(keys)
            if key == "end_early" and number < 50:
                continue
            cycles.fire(cycle.id, key, dice.choice(people), cycle.seq - dice.choice([0, 0, 0, 1]), given)
            accepted += 1
        except (Refused, UnknownAction, Conflict, NotFound, Invalid):
            pass
        assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)
        assert cycle.seq == accepted
    count = select(func.count()).where(JournalEntry.cycle_id == cycle.id)
    assert db.session.scalar(count) == cycle.seq


def test_notices_and_handover_belong_to_the_press_that_made_them(school: Cast) -> None:
    cycle, team = road(school, "to_lab")
    before = db.session.scalar(select(func.count(Notice.id)))
    with pytest.raises(Conflict):
        cycles.fire(cycle.id, "hand_to_lab", team[0], cycle.seq - 1)
    assert db.session.get(Handover, cycle.id) is None
    assert db.session.scalar(select(func.count(Notice.id))) == before
    press(team[0], cycle, "hand_to_lab")
    following = db.session.scalars(select(Cycle).where(Cycle.previous_id == cycle.id)).one()
    assert (following.stage, following.triad_id) == ("setup", cycle.triad_id)


def test_an_effect_that_fails_leaves_nothing_half_done(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """State, journal, effects and notices are one transaction: the last of them failing undoes the first."""

    def broken(deed: object) -> None:
        raise RuntimeError("диск полон")

    cycle, team = road(school, "to_lab")
    seq, stage = cycle.seq, cycle.stage
    monkeypatch.setitem(effects.HOST_EFFECTS, "decision", broken)
    with pytest.raises(RuntimeError, match="диск полон"):
        press(team[0], cycle, "hand_to_lab")
    assert (cycle.seq, cycle.stage, cycle.closed_at) == (seq, stage, None)
    assert db.session.get(Handover, cycle.id) is None
    assert journal.replay(cycle) == (stage, 3, False)
