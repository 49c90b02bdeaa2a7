"""A school sets itself up: people from a table, roles, groups, types, years, holidays, thresholds."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from engine.services import access, groups, outcomes, people, thresholds, types, years
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.store.database import db
from engine.store.groups import Group, TypeSwitch
from engine.store.people import Person, School
from tests.services.roads import road, stranger

CSV = """Фамилия;Имя;Отчество;Предмет;Должность;Почта
Новикова;Анна;Демовна;химия;учитель;anna@example.org
Указкина;Вера;Демовна;математика;;
;Без;Фамилии;;;
Новикова;Анна;Демовна;;;
Почтова;Ева;;;;без-собаки
Длинная;Имя;;{long};;

"""


def _table(rows: list[list[str]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def admin(school: Cast) -> Person:
    return school.people["Журналова"]


def test_a_table_is_shown_line_by_line_before_anything_is_stored(admin: Person) -> None:
    content = CSV.format(long="х" * 121).encode("cp1251")
    rows = people.preview(admin, "люди.csv", content)
    assert [(r.number, r.known, r.errors) for r in rows] == [
        (2, False, []),
        (3, True, []),
        (4, False, ["нет фамилии"]),
        (5, False, ["такой человек уже есть выше в таблице"]),
        (6, False, ["почта записана с ошибкой"]),
        (7, False, ["слишком длинно: хххххххххххххххххххх…"]),
    ]
    before = len(people.of_school(admin))
    assert people.take(admin, "люди.csv", content) == 1
    assert people.take(admin, "люди.csv", content) == 0
    assert len(people.of_school(admin)) == before + 1
    assert [p.last_name for p, _ in people.of_school(admin, "нови")] == ["Новикова"]


@pytest.mark.parametrize("head", [["ФИО", "Предмет"], ["Фамилия", "Имя"], ["Last name", "First name"]])
def test_an_excel_table_is_read_by_its_headings(admin: Person, head: list[str]) -> None:
    row = ["Новикова Анна Демовна", "химия"] if head[0] == "ФИО" else ["Новикова", "Анна"]
    (found,) = people.preview(admin, "люди.xlsx", _table([head, row]))
    assert (found.values["last_name"], found.values["first_name"], found.errors) == ("Новикова", "Анна", [])


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"PK\x03\x04broken", "Имя;Возраст\nАнна;30".encode(), _table([]), b"\xff\xfe\x98\x98"],
    ids=["empty", "binary", "broken", "no-heading", "empty-book", "no-text"],
)
def test_a_file_that_is_no_table_is_refused(admin: Person, content: bytes) -> None:
    with pytest.raises(Invalid):
        people.preview(admin, "люди", content)


def test_too_many_lines_are_refused(admin: Person) -> None:
    lines = "Фамилия;Имя\n" + "\n".join(f"Ф{n};И" for n in range(people.MAX_ROWS + 1))
    with pytest.raises(Invalid, match="строк"):
        people.preview(admin, "люди.csv", lines.encode())


def test_people_are_added_corrected_and_given_roles_by_the_administrator(admin: Person, school: Cast) -> None:
    person = people.add(admin, {"last_name": " Новикова ", "first_name": "Анна"})
    assert (person.last_name, person.short_name) == ("Новикова", "Новикова\u00a0А.")
    people.change(admin, person.id, {"last_name": "Новикова", "first_name": "Анна", "subject": "химия"})
    assert person.subject == "химия"
    with pytest.raises(Invalid):
        people.change(admin, person.id, {"last_name": "", "first_name": "Анна"})
    with pytest.raises(Invalid):
        people.add(admin, {"first_name": "Анна"})
    people.set_role(admin, person.id, "school_admin", True)
    assert access.is_admin(person)
    people.set_role(admin, person.id, "school_admin", False)
    assert not access.is_admin(person)
    with pytest.raises(Invalid):
        people.set_role(admin, person.id, "директор", True)
    with pytest.raises(Invalid):
        people.set_role(admin, admin.id, "school_admin", False)


def test_everything_of_an_administrator_is_refused_to_others(school: Cast, admin: Person) -> None:
    teacher, foreign = school.people["Мелков"], stranger()
    group = school.triads["ПД-1"].group
    calls = [
        lambda p: people.of_school(p),
        lambda p: people.add(p, {"last_name": "А", "first_name": "Б"}),
        lambda p: people.change(p, teacher.id, {"last_name": "А", "first_name": "Б"}),
        lambda p: people.preview(p, "x.csv", b"x"),
        lambda p: people.take(p, "x.csv", b"x"),
        lambda p: people.link_for(p, teacher.id),
        lambda p: people.set_active(p, teacher.id, False),
        lambda p: people.set_role(p, teacher.id, "school_admin", True),
        lambda p: groups.add(p, "fourk", "Ещё", None, None),
        lambda p: groups.edit(p, group.id, "Имя", None, None),
        lambda p: groups.rename_triad(p, school.triads["ПД-1"].id, "Имя"),
        lambda p: types.cards(p),
        lambda p: types.switch(p, "fourk", "disabled"),
        lambda p: years.set_school(p, "Имя", "", 5),
        lambda p: years.add_year(p, date(2027, 9, 1), date(2028, 5, 31)),
        lambda p: years.add_holiday(p, "Каникулы", date(2027, 3, 24), date(2027, 3, 31)),
    ]
    for call in calls:
        for person in (teacher, school.people["Макетов"], school.people["Словарёва"]):
            with pytest.raises(Forbidden):
                call(person)
    for call in (calls[2], calls[5], calls[6], calls[7], calls[9], calls[10]):
        with pytest.raises(NotFound):
            call(foreign)
    switches = db.session.execute(select(TypeSwitch.school_id, TypeSwitch.state)).all()
    assert {state for _, state in switches} == {"enabled"}


def test_a_group_is_made_of_an_enabled_type_with_its_triads(admin: Person, school: Cast) -> None:
    made = groups.add(admin, "fourk", "Вторая 4К", school.people["Мелков"].id, None, ["Первая", "Вторая"])
    assert [t.title for t in made.triads] == ["Первая", "Вторая"]
    groups.edit(admin, made.id, "4К, вторая", None, school.people["Словарёва"].id)
    assert (made.title, made.leader_id, made.psychologist_id) == ("4К, вторая", None, school.people["Словарёва"].id)
    with pytest.raises(Invalid):
        groups.add(admin, "fourk", " ", None, None)
    with pytest.raises(NotFound):
        groups.add(admin, "fourk", "Третья", stranger().id, None)
    types.switch(admin, "fourk", "draining")
    with pytest.raises(Invalid, match="включите"):
        groups.add(admin, "fourk", "Третья", None, None)
    assert db.session.scalars(select(Group).where(Group.title == "Третья")).all() == []


def test_a_type_page_tells_what_is_installed_and_what_runs(admin: Person, school: Cast) -> None:
    road(school, "planning")
    cards = {c.key: c for c in types.cards(admin)}
    assert {k: c.running for k, c in cards.items() if c.running} == {"project": 1}
    assert all(c.definition and c.state == "enabled" and not c.reason for c in cards.values())
    assert types.card(admin, "lab").origin
    for key, state in (("нет", "enabled"), ("fourk", "сломан")):
        with pytest.raises(Invalid):
            types.switch(admin, key, state)
    with pytest.raises(NotFound):
        types.card(admin, "нет")


def test_terms_are_counted_in_working_days(admin: Person) -> None:
    school_id = admin.school_id
    friday = date(2026, 10, 23)
    assert years.working_days(school_id, friday, date(2026, 10, 26)) == 0, "weekend and holidays"
    assert years.working_days(school_id, friday, date(2026, 11, 3)) == 2


def test_years_and_holidays_are_checked(admin: Person) -> None:
    with pytest.raises(Invalid, match="уже есть"):
        years.add_year(admin, date(2026, 9, 1), date(2027, 5, 31))
    for wrong in ((date(2027, 9, 1), date(2027, 8, 1)), (None, date(2027, 8, 1))):
        with pytest.raises(Invalid):
            years.add_year(admin, *wrong)
        with pytest.raises(Invalid):
            years.add_holiday(admin, "Каникулы", *wrong)
    assert [y.title for y in years.years(admin)] == ["2026/2027"]
    first = years.holidays(admin)[0]
    with pytest.raises(NotFound):
        years.remove_holiday(stranger(), first.id)
    years.remove_holiday(admin, first.id)
    assert [h.title for h in years.holidays(admin)] == ["Зимние каникулы"]
    years.set_school(admin, "Школа", "Район", 40)
    assert db.session.get(School, admin.school_id).staff == 40
    with pytest.raises(Invalid):
        years.set_school(admin, " ", "", 40)


def test_a_leader_sets_thresholds_for_the_own_group(school: Cast) -> None:
    cycle, team = road(school, "summary", mark="ПД-2")
    leader, group = school.people["Макетов"], cycle.triad.group
    line = next(found for found in thresholds.lines(leader, group.id) if found.test.unit == "score")
    thresholds.set_thresholds(leader, group.id, {line.key: 2.75})
    measured = {
        f.criterion.threshold_key(n): m.threshold
        for f in outcomes.outcome(cycle, team[0]).findings
        for n, m in enumerate(f.measured)
    }
    assert measured[line.key] == 2.75
    for value in (-0.5, 3.5):
        with pytest.raises(Invalid, match="вне шкалы"):
            thresholds.set_thresholds(leader, group.id, {line.key: value})
    with pytest.raises(NotFound):
        thresholds.set_thresholds(leader, group.id, {"нет.0": 1})
    for person in (team[0], school.people["Партова"]):
        with pytest.raises(Forbidden):
            thresholds.set_thresholds(person, group.id, {line.key: 1})
    with pytest.raises(NotFound):
        thresholds.lines(stranger(), group.id)
    thresholds.set_thresholds(leader, group.id, {line.key: None})
    assert all(found.own is None for found in thresholds.lines(leader, group.id))
