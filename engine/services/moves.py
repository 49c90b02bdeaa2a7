"""Whose move it is: derived from ``explain`` and never stored, so it cannot be stale or show what cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, bindparam, or_, select, update

from engine.core.definition import GroupType
from engine.core.machine import Verdict
from engine.core.process import Action
from engine.core.rules import Link, Refusal
from engine.core.text import Text
from engine.core.view import CycleView, Person
from engine.services import access
from engine.services.access import CYCLE, current, is_psychologist
from engine.services.cycles import told
from engine.services.definitions import STILL, definition_of, pinned, quarantined, readable_only, switches
from engine.services.errors import NotFound
from engine.services.going import Going
from engine.services.host import host, now
from engine.services.seen import Seen
from engine.services.views import Among, seen_of
from engine.store import people as store
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.prepared import Statement
from engine.store.reading import direct
from engine.store.unit import unit_of_work

#: System refusals that say who may press, not what is missing.
_WHO = frozenset({"role", "nobody", "held", "not_held", "round"})


def unnamed(people: Iterable[Person], text: str) -> tuple[str, ...]:
    """Names of the people, unless the text names them already."""
    names = tuple(p.name for p in people)
    return () if any(name in text for name in names) else names


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits: for ``people``, at ``link``; ``text`` says what is missing, ``step`` what they do."""

    text: str
    people: tuple[Person, ...]
    link: Link | None
    action: str = ""
    step: str = ""

    @property
    def unnamed(self) -> tuple[str, ...]:
        """Names of the people, unless the text names them already."""
        return unnamed(self.people, self.text)


@dataclass(frozen=True, slots=True)
class Standing:
    """A cycle on somebody's list: where it is, what they can do now, whom it waits for, or why it stands still."""

    cycle: Going
    definition: GroupType
    view: CycleView
    mine: tuple[Task, ...]
    others: tuple[Task, ...]
    verdicts: tuple[Verdict, ...]
    stopped: str = ""

    @property
    def since(self) -> datetime:
        return self.cycle.stage_since


def standing(cycle: Cycle, person: store.Person, switched_off: bool | None = None, *, whole: bool = False) -> Standing:
    """Where the cycle stands for ``person``; ``switched_off`` where the caller has asked already.

    Asked of the actions that lead on: those are what waits. ``whole`` asks of every action of the stage.
    """
    if switched_off is None:
        switched_off = readable_only(cycle.school_id, cycle.type_key)
    definition = definition_of(cycle)
    view = seen_of(cycle, definition, person)
    return _standing(cycle, definition, view, person, switched_off, None if whole else _leads_on)


def standings(cycles: Sequence[Going], person: store.Person) -> list[Standing]:
    """The same of several cycles of the person's school: what one of them needs is read of all of them at once."""
    if not cycles:
        return []
    among, states = Among(cycles, person), switches(person.school_id)
    found = []
    for cycle in cycles:
        definition = pinned(cycle.fingerprint, cycle.type_key)
        view = among.seen_of(cycle, definition)
        still = states.get(cycle.type_key) in STILL
        found.append(_standing(cycle, definition, view, person, still, _leads_on))
    return found


def _standing(
    cycle: Going,
    definition: GroupType,
    view: Seen,
    person: store.Person,
    switched_off: bool,
    asked: Callable[[Action], bool] | None,
) -> Standing:
    verdicts = told(cycle.type_key, definition, view, switched_off, asked)
    mine: list[Task] = []
    others: list[Task] = []
    for task in _tasks(view, verdicts):
        (mine if person.id in [p.id for p in task.people] else others).append(task)
    return Standing(cycle, definition, view, tuple(mine), tuple(others), verdicts, _stopped(cycle, switched_off))


def _leads_on(action: Action) -> bool:
    return action.kind == "main" and bool(action.target)


def _stopped(cycle: Going, switched_off: bool) -> str:
    if switched_off:
        return Text("Цикл остановлен: тип группы отключён", en="The cycle stands still: its type is switched off")
    if cycle.type_key in quarantined():
        return Text("Действия закрыты: тип в карантине", en="Actions are closed: the type is in quarantine")
    if cycle.held:
        return Text("Цикл приостановлен", en="The cycle is suspended")
    return ""


def _tasks(view: CycleView, verdicts: Iterable[Verdict]) -> Iterable[Task]:
    """What stands between the cycle and its next stage: the open reasons of its main actions, or the press itself."""
    if view.held:
        return
    seen: set[tuple[str, str]] = set()
    for verdict in verdicts:
        action = verdict.action
        if not _leads_on(action) or any(r.code == "round" for r in verdict.refusals):
            continue
        reasons = [r for r in verdict.refusals if r.code not in _WHO]
        pressers = tuple({p.id: p for role in action.roles for p in view.holders(role)}.values())
        if not reasons:
            yield Task(action.title, pressers, Link("action", action.key), action.key, action.title)
        for reason in reasons:
            if (reason.code, reason.text) not in seen:
                seen.add((reason.code, reason.text))
                owners = _owners(view, reason) or pressers
                yield Task(reason.text, owners, reason.link, step=reason.step or reason.text)


def _owners(view: CycleView, refusal: Refusal) -> tuple[Person, ...]:
    if refusal.people:
        return refusal.people
    return tuple({p.id: p for role in refusal.roles for p in view.holders(role)}.values())


def _types_with(role: str) -> list[str]:
    """The installed types that give ``role`` a document to write or a button to press."""
    return [
        key
        for key, found in host().registry.types.items()
        if any(role in form.roles for form in found.forms) or any(role in a.roles for a in found.process.actions)
    ]


def _cycles(*roles: Any) -> Select[*tuple[Any, ...]]:
    """Cycles of the school in which the person sits in the triad, or one of ``roles`` holds."""
    seated = select(Membership.triad_id).where(
        Membership.person_id == bindparam("person"), current(Membership, bindparam("day", type_=Date))
    )
    return (
        select(*CYCLE.columns)
        .join(Triad, Triad.id == Cycle.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(
            Cycle.school_id == bindparam("school"),
            or_(Triad.id.in_(seated), Group.leader_id == bindparam("person"), *roles),
        )
    )


_WATCHES = Group.psychologist_id == bindparam("person")
_OPEN = Statement(_cycles(_WATCHES).where(Cycle.closed_at.is_(None)).order_by(Cycle.id))
_DONE = Statement(_cycles().where(Cycle.closed_at.is_not(None)).order_by(Cycle.closed_at.desc()).limit(20))


def cycles_of(person: store.Person) -> list[Cycle]:
    """The open cycles a person has something to do with: of the own triad, of led groups, as psychologist."""
    watched, seats = _types_with("psychologist") if is_psychologist(person) else (), access.standing(person).triads
    return [
        cycle
        for cycle in _read(_OPEN, person)
        if cycle.triad_id in seats or cycle.triad.group.leader_id == person.id or cycle.type_key in watched
    ]


def finished_of(person: store.Person) -> list[Cycle]:
    """The last twenty finished cycles of the own triad and of led groups, newest first."""
    return _read(_DONE, person)


def _read(statement: Statement, person: store.Person) -> list[Cycle]:
    rows = direct(statement, person=person.id, school=person.school_id, day=now().date())
    return [CYCLE.of(row) for row in rows]


class News(NamedTuple):
    """A notice that has not been read."""

    id: int
    text: Mapping[str, Any]
    cycle_id: int | None
    path: str


_NEWS = Statement(
    select(Notice.id, Notice.text, Notice.cycle_id, Notice.path)
    .where(Notice.person_id == bindparam("person"), Notice.read_at.is_(None))
    .order_by(Notice.id.desc())
    .limit(20)
)


@dataclass(frozen=True, slots=True)
class Home:
    """«Мои дела»: what is mine now, whom I wait for, what comes soon."""

    mine: Sequence[Standing]
    waiting: Sequence[Standing]
    stopped: Sequence[Standing]
    soon: Sequence[tuple[Standing, int]]
    notices: Sequence[News]


def home(person: store.Person) -> Home:
    """Everything for the first page of a teacher, in a number of statements that depends on own cycles alone."""
    found = standings(cycles_of(person), person)
    moment = now()
    soon = sorted(
        (
            (s, r.n)
            for s in found
            for r in s.view.rounds
            if r.at is not None
            and r.at.date() >= moment.date()
            and r.done_at is None
            and any(p.id == person.id for p in s.view.holders("triad_member"))
        ),
        key=lambda pair: pair[0].view.round_facts(pair[1]).at or moment,
    )
    return Home(
        mine=[s for s in found if s.mine and not s.stopped],
        waiting=[s for s in found if not s.mine and s.others and not s.stopped],
        stopped=[s for s in found if s.stopped],
        soon=soon[:5],
        notices=[News(*row) for row in direct(_NEWS, person=person.id)],
    )


def read_notice(person: store.Person, notice_id: int) -> None:
    """The person has read a notice. NotFound for one that is not theirs."""
    with unit_of_work():
        notice = db.session.get(Notice, notice_id)
        if notice is None or notice.person_id != person.id:
            raise NotFound("Такого уведомления нет", "There is no such notice")
        notice.read_at = notice.read_at or now()


def read_notices(person: store.Person, ids: Sequence[int]) -> None:
    """The person has read these notices; those of others stay as they are."""
    mine = (Notice.person_id == person.id) & Notice.id.in_(ids) & Notice.read_at.is_(None)
    with unit_of_work():
        db.session.execute(update(Notice).where(mine).values(read_at=now()))
