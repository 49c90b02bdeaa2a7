"""What a rule sees in a press: the view of the cycle, whose parts are read when somebody looks at them.

What no hand reads is read in a session, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.definition import GroupType
from engine.core.frozen import FrozenDict, frozen
from engine.core.view import CycleView, Person
from engine.services import feeds, parts, scenes, settings, tallies
from engine.services.by_hand import Elsewhere
from engine.services.scenes import Scene
from engine.services.seen import Seen
from engine.store.prepared import Hand, Read, Row


def view(hand: Hand, scene: Scene, definition: GroupType, moment: datetime, given: Mapping[str, Any]) -> Seen:
    """The cycle as a rule sees it now. Where it goes in rounds, whoever is not named to teach does so by turns."""
    lead = parts.lead_of(scene.cycle.round, scene.lead_id, scene.team) if definition.process.loop else None
    names = parts.Names(hand.rows, scene.team)

    def more(form: str) -> tuple[list[Row], parts.Values]:
        (call,) = scenes.sheets(scene.cycle.id, [form] if form else None)
        return hand.together(call)[0], hand.reader(call[0])

    read = hand.reader(parts.SHEETS if scene.forms is None else parts.SHEETS_OF)
    documents = parts.Sheets(scene.sheets, names, read, known=scene.forms, more=more)
    told = frozen(given) if given else FrozenDict()
    return _seen(hand.rows, scene, definition, documents, scene.presser, _roles(scene, lead), moment, told)


def after(hand: Hand, seen: Seen, scene: Scene, definition: GroupType) -> Seen:
    """The view once the press is written, for its effects: read anew but for the documents, which no press writes."""
    roles = roles_after(scene, seen, scene.cycle.round)
    return _seen(hand.rows, scene, definition, seen.documents, seen.actor, roles, seen.now, FrozenDict())


def _seen(
    read: Read,
    scene: Scene,
    definition: GroupType,
    documents: parts.Sheets,
    actor: Person | None,
    roles: Mapping[str, tuple[Person, ...]],
    moment: datetime,
    given: Mapping[str, Any],
) -> Seen:
    cycle, team = scene.cycle, scene.team

    def fact(name: str) -> Any:
        if not feeds.tells_of_cycle(name):
            raise Elsewhere(reading=True)
        return feeds.of_cycle(read, cycle.id, name)

    return Seen(
        documents,
        {
            "tallies": lambda: tallies.of_cycle(cycle.id, read),
            "rounds": lambda: parts.rounds(read, cycle.id, team, documents.names),
            "thresholds": lambda: parts.thresholds(read, scene.group_id),
            "waived": lambda: parts.waived(read, cycle.id, cycle.round),
            "settings": lambda: frozen(settings.of(cycle.school_id, definition, read)),
        },
        definition.process.feeds,
        fact,
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=moment,
        actor=actor,
        roles=roles,
        given=given,
    )


def _roles(scene: Scene, lead: int | None) -> FrozenDict:
    team = scene.team
    return FrozenDict(
        triad_member=tuple(team.values()),
        lead_teacher=(team[lead],) if lead is not None else (),
        observer=tuple([person for id_, person in team.items() if id_ != lead]),
        group_leader=(scene.leader,) if scene.leader else (),
        psychologist=(scene.psychologist,) if scene.psychologist else (),
    )


def roles_after(scene: Scene, view: CycleView, round_: int) -> Mapping[str, tuple[Person, ...]]:
    """Who holds which role once the cycle stands in ``round_``: another lesson is taught by another of the team."""
    if round_ == view.round:
        return view.roles
    named = view.round_facts(round_).facts.get("lead")
    return _roles(scene, parts.lead_of(round_, named.id if named else None, scene.team))
