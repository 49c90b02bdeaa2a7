"""What the calendar asks the database: one statement for each source."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Date, and_, bindparam, exists, or_, select
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


GOING = Statement(
    select(Cycle.id, Cycle.triad_id, Cycle.fingerprint, Cycle.type_key, Triad.title)
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .where(
        Cycle.school_id == bindparam("school"),
        Cycle.closed_at.is_(None),
        or_(
            Group.leader_id == bindparam("person"),
            _sits_in(Triad.id),
        ),
    )
    .order_by(Cycle.id)
)
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
    .where(
        Visit.school_id == bindparam("school"),
        Visit.at >= bindparam("first"),
        Visit.at < bindparam("after"),
        or_(Visit.guest_id == bindparam("person"), Visit.host_id == bindparam("person")),
    )
    .order_by(Visit.id)
)
EVENTS = Statement(
    select(Event.id, Event.title, Event.begins, Event.ends, Event.place, Participation.person_id)
    .outerjoin(Participation, Participation.event_id == Event.id)
    .where(
        Event.school_id == bindparam("school"),
        Event.begins <= bindparam("ends"),
        or_(
            Event.ends >= bindparam("begins"),
            and_(Event.ends.is_(None), Event.begins >= bindparam("begins")),
        ),
    )
    .order_by(Event.id)
)
MEASURES = Statement(
    select(Measure.id, Measure.owner_id, Measure.text, Measure.due).where(
        Measure.school_id == bindparam("school"),
        Measure.due >= bindparam("begins"),
        Measure.due <= bindparam("ends"),
        or_(Measure.status == "planned", Measure.status == "moved"),
        or_(bindparam("all", type_=Boolean), Measure.owner_id == bindparam("person")),
    )
)
STEPS = Statement(
    select(PlanStep.id, PlanStep.text, PlanStep.due, DevelopmentPlan.id, DevelopmentPlan.cycle_id)
    .join(DevelopmentPlan, DevelopmentPlan.id == PlanStep.plan_id)
    .join(Cycle, Cycle.id == DevelopmentPlan.cycle_id)
    .where(
        PlanStep.due >= bindparam("begins"),
        PlanStep.due <= bindparam("ends"),
        PlanStep.done.is_(False),
        Cycle.school_id == bindparam("school"),
        or_(
            DevelopmentPlan.person_id == bindparam("person"),
            and_(
                DevelopmentPlan.kind == "remedy",
                _sits_in(Cycle.triad_id),
            ),
        ),
    )
    .order_by(PlanStep.id)
)
CONFERENCE = Statement(
    select(Conference.id, Conference.year_id, Conference.held_on, Conference.place).where(
        Conference.school_id == bindparam("school"),
        Conference.held_on >= bindparam("begins"),
        Conference.held_on <= bindparam("ends"),
    )
)
