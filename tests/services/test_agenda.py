"""The calendar: who sees what, clashes, the feed for a phone, reminders over holidays and the New Year."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from flask import current_app
from icalendar import Calendar
from sqlalchemy import select

from engine.services import accounts, events, schedule, visits, years
from engine.services.agenda import clashes, entries, feed, reminders
from engine.services.demo.driver import press
from engine.services.demo.school import Cast
from engine.services.errors import NotFound
from engine.services.host import host, now
from engine.services.journal import text_of
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.outbox import CalendarLink
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.services.roads import road
from tests.webui.crawling import counting

FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)


def _of(person: Person, kind: str, begins: date = FIRST, ends: date = LAST) -> list[entries.Entry]:
    return [e for e in entries.of_person(person, begins, ends) if e.kind == kind]


def _visit(school: Cast, guest: str = "Указкина", host_: str = "Макетов", at: datetime = datetime(2026, 9, 15, 10, 20)):
    values = {"host_id": school.people[host_].id, "at": at, "goal": "как выбирают критерии", "class_name": "7 «Б»"}
    return visits.plan(school.people[guest], values)


def _join(*people: Person) -> None:
    """They have passwords: reminders are for those who have joined."""
    with unit_of_work():
        for person in people:
            person.password_hash = "joined"


def _told(person: Person) -> list[str]:
    rows = db.session.scalars(db.select(Notice).where(Notice.person_id == person.id).order_by(Notice.id))
    return [str(text_of(n.text["text"])) for n in rows if n.key]


def test_lessons_are_the_triads_the_leaders_and_the_laboratorys(school: Cast) -> None:
    cycle, team = road(school, "planning")
    mine = _of(team[1], "lesson")
    assert [e.at.date() for e in mine] == [date(2026, 9, 21), date(2026, 9, 28), date(2026, 10, 5)]
    assert all(e.mine and e.note.startswith("Тема") and e.path == f"/cycles/{cycle.id}" for e in mine)
    lab = _of(school.people["Графикова"], "lesson")
    assert [e.at for e in lab] == [e.at for e in mine]
    assert not any(e.mine or e.note for e in lab) and lab[0].path == f"/lab/cycles/{cycle.id}"
    assert _of(school.people["Указкина"], "lesson") == [], "another group"


def test_cancelled_lessons_and_others_days_are_left_out(school: Cast) -> None:
    cycle, team = road(school, "planning")
    assert _of(team[0], "lesson", date(2026, 9, 22), date(2026, 9, 27)) == []
    with unit_of_work():
        db.session.get(Cycle, cycle.id).rounds[1].status = "cancelled"
    assert len(_of(team[0], "lesson")) == 2


def test_visits_are_for_the_two_of_them(school: Cast) -> None:
    row = _visit(school)
    for name in ("Указкина", "Макетов"):
        (entry,) = _of(school.people[name], "visit")
        assert entry.path == f"/visits/{row.id}" and "критерии" not in f"{entry.title}{entry.note}"
    assert _of(school.people["Тетрадкина"], "visit") == []


def test_events_over_several_days_and_whose_they_are(school: Cast) -> None:
    admin, me = school.people["Журналова"], school.people["Указкина"]
    values = {
        "title": "Форум",
        "form": "forum",
        "level": "school",
        "begins": date(2026, 9, 28),
        "ends": date(2026, 10, 2),
    }
    event = events.add(admin, values)
    events.take_part(me, event.id, {"kind": "teacher", "role": "speaker", "result": "member"})
    (mine,) = _of(me, "event", date(2026, 10, 1), LAST)
    (theirs,) = _of(school.people["Тетрадкина"], "event", FIRST, date(2026, 9, 28))
    assert mine.mine and not theirs.mine and mine.all_day and mine.ends.date() == date(2026, 10, 2)
    assert _of(me, "event", date(2026, 10, 3), LAST) == []


def test_holidays_and_the_ends_of_the_year_are_marked(school: Cast) -> None:
    me = school.people["Указкина"]
    assert [e.title for e in _of(me, "holiday", FIRST, date(2026, 12, 1))]
    assert [e.at.date() for e in _of(me, "year", date(2026, 8, 1), date(2027, 8, 1))] == [
        years.years(me)[0].begins,
        years.years(me)[0].ends,
    ]


def test_the_day_an_action_has_set_is_in_the_calendar(school: Cast) -> None:
    cycle, team = road(school, "defence")
    press(team[0], cycle, "schedule_defence", defence_date="2026-10-08", defence_time="13:00")
    (entry,) = _of(team[1], "defence")
    assert entry.at == datetime(2026, 10, 8, 13) and entry.mine and "ПД-1" in entry.title
    press(team[0], cycle, "schedule_defence", defence_date="2026-10-09", defence_time="14:00")
    assert [e.at for e in _of(team[1], "defence")] == [datetime(2026, 10, 9, 14)], "the newest word counts"
    assert _of(school.people["Указкина"], "defence") == []


def test_the_number_of_statements_does_not_grow(school: Cast) -> None:
    _cycle, team = road(school, "planning")

    def count(person: Person) -> int:
        with counting() as sent:
            entries.of_person(person, FIRST, LAST)
        return len(sent)

    before = count(team[0])
    for n in range(6):
        _visit(school, team[0].last_name, "Указкина", datetime(2026, 9, 15, 8 + n, 0))
        values = {"title": f"Семинар {n}", "form": "seminar", "level": "school", "begins": date(2026, 9, 20)}
        event = events.add(school.people["Журналова"], values)
        events.take_part(team[0], event.id, {"kind": "teacher", "role": "speaker", "result": "member"})
    assert count(team[0]) <= before + 3
    assert before <= 30


def test_a_clash_is_told_beside_the_date_and_stops_nobody(school: Cast) -> None:
    cycle, team = road(school, "planning")
    assert clashes.of_lessons(cycle) == {}
    at = cycle.rounds[0].at
    _visit(school, team[1].last_name, "Указкина", at + timedelta(minutes=20))
    assert any(team[1].short_name in t for t in clashes.of_lessons(cycle)[1])
    other, others = road(school, "setup", mark="ПД-2")
    schedule.set_lesson(
        others[0], other.id, 1, at=at, subject="Химия", topic="Вода", class_name=cycle.rounds[0].class_name
    )
    told = clashes.of_lessons(db.session.get(Cycle, other.id))[1]
    assert any("ПД-1" in t for t in told)
    schedule.set_lesson(others[0], other.id, 2, at=at, subject="Химия", topic="Вода", class_name="5 «А»")
    assert any("другой урок этого цикла" in t for t in clashes.of_lessons(db.session.get(Cycle, other.id))[2])
    schedule.set_lesson(
        others[0], other.id, 1, at=at + timedelta(hours=3), subject="Химия", topic="Вода", class_name="5 «А»"
    )
    assert 1 not in clashes.of_lessons(db.session.get(Cycle, other.id))


def _calendar(token: str) -> Calendar:
    return Calendar.from_ical(feed.open_feed(token).decode())


def test_the_feed_is_read_back_by_a_calendar_program(school: Cast) -> None:
    cycle, team = road(school, "planning")
    _visit(school, team[0].last_name, "Указкина")
    token = feed.make(team[0])
    found = _calendar(token)
    lessons = [e for e in found.walk("VEVENT") if str(e["uid"]).startswith("lesson-")]
    assert len(lessons) == 3
    first = min(lessons, key=lambda e: e.decoded("dtstart"))
    assert first.decoded("dtstart").astimezone(host().clock.zone).replace(tzinfo=None) == cycle.rounds[0].at
    assert any(str(e["uid"]).startswith("visit-") for e in found.walk("VEVENT"))
    assert all(e.get("description") is None for e in found.walk("VEVENT")), "no free text leaves the house"
    assert feed.open_feed(token) == feed.open_feed(token), "the same calendar has the same bytes"


def test_a_moved_lesson_keeps_its_identity(school: Cast) -> None:
    cycle, team = road(school, "setup")
    token = feed.make(team[0])
    uids = []
    for day in (14, 16):
        schedule.set_lesson(
            team[0], cycle.id, 1, at=datetime(2026, 9, day, 10), subject="Физика", topic="т", class_name="7 «Б»"
        )
        (event,) = (e for e in _calendar(token).walk("VEVENT") if str(e["uid"]).startswith("lesson-"))
        uids.append((str(event["uid"]), event.decoded("dtstart").day))
    assert uids[0][0] == uids[1][0] and uids[0][1] != uids[1][1]


def test_hostile_titles_are_only_titles(school: Cast) -> None:
    values = {"title": "Урок\r\nBEGIN:VALARM\r\nEND:VCALENDAR", "form": "seminar", "level": "school", "begins": FIRST}
    event = events.add(school.people["Журналова"], values)
    me = school.people["Указкина"]
    events.take_part(me, event.id, {"kind": "teacher", "role": "speaker", "result": "member"})
    found = _calendar(feed.make(me))
    assert len(found.walk("VALARM")) == 0
    assert any("BEGIN:VALARM" in str(e["summary"]) for e in found.walk("VEVENT"))


def test_only_the_newest_address_opens_and_a_dump_opens_nothing(school: Cast) -> None:
    me = school.people["Указкина"]
    first = feed.make(me)
    second = feed.make(me)
    feed.open_feed(second)
    for dead in (first, "", "нет", second[:-1], db.session.get(CalendarLink, me.id).token_hash):
        with pytest.raises(NotFound):
            feed.open_feed(dead)
    feed.withdraw(me)
    feed.withdraw(me)
    with pytest.raises(NotFound):
        feed.open_feed(second)
    assert feed.link_of(me) is None


def test_a_closed_account_has_no_calendar(school: Cast) -> None:
    me = school.people["Указкина"]
    token = feed.make(me)
    with unit_of_work():
        me.active = False
    with pytest.raises(NotFound):
        feed.open_feed(token)


def test_a_lesson_is_called_to_mind_the_working_day_before(school: Cast) -> None:
    _cycle, team = road(school, "planning")
    _join(*team)
    lead = db.session.get(Person, _cycle.rounds[0].lead_id)
    host().clock.set(datetime(2026, 9, 17, 8))
    reminders.remind()
    assert not [t for t in _told(lead) if "— урок" in t], "Thursday: the lesson is on Monday"
    host().clock.set(datetime(2026, 9, 18, 8))
    reminders.remind()
    assert len([t for t in _told(lead) if "21.09" in t and "— урок" in t]) == 1
    reminders.remind()
    assert len([t for t in _told(lead) if "21.09" in t and "— урок" in t]) == 1


def test_a_moved_visit_is_called_to_mind_anew(school: Cast) -> None:
    guest, owner = school.people["Указкина"], school.people["Макетов"]
    _join(guest, owner)
    row = _visit(school)
    host().clock.set(datetime(2026, 9, 14, 8))
    reminders.remind()
    visits.move(guest, row.id, datetime(2026, 9, 15, 12, 0))
    reminders.remind()
    told = [t for t in _told(owner) if "взаимопосещение" in t]
    assert len(told) == 2 and "10:20" in told[0] and "12:00" in told[1]


def test_a_move_that_waits_is_called_to_mind_after_three_working_days(school: Cast) -> None:
    cycle, team = road(school, "planning")
    _join(*team)
    since = cycle.stage_since
    days = years.calendar(cycle.school_id)
    counted = {}
    for n in range(12):
        host().clock.set(since.replace(hour=8) + timedelta(days=n))
        if n:
            reminders.remind()
        counted[days.working_days(since.date(), now().date())] = sum("ваш ход" in t for t in _told(team[0]))
    assert [counted[n] for n in (0, 1, 2)] == [0, 0, 0]
    assert counted[3] == counted[4] == counted[5] and counted[3] >= 1
    assert counted[6] > counted[5]
    unread = select(Notice).where(Notice.person_id == team[0].id, Notice.key.like("move:%"), Notice.read_at.is_(None))
    (last,) = db.session.scalars(unread).all()
    assert last.key.endswith(f":{max(counted) // reminders.PATIENCE}"), "the last one stands for those before it"


def test_nobody_is_reminded_on_days_without_work(school: Cast) -> None:
    cycle, team = road(school, "planning")
    _join(*team)
    with unit_of_work():
        db.session.get(Cycle, cycle.id).stage_since = datetime(2026, 12, 25, 10)
    for day in (datetime(2026, 12, 31, 9), datetime(2027, 1, 1, 9), datetime(2027, 1, 7, 9), datetime(2027, 7, 1, 9)):
        host().clock.set(day)
        assert reminders.remind() == 0, day
    host().clock.set(datetime(2027, 1, 18, 9))
    assert reminders.remind() > 0


def test_working_days_cross_the_new_year_and_the_summer(school: Cast) -> None:
    admin = school.people["Журналова"]
    days = years.calendar(admin.school_id)
    assert days.working_days(date(2026, 12, 30), date(2027, 1, 8)) == 0
    years.add_year(admin, date(2027, 9, 1), date(2028, 5, 31))
    days = years.calendar(admin.school_id)
    end = years.years(admin)[-1].ends
    assert days.working_days(end, date(2027, 8, 31)) == 0, "summer"
    assert days.working_days(end, date(2027, 9, 1)) == 1
    assert days.before(date(2027, 9, 3), 2) == date(2027, 9, 1)
    assert years.Calendar(()).works(date(2027, 7, 1)), "a school that has entered no year works all the year round"
    assert not years.Calendar(()).works(date(2027, 5, 3)), "a day moved by the government"


def test_two_rounds_at_once_remind_once(school: Cast) -> None:
    _cycle, team = road(school, "planning")
    _join(*team)
    host().clock.set(datetime(2026, 9, 18, 8))
    app = current_app._get_current_object()
    start = threading.Barrier(4)
    failed: list[BaseException] = []

    def round_() -> None:
        with app.app_context():
            start.wait()
            try:
                reminders.remind()
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=round_) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for person in team:
        assert len(_told(person)) == len(set(_told(person)))
    assert any(_told(person) for person in team)


def test_who_has_not_joined_is_not_reminded(school: Cast) -> None:
    road(school, "planning")
    host().clock.set(datetime(2026, 9, 18, 8))
    assert reminders.remind() == 0
    assert accounts.needs_first_admin() in (True, False)
