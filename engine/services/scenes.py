"""What a press reads under its lock, as prepared statements: the cycle, who is who, the documents it will look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, exists, select
from sqlalchemy.orm import aliased

from engine.core.machine import Move
from engine.core.view import Person
from engine.services import parts
from engine.store import people as store
from engine.store.cycles import Cycle, JournalEntry, Round
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.prepared import Call, Hand, Row, Statement
from engine.store.programs import Webhook

_leader, _psychologist, _presser, _member = (
    aliased(store.Person, name=name) for name in ("leader", "psychologist", "presser", "member")
)


def _names(person: Any) -> tuple[Any, ...]:
    return person.last_name, person.first_name, person.patronymic


def _there(*conditions: Any) -> Any:
    return case((exists().where(*conditions), 1), else_=0)


_CYCLE = Statement(select(Cycle.id).where(Cycle.id == bindparam("cycle")).with_for_update(key_share=True))
#: Read after the lock: on PostgreSQL the statement that waits for it sees the rows of before.
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
        Group.psychologist_id,
        _presser.school_id,
        _presser.active,
        Round.lead_id,
        Round.done_at.is_not(None),
        Round.class_name,
        TypeSwitch.state,
        _there(Webhook.school_id == Cycle.school_id, Webhook.off_because == ""),
        _there(JournalEntry.cycle_id == Cycle.id, JournalEntry.once == bindparam("once")),
        *_names(_leader),
        *_names(_psychologist),
        *_names(_presser),
    )
    .select_from(Cycle)
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .join(_presser, _presser.id == bindparam("person"))
    .outerjoin(_leader, _leader.id == Group.leader_id)
    .outerjoin(_psychologist, _psychologist.id == Group.psychologist_id)
    .outerjoin(Round, and_(Round.cycle_id == Cycle.id, Round.n == Cycle.round))
    .outerjoin(TypeSwitch, and_(TypeSwitch.school_id == Cycle.school_id, TypeSwitch.type_key == Cycle.type_key))
    .where(Cycle.id == bindparam("cycle"))
)
#: The team of today by its seats.
_TEAM = Statement(
    select(_member.id, *_names(_member))
    .select_from(Cycle)
    .join(Membership, Membership.triad_id == Cycle.triad_id)
    .join(_member, _member.id == Membership.person_id)
    .where(
        Cycle.id == bindparam("cycle"),
        Membership.since <= bindparam("day"),
        Membership.until.is_(None) | (Membership.until > bindparam("day")),
    )
    .order_by(Membership.seat)
)


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
    been carried out. ``sheets`` are the documents of ``forms`` (None: every one); others are read when looked at.
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
    sheets: Sequence[Row] = ()
    forms: Collection[str] | None = ()

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


@lru_cache(4096)
def _person(id_: int, last_name: str, first_name: str, patronymic: str) -> Person:
    return Person(id_, store.short_name(last_name, first_name, patronymic))


#: The forms that presses of an action have looked at: they are read with the next one, and nothing else is. What it
#: looks at beside them is read when it does.
_LOOKED: dict[str, frozenset[str]] = {}


def learn(action: str, forms: Collection[str]) -> None:
    """The next press of the action reads the documents of these forms, which this one has looked at."""
    known = _LOOKED.get(action)
    if known is None or not known.issuperset(forms):
        _LOOKED[action] = frozenset(forms).union(known or ())


def sheets(cycle_id: int, forms: Collection[str] | None) -> tuple[Call, ...]:
    if forms is None:
        return ((parts.SHEETS, {"cycle": cycle_id}),)
    return ((parts.SHEETS_OF, {"cycle": cycle_id, "forms": f"|{'|'.join(forms)}|"}),) if forms else ()


def scene(hand: Hand, cycle_id: int, person_id: int, once: str, moment: datetime, action: str = "") -> Scene | None:
    """Lock the cycle and read what a press of ``action`` needs; None when there is no such cycle or person."""
    forms = _LOOKED.get(action)
    return _read(hand, cycle_id, person_id, moment, once, forms, sheets(cycle_id, forms))[0]


def around(
    hand: Hand, cycle_id: int, person_id: int, moment: datetime, *more: Call
) -> tuple[Scene | None, list[list[Row]]]:
    """Lock the cycle and read who is who, without its documents; and the rows of what else is read in one go."""
    return _read(hand, cycle_id, person_id, moment, "", (), (), more)


def _read(
    hand: Hand,
    cycle_id: int,
    person_id: int,
    moment: datetime,
    once: str,
    forms: Collection[str] | None,
    documents: tuple[Call, ...],
    more: tuple[Call, ...] = (),
) -> tuple[Scene | None, list[list[Row]]]:
    lock = () if hand.alone else ((_CYCLE, {"cycle": cycle_id}),)
    around = (_AROUND, {"cycle": cycle_id, "person": person_id, "once": once})
    team = (_TEAM, {"cycle": cycle_id, "day": moment.date()})
    rows, members, *beside = hand.together(*lock, around, team, *documents, *more)[len(lock) :]
    if not rows:
        return None, beside
    first = rows[0]
    group_id, leader, psychologist, school_id, active, lead_id, done, class_name, switch = first[9:18]
    made = Scene(
        Standing(*first[:9]),
        group_id,
        {row[0]: _person(*row) for row in members},
        None if leader is None else _person(leader, *first[20:23]),
        None if psychologist is None else _person(psychologist, *first[23:26]),
        _person(person_id, *first[26:]),
        bool(active) and school_id == first[1],
        lead_id,
        bool(done),
        class_name or "",
        switch,
        bool(first[18]),
        bool(once and first[19]),
        beside[0] if documents else [],
        forms,
    )
    return made, beside
