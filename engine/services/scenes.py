"""What a press reads under its lock, as prepared statements: the cycle, who is who, the documents it will look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, bindparam, cast, exists, func, literal_column, select, union_all

from engine.core.machine import Move
from engine.core.view import Person
from engine.services import parts
from engine.store import people as store
from engine.store.cycles import Cycle, JournalEntry, Round
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.prepared import Call, Hand, Row, Statement
from engine.store.programs import Webhook

#: Between the names of somebody: three columns would be told, and taken apart, for each.
_BETWEEN = "\x1f"
_between: Any = literal_column(f"'{_BETWEEN}'")
_NONE: Any = literal_column("''")
_SPACE: Any = literal_column("' '")
_COMMA: Any = literal_column("','")
_NAMES: Any = (
    store.Person.last_name.concat(_between)
    .concat(store.Person.first_name)
    .concat(_between)
    .concat(store.Person.patronymic)
)
_CYCLE = Statement(select(Cycle.id).where(Cycle.id == bindparam("cycle")).with_for_update(key_share=True))
_today = Membership.since <= bindparam("day"), Membership.until.is_(None) | (Membership.until > bindparam("day"))
#: The team of today in one column, "SEAT NUMBER,SEAT NUMBER": a seat is one digit.
_team: Any = (
    select(func.aggregate_strings(cast(Membership.seat, Text) + _SPACE + cast(Membership.person_id, Text), _COMMA))
    .where(Membership.triad_id == Triad.id, *_today)
    .scalar_subquery()
)
#: Read after the lock: on PostgreSQL the statement that waits for it sees the rows of before.
_AROUND = Statement(
    select(
        Cycle.school_id,
        Cycle.type_key,
        Cycle.fingerprint,
        Cycle.stage,
        Cycle.round,
        Cycle.held,
        Cycle.seq,
        Cycle.upgrades,
        func.coalesce(_team, _NONE),
        Group.id,
        Group.leader_id,
        Group.psychologist_id,
        and_(store.Person.active, store.Person.school_id == Cycle.school_id),
        Round.lead_id,
        Round.done_at.is_not(None),
        func.coalesce(Round.class_name, _NONE),
        TypeSwitch.state,
        exists().where(Webhook.school_id == Cycle.school_id, Webhook.off_because == literal_column("''")),
        exists().where(JournalEntry.cycle_id == Cycle.id, JournalEntry.once == bindparam("once")),
    )
    .select_from(Cycle)
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .join(store.Person, store.Person.id == bindparam("person"))
    .outerjoin(Round, and_(Round.cycle_id == Cycle.id, Round.n == Cycle.round))
    .outerjoin(TypeSwitch, and_(TypeSwitch.school_id == Cycle.school_id, TypeSwitch.type_key == Cycle.type_key))
    .where(Cycle.id == bindparam("cycle"))
)
_person_id = bindparam("person", type_=store.Person.id.type)
#: The team of today, whoever stands beside the triad, and who presses: with names.
_PEOPLE = Statement(
    union_all(
        select(store.Person.id, _NAMES)
        .select_from(Cycle)
        .join(Membership, Membership.triad_id == Cycle.triad_id)
        .join(store.Person, store.Person.id == Membership.person_id)
        .where(Cycle.id == bindparam("cycle"), *_today),
        select(store.Person.id, _NAMES)
        .select_from(Cycle)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .join(store.Person, store.Person.id.in_((Group.leader_id, Group.psychologist_id, _person_id)))
        .where(Cycle.id == bindparam("cycle")),
    )
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


_STANDING = len(Standing._fields) - 1  # whoever asks knows the number


class Scene(NamedTuple):
    """Everything read under the lock: the cycle, its team by seat, who presses, and what is known of them.

    ``people`` are named where presses of the action look at people (None: they are read when this one does).
    ``sheets`` are the documents of ``forms`` (None: every one), read by ``asked``; others are read when looked at.
    ``lead_id`` is who was named to teach the lesson of the round, ``done`` whether it took place; ``switch`` the state
    of the type in the school, ``programs`` whether any are told of presses, ``pressed`` whether this very press has
    been carried out.
    """

    cycle: Standing
    presser_id: int
    team: tuple[int, ...]
    people: Mapping[int, Person] | None
    sheets: Sequence[Row]
    forms: Collection[str] | None
    asked: Statement
    group_id: int
    leader_id: int | None
    psychologist_id: int | None
    welcome: bool
    lead_id: int | None
    done: bool
    class_name: str
    switch: str | None
    programs: bool
    pressed: bool

    @property
    def known(self) -> bool:
        """Whether the person is somebody to the cycle: of the team, its leader, its psychologist."""
        id_ = self.presser_id
        return self.welcome and (id_ in self.team or id_ in (self.leader_id, self.psychologist_id))

    def at(self, move: Move) -> Scene:
        """The same with the cycle where a move has brought it."""
        before = self.cycle
        cycle = before._replace(stage=move.stage, round=move.round, held=move.held, seq=before.seq + 1)
        return self._replace(cycle=cycle)


@lru_cache(4096)
def _person(id_: int, names: str) -> Person:
    return Person(id_, store.short_name(*names.split(_BETWEEN)))


def _people(rows: Iterable[Row]) -> dict[int, Person]:
    return {id_: _person(id_, names) for id_, names in rows}


@lru_cache(4096)
def _by_seat(team: str) -> tuple[int, ...]:
    """Who sits where, of what ``_team`` tells."""
    return tuple([int(member[2:]) for member in sorted(team.split(","))]) if team else ()


class _Looked(NamedTuple):
    """What presses of an action have looked at: documents of ``forms`` (None: every one), which ``asked`` asks for;
    ``people`` by more than their numbers."""

    forms: frozenset[str] | None
    people: bool
    asked: parts.OfForms


_EVERY, _NO = parts.OfForms(parts.SHEETS, {}), parts.of_forms(())
_EVERYTHING, _NOTHING = _Looked(None, people=True, asked=_EVERY), _Looked(frozenset(), people=False, asked=_NO)
#: By action: that is read with its next press, and nothing else is. What one looks at beside it is read when it does.
_LOOKED: dict[str, _Looked] = {}


def learn(hand: Hand, action: str, forms: Collection[str], *, people: bool) -> None:
    """The next press of the action reads what this one has looked at: the documents of these forms; ``people``."""
    known = _LOOKED.get(action, _NOTHING)
    assert known.forms is not None
    if action not in _LOOKED or people > known.people or not known.forms.issuperset(forms):
        both = known.forms.union(forms)
        asked = parts.of_forms(sorted(both)) if both else _NO
        hand.reader(asked.statement)  # whoever learns it prepares it
        _LOOKED[action] = _Looked(both, known.people or people, asked)


def sheets(cycle_id: int, form: str) -> Call:
    """Asks for the documents of a form, or ("") for every one."""
    return (parts.of_forms((form,)) if form else _EVERY).call(cycle_id)


def people(hand: Hand, cycle_id: int, person_id: int, moment: datetime) -> dict[int, Person]:
    """The team of the day, whoever stands beside the triad, and the person."""
    asked = {"cycle": cycle_id, "day": moment.date(), "person": person_id}
    return _people(hand.together((_PEOPLE, asked))[0])


def scene(hand: Hand, cycle_id: int, person_id: int, once: str, moment: datetime, action: str = "") -> Scene | None:
    """Lock the cycle and read what a press of ``action`` needs; None when there is no such cycle or person."""
    return _read(hand, cycle_id, person_id, moment, once, _LOOKED.get(action, _EVERYTHING))[0]


def around(
    hand: Hand, cycle_id: int, person_id: int, moment: datetime, *more: Call
) -> tuple[Scene | None, list[list[Row]]]:
    """Lock the cycle and read who is who by number, without its documents; and the rows of what else is read in one
    go."""
    return _read(hand, cycle_id, person_id, moment, "", _NOTHING, more)


def _read(
    hand: Hand,
    cycle_id: int,
    person_id: int,
    moment: datetime,
    once: str,
    looked: _Looked,
    more: tuple[Call, ...] = (),
) -> tuple[Scene | None, list[list[Row]]]:
    around = {"cycle": cycle_id, "person": person_id, "day": moment.date(), "once": once}
    calls: list[Call] = [(_AROUND, around)] if hand.alone else [(_CYCLE, around), (_AROUND, around)]
    if looked.people:
        calls.append((_PEOPLE, around))
    if looked.asked is not _NO:
        calls.append(looked.asked.call(cycle_id))
    rows, *beside = hand.together(*calls, *more)[not hand.alone :]
    people = _people(beside.pop(0)) if looked.people else None
    documents = beside.pop(0) if looked.asked is not _NO else []
    if not rows:
        return None, beside
    (first,) = rows
    made = Scene(
        Standing(cycle_id, *first[:_STANDING]),
        person_id,
        _by_seat(first[_STANDING]),
        people,
        documents,
        looked.forms,
        looked.asked.statement,
        *first[_STANDING + 1 :],
    )
    return made, beside
