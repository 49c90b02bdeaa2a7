"""Whoever may not press a button is told why, who can help and where."""

from __future__ import annotations

import re

import pytest

from engine.core.definition import GroupType
from engine.core.text import localise
from engine.testing import World
from tests.explained.table import FILE, explained, lines, moments, owners, place, types

RUSSIAN = re.compile("[а-яё]")
UNFILLED = re.compile(r"\{\w*\}|None|\bset\(|\[\]")
BASE_PAGES = re.compile(r"/(cycles/1(/[a-z_/0-9]*)?(#[a-z0-9_-]+)?|groups/1|types)\Z")
CASES = [pytest.param(d, m, w, id=f"{d.key}-{m}") for d in types() for m, w in moments(d)]


def test_the_table_is_the_one_that_was_read_and_agreed_on() -> None:
    assert "\n".join(lines()) + "\n" == FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("definition", "moment", "world"), CASES)
def test_every_refusal_has_a_text_an_owner_and_a_place(definition: GroupType, moment: str, world: World) -> None:
    seen = list(explained(world))
    assert seen, "nothing leaves the stage"
    for role, verdict in seen:
        for refusal in verdict.refusals:
            where = (role, verdict.action.key, refusal)
            assert RUSSIAN.search(refusal.text), where
            assert localise(refusal.text, "en") != refusal.text, where
            for text in (refusal.text, localise(refusal.text, "en")):
                assert not UNFILLED.search(text), where
            assert owners(world, refusal), where
            assert BASE_PAGES.match(place(refusal)), where


@pytest.mark.parametrize(("definition", "moment", "world"), CASES)
def test_every_action_is_open_to_a_holder_or_says_more_than_whose_it_is(
    definition: GroupType, moment: str, world: World
) -> None:
    for verdict in world.verdicts(world.team[0]):
        holders = world.holders(verdict)
        answers = [v for i in holders for v in world.verdicts(i) if v.action.key == verdict.action.key]
        assert answers
        assert all(r.code != "role" for v in answers for r in v.refusals)
