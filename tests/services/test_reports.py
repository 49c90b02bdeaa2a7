"""The year report of a leader and the conference: drafted from data alone, edited, handed in, accepted."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from pptx import Presentation
from sqlalchemy import func, select

from engine.services import feeds, groups, people, triads
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.papers.blocks import Grid, Pairs
from engine.services.reports import conference, reports
from engine.services.reports.deck import deck
from engine.services.reports.facts import facts_of
from engine.services.reports.numbers import day, number, percent
from engine.services.reports.sections import KEYS, sections
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.groups import Group, Membership
from engine.store.people import Person, School, SchoolYear
from engine.store.reports import Conference, Measure, YearReport
from engine.store.unit import unit_of_work
from tests.services.roads import road


def _group(school: Cast, mark: str = "ПД-1") -> Group:
    return school.triads[mark].group


def _year() -> SchoolYear:
    return db.session.scalars(select(SchoolYear).order_by(SchoolYear.id)).first()  # type: ignore[return-value]


def _text(page: reports.Page, key: str) -> str:
    return next(s.text for s in page.sections if s.key == key)


@pytest.fixture
def leader(school: Cast) -> Person:
    return school.people["Макетов"]


def test_a_group_that_has_done_nothing_yet_has_a_whole_report(school: Cast, leader: Person) -> None:
    page = reports.page(leader, _group(school).id, _year().id)
    assert tuple(s.key for s in page.sections) == KEYS
    assert all(s.text or s.blocks for s in page.sections)
    assert (page.state, page.version, page.may_edit, page.may_judge) == ("draft", 0, True, False)


def test_the_report_of_a_finished_cycle_is_made_of_what_the_triad_wrote(school: Cast, leader: Person) -> None:
    cycle, _team = road(school, "closed")
    group, year = _group(school), _year()
    facts = facts_of(group, year)
    assert (facts["lessons"] + facts["sessions"], len(facts["cycles"])) == (3, 2), "and the next cycle has begun"
    told = facts["cycles"][0]
    assert told["finished"] and told["handed"] and told["id"] == cycle.id
    # two sheets a lesson: four indicators of 1 1 2 (5 + 5), seven of 1 2 2 (11 + 12), five of 2 3 2 (12 + 12)
    assert told["overall"] == [10 / 8, 23 / 14, 24 / 10]
    assert "pupils" not in told["words"], "words about individual pupils stay in the triad"
    page = reports.page(leader, group.id, year.id)
    results = next(s for s in page.sections if s.key == "results")
    (grid,) = (b for b in results.blocks if isinstance(b, Grid))
    assert grid.rows[-1 - len(told["criteria"])][1:] == ("1,25", "1,64", "2,40")
    assert f"из {len(told['criteria'])}" in results.text
    assert all(s.text or s.blocks for s in page.sections)
    assert "решение" in _text(page, "prospects")


def test_the_leaders_words_stay_and_the_rest_goes_on_following_the_data(school: Cast, leader: Person) -> None:
    group, year = _group(school), _year()
    before = reports.page(leader, group.id, year.id)
    typed = {s.key: s.text.replace("\n", "\r\n") + "  \r\n" for s in before.sections} | {"worked": "Работало всё."}
    assert reports.save(leader, group.id, year.id, 0, typed) == 1
    page = reports.page(leader, group.id, year.id)
    assert [s.key for s in page.sections if s.own] == ["worked"], "an unchanged draft is nobody's own"
    assert _text(page, "worked") == "Работало всё."
    road(school, "discussion", round_=2)
    assert _text(reports.page(leader, group.id, year.id), "theme") != _text(before, "theme")
    with pytest.raises(Conflict) as conflict:
        reports.save(leader, group.id, year.id, 0, {"worked": "Из другого окна"})
    assert conflict.value.details == {"version": 1}
    with pytest.raises(Invalid) as long:
        reports.save(leader, group.id, year.id, 1, {"worked": "я" * 20_001})
    assert list(long.value.errors) == ["worked"]
    assert _text(reports.page(leader, group.id, year.id), "worked") == "Работало всё."


def test_a_report_goes_to_the_laboratory_and_back_and_is_accepted(school: Cast, leader: Person) -> None:
    group, year, lab = _group(school), _year(), school.people["Графикова"]
    with pytest.raises(NotFound):
        reports.page(lab, group.id, year.id)
    reports.submit(leader, group.id, year.id)
    told = db.session.scalars(select(Notice).where(Notice.path != "")).all()
    assert len(told) == 6, "everybody of the Laboratory"
    assert {n.path for n in told} == {f"/reports/{group.id}/{year.id}"}
    with pytest.raises(Forbidden, match="уже сдан"):
        reports.save(leader, group.id, year.id, 1, {})
    with pytest.raises(Forbidden, match="уже сдан"):
        reports.submit(leader, group.id, year.id)
    assert reports.page(lab, group.id, year.id).may_judge
    assert not reports.page(leader, group.id, year.id).may_judge
    with pytest.raises(Invalid, match="что доработать"):
        reports.send_back(lab, group.id, year.id, "  ")
    reports.send_back(lab, group.id, year.id, "Расскажите о пробах")
    page = reports.page(leader, group.id, year.id)
    assert (page.state, page.remarks, page.may_edit) == ("rework", "Расскажите о пробах", True)
    assert not reports.page(lab, group.id, year.id).may_judge
    reports.submit(leader, group.id, year.id)
    reports.accept(lab, group.id, year.id)
    for verb in (reports.accept, lambda *place: reports.send_back(*place, "ещё")):
        with pytest.raises(Invalid, match="уже рассмотрен"):
            verb(lab, group.id, year.id)
    row = db.session.scalars(select(YearReport)).one()
    assert (row.state, row.accepted_by, row.remarks) == ("accepted", lab.id, "")
    assert db.session.scalar(select(func.count()).where(Notice.person_id == leader.id)) == 2


def test_an_accepted_report_opens_the_conference_by_itself(school: Cast, leader: Person) -> None:
    """The Laboratory does not mark in its form what it has accepted on the page of the report."""
    group, year, lab = _group(school), _year(), school.people["Графикова"]
    cycle = triads.start(lab, school.triads["Лаб-1"].id, "II полугодие")

    def accepted() -> list[str]:
        return [p["group"] for p in feeds.fact(cycle, "leaders") if p["accepted"]]

    reports.submit(leader, group.id, year.id)
    assert accepted() == []
    reports.accept(lab, group.id, year.id)
    assert accepted() == [group.title]
    at(datetime(2027, 9, 2, 9, 0))
    assert accepted() == [], "a new year wants its own report"


def test_what_was_handed_in_stands_whatever_happens_next(school: Cast, leader: Person) -> None:
    group, year = _group(school), _year()
    reports.submit(leader, group.id, year.id)
    before = reports.page(leader, group.id, year.id)
    road(school, "survey")
    after = reports.page(leader, group.id, year.id)
    assert after.facts == before.facts
    assert facts_of(group, year) != before.facts


def test_who_reads_a_report(school: Cast, leader: Person) -> None:
    group, year = _group(school), _year()
    names = ("Чертёжникова", "Дневникова", "Графикова", "Журналова", "Указкина", "Мелков")

    def readers() -> list[str]:
        open_to = [n for n in names if _reads(school.people[n], group, year)]
        for name in names:  # the list says the same as the page
            rows = {row.group.id: row.open_to_me for row in reports.listing(school.people[name], year)}
            assert rows[group.id] is (name in open_to)
        return open_to

    assert readers() == []
    reports.submit(leader, group.id, year.id)
    assert readers() == ["Чертёжникова", "Дневникова", "Графикова", "Журналова"]
    reports.send_back(school.people["Графикова"], group.id, year.id, "дополните")
    assert readers() == ["Графикова", "Журналова"], "both sit in the Laboratory"
    with pytest.raises(NotFound):
        reports.save(school.people["Чертёжникова"], group.id, year.id, 1, {})
    reports.submit(leader, group.id, year.id)
    with pytest.raises(Forbidden, match="пишет руководитель"):
        reports.save(school.people["Чертёжникова"], group.id, year.id, 1, {})
    with pytest.raises(Forbidden, match="рассматривает Лаборатория"):
        reports.accept(school.people["Чертёжникова"], group.id, year.id)


def _reads(person: Person, group: Group, year: SchoolYear) -> bool:
    try:
        reports.page(person, group.id, year.id)
    except NotFound:
        return False
    return True


def test_nobody_judges_the_own_report(school: Cast) -> None:
    group, year, lab = _group(school), _year(), school.people["Графикова"]
    groups.edit(school.people["Журналова"], group.id, group.title, lab.id, None)
    reports.submit(lab, group.id, year.id)
    assert not reports.page(lab, group.id, year.id).may_judge
    with pytest.raises(Forbidden, match="рассматривает коллега"):
        reports.accept(lab, group.id, year.id)


def _neighbour() -> tuple[Person, SchoolYear]:
    with unit_of_work() as session:
        other = School(name="Соседняя школа", district="", staff=5)
        session.add(other)
        session.flush()
        person = Person(school_id=other.id, last_name="Соседова", first_name="С")
        year = SchoolYear(school_id=other.id, title="2026/2027", begins=date(2026, 9, 1), ends=date(2027, 5, 31))
        session.add_all([person, year])
    return person, year


def test_what_is_not_of_the_school_is_not_there(school: Cast, leader: Person) -> None:
    group, year, lab = _group(school), _year(), _group(school, "Лаб-1")
    neighbour, foreign = _neighbour()
    for person, group_id, year_id in (
        (leader, group.id, foreign.id),
        (leader, group.id, 999),
        (leader, 999, year.id),
        (leader, lab.id, year.id),
        (neighbour, group.id, year.id),
        (neighbour, group.id, foreign.id),
    ):
        with pytest.raises(NotFound):
            reports.page(person, group_id, year_id)
        with pytest.raises(NotFound):
            reports.save(person, group_id, year_id, 0, {})
        with pytest.raises(NotFound):
            reports.accept(person, group_id, year_id)
    with pytest.raises(NotFound):
        conference.page(leader, foreign.id)
    assert reports.listing(neighbour, foreign) == []
    assert db.session.scalars(select(YearReport)).all() == []


def test_only_years_that_have_begun_are_reported(school: Cast, leader: Person) -> None:
    with unit_of_work() as session:
        session.add(
            SchoolYear(school_id=leader.school_id, title="2027/2028", begins=date(2027, 9, 1), ends=date(2028, 5, 31))
        )
    assert [y.title for y in reports.years_of(leader)] == ["2026/2027"]
    at(datetime(2027, 9, 1, 9, 0))
    assert [y.title for y in reports.years_of(leader)] == ["2027/2028", "2026/2027"]
    assert facts_of(_group(school), reports.years_of(leader)[0])["cycles"] == []


def test_who_came_and_who_left(school: Cast, leader: Person) -> None:
    admin, triad = school.people["Журналова"], school.triads["ПД-1"]
    at(datetime(2027, 1, 12, 9, 0))
    old = school.team("ПД-1")[2]
    groups.seat(admin, triad.id, 3, school.people["Мелков"].id)
    facts = facts_of(_group(school), _year())
    assert [(c["on"], c["name"], c["what"]) for c in facts["changes"]] == [
        ("2027-01-12", old.short_name, "left"),
        ("2027-01-12", "Мелков\u00a0Ю.\u00a0Д.", "came"),
    ]
    page = reports.page(leader, _group(school).id, _year().id)
    (who,) = (b for b in page.sections[0].blocks if isinstance(b, Pairs))
    assert f"{old.short_name} (биология, до 12.01.2027)" in who.rows[0][1]
    assert "12.01.2027: Мелков\u00a0Ю.\u00a0Д. — вошёл(ла) в тройку." in page.sections[0].text


def test_a_kind_of_deficit_that_few_have_is_not_told_apart(school: Cast, leader: Person) -> None:
    road(school, "closed")
    facts = facts_of(_group(school), _year())
    kinds = {k["kind"]: k["found"] for k in facts["deficits"]["kinds"]}
    assert sum(kinds.values()) == facts["deficits"]["found"] >= 1
    shown = [k for k in kinds if k]
    assert not shown or facts["deficits"]["common"], "only a deficit of the whole triad is three teachers'"
    names = [p.last_name for p in school.team("ПД-1")]
    told = str(facts["deficits"]) + str([s.text for s in sections(facts) if s.key in ("deficits", "proposals")])
    assert not [name for name in names if name in told]


def test_the_slides_hold_the_numbers_of_the_report(school: Cast) -> None:
    road(school, "closed")
    facts = facts_of(_group(school), _year())
    slides = Presentation(io.BytesIO(deck(facts))).slides
    assert len(slides) == 8
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    series = {plot_series.name: tuple(plot_series.values) for chart in charts for plot_series in chart.plots[0].series}
    told = facts["cycles"][0]
    assert series["Все показатели"] == tuple(told["overall"])
    for section in told["sections"]:
        assert series[section["title"]["ru"] if isinstance(section["title"], dict) else section["title"]] == tuple(
            section["means"]
        )
    assert series["Год"][:3] == (3, 2, 1)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "{{7*7}}", "<script>1</script>", "\x00\x0b\ud800", "я" * 20_000])
def test_whatever_people_typed_the_slides_open(school: Cast, text: str) -> None:
    facts = facts_of(_group(school), _year())
    facts["group"] = facts["leader"] = text
    facts["triads"] = [{"title": text, "members": [{"name": text, "work": text, "until": ""}]}]
    assert len(Presentation(io.BytesIO(deck(facts))).slides) == 8


def test_the_conference_is_drafted_from_the_reports(school: Cast, leader: Person) -> None:
    cycle, _team = road(school, "closed")
    lab, year = school.people["Графикова"], _year()
    before = conference.page(lab, year.id)
    assert (before.version, before.may_edit, before.held_on) == (0, True, None)
    talks = [r for r in before.programme if "результаты, дефициты, перспективы" in r["title"]]
    assert [r["time"] for r in talks] == ["09:45", "10:00", "10:15", "10:30"]
    assert [r["who"].split()[0] for r in talks] == ["Партова", "Макетов", "Дневникова", "Переменкина"]
    assert before.programme[-1]["time"] == "15:30"
    assert "уроков и занятий — 3, завершённых циклов — 1" in before.resolution[0]
    assert not [text for text in before.resolution if cycle.triad.title in text], "words come with the report alone"
    assert before.plan == ()
    reports.submit(leader, _group(school).id, year.id)
    page = conference.page(lab, year.id)
    assert [text for text in page.resolution if cycle.triad.title in text]
    assert page.plan and all(row["basis"] for row in page.plan)
    teacher = conference.page(school.people["Мелков"], year.id)
    assert (teacher.may_edit, teacher.resolution, teacher.plan) == (False, (), ()), "drafts are for the Laboratory"
    assert teacher.programme == page.programme


def test_measures_left_undone_come_into_the_next_plan(school: Cast) -> None:
    lab, year = school.people["Графикова"], _year()
    cycle, _team = road(school, "setup")
    with unit_of_work() as session:
        for row, status in enumerate(("planned", "done", "moved", "dropped")):
            session.add(
                Measure(
                    school_id=lab.school_id,
                    cycle_id=cycle.id,
                    row=row,
                    text=status,
                    basis="finding",
                    basis_text="вывод",
                    due=date(2026, 12, 1),
                    owner="Графикова А. Д.",
                    expected="",
                    status=status,
                    changed_at=datetime(2026, 9, 7),
                )
            )
    plan = conference.page(lab, year.id).plan
    assert [r["measure"] for r in plan] == ["planned", "moved"]
    assert plan[0]["owner"] == "Графикова А. Д."


GOOD = {
    "held_on": date(2027, 5, 28),
    "place": " актовый зал ",
    "programme": [{"time": "10:00", "title": "Открытие", "who": ""}, {"time": "", "title": " ", "who": ""}],
    "resolution": ["Первое", " ", "Второе "],
    "plan": [{"measure": "Мастер-класс", "basis": "дефицит", "due": "октябрь", "owner": "Партова"}, {"measure": ""}],
}


def test_the_laboratory_puts_the_conference_as_it_will_be(school: Cast) -> None:
    lab, year = school.people["Графикова"], _year()
    assert conference.save(lab, year.id, 0, **GOOD) == 1
    page = conference.page(school.people["Мелков"], year.id)
    assert (page.held_on, page.place, page.resolution) == (date(2027, 5, 28), "актовый зал", ("Первое", "Второе"))
    assert [r["title"] for r in page.programme] == ["Открытие"]
    assert [r["measure"] for r in page.plan] == ["Мастер-класс"]
    with pytest.raises(Conflict):
        conference.save(lab, year.id, 0, **GOOD)
    with pytest.raises(Invalid) as invalid:
        conference.save(lab, year.id, 1, **{**GOOD, "plan": [{"measure": "Без основания"}]})
    assert list(invalid.value.errors) == ["plan-0-basis"]
    for person in (school.people["Мелков"], school.people["Макетов"]):
        with pytest.raises(Forbidden):
            conference.save(person, year.id, 1, **GOOD)
        with pytest.raises(Forbidden):
            conference.draft_again(person, year.id)
    conference.draft_again(lab, year.id)
    assert conference.page(lab, year.id).version == 0
    with pytest.raises(NotFound):
        conference.draft_again(lab, year.id)
    assert db.session.scalars(select(Conference)).all() == []


def test_the_administrator_prepares_it_too(school: Cast) -> None:
    admin = school.people["Мелков"]
    people.set_role(school.people["Журналова"], admin.id, "school_admin", True)
    assert conference.save(admin, _year().id, 0, **GOOD) == 1


def test_a_member_who_was_there_one_day_is_named(school: Cast) -> None:
    with unit_of_work() as session:
        session.add(
            Membership(
                triad_id=school.triads["ПД-2"].id,
                person_id=school.people["Буквина"].id,
                seat=1,
                since=date(2026, 8, 1),
                until=date(2026, 9, 2),
            )
        )
    facts = facts_of(_group(school), _year())
    assert "Буквина\u00a0Л.\u00a0Д." in [m["name"] for t in facts["triads"] for m in t["members"]]


def test_a_cycle_counts_in_every_year_it_was_under_way(school: Cast) -> None:
    cycle, _team = road(school, "setup")
    with unit_of_work() as session:
        earlier = SchoolYear(
            school_id=cycle.school_id, title="2025/2026", begins=date(2025, 9, 1), ends=date(2026, 5, 31)
        )
        session.add(earlier)
    group = _group(school)
    assert facts_of(group, earlier)["cycles"] == []
    assert [c["id"] for c in facts_of(group, _year())["cycles"]] == [cycle.id]
    with unit_of_work():
        db.session.get(Cycle, cycle.id).opened_at = datetime(2026, 5, 31, 23, 59)  # type: ignore[union-attr]
    assert [c["id"] for c in facts_of(group, earlier)["cycles"]] == [cycle.id]


def test_figures_are_written_the_russian_way() -> None:
    assert (number(1.165), number(None), number(-0.5, 1)) == ("1,17", "—", "−0,5")
    assert (percent(5 / 6), percent(None), percent(1, 0)) == ("83,3\u00a0%", "—", "100\u00a0%")
    assert (day("2026-11-23"), day(date(2026, 1, 2)), day(""), day(None)) == ("23.11.2026", "02.01.2026", "—", "—")
