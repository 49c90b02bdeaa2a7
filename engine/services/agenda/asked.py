"""What the calendar asks the database: one statement for whatever kinds of days are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Date, Integer, String, and_, bindparam, cast, exists, literal, null, or_, select
from sqlalchemy import union_all as one_after_another
from sqlalchemy.orm import aliased

from engine.services.access import current
from engine.store.cycles import Cycle
from engine.store.events import Event, Participation, Visit
from engine.store.groups import Group, Membership, Triad
from engine.store.growth import DevelopmentPlan, PlanStep
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reports import Conference, Measure

_MINE = (Membership.person_id == bindparam("person"), current(Membership, bindparam("day", type_=Date)))


def _sits_in(triad: Any) -> Any:
    """Whether the person sits in ``triad`` today."""
    return exists().where(Membership.triad_id == triad, *_MINE)


class Row(NamedTuple):
    """What is found of any kind; what the columns mean stands where a kind is asked for."""

    kind: str
    id: int
    one: int | None
    other: int | None
    text: str
    more: str
    code: str
    first: date | None
    last: date | None


_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("one", "other"), cast(null(), Integer)),
    **dict.fromkeys(("text", "more", "code"), cast(null(), String)),
    **dict.fromkeys(("first", "last"), cast(null(), Date)),
}


def _found(kind: str, id_: Any, **told: Any) -> Any:
    columns = {"kind": literal(kind), "id": id_, **_EMPTY, **told}
    return select(*(column.label(name) for name, column in columns.items()))


_PERSON: Any = bindparam("person")
_SCHOOL: Any = bindparam("school")
_BEGINS: Any = bindparam("begins")
_ENDS: Any = bindparam("ends")
_VISITS = (
    Visit.school_id == _SCHOOL,
    Visit.at >= bindparam("from"),
    Visit.at < bindparam("before"),
    or_(Visit.guest_id == _PERSON, Visit.host_id == _PERSON),
)
_KINDS = {
    # An open cycle of the own triad or of a led group: its triad, the fingerprint and the type of its definition.
    "defence": _found(
        "defence", Cycle.id, one=Cycle.triad_id, text=Triad.title, more=Cycle.fingerprint, code=Cycle.type_key
    )
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .where(Cycle.school_id == _SCHOOL, Cycle.closed_at.is_(None), or_(Group.leader_id == _PERSON, _sits_in(Triad.id))),
    # That there is a visit; VISITS tells of it.
    "visit": _found("visit", Visit.id).where(*_VISITS),
    # An event, once for each who takes part.
    "event": _found(
        "event",
        Event.id,
        one=Participation.person_id,
        text=Event.title,
        more=Event.place,
        first=Event.begins,
        last=Event.ends,
    )
    .outerjoin(Participation, Participation.event_id == Event.id)
    .where(
        Event.school_id == _SCHOOL,
        Event.begins <= _ENDS,
        or_(Event.ends >= _BEGINS, and_(Event.ends.is_(None), Event.begins >= _BEGINS)),
    ),
    # A measure and whose it is.
    "measure": _found("measure", Measure.id, one=Measure.owner_id, text=Measure.text, first=Measure.due).where(
        Measure.school_id == _SCHOOL,
        Measure.due >= _BEGINS,
        Measure.due <= _ENDS,
        or_(Measure.status == "planned", Measure.status == "moved"),
        or_(bindparam("all", type_=Boolean), Measure.owner_id == _PERSON),
    ),
    # A step of a plan: the plan and its cycle.
    "step": _found(
        "step",
        PlanStep.id,
        one=DevelopmentPlan.id,
        other=DevelopmentPlan.cycle_id,
        text=PlanStep.text,
        first=PlanStep.due,
    )
    .join(DevelopmentPlan, DevelopmentPlan.id == PlanStep.plan_id)
    .join(Cycle, Cycle.id == DevelopmentPlan.cycle_id)
    .where(
        PlanStep.due >= _BEGINS,
        PlanStep.due <= _ENDS,
        PlanStep.done.is_(False),
        Cycle.school_id == _SCHOOL,
        or_(
            DevelopmentPlan.person_id == _PERSON,
            and_(DevelopmentPlan.kind == "remedy", _sits_in(Cycle.triad_id)),
        ),
    ),
    # A conference of a school year.
    "conference": _found(
        "conference", Conference.id, one=Conference.year_id, more=Conference.place, first=Conference.held_on
    ).where(Conference.school_id == _SCHOOL, Conference.held_on >= _BEGINS, Conference.held_on <= _ENDS),
}


def known(kinds: Iterable[str]) -> frozenset[str]:
    """Those of ``kinds`` that are asked for here."""
    return frozenset(kind for kind in kinds if kind in _KINDS)


@lru_cache(maxsize=64)
def days(kinds: frozenset[str]) -> Statement:
    """Every row of ``kinds``, those of a kind in the order of their numbers."""
    return Statement(one_after_another(*(_KINDS[kind] for kind in sorted(kinds))).order_by("kind", "id"))


TEAM = Statement(
    select(Membership.person_id).where(Membership.triad_id == bindparam("triad"), Membership.until.is_(None))
)
_GUEST, _HOST = aliased(Person), aliased(Person)
VISITS = Statement(
    select(
        Visit.id,
        Visit.guest_id,
        Visit.host_id,
        Visit.at,
        Visit.class_name,
        Visit.subject,
        *(getattr(who, part) for who in (_GUEST, _HOST) for part in ("last_name", "first_name", "patronymic")),
    )
    .join(_GUEST, _GUEST.id == Visit.guest_id)
    .join(_HOST, _HOST.id == Visit.host_id)
    .where(*_VISITS)
    .order_by(Visit.id)
)
