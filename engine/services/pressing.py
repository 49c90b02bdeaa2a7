"""What a rule sees in a press: the view of the cycle, whose parts are read when somebody looks at them.

What no hand reads is read in a session, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.definition import GroupType
from engine.core.frozen import FrozenDict, frozen
from engine.core.view import Person
from engine.services import feeds, parts, scenes, settings, tallies
from engine.services.by_hand import Elsewhere
from engine.services.names import Names
from engine.services.scenes import Scene
from engine.services.seen import Seen
from engine.store.prepared import Hand, Read, Row

_NOTHING = FrozenDict()


def view(hand: Hand, scene: Scene, definition: GroupType, moment: datetime, given: Mapping[str, Any]) -> Seen:
    """The cycle as a rule sees it now. Where it goes in rounds, whoever is not named to teach does so by turns."""
    cycle = scene.cycle

    def around() -> Mapping[int, Person]:
        return scenes.people(hand, cycle.id, scene.presser_id, moment) if scene.people is None else scene.people

    def more(form: str) -> tuple[list[Row], parts.Values]:
        call = scenes.sheets(cycle.id, form)
        return hand.together(call)[0], hand.reader(call[0])

    names = Names(hand.rows, {}, around)
    documents = parts.Sheets(scene.sheets, names, hand.reader(scene.asked), known=scene.forms, more=more)
    lead = parts.lead_of(cycle.round, scene.lead_id, scene.team) if definition.process.loop else None
    return _seen(
        hand.rows, scene, definition, documents, _holders(scene, lead), moment, frozen(given) if given else _NOTHING
    )


def after(hand: Hand, seen: Seen, scene: Scene, definition: GroupType) -> Seen:
    """The view once the press is written, for its effects: read anew but for the documents, which no press writes."""
    numbers = holders_after(scene, seen, scene.cycle.round)
    return _seen(hand.rows, scene, definition, seen.documents, numbers, seen.now, _NOTHING)


def _seen(
    read: Read,
    scene: Scene,
    definition: GroupType,
    documents: parts.Sheets,
    numbers: Mapping[str, tuple[int, ...]],
    moment: datetime,
    given: FrozenDict,
) -> Seen:
    cycle = scene.cycle

    def fact(name: str) -> Any:
        if not feeds.tells_of_cycle(name):
            raise Elsewhere(reading=True)
        return feeds.of_cycle(read, cycle.id, name)

    return Seen(
        documents,
        lambda: {
            "tallies": lambda: tallies.of_cycle(cycle.id, read, documents.within),
            "rounds": lambda: parts.rounds(read, cycle.id, scene.team, documents.names),
            "thresholds": lambda: parts.thresholds(read, scene.group_id),
            "waived": lambda: parts.waived(read, cycle.id, cycle.round),
            "settings": lambda: frozen(settings.of(cycle.school_id, definition, read)),
        },
        definition.process.feeds,
        fact,
        numbers,
        scene.presser_id,
        cycle.stage,
        cycle.round,
        cycle.held,
        moment,
        given,
    )


def _holders(scene: Scene, lead: int | None) -> dict[str, tuple[int, ...]]:
    return parts.holders(scene.team, lead, scene.leader_id, scene.psychologist_id)


def holders_after(scene: Scene, view: Seen, round_: int) -> Mapping[str, tuple[int, ...]]:
    """Who holds which role once the cycle stands in ``round_``, by number: another lesson is taught by another of the
    team."""
    if round_ == view.round:
        return view.numbers
    named = view.round_facts(round_).facts.get("lead")
    return _holders(scene, parts.lead_of(round_, named.id if named else None, scene.team))
