"""After the lessons: deficits, plans, the three decisions, the move to another group, the handover."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.services import cycles, decisions, deficits, handovers, moves, notes, plans, transfers, triads
from engine.services.access import members, triad_of
from engine.services.demo.driver import press
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from engine.store.cycles import Cycle, JournalEntry, Notice
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.groups import Triad
from engine.store.growth import Deficit, DevelopmentPlan, Transfer
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.services.roads import own_deficit, road, stranger


def _sees(person: Person, cycle: Cycle) -> list[str]:
    return [d.text for d in deficits.of_cycle(person, cycle)]


def test_a_deficit_is_seen_by_those_the_teacher_has_chosen(school: Cast) -> None:
    cycle, team = road(school, "deficits", mark="ПД-2")
    for visibility in ("me", "triad", "leader", "lab"):
        own_deficit(team[0], cycle, text=visibility, visibility=visibility)
    leader, lab = school.people["Макетов"], school.people["Графикова"]
    assert _sees(team[0], cycle) == ["me", "triad", "leader", "lab"]
    assert _sees(team[1], cycle) == ["triad", "leader", "lab"]
    assert _sees(leader, cycle) == ["leader", "lab"]
    assert _sees(lab, cycle) == ["lab"]
    assert _sees(school.people["Журналова"], cycle) == ["lab"], "an administrator sees no more than the Laboratory"
    assert _sees(school.people["Мелков"], cycle) == []


def test_only_the_teacher_confirms_what_a_colleague_proposed(school: Cast) -> None:
    cycle, team = road(school, "deficits")
    proposed = own_deficit(team[0], cycle, about=team[1].id)
    assert db.session.get(Deficit, proposed).visibility == "triad"
    with pytest.raises(Refused, match="подтверждает или отклоняет сам педагог"):
        press(team[0], cycle, "fix_deficits")
    for person in (team[0], team[2], school.people["Макетов"]):
        if person.id != team[1].id:
            with pytest.raises((NotFound, Forbidden)):
                deficits.confirm(person, proposed)
    deficits.confirm(team[1], proposed)
    press(team[0], cycle, "fix_deficits")
    assert cycle.stage == "development_plan"


def test_a_declined_deficit_is_gone_and_another_is_needed(school: Cast) -> None:
    cycle, team = road(school, "deficits")
    deficits.decline(team[1], own_deficit(team[0], cycle, about=team[1].id))
    assert _sees(team[1], cycle) == []
    with pytest.raises(Refused, match="хотя бы один дефицит"):
        press(team[0], cycle, "fix_deficits")


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"evidence": ""}, {"level": 4}, {"group": "нет"}, {"visibility": "all"}, {"about": 36}]
)
def test_a_deficit_needs_words_evidence_and_a_member(school: Cast, wrong: dict[str, object]) -> None:
    cycle, team = road(school, "deficits")
    with pytest.raises(Invalid):
        own_deficit(team[0], cycle, **wrong)
    assert _sees(team[0], cycle) == []


def test_a_critical_deficit_needs_a_route_and_every_deficit_an_action(school: Cast) -> None:
    cycle, team = road(school, "deficits")
    critical = own_deficit(team[1], cycle, level=3)
    press(team[0], cycle, "fix_deficits")
    with pytest.raises(Refused) as refused:
        press(team[0], cycle, "approve_development_plan")
    assert {r.code for r in refused.value.refusals} == {"lesson_study.actions", "lesson_study.route"}
    step = {"text": "взаимопосещение", "deficit_id": critical, "due": "2026-12-01"}
    with pytest.raises(Invalid):
        plans.save(team[0], cycle.id, "route", 0, {"goal": "x"}, [step])
    route = plans.save(team[1], cycle.id, "route", 0, {"goal": "успевать", "mentor_id": team[2].id}, [step])
    assert db.session.get(Deficit, critical).status == "planned"
    press(team[0], cycle, "approve_development_plan")
    with pytest.raises(Forbidden):
        plans.set_state(team[1], route.id, "agreed")
    plans.set_state(team[2], route.id, "agreed", "хорошо")
    assert (route.status, route.conclusion) == ("agreed", "хорошо")


def test_two_who_write_one_plan_are_told(school: Cast) -> None:
    cycle, team = road(school, "development_plan")
    plans.save(team[0], cycle.id, "remedy", 0, {"goal": "первый"}, [])
    with pytest.raises(Conflict):
        plans.save(team[1], cycle.id, "remedy", 0, {"goal": "второй"}, [])
    plans.save(team[1], cycle.id, "remedy", 1, {"goal": "второй"}, [])
    (plan,) = db.session.scalars(select(DevelopmentPlan))
    assert (plan.goal, plan.version) == ("второй", 2)


def test_a_route_is_read_by_its_owner_mentor_and_leader(school: Cast) -> None:
    cycle, team = road(school, "development_plan", mark="ПД-2")
    plans.save(team[0], cycle.id, "route", 0, {"goal": "моё", "mentor_id": team[1].id}, [])
    for person in (team[0], team[1], school.people["Макетов"]):
        assert plans.plan_for(person, cycle.id, "route", team[0].id)[1] is not None
    for person in (team[2], school.people["Мелков"], stranger()):
        with pytest.raises(NotFound):
            plans.plan_for(person, cycle.id, "route", team[0].id)


def _decide(cycle: Cycle, team: list[Person], choice: str, **more: object) -> None:
    for person in team:
        decisions.state_position(person, cycle.id, choice, "потому что")
    decisions.decide(team[0], cycle.id, choice=choice, grounds="обсудили", **more)  # type: ignore[arg-type]


def _next(cycle: Cycle) -> Cycle:
    return db.session.scalars(select(Cycle).where(Cycle.previous_id == cycle.id)).one()


def _passport(cycle: Cycle) -> dict[str, object]:
    query = select(Submission.values).where(Submission.cycle_id == cycle.id, Submission.form_key == "passport")
    return db.session.scalars(query).one()


def test_everybody_states_a_position_before_the_triad_decides(school: Cast) -> None:
    cycle, team = road(school, "decision")
    decisions.state_position(team[0], cycle.id, "continue", "")
    decisions.decide(team[0], cycle.id, choice="continue", grounds="так")
    with pytest.raises(Refused, match="Ждём"):
        press(team[0], cycle, "make_decision")
    decisions.state_position(team[1], cycle.id, "move", "")
    decisions.state_position(team[2], cycle.id, "continue", "")
    assert {p.choice for p in decisions.positions(cycle).values()} == {"continue", "move"}
    press(team[0], cycle, "make_decision")


@pytest.mark.parametrize(
    "wrong",
    [
        {"choice": "нет"},
        {"choice": "continue", "grounds": " "},
        {"choice": "change_approach"},
        {"choice": "move"},
        {"choice": "move", "target_group_id": 10**6, "movers": [1]},
    ],
)
def test_a_decision_needs_its_words(school: Cast, wrong: dict[str, object]) -> None:
    cycle, team = road(school, "decision")
    with pytest.raises(Invalid):
        decisions.decide(team[0], cycle.id, **{"grounds": "так", **wrong})
    assert decisions.decision_of(cycle) is None


def test_going_on_opens_the_next_cycle_with_what_is_carried_over(school: Cast) -> None:
    cycle, team = road(school, "decision")
    _decide(cycle, team, "continue", next_question="Как научить слушать?")
    press(team[0], cycle, "make_decision")
    press(team[0], cycle, "hand_to_lab")
    following = _next(cycle)
    values = _passport(following)
    assert values["research_question"] == "Как научить слушать?"
    assert values["technique_ids"] == ["gallery"]
    assert following.rounds[0].class_name == cycle.rounds[0].class_name
    open_deficits = deficits.of_cycle(team[0], following)
    assert [d.cycle_id for d in open_deficits] == [cycle.id]


def test_changing_the_approach_starts_with_an_empty_choice_of_techniques(school: Cast) -> None:
    cycle, team = road(school, "decision")
    _decide(cycle, team, "change_approach", what_changes="берём интервью")
    press(team[0], cycle, "make_decision")
    press(team[0], cycle, "hand_to_lab")
    assert (_passport(_next(cycle))["technique_ids"], _passport(_next(cycle))["why"]) == ([], "берём интервью")


def _asked_to_move(school: Cast, movers: int) -> tuple[Cycle, list[Person], Transfer]:
    cycle, team = road(school, "decision")
    target = school.triads["ФО-1"].group
    with unit_of_work():
        for person in school.team("ФО-2"):
            transfers.leave(person.id)
    _decide(cycle, team, "move", target_group_id=target.id, movers=[p.id for p in team[:movers]])
    press(team[0], cycle, "make_decision")
    press(team[0], cycle, "hand_to_lab")
    (asked,) = db.session.scalars(select(Transfer))
    return cycle, team, asked


def test_one_person_moves_when_both_leaders_agree(school: Cast) -> None:
    cycle, team, asked = _asked_to_move(school, 1)
    source, target = school.people["Макетов"], school.people["Дневникова"]
    assert [t.id for t in transfers.waiting_for(target)] == [asked.id]
    for person in (school.people["Партова"], stranger()):
        with pytest.raises((Forbidden, NotFound)):
            transfers.agree(person, asked.id)
    transfers.agree(target, asked.id)
    assert triad_of(team[0]).id == cycle.triad_id
    transfers.agree(source, asked.id)
    assert triad_of(team[0]).group.type_key == "formative"
    assert triad_of(team[1]).id == cycle.triad_id
    assert asked.state == "done"
    with pytest.raises(Invalid, match="уже закрыта"):
        transfers.agree(source, asked.id)
    told = select(JournalEntry.action).where(JournalEntry.cycle_id == cycle.id, JournalEntry.action == "transfer")
    assert len(db.session.scalars(told).all()) == 1


def test_a_whole_triad_moves_together(school: Cast) -> None:
    cycle, team, asked = _asked_to_move(school, 3)
    transfers.agree(school.people["Макетов"], asked.id)
    transfers.agree(school.people["Дневникова"], asked.id)
    homes = {triad_of(p).id for p in team}
    assert len(homes) == 1
    assert [m.person_id for m in members(db.session.get(Triad, homes.pop()))] == [p.id for p in team]
    assert members(cycle.triad) == []


def test_a_leader_may_decline_with_a_reason(school: Cast) -> None:
    cycle, team, asked = _asked_to_move(school, 1)
    with pytest.raises(Invalid):
        transfers.decline(school.people["Дневникова"], asked.id, " ")
    transfers.decline(school.people["Дневникова"], asked.id, "нет мест")
    assert asked.state == "declined"
    told = [str(n.text) for n in db.session.scalars(select(Notice).where(Notice.person_id == team[0].id))]
    assert any("нет мест" in line for line in told)
    assert triad_of(team[0]).id == cycle.triad_id


def test_there_is_room_for_six(school: Cast) -> None:
    cycle, team = road(school, "decision")
    target = school.triads["ФО-1"].group
    _decide(cycle, team, "move", target_group_id=target.id, movers=[team[0].id])
    press(team[0], cycle, "make_decision")
    press(team[0], cycle, "hand_to_lab")
    (asked,) = db.session.scalars(select(Transfer))
    transfers.agree(school.people["Макетов"], asked.id)
    with pytest.raises(Invalid, match="нет мест"):
        transfers.agree(school.people["Дневникова"], asked.id)
    assert (asked.state, triad_of(team[0]).id) == ("open", cycle.triad_id)


def test_the_laboratory_gets_figures_and_nobody_s_name(school: Cast) -> None:
    cycle, team = road(school, "to_lab")
    lab = school.people["Графикова"]
    _, shown, done = handovers.preview(team[0], cycle.id)
    assert not done and handovers.arrived(lab) == []
    press(team[0], cycle, "hand_to_lab")
    (arrived,) = handovers.arrived(lab)
    assert arrived.summary == shown
    assert arrived.summary["lessons"] == 3
    assert arrived.full_package
    assert not any(p.last_name in str(arrived.summary) for p in team)
    for person in (team[0], school.people["Макетов"], stranger()):
        with pytest.raises(NotFound):
            handovers.one(person, cycle.id)


def test_the_laboratory_s_own_cycle_collects_what_came(school: Cast) -> None:
    cycle, team = road(school, "closed")
    lab_team = school.team("Лаб-1")
    period = triads.start(lab_team[0], school.triads["Лаб-1"].id, period="1 полугодие")
    view = moves.standing(period, lab_team[0]).view
    assert [(h["key"], h["received"]) for h in view.facts["handovers"]] == [(f"c{cycle.id}", True)]
    assert view.facts["coverage"] == pytest.approx(30 / 36)
    with pytest.raises(NotFound):
        cycles.fire(period.id, "close_collection", team[0], period.seq)


def test_a_message_to_the_psychologist_is_hers_alone(school: Cast) -> None:
    from engine.services.demo.lessons import start
    from tests.services.roads import LESSONS

    cycle, team = start(school, "СЭР-1", LESSONS[0]["at"].date(), "Как круг влияет?", LESSONS, ["thermometer"])
    press(team[0], cycle, "alert_psychologist", message="плачет после уроков")
    psychologist = school.people["Словарёва"]
    ((note, about),) = notes.for_person(psychologist)
    assert (note.text, about.id) == ("плачет после уроков", cycle.id)
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.cycle_id == cycle.id)).all()
    assert not any("плачет" in str(e.given) + str(e.label) for e in entries)
    for person in (*team, school.people["Переменкина"], school.people["Журналова"]):
        assert notes.for_person(person) == []
        with pytest.raises(NotFound):
            notes.mark_read(person, note.id)
    notes.mark_read(psychologist, note.id)
    assert note.read_by == psychologist.id
