"""What a rule sees in a press: the view of the cycle, whose parts are read when somebody looks at them.

What no hand reads is read in a session, in the same transaction.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.core.definition import GroupType
from engine.core.errors import Loud
from engine.core.frozen import FrozenDict, Unfolding, frozen
from engine.core.view import CycleView, Person, Sheet
from engine.services import feeds, parts, scenes, settings, tallies
from engine.services.scenes import Scene
from engine.store.prepared import Hand, Read, Row


class Elsewhere(Loud):
    """The press asks for more than prepared statements do: it is carried out in a session, which writes more, and
    where more is read too (``reading``) reads the view."""

    def __init__(self, *, reading: bool) -> None:
        super().__init__()
        self.reading = reading


class Unread(Loud):
    """The database has failed while a rule looked at something: no fault of the rule."""


class Seen(CycleView):
    """The view of a press: its parts are made when a rule looks at them; what nobody looks at costs nothing.

    ``missed`` is why somebody who has looked at a part did not see it: it is to be read in a session, or the database
    has failed. A plugin may catch what is raised here; it is not the plugin's to answer for.
    """

    __slots__ = ("_definition", "_documents", "_hand", "_names", "_scene", "missed")
    _definition: GroupType
    _documents: parts.Sheets
    _hand: Hand
    _names: parts.Names
    _scene: Scene
    missed: Exception | None

    def __init__(self, **known: Any) -> None:
        for name, value in known.items():
            _put(self, name, value)

    def __repr__(self) -> str:
        return f"<Seen at {self.stage}, round {self.round}>"  # what nobody has looked at is not looked at for this

    def __getattr__(self, name: str) -> Any:
        if name not in _PARTS:
            raise AttributeError(name)
        value = self._looked(_PARTS[name])
        _put(self, name, value)
        return value

    def _looked(self, make: Callable[[Seen, Scene, Read], Any]) -> Any:
        try:
            return make(self, self._scene, self._hand.rows)
        except Elsewhere as more:
            _put(self, "missed", more)
            raise
        except Exception as error:
            _put(self, "missed", error)
            raise Unread from error

    def _fed(self, name: str) -> Any:
        return self._looked(lambda seen, scene, read: feeds.one(read, scene.cycle.id, name))

    def _among(self, form: str) -> tuple[Sheet, ...]:
        known = self._documents.made.get(form)
        return known if known is not None else self._looked(lambda seen, scene, read: seen._documents.of(form))

    @property
    def looked_at(self) -> Collection[str]:
        """The forms whose documents somebody has looked at."""
        return self._documents.made.keys()


_put = object.__setattr__
_PARTS: Mapping[str, Callable[[Seen, Scene, Read], Any]] = {
    "sheets": lambda seen, scene, read: seen._documents.all(),
    "tallies": lambda seen, scene, read: tallies.of_cycle(scene.cycle.id, read),
    "rounds": lambda seen, scene, read: parts.rounds(read, scene.cycle.id, scene.team, seen._names),
    "thresholds": lambda seen, scene, read: parts.thresholds(read, scene.group_id),
    "waived": lambda seen, scene, read: parts.waived(read, scene.cycle.id, scene.cycle.round),
    "settings": lambda seen, scene, read: frozen(settings.of(scene.cycle.school_id, seen._definition, read)),
    "facts": lambda seen, scene, read: _facts(seen, seen._definition.process.feeds),
}


def view(hand: Hand, scene: Scene, definition: GroupType, moment: datetime, given: Mapping[str, Any]) -> Seen:
    """The cycle as a rule sees it now. Where it goes in rounds, whoever is not named to teach does so by turns."""
    cycle, team = scene.cycle, scene.team
    lead = parts.lead_of(cycle.round, scene.lead_id, team) if definition.process.loop else None
    names = parts.Names(hand.rows, team)

    def more(form: str) -> tuple[list[Row], parts.Values]:
        (call,) = scenes.sheets(cycle.id, [form] if form else None)
        return hand.together(call)[0], functools.partial(hand.values, call[0])

    read = parts.SHEETS if scene.forms is None else parts.SHEETS_OF
    return Seen(
        _definition=definition,
        _documents=parts.Sheets(
            scene.sheets, names, functools.partial(hand.values, read), known=scene.forms, more=more
        ),
        _hand=hand,
        _names=names,
        _scene=scene,
        missed=None,
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=moment,
        actor=scene.presser,
        roles=_roles(scene, lead),
        given=frozen(given),
    )


def after(seen: Seen, scene: Scene) -> Seen:
    """The view once the press is written, for its effects: read anew but for the documents, which no press writes."""
    cycle = scene.cycle
    return Seen(
        _definition=seen._definition,
        _documents=seen._documents,
        _hand=seen._hand,
        _names=seen._names,
        _scene=scene,
        missed=None,
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=seen.now,
        actor=seen.actor,
        roles=roles_after(scene, seen, cycle.round),
        given=FrozenDict(),
    )


def _facts(seen: Seen, names: Sequence[str]) -> Unfolding:
    if not feeds.of_cycle_alone(names):
        raise Elsewhere(reading=True)
    return Unfolding(names, seen._fed)


def _roles(scene: Scene, lead: int | None) -> FrozenDict:
    team = scene.team
    return FrozenDict(
        triad_member=tuple(team.values()),
        lead_teacher=(team[lead],) if lead is not None else (),
        observer=tuple(person for id_, person in team.items() if id_ != lead),
        group_leader=(scene.leader,) if scene.leader else (),
        psychologist=(scene.psychologist,) if scene.psychologist else (),
    )


def roles_after(scene: Scene, view: CycleView, round_: int) -> Mapping[str, tuple[Person, ...]]:
    """Who holds which role once the cycle stands in ``round_``: another lesson is taught by another of the team."""
    if round_ == view.round:
        return view.roles
    named = view.round_facts(round_).facts.get("lead")
    return _roles(scene, parts.lead_of(round_, named.id if named else None, scene.team))
