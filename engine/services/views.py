"""From rows to the read-only view that rules, criteria and pages look at. A fixed number of statements a cycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.definition import GroupType
from engine.core.view import CycleView, Person
from engine.services import feeds, parts, settings, tallies
from engine.services.access import actor as as_actor
from engine.services.access import lab_members, members
from engine.services.editions import Editions
from engine.services.host import now
from engine.store import people as store
from engine.store.cycles import Cycle, Round
from engine.store.reading import direct


def view_of(
    cycle: Cycle, definition: GroupType, actor: store.Person | None, given: Mapping[str, Any] | None = None
) -> CycleView:
    """Everything a rule may know about ``cycle`` now, as ``actor`` sees it."""
    team = {m.person_id: as_actor(m.person) for m in members(cycle.triad)}
    rounds = {r.n: r for r in cycle.rounds}
    names = parts.Names(direct, team)
    sheets = parts.Sheets(direct(parts.SHEETS, cycle=cycle.id), names, today=_today(cycle))
    return CycleView(
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=now(),
        actor=as_actor(actor) if actor else None,
        roles=_roles(cycle, team, rounds.get(cycle.round)),
        sheets=sheets.all(),
        tallies=tallies.of_cycle(cycle.id),
        rounds=tuple(parts.facts(r, team, names) for r in cycle.rounds),
        facts=feeds.gather(cycle, definition.process.feeds),
        thresholds=parts.thresholds(direct, cycle.triad.group_id),
        waived=parts.waived(direct, cycle.id, cycle.round),
        given=given or {},
        settings=settings.of(cycle.school_id, definition),
    )


def _today(cycle: Cycle) -> Any:
    return Editions(cycle).today if cycle.upgrades else None


def _roles(cycle: Cycle, team: Mapping[int, Person], round_: Round | None) -> dict[str, tuple[Person, ...]]:
    group = cycle.triad.group
    lead = lead_of(round_, team)
    roles = {
        "triad_member": tuple(team.values()),
        "lead_teacher": (team[lead],) if lead is not None else (),
        "observer": tuple(p for i, p in team.items() if i != lead),
        "group_leader": (as_actor(group.leader),) if group.leader else (),
        "psychologist": (as_actor(group.psychologist),) if group.psychologist else (),
    }
    if group.type_key == "lab":
        roles["lab_member"] = tuple(as_actor(p) for p in lab_members(cycle.school_id))
    return roles


def lead_of(round_: Round | None, team: Mapping[int, Person]) -> int | None:
    """Who teaches the lesson of a round; nobody where there is none."""
    return parts.lead_of(round_.n, round_.lead_id, team) if round_ else None
