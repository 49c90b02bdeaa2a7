"""«Согласие на видео»: what is filmed without consents is refused in words, what is not filmed asks for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.definition import GroupType
from engine.extension.loader import entry_points
from engine.extension.registry import Registry
from engine.testing import World, assert_allows, assert_refuses, walk

SAID, COLLECTED = "video_consent.said", "video_consent.collected"
CONSENTS = {"parents": True, "teacher": True, "checked_by": "секретарь", "purposes": ["triad"]}


@pytest.fixture(scope="module")
def joined() -> GroupType:
    registry = Registry(s for s in entry_points() if s.name in ("formative", "video_consent"))
    made = registry.type_with("formative", {"video_consent"})
    assert made is not None and made.additions
    return made


@pytest.fixture
def planned(joined: GroupType) -> World:
    """A plan that is agreed on; nothing is said of filming yet."""
    world = walk(joined, to="conducting")
    world.stage = "planning"
    del world.sheets["filming", 1, 0]
    return world


def test_it_is_said_before_the_lesson_whether_it_is_filmed(planned: World) -> None:
    assert_refuses(planned, "approve_plan", SAID)
    planned.write("filming", {"filmed": "no"})
    assert_allows(planned, "approve_plan")


def test_a_sheet_that_is_not_handed_in_says_nothing(planned: World) -> None:
    planned.write("filming", {"filmed": "no"}, complete=False)
    assert_refuses(planned, "approve_plan", SAID)


@pytest.mark.parametrize("lacking", CONSENTS)
@pytest.mark.parametrize("filmed", ["board", "class"])
def test_no_filming_without_every_consent(planned: World, lacking: str, filmed: str) -> None:
    given: dict[str, Any] = {**CONSENTS, "filmed": filmed, lacking: None}
    planned.write("filming", given)
    assert_refuses(planned, "approve_plan", COLLECTED)
    planned.write("filming", {**given, lacking: CONSENTS[lacking]})
    assert_allows(planned, "approve_plan")


def test_a_sheet_changed_before_the_lesson_stops_the_lesson(planned: World) -> None:
    planned.stage = "conducting"
    planned.write("observation", owner=2)
    planned.write("observation", owner=3)
    planned.write("filming", {**CONSENTS, "filmed": "class"})
    assert_allows(planned, "lesson_done")
    planned.write("filming", {**CONSENTS, "filmed": "class", "parents": False})
    assert_refuses(planned, "lesson_done", COLLECTED)


def test_the_reason_says_what_who_and_where(planned: World) -> None:
    planned.write("filming", {**CONSENTS, "filmed": "class", "parents": False, "checked_by": ""})
    (reason,) = [r for v in planned.verdicts(1) for r in v.refusals if r.code == COLLECTED and v.action.kind == "main"]
    assert "согласия родителей, кто их проверил" in reason.text and "parents" in reason.text.en  # type: ignore[attr-defined]
    assert (reason.link.key, reason.link.round, reason.roles) == ("filming", 1, ("triad_member",))  # type: ignore[union-attr]
    assert not reason.waivable and reason.owner == "video_consent"


def test_no_child_can_be_named_on_it(joined: GroupType) -> None:
    """The consents themselves are the school's papers: the sheet has ticks, a colleague and a member of staff."""
    kinds = {i.key: getattr(i, "kind", "") for _, i in joined.form("filming").items()}
    assert [key for key, kind in kinds.items() if kind in ("line", "text", "list", "files", "url")] == ["checked_by"]
