"""Peer visits without scores, events with participants, the import of a table of participations."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from engine.services import certificates, events, intake, visits
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import host
from engine.services.years import term_of, year_span
from engine.store.cycles import Notice
from engine.store.database import db
from engine.store.events import Event, Participation, Visit
from engine.store.personal import Consent
from tests.services.roads import stranger

GOOD = {"title": "Фестиваль", "form": "festival", "level": "inter_district", "begins": date(2026, 11, 5)}
SHEET = {"facts": "Пары объясняли по карточке", "takeaway": "карточку", "question": "", "agreement": ""}


def event(school: Cast, by: str = "Журналова", **given: Any) -> Event:
    return events.add(school.people[by], {**GOOD, **given})


def planned(school: Cast, guest: str = "Макетов", host: str = "Указкина", **given: Any) -> Visit:
    values = {"host_id": school.people[host].id, "at": datetime(2026, 9, 10, 10, 15), "goal": "как проверяют себя"}
    return visits.plan(school.people[guest], {**values, **given})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"form": "party"}, "form"),
        ({"level": ""}, "level"),
        ({"begins": None}, "begins"),
        ({"ends": date(2026, 11, 4)}, "ends"),
    ],
)
def test_an_event_has_a_name_a_form_a_level_and_days(school: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        event(school, **wrong)
    assert list(invalid.value.errors) == [field]
    assert db.session.scalar(select(func.count()).select_from(Event)) == 0


def test_whoever_wrote_an_event_down_corrects_it_and_others_do_not(school: Cast) -> None:
    made = event(school, "Указкина")
    events.change(school.people["Указкина"], made.id, {**GOOD, "title": "Фестиваль уроков"})
    assert made.title == "Фестиваль уроков"
    with pytest.raises(Forbidden):
        events.change(school.people["Мелков"], made.id, GOOD)
    events.change(school.people["Макетов"], made.id, GOOD)
    with pytest.raises(Forbidden):
        events.remove(school.people["Мелков"], made.id)
    events.take_part(school.people["Мелков"], made.id, {"role": "member", "result": "member"})
    with pytest.raises(Invalid, match="Сначала удалите участников"):
        events.remove(school.people["Указкина"], made.id)
    events.leave(school.people["Мелков"], made.participations[0].id)
    events.remove(school.people["Указкина"], made.id)
    assert db.session.scalars(select(Event)).all() == []


def test_everybody_writes_down_themselves_and_leaders_anybody(school: Cast) -> None:
    made, teacher = event(school), school.people["Указкина"]
    own = events.take_part(teacher, made.id, {"role": "speaker", "result": "winner", "topic": " Критерии "})
    assert (own.person_id, own.topic, own.kind) == (teacher.id, "Критерии", "teacher")
    other = {"person_id": school.people["Мелков"].id, "role": "member", "result": "member"}
    with pytest.raises(Forbidden):
        events.take_part(teacher, made.id, other)
    events.take_part(school.people["Макетов"], made.id, other)
    with pytest.raises(Invalid, match="отмеченные поля"):
        events.take_part(school.people["Макетов"], made.id, other)
    for wrong, field in (({"role": "judge"}, "role"), ({"result": "best"}, "result")):
        with pytest.raises(Invalid) as invalid:
            events.take_part(teacher, made.id, {"role": "host", "result": "member", **wrong})
        assert list(invalid.value.errors) == [field]
    with pytest.raises(Forbidden):
        events.leave(school.people["Мелков"], own.id)
    assert events.leave(teacher, own.id) == made.id
    events.leave(school.people["Графикова"], made.participations[0].id)


def test_a_pupil_is_a_code_and_named_only_with_a_consent(school: Cast) -> None:
    made, leader = event(school), school.people["Макетов"]
    pupil = {"kind": "pupil", "role": "member", "result": "laureate", "pupil_code": "У1", "class_name": "10 «А»"}
    with pytest.raises(Forbidden):
        events.take_part(school.people["Указкина"], made.id, pupil)
    with pytest.raises(Invalid) as no_code:
        events.take_part(leader, made.id, {**pupil, "pupil_code": " "})
    assert list(no_code.value.errors) == ["pupil_code"]
    with pytest.raises(Invalid) as no_consent:
        events.take_part(leader, made.id, {**pupil, "pupil_name": "Имя Ученика"})
    assert list(no_consent.value.errors) == ["consent_on"]
    plain = events.take_part(leader, made.id, pupil)
    assert (plain.person_id, plain.pupil_name, plain.consent_id) == (None, "", None)
    named = events.take_part(leader, made.id, {**pupil, "pupil_name": "Имя Ученика", "consent_on": date(2026, 9, 1)})
    consent = db.session.scalars(select(Consent)).one()
    assert (named.consent_id, consent.purpose, consent.verified_by) == (consent.id, "pupil_name", leader.id)


def test_events_of_another_school_are_not_there(school: Cast) -> None:
    made = event(school)
    part = events.take_part(school.people["Указкина"], made.id, {"role": "host", "result": "member"})
    foreign = stranger()
    assert events.of_school(foreign) == []
    for verb in (
        lambda: events.event_for(foreign, made.id),
        lambda: events.change(foreign, made.id, GOOD),
        lambda: events.remove(foreign, made.id),
        lambda: events.take_part(foreign, made.id, {"role": "host", "result": "member"}),
        lambda: events.leave(foreign, part.id),
        lambda: events.take_part(
            school.people["Макетов"], made.id, {"person_id": foreign.id, "role": "host", "result": "member"}
        ),
    ):
        with pytest.raises(NotFound):
            verb()


def test_the_list_is_filtered(school: Cast) -> None:
    first = event(school, title="Первый", level="school", begins=date(2026, 9, 20))
    second = event(school, title="Второй", begins=date(2026, 10, 20))
    events.take_part(school.people["Указкина"], second.id, {"role": "host", "result": "member"})
    person = school.people["Указкина"]

    def found(**given: Any) -> list[str]:
        return [e.title for e in events.of_school(person, events.Filters(**given))]

    assert found() == ["Второй", "Первый"]
    assert found(level="school") == ["Первый"]
    assert found(begins=date(2026, 10, 1)) == ["Второй"] == found(person_id=person.id)
    assert found(ends=first.begins) == ["Первый"]


HEAD = ("ФИО", "Мероприятие", "Дата", "Уровень", "Результат")


def table(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS = (
    ("Указкина Вера Демовна", "Фестиваль", datetime(2026, 11, 5), "межрайонный", "победитель"),
    ("Чертежникова А. Д.", "Фестиваль", "05.11.2026", "Межрайонный", ""),
    ("макетов д.д.", "Чтения", "2026-11-18", "районный", "Призер"),
)


def test_a_table_is_read_line_by_line_and_taken_whole(school: Cast) -> None:
    leader = school.people["Макетов"]
    content = table(*ROWS)
    rows = intake.preview(leader, "Участия 2026.xlsx", content)
    assert [r.errors for r in rows] == [[], [], []]
    assert [r.codes["level"] for r in rows] == ["inter_district", "inter_district", "municipal"]
    assert [r.person.last_name for r in rows if r.person] == ["Указкина", "Чертёжникова", "Макетов"]
    assert db.session.scalars(select(Event)).all() == []
    assert intake.take(leader, "a.xlsx", content) == 3
    assert db.session.scalar(select(func.count()).select_from(Event)) == 2
    results = db.session.scalars(select(Participation.result).order_by(Participation.id)).all()
    assert results == ["winner", "member", "prize_winner"]
    assert [r.known for r in intake.preview(leader, "a.xlsx", content)] == [True, True, True]
    assert intake.take(leader, "a.xlsx", content) == 0, "the same table twice is taken once"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ((0, "Никто Н. Н."), "такого человека нет"),
        ((1, ""), "нет названия"),
        ((2, "вчера"), "дата не читается"),
        ((3, "галактический"), "нет такого слова"),
        ((4, "лучший"), "нет такого слова"),
        ((1, "Ф" * 301), "слишком длинно"),
    ],
)
def test_a_wrong_line_is_named_and_left_out(school: Cast, cell: tuple[int, str], said: str) -> None:
    leader, place = school.people["Макетов"], cell[0]
    wrong = [*ROWS[0][:place], cell[1], *ROWS[0][place + 1 :]]
    content = table(tuple(wrong), ROWS[1])
    first, second = intake.preview(leader, "a.xlsx", content)
    assert said in "; ".join(first.errors)
    assert second.errors == []
    assert intake.take(leader, "a.xlsx", content) == 1


def test_a_name_of_two_people_is_asked_for_in_full(school: Cast) -> None:
    from engine.services import people

    people.add(school.people["Журналова"], {"last_name": "Указкина", "first_name": "Валя", "patronymic": "Демовна"})
    line = ("Указкина В. Д.", *ROWS[0][1:])
    (row,) = intake.preview(school.people["Макетов"], "a.xlsx", table(line))
    assert "несколько" in row.errors[0]
    (row,) = intake.preview(school.people["Макетов"], "a.xlsx", table(ROWS[0]))
    assert row.errors == []


def test_what_looks_like_a_formula_is_a_name(school: Cast) -> None:
    content = "ФИО;Мероприятие;Дата;Уровень\nУказкина В. Д.;=1+1;05.11.2026;школьный\n".encode()
    assert intake.take(school.people["Макетов"], "a.csv", content) == 1
    assert db.session.scalars(select(Event.title)).one() == "=1+1"


def test_only_leaders_take_tables_and_only_tables_are_taken(school: Cast) -> None:
    with pytest.raises(Forbidden):
        intake.preview(school.people["Указкина"], "a.xlsx", table(*ROWS))
    broken = (("a.pdf", b"%PDF"), ("a.xlsx", b"PK\x03\x04no"), ("a.csv", b"\xff\xfe\x00"), ("a.csv", b"a;b"))
    for name, content in broken:
        with pytest.raises(Invalid):
            intake.preview(school.people["Макетов"], name, content)
    many = table(*[ROWS[0]] * 1001)
    with pytest.raises(Invalid, match="больше 1000"):
        intake.preview(school.people["Макетов"], "a.xlsx", many)


def test_a_visit_is_planned_held_and_seen_by_the_two_and_their_leaders(school: Cast) -> None:
    visit = planned(school)
    host, guest = school.people["Указкина"], school.people["Макетов"]
    told = db.session.scalars(select(Notice).where(Notice.person_id == host.id)).one()
    assert "Макетов\u00a0Д.\u00a0Д." in told.text["text"]["ru"] and told.path == f"/visits/{visit.id}"
    with pytest.raises(Invalid) as early:
        visits.hold(guest, visit.id, SHEET)
    assert early.value.errors["facts"] == ["Урок ещё не начался"]
    at(datetime(2026, 9, 10, 12, 0))
    with pytest.raises(Forbidden, match="заполняет гость"):
        visits.hold(host, visit.id, SHEET)
    with pytest.raises(Invalid) as empty:
        visits.hold(guest, visit.id, {})
    assert set(empty.value.errors) == {"facts", "takeaway"}
    visits.hold(guest, visit.id, SHEET)
    assert (visit.status, visit.takeaway) == ("held", "карточку")
    with pytest.raises(Invalid, match="уже состоялось"):
        visits.hold(guest, visit.id, SHEET)
    with pytest.raises(Invalid, match="уже состоялось"):
        visits.move(guest, visit.id, datetime(2026, 9, 11, 9, 0))
    whole = {n: visits.one(school.people[n], visit.id).whole for n in ("Указкина", "Дневникова", "Графикова", "Мелков")}
    assert whole == {"Указкина": True, "Дневникова": True, "Графикова": False, "Мелков": False}
    assert [s.mine for s in visits.of_school(guest, mine=True)] == [True]
    assert visits.of_school(school.people["Мелков"], mine=True) == []
    assert visits.of_school(guest, status="planned") == []
    assert len(visits.of_school(guest, since=date(2026, 9, 10))) == 1
    assert visits.made_by(guest, date(2026, 9, 1), date(2026, 9, 10)) == 1
    assert visits.made_by(host, date(2026, 9, 1), date(2026, 9, 10)) == 0


def test_a_visit_is_put_off_and_the_other_is_told(school: Cast) -> None:
    visit = planned(school)
    with pytest.raises(Invalid) as no_day:
        visits.move(school.people["Указкина"], visit.id, None)
    assert list(no_day.value.errors) == ["at"]
    visits.move(school.people["Указкина"], visit.id, datetime(2026, 9, 17, 10, 15))
    assert (visit.status, visit.at.day) == ("moved", 17)
    assert db.session.scalars(select(Notice).where(Notice.person_id == school.people["Макетов"].id)).one()
    with pytest.raises(Forbidden):
        visits.move(school.people["Мелков"], visit.id, datetime(2026, 9, 18, 9, 0))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"host_id": None}, "host_id"), ({"at": None}, "at"), ({"goal": " "}, "goal"), ({"kind": "exam"}, "kind")],
)
def test_a_visit_has_a_host_a_day_and_one_aim(school: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        planned(school, **wrong)
    assert list(invalid.value.errors) == [field]


def test_nobody_visits_themselves_or_sends_a_colleague(school: Cast) -> None:
    with pytest.raises(Invalid):
        planned(school, "Указкина", "Указкина")
    with pytest.raises(Forbidden):
        planned(school, "Мелков", guest_id=school.people["Доскина"].id)
    assert planned(school, guest_id=school.people["Доскина"].id).guest_id == school.people["Доскина"].id


def test_visits_of_another_school_are_not_there(school: Cast) -> None:
    visit, foreign = planned(school), stranger()
    assert visits.of_school(foreign) == []
    for verb in (
        lambda: visits.one(foreign, visit.id),
        lambda: visits.hold(foreign, visit.id, SHEET),
        lambda: visits.move(foreign, visit.id, datetime(2026, 9, 20, 9, 0)),
        lambda: planned(school, host_id=foreign.id),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_term_lies_between_holidays(school: Cast) -> None:
    person = school.people["Макетов"]
    for moment, expected in (
        (datetime(2026, 9, 7), (date(2026, 9, 1), date(2026, 10, 23))),
        (datetime(2026, 11, 23), (date(2026, 11, 2), date(2026, 12, 29))),
        (datetime(2027, 3, 1), (date(2027, 1, 12), date(2027, 5, 31))),
    ):
        at(moment)
        assert term_of(person) == expected
    assert year_span(stranger()) == (date(2026, 9, 1), date(2027, 8, 31))


def test_a_certificate_is_for_its_owner_and_those_who_keep_the_list(school: Cast) -> None:
    me, mate, leader = (school.people[n] for n in ("Указкина", "Тетрадкина", "Дневникова"))
    values = {"title": "Форум", "form": "forum", "level": "school", "begins": date(2026, 9, 3)}
    event = events.add(me, values)
    part = events.take_part(me, event.id, {"kind": "teacher", "role": "speaker", "result": "winner"})
    first = certificates.attach(me, part.id, "диплом.txt", "Диплом I степени".encode())
    second = certificates.attach(leader, part.id, "../диплом победителя.txt", "Диплом победителя".encode())
    row, path = certificates.read(me, part.id)
    assert row.id == second.id and row.name == "диплом победителя.txt"
    assert path.read_bytes().decode() == "Диплом победителя"
    assert not (host().uploads / first.stored_as[:2] / first.stored_as).exists(), "the one before is gone"
    assert set(certificates.of_event(leader, event)) == set(certificates.of_event(me, event)) == {part.id}
    assert certificates.of_event(mate, event) == {}
    for verb in (lambda: certificates.read(mate, part.id), lambda: certificates.attach(mate, part.id, "x.txt", b"x")):
        with pytest.raises(Forbidden):
            verb()
    with pytest.raises(NotFound):
        certificates.read(me, 999)
    with pytest.raises(Invalid):
        certificates.attach(me, part.id, "вирус.exe", b"MZ\x90\x00")
    events.leave(me, part.id)
    assert not path.exists()
