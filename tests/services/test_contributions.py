"""Contributions in a school: switched on for cycles to come, kept by those that began with them, told everywhere."""

from __future__ import annotations

import types

import pytest

from engine.api import Contribution, Criterion, Entries, Test, Text, hookimpl, refuse, rule
from engine.extension.loader import Source
from engine.services import contributions, cycles, thresholds
from engine.services import journal as story
from engine.services import types as service
from engine.services.definitions import check_versions, definition_of, offered
from engine.services.demo.school import Cast
from engine.services.errors import Invalid
from engine.services.host import host
from engine.services.papers.cycle import story as paper
from engine.services.views import view_of
from engine.store.cycles import Cycle, DefinitionSnapshot
from engine.store.database import db
from tests.services.roads import road, stranger


@rule("strict.never", "Строгое правило", en="A strict rule", waivable=True)
def never(view):  # type: ignore[no-untyped-def]
    return refuse("Строго нельзя", "Strictly not", roles=("group_leader",), form="passport")


ENOUGH = Criterion("enough", "С-1", "Данных достаточно", (Test(Entries("plan", "evidence_plan"), 2, unit="count"),))
STRICT = Contribution(
    Text("Строгость", en="Strictness"), "Для проверки", rules=(("approve_schedule", never),), criteria=(ENOUGH,)
)


@hookimpl
def plc_contribute(group_type):  # type: ignore[no-untyped-def]
    return STRICT if group_type.key == "project" else None


@pytest.fixture
def strict(school: Cast) -> Cast:
    """The school with one more contributor installed, switched on."""
    plugin = types.SimpleNamespace(plc_contribute=plc_contribute)
    host().registry.add(Source("strict", "tests", lambda: plugin))
    service.switch(school.people["Журналова"], "strict", "enabled")
    return school


def opened(school: Cast) -> Cycle:
    cycle, _team = road(school, "setup")
    return cycle


def test_it_is_in_the_cycles_opened_from_then_on(school: Cast) -> None:
    admin = school.people["Журналова"]
    before, _team = road(school, "setup", mark="ПД-1")
    service.switch(admin, "video_consent", "enabled")
    after, _ = road(school, "setup", mark="ПД-2")
    assert definition_of(before).additions == ()
    assert [a.key for a in definition_of(after).additions] == ["video_consent"]
    assert after.version == before.version and after.fingerprint != before.fingerprint
    (opening,) = story.entries(after)
    assert opening[0].label["text"]["ru"] == "Цикл открыт. Действуют дополнения: Согласие на видео"
    assert opening[0].label["text"]["en"].endswith("Additions in force: Consent to filming")
    assert story.entries(before)[0][0].label["text"]["ru"] == "Цикл открыт"


def test_a_cycle_keeps_it_when_it_is_switched_off(strict: Cast) -> None:
    cycle = opened(strict)
    service.switch(strict.people["Журналова"], "strict", "disabled")
    refusals = [r for v in cycles.explain(cycle, strict.team("ПД-1")[0]) for r in v.refusals]
    assert [r.owner for r in refusals if r.code == "strict.never"] == ["strict"]
    other, _ = road(strict, "setup", mark="ПД-2")
    assert definition_of(other).additions == ()


def test_of_one_that_is_gone_the_rule_says_so_and_who_can_help(strict: Cast) -> None:
    cycle = opened(strict)
    registry = host().registry
    gone = registry.plugin("strict")
    assert gone is not None
    registry._drop(gone, "Удалён")  # as when the installation starts without it
    (reason,) = {
        (r.text, r.roles, r.owner)
        for v in cycles.explain(cycle, strict.team("ПД-1")[0])
        for r in v.refusals
        if r.code == "strict.never"
    }
    assert reason == (
        "Правило «Строгое правило» недоступно: его плагин не установлен. Обратитесь к администратору",
        ("school_admin",),
        "strict",
    )
    assert definition_of(cycle).owner_title("strict") == "Строгость"


def test_a_lifted_rule_is_told_with_its_owner(strict: Cast) -> None:
    cycle = opened(strict)
    leader = cycle.triad.group.leader
    assert leader is not None
    cycles.waive(cycle.id, leader, "strict.never", "согласовано с районом")
    entry = story.entries(cycle)[-1][0]
    assert entry.label["text"]["ru"] == "Снято ограничение «Строгое правило» (добавлено: Строгость)"
    assert entry.label["text"]["en"] == "Rule lifted: “A strict rule” (added: Strictness)"
    assert entry.given == {"reason": "согласовано с районом", "owner": "strict"}
    assert "добавлено: Строгость" in str(paper(leader, cycle.id))


def test_the_version_of_the_type_is_not_in_doubt(strict: Cast) -> None:
    """Two definitions of one version are pinned, with the contribution and without: the type stays usable."""
    joined = opened(strict)
    service.switch(strict.people["Журналова"], "strict", "disabled")
    plain, _ = road(strict, "setup", mark="ПД-2")
    rows = {s.fingerprint: s.base for s in db.session.query(DefinitionSnapshot).filter_by(type_key="project")}
    assert rows[joined.fingerprint] == plain.fingerprint and rows[plain.fingerprint] == ""
    check_versions()
    assert host().registry.plugin("project") is not None


def test_an_extra_criterion_is_asked_and_its_threshold_can_be_set(strict: Cast) -> None:
    cycle = opened(strict)
    group = cycle.triad.group
    leader = group.leader
    assert leader is not None
    thresholds.set_thresholds(leader, group.id, {"enough.0": 3.0})
    definition = definition_of(cycle)
    assert definition.criteria[-1].owner == "strict"
    assert view_of(cycle, definition, leader).thresholds["enough.0"] == 3.0


def test_the_card_tells_what_it_adds_to_what(strict: Cast) -> None:
    admin = strict.people["Журналова"]
    found = {c.key: c for c in contributions.cards(admin)}
    assert set(found) == {"strict", "video_consent"}
    assert [a.type.key for a in found["video_consent"].to] == ["formative", "fourk", "project", "sel"]
    assert (found["strict"].state, found["video_consent"].state) == ("enabled", "")
    assert {c.key for c in service.cards(admin)}.isdisjoint(found)
    assert [card.key for card, _ in contributions.to_type(admin, "project")] == ["strict", "video_consent"]


def test_what_is_not_installed_cannot_be_switched_on(school: Cast) -> None:
    with pytest.raises(Invalid):
        service.switch(school.people["Журналова"], "nothing", "enabled")


def test_another_school_s_switch_changes_nothing_here(strict: Cast) -> None:
    other = stranger()
    service.switch(other, "video_consent", "enabled")
    assert offered(strict.people["Журналова"].school_id, "sel").additions == ()  # type: ignore[union-attr]
