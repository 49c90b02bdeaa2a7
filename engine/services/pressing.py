"""What a press reads, as prepared statements: the cycle under its lock, who is who, the documents.

What it needs beyond them is read in a session, in the same transaction.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, exists, select
from sqlalchemy.orm import aliased

from engine.core.definition import GroupType
from engine.core.frozen import FrozenDict, frozen
from engine.core.view import CycleView, Person
from engine.services import feeds, parts, settings, tallies
from engine.services.by_hand import Elsewhere
from engine.services.seen import Facts, Seen
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


#: A row of ``_AROUND`` by the seat of its member.
_SEAT = itemgetter(20)


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
    been carried out. ``sheets`` are the rows of the documents; None where they are read when somebody looks at them.
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
    sheets: list[Row] | None = None

    @property
    def known(self) -> bool:
        """Whether the person is somebody to the cycle: of the team, its leader, its psychologist."""
        id_ = self.presser.id
        return self.welcome and (
            id_ in self.team
            or (self.leader is not None and self.leader.id == id_)
            or (self.psychologist is not None and self.psychologist.id == id_)
        )


def _person(id_: int | None, names: Sequence[Any]) -> Person | None:
    return None if id_ is None else Person(id_, store.short_name(*names))


def scene(hand: Hand, cycle_id: int, person_id: int, once: str, moment: datetime) -> Scene | None:
    """Lock the cycle and read what a press needs; None when there is no such cycle or person."""
    found, (sheets,) = around(hand, cycle_id, person_id, moment, (parts.SHEETS, {"cycle": cycle_id}), once=once)
    return found and found._replace(sheets=sheets)


def around(
    hand: Hand, cycle_id: int, person_id: int, moment: datetime, *more: Call, once: str = ""
) -> tuple[Scene | None, list[list[Row]]]:
    """Lock the cycle and read who is who, without its documents; and the rows of what else is read in one go."""
    of = {"cycle": cycle_id}
    locked, rows, *beside = hand.together(
        (_CYCLE, of), (_AROUND, {**of, "person": person_id, "once": once, "day": moment.date()}), *more
    )
    if not locked or not rows:
        return None, beside
    cycle = Standing(*hand.values(_CYCLE, locked[0]))
    group, leader, *row = rows[0]
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


def view(hand: Hand, scene: Scene, definition: GroupType, moment: datetime, given: Mapping[str, Any]) -> Seen:
    """The cycle as a rule sees it now. Where it goes in rounds, whoever is not named to teach does so by turns."""
    cycle, team, read = scene.cycle, scene.team, hand.rows
    lead = parts.lead_of(cycle.round, scene.lead_id, team) if definition.process.loop else None
    names = parts.Names(read, team)
    documents = parts.Sheets(_sheets(hand, scene), names, functools.partial(hand.values, parts.SHEETS))
    seen = Seen(
        documents,
        {
            "sheets": documents.all,
            "tallies": lambda: tallies.of_cycle(cycle.id, read),
            "rounds": lambda: parts.rounds(read, cycle.id, team, names),
            "thresholds": lambda: parts.thresholds(read, scene.group_id),
            "waived": lambda: parts.waived(read, cycle.id, cycle.round),
            "settings": lambda: frozen(settings.of(cycle.school_id, definition, read)),
            "facts": lambda: Facts(seen, definition.process.feeds, fact),
        },
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=moment,
        actor=scene.presser,
        roles=_roles(scene, lead),
        given=frozen(given),
    )

    def fact(name: str) -> Any:
        if not feeds.tells_of_cycle(name):
            raise Elsewhere(reading=True)
        return feeds.of_cycle(read, cycle.id, name)

    return seen


def _sheets(hand: Hand, scene: Scene) -> list[Row]:
    if scene.sheets is not None:
        return scene.sheets
    return hand.together((parts.SHEETS, {"cycle": scene.cycle.id}))[0]


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
