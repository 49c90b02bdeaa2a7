"""What a press reads under its lock, as prepared statements: the cycle, who is who, the documents it will look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
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


def _person(id_: int | None, names: Sequence[Any]) -> Person | None:
    return None if id_ is None else Person(id_, store.short_name(*names))


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
    found, rest = around(hand, cycle_id, person_id, moment, *sheets(cycle_id, forms), once=once)
    return found and found._replace(sheets=rest[0] if rest else [], forms=forms)


def around(
    hand: Hand, cycle_id: int, person_id: int, moment: datetime, *more: Call, once: str = ""
) -> tuple[Scene | None, list[list[Row]]]:
    """Lock the cycle and read who is who, without its documents; and the rows of what else is read in one go."""
    of = {"cycle": cycle_id}
    lock = () if hand.alone else ((_CYCLE, of),)
    around = (_AROUND, {**of, "person": person_id, "once": once, "day": moment.date()})
    rows, *beside = hand.together(*lock, around, *more)[len(lock) :]
    if not rows:
        return None, beside
    first = hand.values(_AROUND, rows[0])
    cycle = Standing(*first[:9])
    group, leader, *row = first[9:]
    leader_names, psychologist, psychologist_names = row[:3], row[3], row[4:7]
    school, active, presser_names = row[7], row[8], row[9:12]
    lead, done_at, class_name, switch, programs, pressed, seat = row[12:19]
    team = {}
    if seat is not None:
        for *_, id_, last_name, first_name, patronymic in sorted(rows, key=_SEAT):
            team[id_] = Person(id_, store.short_name(last_name, first_name, patronymic))
    made = Scene(
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
    )
    return made, beside
