"""What plugins add to types of others: on every bundled type, in any order of loading, each at its own risk."""

from __future__ import annotations

import itertools
import types

import pytest

from engine.api import Contribution, Criterion, Entries, Field, Form, Refusal, Section, Test, complete, hookimpl, refuse
from engine.api import rule as as_rule
from engine.core.snapshot import from_data, to_data
from engine.extension.loader import Source, entry_points
from engine.extension.registry import Registry
from engine.testing import walk
from tests.properties.pieces import WANTED

BUNDLED = [s for s in entry_points() if s.name in ("formative", "fourk", "lab", "project", "sel", "video_consent")]
LESSONS = ("formative", "fourk", "project", "sel")


def adding(name: str, contribution: object, only: tuple[str, ...] = LESSONS) -> Source:
    """A plugin that adds the same to each of the types ``only``."""

    @hookimpl
    def plc_contribute(group_type):  # type: ignore[no-untyped-def]
        return contribution if group_type.key in only else None

    return Source(name, "tests", lambda: types.SimpleNamespace(plc_contribute=plc_contribute))


def sheet(key: str) -> Form:
    return Form(key, "Лист", (Section("part", "Часть", (Field("a", "Вопрос"),)),), roles=("triad_member",))


EXTRA = Criterion("enough_goals", "Р-1", "Цели названы", (Test(Entries("plan", "evidence_plan"), 2, unit="count"),))
TWO = Contribution("Две цели", criteria=(EXTRA,), forms=(("planning", sheet("goals")),))


@pytest.mark.parametrize("key", [*LESSONS, "lab"])
def test_the_bundled_contributor_on_every_bundled_type(key: str) -> None:
    registry = Registry(BUNDLED)
    own, joined = registry.types[key], registry.type_with(key, {"video_consent"})
    assert joined is not None and [p.name for p in registry.plugins if p.quarantined] == []
    if key == "lab":
        assert joined is own
        return
    assert joined.fingerprint != own.fingerprint and registry.type_with(key, ()) is own
    assert [f.key for f in joined.forms if f.owner] == ["filming"]
    owned = [r for r in joined.rules.values() if r.owner]
    assert {r.key for r in owned} == {"video_consent.said", "video_consent.collected"}
    assert joined.owner_title("video_consent") == "Согласие на видео" and joined.owner_title("") == ""
    assert walk(joined, WANTED).stage == "closed"


def test_the_order_of_loading_means_nothing() -> None:
    third = adding("another", TWO)
    made = []
    for order in ([*BUNDLED, third], [third, *reversed(BUNDLED)]):
        registry = Registry(order)
        assert not [p for p in registry.plugins if p.quarantined]
        made.append({k: registry.whole(k).fingerprint for k in sorted(registry.types)})  # type: ignore[union-attr]
    assert made[0] == made[1]


def test_one_that_is_added_later_gives_the_same() -> None:
    third = adding("another", TWO)
    later = Registry(BUNDLED)
    later.add(third)
    at_once = Registry([*BUNDLED, third])
    assert later.whole("sel").fingerprint == at_once.whole("sel").fingerprint  # type: ignore[union-attr]


def test_an_extra_criterion_carries_its_owner_and_survives_the_snapshot() -> None:
    joined = Registry([*BUNDLED, adding("another", TWO)]).type_with("fourk", {"another"})
    assert joined is not None and joined.criteria[-1].owner == "another"
    assert [a.key for a in joined.additions] == ["another"]
    back = from_data(to_data(joined), joined.rules)
    assert back.owner_title(back.criteria[-1].owner) == "Две цели" and back.fingerprint == joined.fingerprint


BROKEN = {
    "no such action": Contribution("К", rules=(("fly", complete("plan", (), "П", "П")),)),
    "no such stage": Contribution("К", forms=(("moon", sheet("goals")),)),
    "no such field": Contribution("К", criteria=(Criterion("c", "К", "К", (Test(Entries("plan", "lost"), 1),)),)),
    "a key that is taken": Contribution("К", forms=(("planning", sheet("plan")),)),
    "a range of the future": Contribution("К", api=">=9"),
    "not a contribution": {"title": "К"},
}


@pytest.mark.parametrize("fault", BROKEN)
def test_one_that_breaks_a_type_is_quarantined_alone(fault: str) -> None:
    plain = Registry(BUNDLED)
    registry = Registry([adding("broken", BROKEN[fault], ("sel",)), *BUNDLED])
    assert [p.name for p in registry.plugins if p.quarantined] == ["broken"]
    broken = next(p for p in registry.plugins if p.name == "broken")
    assert broken.reason and registry.plugin("broken") is None
    for key in plain.types:
        assert registry.whole(key).fingerprint == plain.whole(key).fingerprint  # type: ignore[union-attr]


def test_of_two_that_clash_the_same_one_goes_whatever_the_order() -> None:
    first, second = adding("a_first", TWO), adding("b_second", Contribution("Иные", forms=TWO.forms))
    for order in itertools.permutations([first, second, BUNDLED[0]]):
        registry = Registry(order)
        gone = [p for p in registry.plugins if p.quarantined]
        assert [p.name for p in gone] == ["b_second"]
        assert "не уживается" in gone[0].reason and "«Две цели»" in gone[0].reason
        assert list(registry.contributions[next(iter(registry.types))]) == ["a_first"]


def test_nobody_answers_for_a_rule_of_another() -> None:
    """A contribution with a rule named like one of the type leaves the type's own rule as it is."""

    @as_rule("lesson_study.package", "Пакет полный", en="The package is complete")
    def lenient(view):  # type: ignore[no-untyped-def]
        return None

    registry = Registry([*BUNDLED, adding("sly", Contribution("Хитрое", rules=(("approve_schedule", lenient),)))])
    whole = registry.whole("fourk")
    assert whole is not None
    own = registry.types["fourk"].rules["lesson_study.package"]
    assert whole.rules["lesson_study.package"].check is own.check
    assert whole.rules["sly.lesson_study.package"].owner == "sly"


def test_a_refusal_tells_whose_it_is() -> None:
    @as_rule("another.never", "Никогда", en="Never")
    def never(view):  # type: ignore[no-untyped-def]
        return refuse("Нельзя", "No", roles=("triad_member",))

    never_plan = Contribution("Запрет", rules=(("approve_plan", never),))
    joined = Registry([*BUNDLED, adding("another", never_plan)]).type_with("sel", {"another"})
    assert joined is not None
    world = walk(joined, to="planning")
    found: list[Refusal] = [r for v in world.verdicts(1) if v.action.key == "approve_plan" for r in v.refusals]
    assert [r.owner for r in found if r.code == "another.never"] == ["another"]
