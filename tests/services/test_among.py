"""Cycles that are looked at together are seen as each alone."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy import select

from engine.core.view import CycleView
from engine.services import moves
from engine.services.cycles import open_cycle
from engine.services.definitions import definition_of
from engine.services.demo.school import Cast
from engine.services.laboratory.board import board
from engine.services.views import Among, seen_of, view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from tests.services.roads import road
from tests.webui.crawling import counting


def whole(view: CycleView) -> dict[str, Any]:
    """All there is to see, but the moment."""
    seen = {field.name: getattr(view, field.name) for field in dataclasses.fields(CycleView) if field.name != "now"}
    return {**seen, "sheets": list(seen["sheets"]), "facts": dict(seen["facts"])}


def going(school: Cast) -> list[Cycle]:
    """Cycles at several places of their roads."""
    road(school, "discussion", mark="ПД-1")
    road(school, "planning", mark="ПД-2")
    open_cycle(school.triads["ФО-1"], school.team("ФО-1")[0])
    db.session.expire_all()
    return list(db.session.scalars(select(Cycle).order_by(Cycle.id)))


def test_a_view_among_others_is_the_view_alone(school: Cast) -> None:
    cycles = going(school)
    for person in (school.people["Графикова"], school.people["Макетов"]):
        among = Among(cycles, person)
        for cycle in cycles:
            definition = definition_of(cycle)
            assert whole(among.seen_of(cycle, definition)) == whole(view_of(cycle, definition, person))
    assert any(view_of(c, definition_of(c), None).sheets for c in cycles)


def test_they_stand_where_each_stands_alone(school: Cast) -> None:
    cycles = going(school)
    for person in (school.people["Графикова"], school.people["Макетов"]):
        together = moves.standings(cycles, person)
        for cycle, stand in zip(cycles, together, strict=True):
            alone = moves.standing(cycle, person)
            assert (stand.cycle, stand.mine, stand.others) == (cycle, alone.mine, alone.others)
            assert (stand.verdicts, stand.stopped) == (alone.verdicts, alone.stopped)
    assert moves.standings([], school.people["Графикова"]) == []


def test_a_board_costs_the_same_however_many_triads_go(school: Cast) -> None:
    lab, sent = school.people["Графикова"], []
    for n in (1, 2):
        road(school, "planning", mark=f"ПД-{n}")
        open_cycle(school.triads[f"ФО-{n}"], school.team(f"ФО-{n}")[0])
        board(lab)
        db.session.rollback()
        with counting() as statements:
            going = [row.standing for part in board(lab).parts for row in part.rows if row.standing]
        assert len(going) == 2 * n
        sent.append(len(statements))
    assert sent[0] == sent[1]


def test_people_of_the_laboratory_are_named_by_the_statement_that_finds_them(school: Cast) -> None:
    mark = next(mark for mark, triad in school.triads.items() if triad.group.type_key == "lab")
    cycle = open_cycle(school.triads[mark], school.team(mark)[0])
    db.session.rollback()
    with counting() as statements:
        seen = seen_of(db.session.get_one(Cycle, cycle.id), definition_of(cycle), school.team(mark)[0])
        before = len(statements)
        members, team = seen.holders("lab_member"), seen.holders("triad_member")
    assert before and len(members) > len(team) > 0 and set(team) < set(members)
    assert len(statements) == before
