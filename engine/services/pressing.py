"""What a press reads and writes, as prepared statements: the cycle under its lock, who is who, the documents, two rows.

A press that asks more of the host (effects of its action, surveys of a stage, a mark on the lesson, programs that are
told) is carried out in a unit of work beside these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, exists, insert, select, update
from sqlalchemy.orm import aliased

from engine.core.definition import GroupType
from engine.core.frozen import frozen
from engine.core.view import CycleView, Person, Sheet
from engine.services import feeds, settings, tallies, views
from engine.store import people as store
from engine.store.cycles import Cycle, JournalEntry, Round, Waiver
from engine.store.database import db
from engine.store.documents import Confirmation, Submission
from engine.store.groups import Group, Membership, Threshold, Triad, TypeSwitch
from engine.store.prepared import Hand, Statement
from engine.store.programs import Webhook

_leader, _psychologist, _presser = (aliased(store.Person, name=name) for name in ("leader", "psychologist", "presser"))


def _names(person: Any) -> tuple[Any, ...]:
    return person.last_name, person.first_name, person.patronymic


_LOCKED = Statement(
    select(
        Cycle.id,
        Cycle.triad_id,
        Cycle.school_id,
        Cycle.type_key,
        Cycle.fingerprint,
        Cycle.stage,
        Cycle.round,
        Cycle.held,
        Cycle.seq,
        Cycle.upgrades,
        Cycle.closed_at,
    )
    .where(Cycle.id == bindparam("cycle"))
    .with_for_update(key_share=True)
)
#: Read after the lock: on PostgreSQL the statement that waits for it sees the rows of before.
_AROUND = Statement(
    select(
        Group.id,
        Group.type_key,
        Group.leader_id,
        Group.psychologist_id,
        *_names(_leader),
        *_names(_psychologist),
        _presser.school_id,
        _presser.active,
        *_names(_presser),
        Round.lead_id,
        TypeSwitch.state,
        case((exists().where(Webhook.school_id == Group.school_id, Webhook.off_because == ""), 1), else_=0),
        case(
            (exists().where(JournalEntry.cycle_id == bindparam("cycle"), JournalEntry.once == bindparam("once")), 1),
            else_=0,
        ),
    )
    .select_from(Triad)
    .join(Group, Group.id == Triad.group_id)
    .join(_presser, _presser.id == bindparam("person"))
    .outerjoin(_leader, _leader.id == Group.leader_id)
    .outerjoin(_psychologist, _psychologist.id == Group.psychologist_id)
    .outerjoin(Round, (Round.cycle_id == bindparam("cycle")) & (Round.n == bindparam("round")))
    .outerjoin(TypeSwitch, (TypeSwitch.school_id == Group.school_id) & (TypeSwitch.type_key == bindparam("type")))
    .where(Triad.id == bindparam("triad"))
)
_TEAM = Statement(
    select(Membership.person_id, *_names(store.Person))
    .join(store.Person, store.Person.id == Membership.person_id)
    .where(
        Membership.triad_id == bindparam("triad"),
        Membership.since <= bindparam("day"),
        Membership.until.is_(None) | (Membership.until > bindparam("day")),
    )
    .order_by(Membership.seat)
)
_SHEETS = Statement(
    select(
        Submission.id,
        Submission.form_key,
        Submission.round,
        Submission.person_id,
        Submission.state,
        Submission.values,
        Submission.submitted_at,
        Submission.fingerprint,
        Confirmation.person_id,
        *_names(store.Person),
    )
    .outerjoin(
        Confirmation,
        (Confirmation.submission_id == Submission.id) & (Confirmation.content_hash == Submission.content_hash),
    )
    .outerjoin(store.Person, store.Person.id == Submission.person_id)
    .where(Submission.cycle_id == bindparam("cycle"))
    .order_by(Submission.id)
)
_THRESHOLDS = Statement(select(Threshold.key, Threshold.value).where(Threshold.group_id == bindparam("group")))
_WAIVED = Statement(
    select(Waiver.rule).where(
        Waiver.cycle_id == bindparam("cycle"), (Waiver.round == bindparam("round")) | (Waiver.round == 0)
    )
)
_MOVE = Statement(
    update(Cycle.__table__)  # type: ignore[arg-type]
    .where(Cycle.id == bindparam("cycle"), Cycle.seq == bindparam("seen"))
    .values(
        stage=bindparam("to"),
        round=bindparam("round_to"),
        held=bindparam("held_to"),
        seq=bindparam("next"),
        stage_since=case(
            (Cycle.stage == bindparam("to"), Cycle.stage_since), else_=bindparam("moment", type_=Cycle.stage_since.type)
        ),
        closed_at=bindparam("closed"),
    )
)
_ENTRY = Statement(
    insert(JournalEntry.__table__).values(  # type: ignore[arg-type]
        {c.name: bindparam(c.name) for c in JournalEntry.__table__.c if c.name != "id"}
    )
)


class Locked(NamedTuple):
    """The row of a cycle, locked."""

    id: int
    triad_id: int
    school_id: int
    type_key: str
    fingerprint: str
    stage: str
    round: int
    held: bool
    seq: int
    upgrades: int
    closed_at: datetime | None


class Around(NamedTuple):
    """The group, the person who presses, and what else one row tells."""

    group_id: int
    group_type: str
    leader: Person | None
    psychologist: Person | None
    presser: Person
    school_id: int
    active: bool
    lead_id: int | None
    switch: str | None
    programs: bool
    pressed: bool


def _person(id_: int | None, names: tuple[str, ...]) -> Person | None:
    return None if id_ is None else Person(id_, store.short_name(*names))


def lock(hand: Hand, cycle_id: int) -> Locked | None:
    """The cycle, locked until the transaction ends."""
    row = hand.row(_LOCKED, cycle=cycle_id)
    return None if row is None else Locked(*row)


def around(hand: Hand, cycle: Locked, person_id: int, once: str) -> Around | None:
    """Everything about the group and the person; None when there is no such person."""
    row = hand.row(
        _AROUND,
        cycle=cycle.id,
        triad=cycle.triad_id,
        person=person_id,
        round=cycle.round,
        type=cycle.type_key,
        once=once,
    )
    if row is None:
        return None
    group_id, group_type, leader_id, psychologist_id = row[:4]
    return Around(
        group_id,
        group_type,
        _person(leader_id, row[4:7]),
        _person(psychologist_id, row[7:10]),
        Person(person_id, store.short_name(*row[12:15])),
        row[10],
        bool(row[11]),
        row[15],
        row[16],
        bool(row[17]),
        bool(row[18]) and bool(once),
    )


def team(hand: Hand, cycle: Locked, moment: datetime) -> dict[int, Person]:
    """Who sits in the triad today, by seat."""
    rows = hand.rows(_TEAM, triad=cycle.triad_id, day=moment.date())
    return {row[0]: Person(row[0], store.short_name(*row[1:])) for row in rows}


def sheets(hand: Hand, cycle: Locked) -> tuple[Sheet, ...]:
    """Every document of a cycle that was never upgraded."""
    made: dict[int, Sheet] = {}
    for id_, form, round_, owner, state, values, at, _by, confirmed, *names in hand.rows(_SHEETS, cycle=cycle.id):
        known = made.get(id_)
        agreed = (known.confirmed if known else frozenset()) | ({confirmed} if confirmed else set())
        made[id_] = Sheet(
            form,
            round_,
            _person(owner, tuple(names)),
            known.values if known else values,
            "submitted" if state == "submitted" else "draft",
            frozenset(agreed),
            at,
            id_,
        )
    return tuple(made.values())


class Seen(CycleView):
    """A view whose parts are read when a rule looks at them; what nobody looks at costs nothing."""

    __slots__ = ("_ways",)
    _ways: Mapping[str, Callable[[], Any]]

    def __init__(self, ways: Mapping[str, Callable[[], Any]], **known: Any) -> None:
        object.__setattr__(self, "_ways", ways)
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        way = self._ways.get(name) if name != "_ways" else None
        if way is None:
            raise AttributeError(name)
        value = frozen(way())
        object.__setattr__(self, name, value)
        return value


def view(
    hand: Hand,
    cycle: Locked,
    definition: GroupType,
    around: Around,
    team: dict[int, Person],
    moment: datetime,
    given: Mapping[str, Any],
) -> CycleView:
    """The cycle as a rule sees it now."""
    lead = around.lead_id if around.lead_id in team else None
    if lead is None and team and definition.process.loop:
        lead = list(team)[(cycle.round - 1) % len(team)]
    return Seen(
        {
            "sheets": lambda: sheets(hand, cycle),
            "tallies": lambda: tallies.of_cycle(cycle.id),
            "rounds": lambda: views.rounds_of(_cycle(cycle), team),
            "facts": lambda: feeds.gather(_cycle(cycle), definition.process.feeds),
            "thresholds": lambda: thresholds(hand, around.group_id),
            "waived": lambda: waived(hand, cycle),
            "settings": lambda: settings.of(cycle.school_id, definition),
        },
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=moment,
        actor=around.presser,
        roles={
            "triad_member": tuple(team.values()),
            "lead_teacher": (team[lead],) if lead is not None else (),
            "observer": tuple(p for i, p in team.items() if i != lead),
            "group_leader": (around.leader,) if around.leader else (),
            "psychologist": (around.psychologist,) if around.psychologist else (),
        },
        given=given,
    )


def _cycle(cycle: Locked) -> Cycle:
    found = db.session.get(Cycle, cycle.id)
    assert found is not None
    return found


def thresholds(hand: Hand, group_id: int) -> dict[str, float]:
    """The thresholds a leader has set."""
    return {row[0]: row[1] for row in hand.rows(_THRESHOLDS, group=group_id)}


def waived(hand: Hand, cycle: Locked) -> frozenset[str]:
    """The rules lifted for this round."""
    return frozenset(row[0] for row in hand.rows(_WAIVED, cycle=cycle.id, round=cycle.round))


def move(hand: Hand, cycle: Locked, to: str, round_: int, held: bool, moment: datetime, *, final: bool) -> bool:
    """Write where the cycle stands now. False when somebody was faster."""
    changed = hand.run(
        _MOVE,
        cycle=cycle.id,
        seen=cycle.seq,
        to=to,
        round_to=round_,
        held_to=held,
        next=cycle.seq + 1,
        moment=moment,
        closed=moment if final else cycle.closed_at,
    )
    return changed == 1


def enter(hand: Hand, **entry: Any) -> None:
    """Append a journal entry."""
    hand.run(_ENTRY, **entry)
