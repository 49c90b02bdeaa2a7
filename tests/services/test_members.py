"""A teacher is replaced in the middle of a cycle, and who may do what changes with the same moment."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.services import accounts, cycles, documents, groups, journal, moves, people, schedule, triads
from engine.services.access import members, relations
from engine.services.demo.driver import press, write
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.views import view_of
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.people import SignIn
from tests.services.roads import road, stranger


def test_a_replaced_observer_keeps_the_sheet_and_loses_the_access(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    admin, newcomer = school.people["Журналова"], school.people["Мелков"]
    old = next(p for p in team if p.id != cycle.rounds[0].lead_id)
    other = next(p for p in team if p.id not in (old.id, cycle.rounds[0].lead_id))
    write(old, cycle, "observation", {"helped": "карточка"})
    seat = next(m.seat for m in cycle.triad.memberships if m.person_id == old.id)
    groups.seat(admin, cycle.triad_id, seat, newcomer.id)

    assert relations(old, cycle) == set()
    with pytest.raises(NotFound):
        documents.open_page(old, documents.place(old, cycle.id, "observation", 1))
    with pytest.raises(NotFound):
        cycles.fire(cycle.id, "hold", old, cycle.seq, {"reason": "так"})

    sheet = db.session.scalars(select(Submission).where(Submission.form_key == "observation")).one()
    assert (sheet.person_id, sheet.values["helped"]) == (old.id, "карточка")
    assert relations(newcomer, cycle) == {"triad_member"}
    waiting = moves.standing(cycle, newcomer)
    assert any("листы наблюдения" in task.text for task in waiting.mine)
    assert old.id not in cycle.rounds[0].watch.values()
    assert newcomer.id in cycle.rounds[0].watch.values()
    assert journal.entries(cycle)[-1][0].action == "replace_member"

    write(newcomer, cycle, "observation")
    write(other, cycle, "observation")
    press(other, cycle, "lesson_done")
    names = {s.person.name for s in view_of(cycle, cycles.definition_of(cycle), other).sheets if s.person}
    assert names == {old.short_name, newcomer.short_name, other.short_name}


def test_the_observers_of_a_done_lesson_stay_those_who_were_there(school: Cast) -> None:
    cycle, team = road(school, "survey")
    were = list(cycle.rounds[0].observers)
    old = next(p for p in team if p.id in were)
    seat = next(m.seat for m in cycle.triad.memberships if m.person_id == old.id)
    groups.seat(school.people["Журналова"], cycle.triad_id, seat, school.people["Мелков"].id)
    assert cycle.rounds[0].observers == were
    facts = view_of(cycle, cycles.definition_of(cycle), team[0]).round_facts(1).facts
    assert {p.id for p in facts["observers"]} == set(were)


def test_a_replaced_teacher_of_a_coming_lesson_hands_it_over(school: Cast) -> None:
    cycle, team = road(school, "planning")
    seat = next(m.seat for m in cycle.triad.memberships if m.person_id == team[2].id)
    groups.seat(school.people["Журналова"], cycle.triad_id, seat, school.people["Мелков"].id)
    assert cycle.rounds[2].lead_id == school.people["Мелков"].id
    assert team[2].id not in {r.lead_id for r in cycle.rounds}


def test_nobody_sits_in_two_triads(school: Cast) -> None:
    admin, seated = school.people["Журналова"], school.team("ФО-1")[0]
    with pytest.raises(Invalid, match="уже"):
        groups.seat(admin, school.triads["ПД-1"].id, 1, seated.id)
    groups.seat(admin, school.triads["ПД-1"].id, 1, None)
    with pytest.raises(Invalid, match="уже"):
        groups.seat(admin, school.triads["ПД-1"].id, 1, seated.id)
    with pytest.raises(Invalid, match="три места"):
        groups.seat(admin, school.triads["ПД-1"].id, 4, school.people["Мелков"].id)
    groups.seat(admin, school.triads["ПД-1"].id, 1, school.people["Мелков"].id)
    assert triads.of(school.people["Мелков"]).id == school.triads["ПД-1"].id


def test_three_seats_are_taken_whole_or_not_at_all(school: Cast) -> None:
    cycle, team = road(school, "planning")
    admin, triad, new = school.people["Журналова"], cycle.triad, school.people["Мелков"]
    gone = people.add(admin, {"last_name": "Прежний", "first_name": "Пётр"})
    for wanted in ({1: new.id, 2: new.id}, {1: new.id, 2: school.team("ФО-1")[0].id}, {1: new.id, 2: team[2].id}):
        with pytest.raises(Invalid):
            groups.seat_all(admin, triad.id, wanted)
        assert [m.person_id for m in members(triad)] == [p.id for p in team]
    assert groups.to_confirm(admin, triad.id, {1: team[0].id, 2: new.id}) == [(team[1], new)]
    assert groups.to_confirm(admin, triad.id, {1: team[1].id, 2: team[0].id}) == []
    people.set_active(admin, gone.id, False)
    with pytest.raises(Invalid, match="вход отключён"):
        groups.seat_all(admin, triad.id, {1: gone.id})
    groups.seat_all(admin, triad.id, {1: new.id, 2: team[0].id, 3: team[2].id})
    assert [m.person_id for m in members(triad)] == [new.id, team[0].id, team[2].id]
    assert cycle.rounds[1].lead_id == new.id
    groups.seat_all(admin, triad.id, {3: None})
    groups.seat_all(admin, triad.id, {1: team[2].id, 3: new.id})
    assert [m.person_id for m in members(triad)] == [team[2].id, team[0].id, new.id]


def test_only_an_administrator_of_this_school_seats_people(school: Cast) -> None:
    triad, person = school.triads["ПД-1"], school.people["Мелков"]
    with pytest.raises(NotFound):
        groups.seat(stranger(), triad.id, 1, person.id)
    with pytest.raises(NotFound):
        groups.seat(school.people["Журналова"], triad.id, 1, stranger().id)
    for other in (school.people["Макетов"], school.team("ПД-1")[1], person):
        with pytest.raises(Forbidden):
            groups.seat(other, triad.id, 1, person.id)


def test_a_closed_account_is_out_at_once(school: Cast) -> None:
    cycle, team = road(school, "planning")
    admin = school.people["Журналова"]
    accounts.use_link(people.link_for(admin, team[0].id), "uchitel", "старая ель у реки")
    _, token = accounts.sign_in("uchitel", "старая ель у реки", "127.0.0.1")
    assert accounts.person_for(token).id == team[0].id
    people.set_active(admin, team[0].id, False)
    assert accounts.person_for(token) is None
    assert db.session.scalars(select(SignIn).where(SignIn.person_id == team[0].id)).all() == []
    assert relations(team[0], cycle) == set()
    with pytest.raises(Invalid):
        people.set_active(admin, admin.id, False)


def test_the_rotation_is_a_default_not_a_law(school: Cast) -> None:
    cycle, team = road(school, "planning")
    assert [r.lead_id for r in cycle.rounds] == [p.id for p in team]
    lesson = {"at": cycle.rounds[1].at, "subject": "Физика", "topic": "Свет", "class_name": "7 «А»"}
    schedule.set_lesson(team[1], cycle.id, 2, lead_id=team[0].id, kind="extracurricular", **lesson)
    assert (cycle.rounds[1].lead_id, cycle.rounds[1].kind) == (team[0].id, "extracurricular")
    assert team[0].id not in cycle.rounds[1].watch.values()
    with pytest.raises(Invalid, match="участник тройки"):
        schedule.set_lesson(team[1], cycle.id, 2, lead_id=school.people["Мелков"].id, **lesson)
    with pytest.raises(Invalid, match="вид"):
        schedule.set_lesson(team[1], cycle.id, 2, kind="экскурсия", **lesson)
    with pytest.raises(NotFound):
        schedule.set_lesson(
            school.people["Макетов"] if school.people["Макетов"] not in team else stranger(), cycle.id, 2, **lesson
        )
    with pytest.raises(NotFound):
        schedule.set_lesson(team[0], cycle.id, 4, **lesson)


def test_observers_are_those_who_do_not_teach(school: Cast) -> None:
    cycle, team = road(school, "planning")
    with pytest.raises(Invalid, match="не ведёт урок"):
        schedule.assign_observers(team[1], cycle.id, 1, {"A": team[0].id})
    schedule.assign_observers(team[1], cycle.id, 1, {"A": team[2].id, "B": team[2].id, "C": team[1].id, "D": 5})
    assert cycle.rounds[0].watch == {"A": team[2].id, "B": team[2].id, "C": team[1].id}


def test_an_agreed_lesson_is_moved_by_a_button_with_a_reason(school: Cast) -> None:
    cycle, team = road(school, "conducting")
    with pytest.raises(Forbidden, match="Перенести урок"):
        schedule.set_lesson(team[0], cycle.id, 1, at=None, subject="", topic="", class_name="")
