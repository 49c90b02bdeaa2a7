"""Every indicator of §4.5 is counted from records; another period or data set gives other figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.services import events, feeds, groups, indicators, visits, years
from engine.services.access import oversees
from engine.services.demo.driver import at, press
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.indicators import of_group, of_school, of_year, plain, records, staff_on
from engine.store.bank import Material, MiniReport, Trial
from engine.store.cycles import Cycle, Round
from engine.store.database import db
from engine.store.groups import Membership
from engine.store.growth import Deficit
from engine.store.people import Person, School, StaffCount
from engine.store.unit import unit_of_work
from tests.services.roads import road, stranger

YEAR = (date(2026, 9, 1), date(2027, 5, 31))


def values(school: Cast, begins: date = YEAR[0], ends: date = YEAR[1]) -> dict[str, indicators.Indicator]:
    return {i.key: i for i in of_school(school.people["Макетов"].school_id, begins, ends)}


def material(person: Person, title: str = "План", **given: Any) -> Material:
    """A work of the bank."""
    with unit_of_work() as session:
        row = Material(
            school_id=person.school_id,
            kind="plan",
            title=title,
            created_by=person.id,
            created_at=datetime(2026, 9, 7),
            changed_at=datetime(2026, 9, 7),
            **{"state": "in_bank", "banked_at": datetime(2026, 10, 1), **given},
        )
        session.add(row)
    return row


def took_part(school: Cast, name: str, day: date, **given: Any) -> int:
    admin = school.people["Журналова"]
    event = events.add(
        admin, {"title": f"Чтения {day}", "form": "conference", "level": given.pop("level", "municipal"), "begins": day}
    )
    who = {"person_id": school.people[name].id} if name else {}
    return events.take_part(admin, event.id, {"role": "speaker", "result": "member", **who, **given}).id


def test_an_empty_school_has_every_indicator_and_divides_by_nothing(school: Cast) -> None:
    found = values(school)
    assert tuple(found) == indicators.KEYS and len(found) == 13
    assert found["staff_in_triads"].value == pytest.approx(30 / 36)
    assert [k for k, i in found.items() if i.value] == ["staff_in_triads"]
    assert {k for k, i in found.items() if i.value is None} == {
        "cycle_completeness",
        "deficits_closed",
        "route_completion",
    }
    for i in found.values():
        assert i.title.en and i.formula.en and (i.unit == "share") is (i.denominator is not None)
        assert i.unit == "share" or i.value == len(i.records)


def test_the_share_takes_the_staff_of_the_last_day(school: Cast) -> None:
    admin = school.people["Журналова"]
    school_id = admin.school_id
    assert staff_on(school_id, date(2026, 9, 1)) == 36
    years.set_school(admin, "Школа", "", 40, date(2026, 10, 1))
    years.set_school(admin, "Школа", "", 41, date(2026, 10, 1))
    years.set_school(admin, "Школа", "", 50, date(2027, 1, 1))
    assert [staff_on(school_id, d) for d in (date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))] == [41, 41, 50]
    assert len(db.session.scalars(select(StaffCount)).all()) == 2, "one number a day"
    assert values(school, ends=date(2026, 10, 31))["staff_in_triads"].denominator == 41
    assert values(school)["staff_in_triads"].denominator == 50


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (date(2026, 10, 5), date(2026, 10, 6), True),
        (date(2026, 10, 5), date(2026, 10, 5), False),
        (date(2026, 8, 1), date(2026, 10, 1), False),
        (date(2026, 8, 1), date(2026, 10, 2), True),
        (date(2026, 10, 31), None, True),
        (date(2026, 11, 1), None, False),
    ],
)
def test_one_day_in_a_triad_is_enough(school: Cast, since: date, until: date | None, counts: bool) -> None:
    with unit_of_work() as session:
        session.add(
            Membership(
                triad_id=school.triads["ПД-1"].id,
                person_id=school.people["Буквина"].id,
                seat=1,
                since=since,
                until=until or date(2027, 1, 1),
            )
        )
    found = values(school, date(2026, 10, 1), date(2026, 10, 31))["staff_in_triads"]
    assert found.numerator == 30 + counts
    assert ("Буквина Лариса Демовна" in [r.title for r in found.records]) is counts


def test_who_moved_to_another_triad_counts_once(school: Cast) -> None:
    at(datetime(2026, 11, 2, 9, 0))
    groups.seat(school.people["Журналова"], school.triads["ПД-1"].id, 1, None)
    groups.seat(school.people["Журналова"], school.triads["ПД-2"].id, 1, school.people["Макетов"].id)
    assert values(school)["staff_in_triads"].numerator == 30


def test_lessons_and_cycles_are_counted_apart(school: Cast) -> None:
    cycle, _team = road(school, "discussion", round_=2)
    found = values(school)
    assert (found["lessons_held"].value, found["cycles_finished"].value) == (2, 0)
    assert found["cycle_completeness"].value == pytest.approx(2 / 3)
    assert all(r.path == f"/cycles/{cycle.id}" for r in found["lessons_held"].records)
    with unit_of_work():
        first = cycle.rounds[0]
        first.done_at = datetime(2026, 10, 1, 0, 0)
    assert values(school, ends=date(2026, 9, 30))["lessons_held"].value == 1
    assert values(school, begins=date(2026, 10, 1))["lessons_held"].value == 1
    assert values(school, date(2026, 9, 30), date(2026, 10, 1))["lessons_held"].value == 1
    leader = cycle.triad.group.leader
    assert leader is not None
    press(leader, cycle, "end_early", reason="Тройка уехала на курсы")
    after = values(school)
    assert after["lessons_held"].value == 2, "a lesson that was held stays held"
    assert after["cycles_finished"].value == 0, "a cycle ended early is not finished"


def test_a_finished_cycle_and_its_deficit(school: Cast) -> None:
    _cycle, _team = road(school, "closed")
    found = values(school)
    assert (found["lessons_held"].value, found["cycles_finished"].value) == (3, 1)
    assert found["cycle_completeness"].value == 0.5, "the next cycle has begun"
    assert (found["deficits_closed"].numerator, found["deficits_closed"].denominator) == (0, 1)
    assert found["deficits_closed"].records == (), "whose it is stays with its owner"
    with unit_of_work():
        row = db.session.scalars(select(Deficit)).one()
        row.status = "closed"
    assert values(school)["deficits_closed"].value == 1
    with unit_of_work():
        db.session.scalars(select(Deficit)).one().visibility = "me"
    assert values(school)["deficits_closed"].value is None, "what one keeps to oneself is in no figure"


def test_works_in_the_bank_are_those_taken_in_the_period(school: Cast) -> None:
    person = school.people["Макетов"]
    material(person, "первый день", banked_at=datetime(2026, 9, 1))
    material(person, "последняя минута", banked_at=datetime(2027, 5, 31, 23, 59, 59))
    material(person, "раньше", banked_at=datetime(2026, 8, 31, 23, 59, 59))
    material(person, "позже", banked_at=datetime(2027, 6, 1))
    material(person, "на экспертизе", state="review", banked_at=None)
    material(person, "ушёл в архив", state="archived")
    assert [r.title for r in values(school)["bank_works"].records] == ["первый день", "последняя минута"]


def test_participations_teachers_results_and_levels(school: Cast) -> None:
    day = date(2026, 11, 5)
    took_part(school, "Макетов", day, result="winner")
    took_part(school, "Макетов", day + timedelta(days=1), result="prize_winner", level="inter_district")
    took_part(school, "Указкина", day + timedelta(days=2), role="member")
    took_part(school, "", day, kind="pupil", pupil_code="У1", class_name="10 «А»", result="winner")
    took_part(school, "Указкина", date(2027, 6, 1))
    found = values(school)
    assert found["teacher_participations"].value == 3
    assert found["teacher_participations"].breakdown == {
        "муниципальный (районный)": 2,
        "межрайонный": 1,
        "участник": 1,
        "призёр": 1,
        "победитель": 1,
        "разных педагогов": 2,
    }
    assert (found["winners"].value, found["winners"].breakdown) == (2, {"победитель": 1, "призёр": 1})
    assert found["pupil_participations"].value == 1
    assert (found["teachers_presented"].numerator, found["teachers_presented"].denominator) == (1, 36)


def test_visits_and_trials(school: Cast) -> None:
    guest, host = school.people["Макетов"], school.people["Указкина"]
    row = material(guest)
    for day, status in ((1, "held"), (2, "planned"), (3, "moved")):
        with unit_of_work() as session:
            session.add(
                visits.Visit(
                    school_id=guest.school_id,
                    guest_id=guest.id,
                    host_id=host.id,
                    at=datetime(2026, 10, day, 9, 0),
                    goal="цель",
                    status=status,
                    created_by=guest.id,
                    created_at=datetime(2026, 9, 7),
                )
            )
    with unit_of_work() as session:
        for outcome in ("worked", "failed", ""):
            session.add(
                Trial(
                    school_id=guest.school_id,
                    material_id=row.id,
                    person_id=host.id,
                    taken_at=datetime(2026, 10, 1),
                    outcome=outcome,
                    done_on=date(2026, 10, 9) if outcome else None,
                )
            )
    found = values(school)
    assert [r.title for r in found["visits_held"].records] == ["Макетов\u00a0Д.\u00a0Д. → Указкина\u00a0В.\u00a0Д."]
    assert found["techniques_transferred"].value == 2
    assert found["techniques_transferred"].breakdown == {"Сработало": 1, "В этих условиях не сработало": 1}


def test_a_mini_report_that_was_tried_is_named(school: Cast) -> None:
    cycle, team = road(school, "closed")
    with unit_of_work() as session:
        session.add(
            MiniReport(
                cycle_id=cycle.id,
                school_id=cycle.school_id,
                group_id=cycle.triad.group_id,
                title="Экспертиза",
                summary="",
                at=datetime(2026, 12, 1),
                by_id=team[0].id,
            )
        )
        session.flush()
        session.add(
            Trial(
                school_id=cycle.school_id,
                cycle_id=cycle.id,
                person_id=school.people["Указкина"].id,
                taken_at=datetime(2026, 12, 1),
                outcome="partly",
                done_on=date(2026, 12, 2),
            )
        )
    assert [r.title for r in values(school)["techniques_transferred"].records] == ["Экспертиза"]


def test_a_group_counts_its_own(school: Cast) -> None:
    road(school, "discussion")
    took_part(school, "Макетов", date(2026, 11, 5))
    took_part(school, "Указкина", date(2026, 11, 6))
    material(school.people["Макетов"], "чужой")
    group = school.triads["ПД-1"].group
    material(school.people["Макетов"], "наш", group_id=group.id)
    found = {i.key: i for i in of_group(group, *YEAR)}
    assert (found["staff_in_triads"].numerator, found["lessons_held"].value) == (6, 1)
    assert (found["teacher_participations"].value, found["bank_works"].value) == (1, 1)
    other = {i.key: i for i in of_group(school.triads["ФО-1"].group, *YEAR)}
    assert (other["lessons_held"].value, other["teacher_participations"].value) == (0, 1)


def test_another_school_is_another_world(school: Cast) -> None:
    road(school, "discussion")
    took_part(school, "Макетов", date(2026, 11, 5))
    material(school.people["Макетов"])
    foreign = stranger()
    found = of_school(foreign.school_id, *YEAR)
    assert all(not i.numerator and not i.records for i in found)


def test_names_are_for_those_who_answer_for_the_school(school: Cast) -> None:
    for name in ("Макетов", "Графикова", "Журналова"):
        assert records(school.people[name], "staff_in_triads", *YEAR).records
    for name in ("Указкина", "Мелков"):
        assert not oversees(school.people[name])
        with pytest.raises(Forbidden):
            records(school.people[name], "staff_in_triads", *YEAR)
    with pytest.raises(NotFound):
        records(school.people["Макетов"], "нет такого", *YEAR)


def test_the_feed_of_the_laboratory_counts_as_the_indicator_does(school: Cast) -> None:
    school_id = school.people["Макетов"].school_id
    today = date(2026, 9, 7)
    assert feeds.coverage(school_id) == values(school, today, today)["staff_in_triads"].value
    with unit_of_work():
        db.session.get(School, school_id).staff = 0  # type: ignore[union-attr]
    assert feeds.coverage(school_id) is None


def test_the_command_line_asks_for_a_year(school: Cast) -> None:
    found = of_year()
    assert [plain(i)["value"] for i in found] == [i.value for i in values(school).values()]
    assert set(plain(found[0])) == {"title", "value", "unit", "numerator", "denominator", "breakdown"}
    assert of_year(title="2026/2027")
    with pytest.raises(NotFound, match="учебного года"):
        of_year(title="2031/2032")
    with pytest.raises(NotFound, match="школы"):
        of_year(999)
    stranger()
    with pytest.raises(Invalid, match="укажите номер"):
        of_year()


def test_when_no_year_is_under_way_the_newest_one_is_shown(school: Cast) -> None:
    at(datetime(2031, 7, 1))
    assert of_year()[0].denominator == 36


def test_a_lesson_that_was_put_off_is_not_held(school: Cast) -> None:
    cycle, _team = road(school, "survey")
    assert values(school)["lessons_held"].value == 1
    with unit_of_work():
        round_ = db.session.scalars(select(Round).where(Round.cycle_id == cycle.id, Round.n == 1)).one()
        round_.status, round_.done_at = "rescheduled", None
    assert values(school)["lessons_held"].value == 0
    assert db.session.get(Cycle, cycle.id) is cycle
