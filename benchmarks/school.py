"""A school for measuring: triads that are whole, with cycles at the first stage and every document handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from benchmarks import process
from engine.extension.loader import Source
from engine.services import cycles
from engine.services.host import host, now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.people import Person, School
from engine.store.unit import unit_of_work

MONDAY = datetime(2026, 9, 7, 9, 0)
LEADER = "Лидерова"


def install_type() -> None:
    """The process of the benchmark beside the installed types."""
    host().registry.add(Source(process.KEY, "benchmarks", lambda: process))


def found() -> int:
    """A school with the type enabled; the id of its one group."""
    with unit_of_work():
        school = School(name="Школа для измерений", staff=60)
        db.session.add(school)
        db.session.flush()
        leader = Person(school_id=school.id, last_name=LEADER, first_name="Л")
        db.session.add(leader)
        db.session.flush()
        db.session.add(TypeSwitch(school_id=school.id, type_key=process.KEY, state="enabled", changed_at=now()))
        group = Group(school_id=school.id, type_key=process.KEY, title="ПОС для измерений", leader_id=leader.id)
        db.session.add(group)
        db.session.flush()
        return group.id


def open_cycles(group_id: int, count: int) -> list[tuple[int, dict[str, int]]]:
    """(cycle, who presses: leader, lead, observer) of so many new triads. The first of a triad leads every lesson."""
    made: list[tuple[int, dict[str, int]]] = []
    with unit_of_work():
        group = db.session.get(Group, group_id)
        assert group is not None and group.leader_id is not None
        since = now().date() - timedelta(days=30)
        known = len(db.session.scalars(select(Triad.id)).all())
        for n in range(known + 1, known + count + 1):
            triad = Triad(group=group, title=f"Тройка {n}")
            team = [Person(school_id=group.school_id, last_name=f"Учитель{n}{mark}", first_name="У") for mark in "абв"]
            db.session.add_all([triad, *team])
            db.session.flush()
            db.session.add_all(
                Membership(triad_id=triad.id, person_id=p.id, seat=seat, since=since) for seat, p in enumerate(team, 1)
            )
            db.session.flush()
            cycle: Cycle = cycles.open_cycle(triad, team[0])
            for round_ in cycle.rounds:
                round_.lead_id = team[0].id
            db.session.add_all(_documents(cycle, team[0].id))
            made.append((cycle.id, {"leader": group.leader_id, "lead": team[0].id, "observer": team[1].id}))
    return made


def _documents(cycle: Cycle, person_id: int) -> list[Submission]:
    moment = now()
    return [
        Submission(
            cycle_id=cycle.id,
            form_key=key,
            round=0,
            person_id=None,
            state="submitted",
            values={"words": "Слова документа, какими они бывают: строка или две."},
            fingerprint=cycle.fingerprint,
            content_hash="0" * 64,
            version=1,
            updated_at=moment,
            updated_by=person_id,
            submitted_at=moment,
        )
        for key in process.DOCUMENTS
    ]
