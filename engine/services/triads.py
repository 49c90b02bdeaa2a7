"""A triad as its own page: members, cycles so far, and opening the next one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.core.text import Text
from engine.services import cycles, teams
from engine.services.access import is_admin, is_lab_member, members, triad_of
from engine.services.definitions import installed, may_open, quarantined
from engine.services.errors import Forbidden, NotFound
from engine.services.words import not_whole
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Membership, Triad
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class TriadPage:
    """A triad with its people today and its cycles, newest first."""

    triad: Triad
    members: list[Membership]
    cycles: list[Cycle]
    may_open: bool
    why_not: str


def of(person: Person) -> Triad | None:
    """The triad a person sits in today."""
    return triad_of(person)


def page(person: Person, triad_id: int) -> TriadPage:
    """A triad for somebody of its group. NotFound for everybody else."""
    triad = db.session.get(Triad, triad_id)
    if triad is None or triad.group.school_id != person.school_id:
        raise NotFound("Такой тройки нет", "There is no such triad")
    seated = members(triad)
    inside = any(m.person_id == person.id for m in seated)
    if not (inside or triad.group.leader_id == person.id or is_admin(person) or is_lab_member(person)):
        raise NotFound("Такой тройки нет", "There is no such triad")
    past = list(db.session.scalars(select(Cycle).where(Cycle.triad_id == triad.id).order_by(Cycle.id.desc()).limit(50)))
    why = _why_not(triad, seated)
    return TriadPage(triad, seated, past, inside and not why, why)


def _why_not(triad: Triad, seated: list[Membership]) -> str:
    if cycles.open_cycles(triad):
        return Text("Цикл уже идёт", en="A cycle is under way")
    size = teams.size_of(triad.group)
    if len(seated) != size:
        return Text(
            "{told}: состав исправит администратор школы", en="{told}: the school administrator mends the team"
        ).fill({"told": not_whole(size)})
    if triad.group.type_key in quarantined():
        return Text(
            "Тип группы в карантине: новый цикл начнут, когда администратор школы его снимет",
            en="The group type is in quarantine: the next cycle begins when the school administrator lifts it",
        )
    if not may_open(triad.group.school_id, triad.group.type_key):
        return Text(
            "Тип группы не включён: его включает администратор школы",
            en="The group type is not enabled: the school administrator enables it",
        )
    return ""


def start(person: Person, triad_id: int, period: str = "") -> Cycle:
    """Open the next cycle of a triad, by one of its members or its leader."""
    found = page(person, triad_id)
    inside = any(m.person_id == person.id for m in found.members)
    if not inside and found.triad.group.leader_id != person.id:
        raise Forbidden("Цикл открывает тройка или руководитель ПОС", "The triad or its leader opens a cycle")
    previous = next((c for c in found.cycles if c.closed_at is not None), None)
    return cycles.open_cycle(found.triad, person, previous=previous, period=period)


def type_title(triad: Triad) -> str:
    """The title of the triad's group type, or its key when it is not installed."""
    found = installed(triad.group.type_key)
    return found.title if found else triad.group.type_key
