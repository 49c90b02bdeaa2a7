"""From rows to the read-only view that rules, criteria and pages look at. A fixed number of statements a cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.view import CycleView, Person, RoundFacts, Sheet
from engine.services import feeds, settings, tallies
from engine.services.access import actor as as_actor
from engine.services.access import lab_members, members
from engine.services.editions import Editions
from engine.services.host import now
from engine.store import people as store
from engine.store.cycles import Cycle, Round, Waiver
from engine.store.database import db
from engine.store.documents import Confirmation, Submission
from engine.store.groups import Threshold


def view_of(
    cycle: Cycle, definition: GroupType, actor: store.Person | None, given: Mapping[str, Any] | None = None
) -> CycleView:
    """Everything a rule may know about ``cycle`` now, as ``actor`` sees it."""
    team = {m.person_id: as_actor(m.person) for m in members(cycle.triad)}
    rounds = {r.n: r for r in cycle.rounds}
    everyone = dict(team)
    lookup = _Names(everyone)
    return CycleView(
        stage=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        now=now(),
        actor=as_actor(actor) if actor else None,
        roles=_roles(cycle, team, rounds.get(cycle.round)),
        sheets=_sheets(cycle, lookup),
        tallies=tallies.of_cycle(cycle.id),
        rounds=tuple(_facts(r, team, lookup) for r in cycle.rounds),
        facts=feeds.gather(cycle, definition.process.feeds),
        thresholds=_thresholds(cycle.triad.group_id),
        waived=_waived(cycle),
        given=given or {},
        settings=settings.of(cycle.school_id, definition),
    )


class _Names:
    """Names of people who may have left the triad, fetched only when somebody is not in it."""

    def __init__(self, known: dict[int, Person]) -> None:
        self._known = known

    def __call__(self, person_id: int) -> Person:
        if person_id not in self._known:
            row = db.session.get(store.Person, person_id)
            self._known[person_id] = as_actor(row) if row else Person(person_id, "?")
        return self._known[person_id]


def _roles(cycle: Cycle, team: Mapping[int, Person], round_: Round | None) -> dict[str, tuple[Person, ...]]:
    group = cycle.triad.group
    lead = lead_of(round_, team)
    roles = {
        "triad_member": tuple(team.values()),
        "lead_teacher": (team[lead],) if lead is not None else (),
        "observer": tuple(p for i, p in team.items() if i != lead),
        "group_leader": (as_actor(group.leader),) if group.leader else (),
        "psychologist": (as_actor(group.psychologist),) if group.psychologist else (),
    }
    if group.type_key == "lab":
        roles["lab_member"] = tuple(as_actor(p) for p in lab_members(cycle.school_id))
    return roles


def lead_of(round_: Round | None, team: Mapping[int, Person]) -> int | None:
    """Who teaches the lesson: the named teacher, or by rotation the member whose seat is the lesson's number."""
    if round_ is None:
        return None
    if round_.lead_id in team:
        return round_.lead_id
    seats = list(team)
    return seats[(round_.n - 1) % len(seats)] if seats else None


def _sheets(cycle: Cycle, name: Callable[[int], Person]) -> tuple[Sheet, ...]:
    rows = db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id)).all()
    confirmed: dict[int, set[int]] = {}
    hashes = {row.id: row.content_hash for row in rows}
    for item in db.session.scalars(
        select(Confirmation)
        .join(Submission, Submission.id == Confirmation.submission_id)
        .where(Submission.cycle_id == cycle.id)
    ):
        if hashes.get(item.submission_id) == item.content_hash:
            confirmed.setdefault(item.submission_id, set()).add(item.person_id)
    editions = Editions(cycle)
    said = {row.id: editions.today(row.fingerprint, row.form_key, row.values) for row in rows}
    return tuple(
        Sheet(
            form=said[row.id][0],
            round=row.round,
            person=name(row.person_id) if row.person_id else None,
            values=said[row.id][1],
            state="submitted" if row.state == "submitted" else "draft",
            confirmed=frozenset(confirmed.get(row.id, ())),
            at=row.submitted_at,
            id=row.id,
        )
        for row in rows
    )


def _facts(round_: Round, team: Mapping[int, Person], name: Callable[[int], Person]) -> RoundFacts:
    lead = lead_of(round_, team)
    observers = round_.observers or [i for i in team if i != lead]
    return RoundFacts(
        n=round_.n,
        kind=round_.kind,
        at=round_.at,
        status=round_.status,
        done_at=round_.done_at,
        facts={
            "lead": name(round_.lead_id) if round_.lead_id else None,
            "observers": tuple(name(i) for i in observers),
            "watch": dict(round_.watch),
            "subject": round_.subject,
            "topic": round_.topic,
            "class_name": round_.class_name,
            "class_size": round_.class_size,
        },
    )


def rounds_of(cycle: Cycle, team: dict[int, Person]) -> tuple[RoundFacts, ...]:
    """The facts of every round."""
    lookup = _Names(dict(team))
    return tuple(_facts(r, team, lookup) for r in cycle.rounds)


def _thresholds(group_id: int) -> dict[str, float]:
    rows = db.session.execute(select(Threshold.key, Threshold.value).where(Threshold.group_id == group_id))
    return dict(rows.all())


def _waived(cycle: Cycle) -> frozenset[str]:
    return frozenset(
        db.session.scalars(select(Waiver.rule).where(Waiver.cycle_id == cycle.id, Waiver.round.in_((cycle.round, 0))))
    )
