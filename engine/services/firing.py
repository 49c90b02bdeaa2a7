"""``fire``, the one primitive that moves anything: the button of an action is pressed."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from engine.core import pauses
from engine.core.definition import GroupType
from engine.core.machine import Move, machine_for
from engine.core.process import Action
from engine.core.rules import Refusal, Rule, missing
from engine.core.snapshot import to_data
from engine.core.text import Text, localise
from engine.core.view import CycleView
from engine.extension.hookspecs import Attempt, Change, Effect
from engine.extension.registry import Registry
from engine.services import contributions, effects, feeds, pressed, pressing, runs, scenes
from engine.services.access import LAB, NO_CYCLE, is_lab_member
from engine.services.buttons import MOVES, button
from engine.services.by_hand import Elsewhere, by_hand, id_of
from engine.services.definitions import STILL, pinned, quarantined
from engine.services.errors import Conflict, Invalid, NotFound, Refused, UnknownAction
from engine.services.host import host
from engine.services.programs import messages
from engine.services.scenes import Scene
from engine.services.seen import Seen, Unread
from engine.services.views import seen_of, view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.prepared import Hand

_MOVED = (
    "Пока вы смотрели, цикл изменился. Посмотрите, что нового, и повторите, если ещё нужно",
    "The cycle has changed meanwhile. Look what is new and repeat if it is still needed",
)


class Fired(NamedTuple):
    """The outcome of ``fire``: where the cycle stands; ``repeated`` when this very button had been pressed before."""

    cycle_id: int
    stage: str
    round: int
    seq: int
    repeated: bool = False


class _Press(NamedTuple):
    """What somebody asks for."""

    cycle_id: int
    action: str
    person_id: int
    seen: int
    given: Mapping[str, Any]
    once: str


@dataclass
class _Deed:
    """What effects are carried out with; ``by`` is who presses, where a session is at hand."""

    hand: Hand
    scene: Scene
    definition: GroupType
    moment: datetime
    before: CycleView
    by: Person | None

    @functools.cached_property
    def view(self) -> CycleView:
        # Begun anew for a fact that only a session reads, a press inside a session would be written twice.
        alone = all(map(feeds.tells_of_cycle, self.definition.process.feeds))
        if alone and isinstance(self.before, Seen):
            return pressing.after(self.hand, self.before, self.scene, self.definition)
        return view_of(self.cycle, self.definition, self.person)

    @property
    def cycle(self) -> Cycle:
        self.in_session()
        return db.session.get_one(Cycle, self.scene.cycle.id)

    @property
    def person(self) -> Person:
        self.in_session()
        assert self.by is not None
        return self.by

    def in_session(self) -> None:
        if self.by is None:
            raise Elsewhere(reading=False)
        self.hand.flush()


def fire(
    cycle_id: int,
    action_key: str,
    person: Person,
    seen: int,
    given: Mapping[str, Any] | None = None,
    *,
    once: str = "",
) -> Fired:
    """Press a button.

    The row is locked and read anew; the pinned definition judges; state, round, journal and effects are written in
    one transaction. ``seen`` is the version (``seq``) of the cycle the person looked at. Raises NotFound for
    strangers, Conflict when the cycle has moved on meanwhile, Refused with every reason, Invalid for missing answers.
    """
    pauses.reached("fire.asked")
    press = _Press(cycle_id, action_key, id_of(person), seen, given or {}, once)
    return by_hand(person, functools.partial(_carry_out, press))


def _carry_out(press: _Press, hand: Hand, by: Person | None, whole: bool) -> Fired:
    """``by`` is the person where a session is at hand, which writes more; ``whole`` tells that it reads the view as
    well."""
    running = host()
    moment, registry = running.clock.now(), running.registry
    scene = scenes.scene(hand, press.cycle_id, press.person_id, press.once, moment, press.action)
    if scene is None:
        raise NotFound(*NO_CYCLE)
    cycle = scene.cycle
    known = scene.known
    if not whole and (not known or cycle.type_key == LAB or cycle.upgrades):
        raise Elsewhere(reading=True)  # of the Laboratory, of other editions
    definition = pinned(cycle.fingerprint, cycle.type_key, registry)
    pressed_button = button(definition, cycle.stage, press.action)
    if by is None and (scene.programs or (pressed_button is not None and pressed_button.beyond)):
        raise Elsewhere(reading=False)
    pauses.reached("fire.locked")
    if not (known or (scene.welcome and by is not None and is_lab_member(by))):
        raise NotFound(*NO_CYCLE)
    if scene.pressed:
        return Fired(cycle.id, cycle.stage, cycle.round, cycle.seq, repeated=True)
    if cycle.seq != press.seen:
        raise Conflict(*_MOVED)
    if cycle.type_key in quarantined(hand.rows):
        raise Refused((effects.QUARANTINED,))
    if pressed_button is None:
        raise UnknownAction(f"{press.action!r} does not leave {cycle.stage!r}")
    action = pressed_button.action
    given = _answers(action, press.given)
    if by is not None and whole:
        view = view_of(db.session.get_one(Cycle, cycle.id, populate_existing=True), definition, by, given)
    else:
        view = pressing.view(hand, scene, definition, moment, given)
    move, asked = _judged(registry, definition, action, view, scene)
    pauses.reached("fire.judged")
    entry = {
        "cycle_id": cycle.id,
        "seq": cycle.seq + 1,
        "at": moment,
        "actor_id": press.person_id,
        "action": action.key,
        "label": pressed_button.label,
        "source": cycle.stage,
        "target": move.stage,
        "round": move.round,
        "held": move.held,
        "given": {} if action.confidential_to else given,
        "waived": [{"rule": r.code, "title": to_data(_named(definition, r)), "owner": r.owner} for r in move.waived],
        "once": press.once or None,
        "fingerprint": cycle.fingerprint,
    }
    pressed.write(hand, entry, final=pressed_button.final)
    if action.mark:
        pressed.mark(hand, scene, action.mark, moment)
    for survey in pressed_button.closes:
        pressed.close_survey(hand, scene, survey)
    for survey in pressed_button.opens:
        link = secrets.token_urlsafe(16)
        pressed.open_survey(hand, cycle.id, survey, move.round, runs.band_of(scene.class_name), link)
    if by is not None:
        hand.flush()
        _follow(by, definition, scene, view, move)
    if by is not None or action.effects:
        deed = _Deed(hand, scene.at(move), definition, moment, view, by)
        try:
            effects.carry_out(deed, action)
        except Unread as failed:
            raise failed.__cause__ or failed from None
    if by is not None:
        db.session.flush()
    if asked:
        holders = _holders_now(scene, definition, by, view, move)
        told = effects.notices(asked, lambda role: holders.get(role, ()), cycle.id, definition.team, moment)
        pressed.notify(hand, told)
    if isinstance(view, Seen):
        scenes.learn(hand, action.key, view.documents.forms.keys(), people=view.documents.names.asked)
    pauses.reached("fire.recorded")
    return Fired(cycle.id, move.stage, move.round, cycle.seq + 1)


def _judged(
    registry: Registry, definition: GroupType, action: Action, view: CycleView, scene: Scene
) -> tuple[Move, list[Effect]]:
    """The move, and what its plugin asks for besides; all that looks at the view does so before anything is written.

    Raises Refused with every reason: of the rules, of the plugin, of the school's switch. What could not be read is
    raised whatever was said without it.
    """
    refusals = [effects.DISABLED] if scene.switch in STILL else []
    move, asked, key = None, [], scene.cycle.type_key
    plugin = registry.plugin(key)
    hooks = plugin.hooks if plugin is not None else ()
    try:
        if "plc_before" in hooks:
            refusals += registry.objections(key, Attempt(action, view))
        move = machine_for(definition).fire(action.key, view)
        if not refusals and "plc_after" in hooks:
            asked = registry.effects(key, Change(action, view, move.stage, move.round))
    except Refused as error:
        refusals = [*error.refusals, *refusals]
    except Unread:
        pass  # the view says what was in its way
    if isinstance(view, Seen) and view.missed is not None:
        raise view.missed
    if refusals or move is None:
        raise Refused(tuple(refusals))
    return move, asked


def _answers(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked beside the button and nothing else; Invalid when a required answer is missing."""
    if not action.asks:
        return {}
    errors = {
        f.key: [Text("Заполните это поле", en="Fill in this field")]
        for f in action.asks
        if f.required and missing(given, f.key)
    }
    if errors:
        raise Invalid("Ответьте на вопросы рядом с кнопкой", "Answer the questions beside the button", errors)
    return {f.key: given[f.key] for f in action.asks if f.key in given}


def _named(definition: GroupType, item: Rule | Refusal) -> Text:
    """A rule as the journal names it: with whose it is, where it is not the type's own."""
    title, owner = Text(item.title), contributions.whose(definition, item.owner)
    return Text(f"{title}{owner}", en=f"{localise(title, 'en')}{owner.en}") if owner else title


def _follow(person: Person, definition: GroupType, scene: Scene, before: CycleView, move: Move) -> None:
    """What is written beside, in the same transaction; the cycle stands where it has come to."""
    action, given = move.action, before.given
    db.session.expire_all()
    cycle = db.session.get_one(Cycle, scene.cycle.id)
    if action.mark in MOVES and (round_ := next((r for r in cycle.rounds if r.n == before.round), None)):
        round_.at = effects.moment(given) if action.mark == "rescheduled" else None
        runs.clear(cycle, round_.n)
    if action.confidential_to:
        effects.confide(cycle, person, action, given)
    if scene.programs:
        messages.of_cycle("cycle.fired", cycle, person, action=action.key, source=before.stage)
        if cycle.closed_at is not None and move.stage != before.stage:
            messages.of_cycle("cycle.closed", cycle, person)
    db.session.flush()


def _holders_now(
    scene: Scene, definition: GroupType, by: Person | None, before: CycleView, move: Move
) -> Mapping[str, tuple[int, ...]]:
    """Who holds which role after the press, by number."""
    if isinstance(before, Seen):
        return pressing.holders_after(scene, before, move.round)
    return seen_of(db.session.get_one(Cycle, scene.cycle.id), definition, by).numbers
