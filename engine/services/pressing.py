"""What a press reads, as prepared statements: the cycle under its lock, who is who, the documents.

What it needs beyond them is read in a session, in the same transaction.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, exists, select
from sqlalchemy.orm import aliased

from engine.core.definition import GroupType
from engine.core.errors import Loud
from engine.core.frozen import FrozenDict, Unfolding, frozen
from engine.core.machine import Move
from engine.core.view import CycleView, Person, Sheet
from engine.services import feeds, parts, settings, tallies
from engine.store import people as store
from engine.store.cycles import Cycle, JournalEntry, Round
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.prepared import Call, Hand, Read, Row, Statement
from engine.store.programs import Webhook

_leader, _psychologist, _presser, _member = (
    aliased(store.Person, name=name) for name in ("leader", "psychologist", "presser", "member")
)


def _names(person: Any) -> tuple[Any, ...]:
    return person.last_name, person.first_name, person.patronymic


def _there(*conditions: Any) -> Any:
    return case((exists().where(*conditions), 1), else_=0)


_CYCLE = Statement(select(Cycle.id).where(Cycle.id == bindparam("cycle")).with_for_update(key_share=True))
#: A row for each member of the team today (one with nobody while there is none). Read after the lock: on PostgreSQL the
#: statement that waits for it sees the rows of before.
_AROUND = Statement(
    select(
        Cycle.id,
        Cycle.school_id,
        Cycle.type_key,
        Cycle.fingerprint,
        Cycle.stage,
        Cycle.round,
        Cycle.held,
        Cycle.seq,
        Cycle.upgrades,
        Group.id,
        Group.leader_id,
        *_names(_leader),
        Group.psychologist_id,
        *_names(_psychologist),
        _presser.school_id,
        _presser.active,
        *_names(_presser),
        Round.lead_id,
        Round.done_at,
        Round.class_name,
        TypeSwitch.state,
        _there(Webhook.school_id == Cycle.school_id, Webhook.off_because == ""),
        _there(JournalEntry.cycle_id == Cycle.id, JournalEntry.once == bindparam("once")),
        Membership.seat,
        _member.id,
        *_names(_member),
    )
    .select_from(Cycle)
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .join(_presser, _presser.id == bindparam("person"))
    .outerjoin(_leader, _leader.id == Group.leader_id)
    .outerjoin(_psychologist, _psychologist.id == Group.psychologist_id)
    .outerjoin(Round, and_(Round.cycle_id == Cycle.id, Round.n == Cycle.round))
    .outerjoin(TypeSwitch, and_(TypeSwitch.school_id == Cycle.school_id, TypeSwitch.type_key == Cycle.type_key))
    .outerjoin(
        Membership,
        and_(
            Membership.triad_id == Triad.id,
            Membership.since <= bindparam("day"),
            Membership.until.is_(None) | (Membership.until > bindparam("day")),
        ),
    )
    .outerjoin(_member, _member.id == Membership.person_id)
    .where(Cycle.id == bindparam("cycle"))
)


#: A row of ``_AROUND`` by the seat of its member, which comes after what there is once.
_SEAT = itemgetter(29)


class Elsewhere(Loud):
    """The press asks for more than prepared statements do: it is carried out in a session, which writes more, and
    where more is read too (``reading``) reads the view."""

    def __init__(self, *, reading: bool) -> None:
        super().__init__()
        self.reading = reading


class Unread(Loud):
    """The database has failed while a rule looked at something: no fault of the rule."""


class Standing(NamedTuple):
    """The row of a cycle, locked."""

    id: int
    school_id: int
    type_key: str
    fingerprint: str
    stage: str
    round: int
    held: bool
    seq: int
    upgrades: int


class Scene(NamedTuple):
    """Everything read under the lock: the cycle, its team by seat, who presses, and what is known of them.

    ``lead_id`` is who was named to teach the lesson of the round, ``done`` whether it took place; ``switch`` the state
    of the type in the school, ``programs`` whether any are told of presses, ``pressed`` whether this very press has
    been carried out. ``sheets`` are the documents of ``forms`` (None: every one).
    """

    cycle: Standing
    group_id: int
    team: Mapping[int, Person]
    leader: Person | None
    psychologist: Person | None
    presser: Person
    welcome: bool
    lead_id: int | None
    done: bool
    class_name: str
    switch: str | None
    programs: bool
    pressed: bool
    sheets: list[Row]
    forms: Collection[str] | None

    @property
    def known(self) -> bool:
        """Whether the person is somebody to the cycle: of the team, its leader, its psychologist."""
        id_ = self.presser.id
        return self.welcome and (
            id_ in self.team
            or (self.leader is not None and self.leader.id == id_)
            or (self.psychologist is not None and self.psychologist.id == id_)
        )

    def at(self, move: Move) -> Scene:
        """The same with the cycle where a move has brought it."""
        before = self.cycle
        cycle = before._replace(stage=move.stage, round=move.round, held=move.held, seq=before.seq + 1)
        return self._replace(cycle=cycle)


def _person(id_: int | None, names: Sequence[Any]) -> Person | None:
    return None if id_ is None else Person(id_, store.short_name(*names))


#: The forms that presses of an action have looked at: they are read with the next one, and nothing else is. What it
#: looks at beside them is read when it does.
_LOOKED: dict[str, frozenset[str]] = {}


def learn(action: str, seen: Seen) -> None:
    """The next press of the action reads what this one has looked at."""
    known = _LOOKED.get(action)
    if known is None or not known.issuperset(seen.looked_at):
        _LOOKED[action] = frozenset(seen.looked_at).union(known or ())


def _sheets(cycle_id: int, forms: Collection[str] | None) -> tuple[Call, ...]:
    if forms is None:
        return ((parts.SHEETS, {"cycle": cycle_id}),)
    return ((parts.SHEETS_OF, {"cycle": cycle_id, "forms": f"|{'|'.join(forms)}|"}),) if forms else ()


def scene(hand: Hand, cycle_id: int, person_id: int, once: str, moment: datetime, action: str = "") -> Scene | None:
    """Lock the cycle and read what a press of ``action`` needs; None when there is no such cycle or person."""
    of = {"cycle": cycle_id}
    forms = _LOOKED.get(action)
    lock = () if hand.alone else ((_CYCLE, of),)
    read = (_AROUND, {**of, "person": person_id, "once": once, "day": moment.date()}), *_sheets(cycle_id, forms)
    around, *rest = hand.together(*lock, *read)[len(lock) :]
    if not around:
        return None
    first = hand.values(_AROUND, around[0])
    cycle = Standing(*first[:9])
    group, leader, *row = first[9:]
    leader_names, psychologist, psychologist_names = row[:3], row[3], row[4:7]
    school, active, presser_names = row[7], row[8], row[9:12]
    lead, done_at, class_name, switch, programs, pressed, seat = row[12:19]
    team = {}
    if seat is not None:
        for *_, id_, last_name, first_name, patronymic in sorted(around, key=_SEAT):
            team[id_] = Person(id_, store.short_name(last_name, first_name, patronymic))
    return Scene(
        cycle=cycle,
        group_id=group,
        team=team,
        leader=_person(leader, leader_names),
        psychologist=_person(psychologist, psychologist_names),
        presser=Person(person_id, store.short_name(*presser_names)),
        welcome=bool(active) and school == cycle.school_id,
        lead_id=lead,
        done=done_at is not None,
        class_name=class_name or "",
        switch=switch,
        programs=bool(programs),
        pressed=bool(once and pressed),
        sheets=rest[0] if rest else [],
        forms=forms,
    )


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
        (call,) = _sheets(cycle.id, [form] if form else None)
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
