"""What a press reads and writes, as prepared statements: the cycle under its lock, who is who, the documents, two rows.

What it needs beyond them is read and written in a session, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, exists, insert, select, update
from sqlalchemy.orm import aliased

from engine.core.errors import Loud
from engine.core.frozen import FrozenDict, frozen
from engine.core.view import CycleView, Person, Sheet, SheetState
from engine.store import people as store
from engine.store.cycles import Cycle, JournalEntry, Round, Waiver
from engine.store.documents import Confirmation, Submission
from engine.store.groups import Group, Membership, Threshold, Triad, TypeSwitch
from engine.store.prepared import Hand, Row, Statement
from engine.store.programs import Webhook

_leader, _psychologist, _presser, _member = (
    aliased(store.Person, name=name) for name in ("leader", "psychologist", "presser", "member")
)


def _names(person: Any) -> tuple[Any, ...]:
    return person.last_name, person.first_name, person.patronymic


def _there(*conditions: Any) -> Any:
    return case((exists().where(*conditions), 1), else_=0)


_CYCLE = Statement(
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
    )
    .where(Cycle.id == bindparam("cycle"))
    .with_for_update(key_share=True)
)
#: A row for each member of the team today (one with nobody while there is none). Read after the lock: on PostgreSQL the
#: statement that waits for it sees the rows of before.
_AROUND = Statement(
    select(
        Group.id,
        Group.leader_id,
        *_names(_leader),
        Group.psychologist_id,
        *_names(_psychologist),
        _presser.school_id,
        _presser.active,
        *_names(_presser),
        Round.lead_id,
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
_SHEETS = Statement(
    select(
        Submission.id,
        Submission.form_key,
        Submission.round,
        Submission.person_id,
        Submission.state,
        Submission.values,
        Submission.submitted_at,
        Confirmation.person_id,
    )
    .outerjoin(
        Confirmation,
        and_(Confirmation.submission_id == Submission.id, Confirmation.content_hash == Submission.content_hash),
    )
    .where(Submission.cycle_id == bindparam("cycle"))
    .order_by(Submission.id)
)
_NAMED = Statement(select(*_names(store.Person)).where(store.Person.id == bindparam("person")))
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
        seq=Cycle.seq + 1,
        stage_since=case(
            (Cycle.stage == bindparam("to"), Cycle.stage_since), else_=bindparam("at", type_=Cycle.stage_since.type)
        ),
        closed_at=case((bindparam("final") == 1, bindparam("at", type_=Cycle.stage_since.type)), else_=Cycle.closed_at),
    )
)
_ENTRY = Statement(
    insert(JournalEntry.__table__).values(  # type: ignore[arg-type]
        {c.name: bindparam(c.name) for c in JournalEntry.__table__.c if c.name != "id"}
    )
)


_SEAT = itemgetter(18)


class Elsewhere(Loud):
    """The press asks for more than prepared statements read and write: it is carried out in a session."""


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


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything read under the lock: the cycle, its team by seat, who presses, and what is known of them.

    ``switch`` is the state of the type in the school, ``programs`` whether any are told of presses, ``pressed`` whether
    this very press has been carried out.
    """

    cycle: Standing
    group_id: int
    team: Mapping[int, Person]
    leader: Person | None
    psychologist: Person | None
    presser: Person
    welcome: bool
    lead_id: int | None
    switch: str | None
    programs: bool
    pressed: bool
    sheets: list[Row]

    @property
    def known(self) -> bool:
        """Whether the person is somebody to the cycle: of the team, its leader, its psychologist."""
        id_ = self.presser.id
        return self.welcome and (
            id_ in self.team
            or (self.leader is not None and self.leader.id == id_)
            or (self.psychologist is not None and self.psychologist.id == id_)
        )


def _person(id_: int | None, names: Row) -> Person | None:
    return None if id_ is None else Person(id_, store.short_name(*names))


def scene(hand: Hand, cycle_id: int, person_id: int, once: str, moment: datetime) -> Scene | None:
    """Lock the cycle and read what a press needs; None when there is no such cycle or person."""
    of = {"cycle": cycle_id}
    locked, around, sheets = hand.together(
        (_CYCLE, of), (_AROUND, {**of, "person": person_id, "once": once, "day": moment.date()}), (_SHEETS, of)
    )
    if not locked or not around:
        return None
    cycle = Standing(*hand.values(_CYCLE, locked[0]))
    first = around[0]
    return Scene(
        cycle=cycle,
        group_id=first[0],
        leader=_person(first[1], first[2:5]),
        psychologist=_person(first[5], first[6:9]),
        presser=Person(person_id, store.short_name(*first[11:14])),
        welcome=bool(first[10]) and first[9] == cycle.school_id,
        lead_id=first[14],
        switch=first[15],
        programs=bool(first[16]),
        pressed=bool(once) and bool(first[17]),
        team={row[19]: Person(row[19], store.short_name(*row[20:])) for row in sorted(around, key=_SEAT) if row[19]},
        sheets=sheets,
    )


class Sheets:
    """The documents of a cycle, each made of its row when somebody looks at its form."""

    def __init__(self, hand: Hand, scene: Scene) -> None:
        self._hand, self._team = hand, dict(scene.team)
        self._rows: dict[str, list[Row]] = {}
        for row in scene.sheets:
            self._rows.setdefault(row[1], []).append(row)
        self._made: dict[str, tuple[Sheet, ...]] = {}

    def of(self, form: str) -> tuple[Sheet, ...]:
        """Every document of a form, the oldest first."""
        if form not in self._made:
            self._made[form] = self._of(self._rows.get(form, ()))
        return self._made[form]

    def all(self) -> tuple[Sheet, ...]:
        """Every document, the oldest first."""
        return tuple(sorted((sheet for form in self._rows for sheet in self.of(form)), key=lambda sheet: sheet.id))

    def _of(self, rows: Iterable[Row]) -> tuple[Sheet, ...]:
        first: dict[int, Row] = {}
        agreed: dict[int, list[int]] = {}
        for row in rows:  # one for each who has confirmed it as it stands
            first.setdefault(row[0], row)
            if row[7] is not None:
                agreed.setdefault(row[0], []).append(row[7])
        return tuple(self._sheet(row, frozenset(agreed.get(id_, ()))) for id_, row in first.items())

    def _sheet(self, row: Row, confirmed: frozenset[int]) -> Sheet:
        id_, form, round_, owner, state, values, at, _ = self._hand.values(_SHEETS, row)
        stands: SheetState = "submitted" if state == "submitted" else "draft"
        return Sheet(form, round_, self._named(owner) if owner else None, values, stands, confirmed, at, id_)

    def _named(self, person_id: int) -> Person:
        """Somebody who may have left the team."""
        if person_id not in self._team:
            found = self._hand.rows(_NAMED, person=person_id)
            self._team[person_id] = Person(person_id, store.short_name(*found[0]) if found else "?")
        return self._team[person_id]


class Seen(CycleView):
    """The view of a press: its parts are made when a rule looks at them; what nobody looks at costs nothing.

    ``missed`` tells that somebody has looked at what is to be read in a session.
    """

    __slots__ = ("_documents", "_parts", "missed")
    _documents: Sheets
    _parts: Mapping[str, Callable[[], Any]]
    missed: bool

    def __init__(self, documents: Sheets, parts: Mapping[str, Callable[[], Any]], **known: Any) -> None:
        for name, value in {"_documents": documents, "_parts": parts, "missed": False, **known}.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in CycleView.__slots__:
            raise AttributeError(name)
        part = self._parts.get(name)
        if part is None:
            object.__setattr__(self, "missed", True)  # a plugin may catch what is raised here
            raise Elsewhere(name)
        value = part()
        object.__setattr__(self, name, value)
        return value

    def sheets_of(self, form: str, round_: int | None = None) -> tuple[Sheet, ...]:
        wanted = (self.round, 0) if round_ is None else (round_,)
        return tuple(sheet for sheet in self._documents.of(form) if sheet.round in wanted)


def view(hand: Hand, scene: Scene, moment: datetime, given: Mapping[str, Any], *, rotates: bool) -> Seen:
    """The cycle as a rule sees it now. ``rotates``: whoever is not named to teach does so by turns."""
    cycle, team = scene.cycle, scene.team
    lead = scene.lead_id if scene.lead_id in team else None
    if lead is None and team and rotates:
        lead = list(team)[(cycle.round - 1) % len(team)]
    documents = Sheets(hand, scene)
    return Seen(
        documents,
        {
            "sheets": documents.all,
            "thresholds": lambda: FrozenDict(hand.rows(_THRESHOLDS, group=scene.group_id)),
            "waived": lambda: frozenset(row[0] for row in hand.rows(_WAIVED, cycle=cycle.id, round=cycle.round)),
        },
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=moment,
        actor=scene.presser,
        roles=FrozenDict(
            triad_member=tuple(team.values()),
            lead_teacher=(team[lead],) if lead is not None else (),
            observer=tuple(person for id_, person in team.items() if id_ != lead),
            group_leader=(scene.leader,) if scene.leader else (),
            psychologist=(scene.psychologist,) if scene.psychologist else (),
        ),
        given=frozen(given),
    )


def write(hand: Hand, cycle_id: int, seen: int, *, final: bool, entry: Mapping[str, Any]) -> None:
    """Where the cycle stands now, and the journal entry that says so."""
    move = {
        "cycle": cycle_id,
        "seen": seen,
        "to": entry["target"],
        "round_to": entry["round"],
        "held_to": entry["held"],
        "at": entry["at"],
        "final": int(final),
    }
    hand.together((_MOVE, move), (_ENTRY, {**entry, "cycle_id": cycle_id, "seq": seen + 1}))
