"""«Взаимный коучинг»: the contract every type keeps, the change of roles, and the rules of the pair."""

from __future__ import annotations

import trefoil_coaching

from engine.testing import GroupTypeContract, assert_allows, assert_refuses, go_on, walk

TYPE = trefoil_coaching.plc_group_type()
AGREED = {"outcome": {"choice": "again"}}


class TestContract(GroupTypeContract):
    plugin, wanted = trefoil_coaching, AGREED


def test_roles_change_with_the_round() -> None:
    world = walk(TYPE, to="visit")
    assert (world.team, world.lead) == ([1, 2], 1)
    assert [p.id for p in world.roles()["observer"]] == [2]
    go_on(world, to="visit", round=2)
    assert world.lead == 2


def test_the_coach_takes_the_request_nobody_else_does() -> None:
    world = walk(TYPE, to="request")
    world.write("request")
    assert_refuses(world, "accept_request", "coaching.visit_dated")
    assert_refuses(world, "accept_request", "role", actor=world.lead)


def test_two_questions_are_no_talk() -> None:
    world = walk(TYPE, to="talk")
    asked = [{"question": f"Что вы заметили? {n}", "answer": "Шестеро молчали"} for n in (1, 2)]
    world.write("talk", {"questions": asked, "step_by": "2026-12-01"})
    assert_refuses(world, "talked", "coaching.open_questions")
    world.write(
        "talk", {"questions": [*asked, {"question": "Что дальше?", "answer": "Спрошу"}], "step_by": "2026-12-01"}
    )
    assert_allows(world, "talked")


def test_a_step_of_yesterday_is_no_step() -> None:
    world = walk(TYPE, to="talk")
    world.write("talk", {"step_by": "2026-09-01"})
    assert_refuses(world, "talked", "coaching.step_has_a_term")


def test_the_decision_is_common() -> None:
    world = walk(TYPE, to="outcome")
    for owner, choice in ((1, "again"), (2, "enough")):
        world.write("outcome", {"choice": choice}, owner=owner)
    assert_refuses(world, "decide", "coaching.one_decision")
    world.write("outcome", {"choice": "again"}, owner=2)
    assert_allows(world, "decide")
