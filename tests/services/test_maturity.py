"""The self-assessment of a team: anonymous, whole or not at all, never compared."""

from __future__ import annotations

import itertools
from datetime import date, datetime

import pytest
from sqlalchemy import select

from engine.services import groups, maturity, maturity_lists, years
from engine.services.demo import growth
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.maturity_words import BANDS, ITEMS
from engine.store.database import db
from engine.store.people import Person
from engine.store.reports import MaturityAnswer, MaturityRun, MaturityVoter
from tests.services.roads import stranger

OCTOBER, APRIL = datetime(2026, 10, 12, 12), datetime(2027, 4, 12, 12)


def sheet(score: int = 1, **other: int) -> dict[str, int]:
    return dict.fromkeys(ITEMS, score) | other


def assess(school: Cast, mark: str, *scores: int) -> int:
    """A whole self-assessment of a triad."""
    team = school.team(mark)
    run = maturity.open_run(team[0], school.triads[mark].id).id
    for person, score in zip(team, scores, strict=True):
        maturity.answer(person, run, sheet(score))
    return run


def test_the_figures_of_the_brief(school: Cast) -> None:
    growth.load(school)
    page = maturity.page(school.people["Указкина"], school.triads["ФО-1"].id)
    result = page.halves[0].result
    assert result is not None
    assert [i.median for i in result.items] == [1, 2, 1, 2, 2, 1, 1, 1, 1]
    assert (round(result.mean, 2), str(result.band)) == (1.33, "Притирка и правила")
    assert result.growth_point.startswith("ЗР7")
    assert [i.key for i in result.items if i.apart] == ["zr4", "zr7"]
    assert page.year_of_work == 1 and "ЗР1" in page.hints[0] and "ЗР2" not in page.hints[0]


@pytest.mark.parametrize(
    ("mean", "place"), [(0, 0), (0.94, 0), (0.95, 1), (1, 1), (1.74, 1), (1.75, 2), (2.44, 2), (2.45, 3), (3, 3)]
)
def test_bands_have_no_gaps(mean: float, place: int) -> None:
    assert maturity.band(mean) == BANDS[place][1]


@pytest.mark.parametrize(
    ("day", "half"),
    [
        (date(2026, 9, 30), ""),
        (date(2026, 10, 1), "autumn"),
        (date(2026, 12, 31), "autumn"),
        (date(2027, 1, 1), ""),
        (date(2027, 4, 1), "spring"),
        (date(2027, 7, 1), ""),
    ],
)
def test_twice_a_year(day: date, half: str) -> None:
    assert maturity.half_now(day) == half


def test_nothing_is_shown_before_the_third_answer(school: Cast) -> None:
    at(OCTOBER)
    team, triad = school.team("ФО-1"), school.triads["ФО-1"]
    run = maturity.open_run(team[0], triad.id)
    assert maturity.open_run(team[1], triad.id).id == run.id, "begun once"
    for n, person in enumerate(team):
        half = maturity.page(person, triad.id).halves[0]
        assert (half.answered, half.may_answer, half.has_answered, half.result) == (n, True, False, None)
        maturity.answer(person, run.id, sheet(n))
    half = maturity.page(team[0], triad.id).halves[0]
    assert half.result is not None and (half.may_answer, half.has_answered) == (False, True)
    assert {(i.median, i.spread, i.apart) for i in half.result.items} == {(1, 2, True)}


def test_once_each_and_no_fourth(school: Cast) -> None:
    at(OCTOBER)
    team = school.team("ФО-1")
    run = maturity.open_run(team[0], school.triads["ФО-1"].id).id
    maturity.answer(team[0], run, sheet())
    with pytest.raises(Conflict, match="уже ответили"):
        maturity.answer(team[0], run, sheet(3))
    maturity.answer(team[1], run, sheet())
    maturity.answer(team[2], run, sheet())
    groups.seat(school.people["Журналова"], school.triads["ФО-1"].id, 3, school.people["Мелков"].id)
    with pytest.raises(Conflict, match="собраны"):
        maturity.answer(school.people["Мелков"], run, sheet(3))
    with pytest.raises(NotFound):
        maturity.page(team[2], school.triads["ФО-1"].id), "who has left sees the triad no more"


@pytest.mark.parametrize("wrong", [{"zr1": 4}, {"zr9": -1}, {"zr3": None}])
def test_every_item_is_answered(school: Cast, wrong: dict[str, int]) -> None:
    at(OCTOBER)
    team = school.team("ФО-1")
    run = maturity.open_run(team[0], school.triads["ФО-1"].id).id
    with pytest.raises(Invalid) as refused:
        maturity.answer(team[0], run, sheet() | wrong)
    assert set(refused.value.errors) == set(wrong)
    assert db.session.scalars(select(MaturityVoter)).all() == []


def test_nothing_joins_who_answered_to_what(school: Cast) -> None:
    at(OCTOBER)
    columns = {c.name for c in MaturityAnswer.__table__.columns}
    assert columns == {"key", "run_id", "scores"}
    assert {c.name for c in MaturityVoter.__table__.columns} == {"run_id", "person_id"}
    orders = set()
    for mark in ("ФО-1", "ФО-2", "4К-1", "4К-2", "ПД-1", "ПД-2", "СЭР-1", "СЭР-2"):
        team = sorted(school.team(mark), key=lambda p: p.id)
        run = maturity.open_run(team[0], school.triads[mark].id).id
        for n, person in enumerate(team):
            maturity.answer(person, run, sheet(n))
        stored = [
            a.scores["zr1"] for a in db.session.scalars(select(MaturityAnswer).where(MaturityAnswer.run_id == run))
        ]
        keys = [a.key for a in db.session.scalars(select(MaturityAnswer).where(MaturityAnswer.run_id == run))]
        orders.add(tuple(stored))
        assert sorted(stored) == [0, 1, 2] and len(set(keys)) == 3
    assert len(orders) > 1, "the order of rows is not the order of answers"


def test_who_may_begin_and_read(school: Cast) -> None:
    triad, team = school.triads["ФО-1"], school.team("ФО-1")
    leader, lab, admin = school.people["Дневникова"], school.people["Графикова"], school.people["Журналова"]
    at(datetime(2026, 9, 20, 12))
    with pytest.raises(Invalid, match="в октябре"):
        maturity.open_run(team[0], triad.id)
    assert not maturity.page(team[0], triad.id).halves[0].may_open
    at(OCTOBER)
    assert maturity.page(team[0], triad.id).halves[0].may_open
    with pytest.raises(Forbidden):
        maturity.open_run(leader, triad.id)
    assert not maturity.page(leader, triad.id).halves[0].may_open
    run = assess(school, "ФО-1", 1, 1, 1)
    for person in (lab, admin, school.people["Мелков"], school.people["Макетов"], stranger()):
        with pytest.raises(NotFound):
            maturity.page(person, triad.id)
        for act in (maturity.answer, maturity.state_growth):
            with pytest.raises(NotFound):
                act(person, run, sheet() if act is maturity.answer else "zr1")  # type: ignore[operator]
    with pytest.raises(NotFound):
        maturity.state_growth(leader, run, "zr1")
    assert maturity.page(leader, triad.id).halves[0].result is not None
    with pytest.raises(NotFound):
        maturity.page(team[0], 10**6)
    with pytest.raises(NotFound):
        maturity.answer(team[0], 10**6, sheet())


def test_the_point_of_growth_is_stated_by_the_triad_after_the_result(school: Cast) -> None:
    at(OCTOBER)
    team = school.team("ФО-1")
    run = maturity.open_run(team[0], school.triads["ФО-1"].id).id
    with pytest.raises(Conflict):
        maturity.state_growth(team[0], run, "zr1")
    for person in team:
        maturity.answer(person, run, sheet())
    with pytest.raises(Invalid):
        maturity.state_growth(team[0], run, "zr99")
    maturity.state_growth(team[1], run, "zr3", " приходим на трудный урок ")
    assert db.session.get(MaturityRun, run).growth_point == "ЗР3. приходим на трудный урок"  # type: ignore[union-attr]


def test_an_incomplete_triad_waits(school: Cast) -> None:
    at(OCTOBER)
    triad = school.triads["ФО-1"]
    groups.seat(school.people["Журналова"], triad.id, 3, None)
    with pytest.raises(Invalid, match="три человека"):
        maturity.open_run(school.people["Указкина"], triad.id)


def test_the_laboratory_sees_that_it_took_place_and_bands_from_three_up(school: Cast) -> None:
    at(OCTOBER)
    lab = school.people["Графикова"]
    for person in (school.people["Указкина"], school.people["Дневникова"], school.people["Мелков"], stranger()):
        with pytest.raises(NotFound):
            maturity_lists.overview(person)
    assess(school, "ФО-1", 1, 1, 1)
    assess(school, "ФО-2", 2, 2, 2)
    seen = maturity_lists.overview(lab)
    assert seen.bands == {"autumn": None, "spring": None}
    assert sum(t.held["autumn"] for t in seen.teams) == 2 and len(seen.teams) == 10
    for mark in ("4К-1", "4К-2", "ПД-1"):
        assess(school, mark, 1, 1, 1)
    counts = [n for _, n in maturity_lists.overview(lab).bands["autumn"] or ()]
    assert counts[0] is None and all(n is None or n >= 3 for n in counts)
    assert all(not hasattr(t, "mean") for t in seen.teams)


def test_lists_and_the_year_report(school: Cast) -> None:
    at(OCTOBER)
    assess(school, "ФО-1", 1, 1, 2)
    at(APRIL)
    assess(school, "ФО-1", 2, 2, 2)
    leader = school.people["Дневникова"]
    assert [t.triad.title[:4] for t in maturity_lists.teams(leader)] == ["ФО-2", "ФО-1"]
    assert [t.triad.title[:4] for t in maturity_lists.teams(school.people["Указкина"])] == ["ФО-1"]
    assert maturity_lists.teams(school.people["Мелков"]) == []
    year = years.years(leader)[0]
    found = maturity.of_group(school.triads["ФО-1"].group_id, year)
    assert [(t.title[:4], [(r.half, r.mean) for r in results]) for t, results in found] == [
        ("ФО-1", [("autumn", 1), ("spring", 2)]),
        ("ФО-2", []),
    ]


def test_hints_of_the_second_year(school: Cast) -> None:
    person: Person = school.people["Журналова"]
    years.add_year(person, date(2027, 9, 1), date(2028, 5, 31))
    at(datetime(2027, 10, 5, 12))
    for score, said in ((1, "приближается"), (2, "слаженно")):
        mark = {1: "ФО-1", 2: "ФО-2"}[score]
        assess(school, mark, score, score, score)
        page = maturity.page(school.team(mark)[0], school.triads[mark].id)
        assert page.year_of_work == 2 and said in page.hints[0]
    old = maturity.page(school.team("ФО-1")[0], school.triads["ФО-1"].id, years.years(person)[-1].id)
    assert all(h.result is None for h in old.halves) and old.hints == ()


def test_levels_are_four_for_each_of_nine() -> None:
    assert [i.code for i in ITEMS.values()] == [f"ЗР{n}" for n in range(1, 10)]
    said = list(itertools.chain.from_iterable((i.title, *i.levels) for i in ITEMS.values()))
    assert len(said) == 45 and all(text.en for text in said)
