"""The Laboratory: the board, summaries, maps; small counts that nothing gives away."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.services import demo, handovers, types
from engine.services.demo.driver import at, press
from engine.services.demo.school import Cast
from engine.services.errors import NotFound
from engine.services.laboratory import deficit_map, small, summaries
from engine.services.laboratory.board import board
from engine.store.bank import MiniReport, Trial
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit, Handover
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.installation import cast, running
from tests.services.roads import road, stranger


@pytest.fixture(scope="module")
def told(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """The whole demo school, read alone."""
    with running(shutil.copytree(loaded, tmp_path_factory.mktemp("told") / "instance")):
        demo.load()  # it is; the clock is set
        yield cast()


# -- small counts ---------------------------------------------------------------------------------------------------


def test_no_hidden_count_follows_from_what_is_shown() -> None:
    """Whoever knows the cells and the total still finds every hidden cell open from none to two."""
    for parts in itertools.product(range(6), repeat=4):
        cells, whole = small.shown(parts), small.total(parts)
        hidden = [i for i, cell in enumerate(cells) if cell is None]
        if whole is None or not hidden:
            continue
        rest = whole - sum(c for c in cells if c is not None)
        fits = [f for f in itertools.product(range(3), repeat=len(hidden)) if sum(f) == rest]
        for place in range(len(hidden)):
            assert {f[place] for f in fits} == {0, 1, 2}, parts


def test_no_part_follows_from_a_known_total() -> None:
    for parts in itertools.product(range(6), repeat=3):
        cells = small.beside_total(parts)
        assert all(cell is None or cell == n >= 3 for cell, n in zip(cells, parts, strict=True))
        hidden = [n for n, cell in zip(parts, cells, strict=True) if cell is None]
        assert len(hidden) != 1, parts


# -- the map of deficits --------------------------------------------------------------------------------------------


def _name(cycle: Cycle, person: Person, **other: object) -> None:
    moment = datetime(2026, 11, 1, 10)
    values = {
        "group_key": "assessment",
        "text": "слова учителя",
        "evidence": "лист",
        "level": 2,
        "visibility": "lab",
        "confirmed": True,
        "status": "found",
        "person_id": person.id,
        "proposed_by": person.id,
        "created_at": moment,
        "changed_at": moment,
    }
    with unit_of_work():
        db.session.add(Deficit(cycle_id=cycle.id, **{**values, **other}))


def _row(school: Cast, key: str = "assessment") -> deficit_map.MapRow:
    return next(r for r in deficit_map.deficit_map(school.people["Графикова"]).rows if r.key == key)


def test_a_cell_is_shown_from_three_different_teachers(school: Cast) -> None:
    first, team = road(school, "setup")
    second, others = road(school, "setup", mark="ПД-2")
    for _ in range(5):
        _name(first, team[0])
    _name(first, team[1])
    assert not _row(school).told, "six deficits of two teachers"
    _name(second, others[0], status="closed")
    row = _row(school)
    assert (sorted(row.cells, key=str), row.whole) == ([3, None, None, None], None)
    assert row.states == (None, None, None)


@pytest.mark.parametrize(
    "other",
    [
        {"confirmed": False},
        {"visibility": "me"},
        {"visibility": "triad"},
        {"visibility": "leader"},
        {"status": "withdrawn"},
        {"person_id": None},
        {"group_key": "digital"},
    ],
)
def test_what_is_not_the_laboratorys_is_not_counted(school: Cast, other: dict[str, object]) -> None:
    cycle, team = road(school, "setup")
    _name(cycle, team[0])
    _name(cycle, team[1])
    _name(cycle, team[2], **other)
    assert not _row(school).told


def test_where_a_deficit_stands_is_told_from_three_up(school: Cast) -> None:
    first, team = road(school, "setup")
    second, others = road(school, "setup", mark="ПД-2")
    for person in team:
        _name(first, person, status="closed")
    for person in others:
        _name(second, person, status="in_work")
    assert _row(school).states == (None, None, 3), "a second one is hidden, or the empty one would follow"
    assert _row(school).cells.count(6) == 1


def test_the_map_holds_no_words_and_no_names(school: Cast) -> None:
    cycle, team = road(school, "setup")
    for person in team:
        _name(cycle, person)
    shown = repr(deficit_map.deficit_map(school.people["Графикова"]))
    assert "слова учителя" not in shown and not any(p.last_name in shown for p in team)


@pytest.mark.parametrize("name", ["Указкина", "Макетов", "Мелков"])
def test_the_maps_are_the_laboratorys(school: Cast, name: str) -> None:
    for person in (school.people[name], stranger()):
        for page in (deficit_map.deficit_map, summaries.technique_map, summaries.figures):
            with pytest.raises(NotFound):
                page(person)


# -- the board ------------------------------------------------------------------------------------------------------


def test_the_board_puts_the_longest_waiting_first(school: Cast) -> None:
    late, _ = road(school, "planning", mark="ПД-2")
    early, team = road(school, "planning", mark="ПД-1")
    at(datetime(2026, 12, 1, 10))
    seen = board(school.people["Графикова"])
    assert [p.group.type_key for p in seen.parts] == ["fourk", "project", "formative", "sel"]
    part = next(p for p in seen.parts if p.group.type_key == "project")
    assert [r.late for r in part.rows] == sorted((r.late for r in part.rows), reverse=True)
    assert {r.cycle.id for r in seen.help_first if r.cycle} == {late.id, early.id}
    assert all(r.late > 0 and r.waits for r in seen.help_first)
    assert len(part.columns) == 5 and [n for n, _ in part.columns] == [0, 1, 2, 3, 0]
    press(team[0], early, "hold", reason="карантин")
    held = board(school.people["Графикова"])
    assert {r.cycle.id for r in held.help_first if r.cycle} == {late.id}, "what is suspended is not late"
    types.switch(school.people["Журналова"], "project", "disabled")
    assert board(school.people["Графикова"]).help_first == ()


def test_a_leader_sees_the_own_group_alone(school: Cast) -> None:
    road(school, "planning")
    leader = school.people["Макетов"]
    assert [p.group.type_key for p in board(leader).parts] == ["project"]
    foreign = board(school.people["Графикова"]).parts[0].group.id
    assert board(leader, foreign).parts == ()
    for person in (school.people["Листикова"], school.people["Мелков"], stranger()):
        with pytest.raises(NotFound):
            board(person)


def test_days_off_are_no_delay(school: Cast) -> None:
    cycle, _ = road(school, "setup")
    with unit_of_work():
        cycle.stage_since = datetime(2026, 10, 23, 9)
    at(datetime(2026, 11, 2, 9))
    row = next(r for p in board(school.people["Графикова"]).parts for r in p.rows if r.cycle)
    assert row.late == 0


# -- summaries ------------------------------------------------------------------------------------------------------


def test_a_live_summary_holds_figures_and_no_words_of_the_triad(told: Cast) -> None:
    lab = told.people["Графикова"]
    going = db.session.scalars(select(Cycle).where(Cycle.stage == "defence")).one()
    cycle, summary, arrived = summaries.of_cycle(lab, going.id)
    assert (cycle.id, arrived) == (going.id, False)
    assert (summary["conclusions"], summary["decision"], summary["bank"]) == ([], {}, [])
    said = json.dumps(summary, ensure_ascii=False)
    assert not any(p.last_name in said for p in told.people.values())
    assert "deficits" not in summary
    leader = told.people["Макетов"]
    assert summaries.of_cycle(leader, going.id)[1]["lessons"] == 3
    foreign = db.session.scalars(select(Cycle).where(Cycle.stage == "closed")).one()
    laboratory = db.session.scalars(select(Cycle).where(Cycle.type_key == "lab")).first()
    assert laboratory is not None
    for person, cycle_id in (
        (leader, foreign.id),
        (told.people["Указкина"], foreign.id),
        (lab, 10**6),
        (lab, laboratory.id),
    ):
        with pytest.raises(NotFound):
            summaries.of_cycle(person, cycle_id)


def test_an_arrived_summary_is_the_stored_one(told: Cast) -> None:
    lab = told.people["Графикова"]
    closed = db.session.scalars(select(Cycle).where(Cycle.stage == "closed")).one()
    _, summary, arrived = summaries.of_cycle(lab, closed.id)
    assert arrived and summary == handovers.one(lab, closed.id).summary
    assert summary["disagreements"] == [
        {"round": 2, "code": "ФО8", "title": summary["disagreements"][0]["title"]},
    ]


def test_the_map_of_techniques_tells_conditions_and_results(told: Cast) -> None:
    rows = {r.key: r for r in summaries.technique_map(told.people["Графикова"])}
    assert {"criteria_together", "exit_ticket", "two_stars", "self_sheet", "traffic_light"} == {
        k for k in rows if rows[k].uses
    }
    (use,) = rows["two_stars"].uses
    assert [place.partition(", ")[2] for place in use.places] == ["Русский язык", "География"]
    assert (round(use.first or 0, 2), round(use.last or 0, 2), use.met, use.criteria) == (0.95, 2.29, 5, 5)
    assert "не меньше 8 минут" in use.works and use.untested.startswith("Без образцов") and use.changed == ""


def test_figures_add_up_summaries_lesson_by_lesson(told: Cast) -> None:
    (found,), coverage = summaries.figures(told.people["Графикова"])
    assert round((coverage or 0) * 100, 1) == 83.3
    assert [round(m or 0, 2) for m in found.sections[0][1]] == [1.17, 2.0, 2.67]
    assert [round((s or 0) * 100, 1) for s in found.agreement[0][1]] == [72.7, 82.6, 95.2]
    assert found.differed == ("ФО8, 2",)
    code, _, met, all_ = found.criteria[0]
    assert (code, met, all_) == ("ФО-К1", 1, 1)


def test_summaries_of_before_are_still_read(told: Cast) -> None:
    old = dict(db.session.scalars(select(Handover)).one().summary)
    for key in ("used", "changed", "disagreements"):
        old.pop(key)
    figures = summaries._figures([old])
    assert figures.differed == () and figures.cycles == 1


def test_trials_by_others_are_counted_by_outcome(school: Cast) -> None:
    cycle, team = road(school, "setup")
    moment = datetime(2026, 11, 1, 10)
    with unit_of_work():
        db.session.add(
            MiniReport(
                cycle_id=cycle.id,
                school_id=cycle.school_id,
                group_id=cycle.triad.group_id,
                title="Отчёт",
                techniques=["gallery"],
                summary="Галерея",
                at=moment,
                by_id=team[0].id,
            )
        )
        db.session.flush()
        for outcome in ("worked", "worked", "failed", ""):
            db.session.add(
                Trial(
                    school_id=cycle.school_id, cycle_id=cycle.id, person_id=team[1].id, outcome=outcome, taken_at=moment
                )
            )
    (row,) = summaries.technique_map(school.people["Графикова"])
    assert (row.key, row.uses, row.trials) == ("gallery", [], {"worked": 2, "failed": 1, "": 1})
