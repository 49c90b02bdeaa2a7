"""Who somebody is to a material, and which materials are open to them. Imported by the files, so it knows none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from engine.services.access import LAB, current, is_lab_member
from engine.services.bank.words import NO_MATERIAL
from engine.services.bank.workflow import STEPS, refusal
from engine.services.errors import Conflict, Forbidden, NotFound
from engine.services.host import now
from engine.store.bank import Material, MaterialAuthor, MaterialReview, Trial
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person
from engine.store.unit import lock

#: A colleague who is neither author nor reviewer sees a material in these states.
COMMON = "in_bank"


def held(person: Person, material: Material) -> set[str]:
    """What the person is to the material: author, leader, lab, reviewer, tried. Empty for other schools.

    An author judges nothing of their own: whoever leads the group or sits in the Laboratory holds that role only over
    materials of others.
    """
    if not person.active or person.school_id != material.school_id:
        return set()
    if any(a.person_id == person.id for a in material.authors):
        return {"author"}
    found: set[str] = {"colleague"}
    group = db.session.get(Group, material.group_id) if material.group_id else None
    if group is not None and group.leader_id == person.id:
        found.add("leader")
    if is_lab_member(person):
        found.add("lab")
    asked = select(MaterialReview.id).where(
        MaterialReview.material_id == material.id,
        MaterialReview.reviewer_id == person.id,
        MaterialReview.version == material.version,
    )
    if db.session.scalar(asked) is not None:
        found.add("reviewer")
    tried = select(Trial.id).where(Trial.material_id == material.id, Trial.person_id == person.id).limit(1)
    if db.session.scalar(tried) is not None:
        found.add("tried")
    return found


def may_read(person: Person, material: Material) -> bool:
    """Drafts are the authors' alone; what was sent is open to reviewers, leader and Laboratory; the bank to all."""
    roles = held(person, material)
    if "author" in roles or (roles and material.state == COMMON):
        return True
    if material.state == "archived" and "tried" in roles:
        return True
    return material.state != "draft" and bool(roles & {"leader", "lab", "reviewer"})


def readable(person: Person) -> ColumnElement[bool]:
    """``may_read`` as an SQL condition over Material."""
    mine = select(MaterialAuthor.material_id).where(MaterialAuthor.person_id == person.id)
    led = select(Group.id).where(Group.leader_id == person.id)
    asked = select(MaterialReview.material_id).where(
        MaterialReview.reviewer_id == person.id, MaterialReview.version == Material.version
    )
    tried = select(Trial.material_id).where(Trial.person_id == person.id, Trial.material_id.is_not(None))
    judges: list[ColumnElement[bool]] = [Material.group_id.in_(led), Material.id.in_(asked)]
    if is_lab_member(person):
        judges.append(Material.school_id == person.school_id)
    return and_(
        Material.school_id == person.school_id,
        or_(
            Material.state == COMMON,
            Material.id.in_(mine),
            and_(Material.state != "draft", or_(*judges)),
            and_(Material.state == "archived", Material.id.in_(tried)),
        ),
    )


def material_for(person: Person, material_id: int) -> Material:
    """The material, for somebody who may read it. NotFound for everybody else."""
    found = db.session.get(Material, material_id)
    if found is None or not may_read(person, found):
        raise NotFound(*NO_MATERIAL)
    return found


def step_by(person: Person, material_id: int, key: str) -> Material:
    """The material locked for a step of its road, inside a unit of work.

    NotFound for those who may not read it, Forbidden for those whose step it is not, Conflict when it has moved on.
    """
    found: Material | None = lock(Material, material_id)
    if found is None or not may_read(person, found):
        raise NotFound(*NO_MATERIAL)
    roles = held(person, found)
    if why := refusal(key, found.state, roles):
        mine = refusal(key, next(iter(STEPS[key].sources)), roles) is None
        raise (Conflict if mine else Forbidden)(why, why.en)
    return found


def seated_in(group_id: int, school_id: int, *, same: bool) -> Any:
    """Query of the people who sit in the group today (``same``), or in any other group of the school."""
    where = Group.id == group_id if same else Group.id != group_id
    return (
        select(Person, Group)
        .join(Membership, Membership.person_id == Person.id)
        .join(Triad, Triad.id == Membership.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(where, Group.school_id == school_id, Person.active.is_(True), current(Membership, now().date()))
        .order_by(Group.id, Person.last_name)
    )


def laboratory(school_id: int) -> Any:
    """Query of the people of the school's Laboratory today."""
    return (
        select(Person, Group)
        .join(Membership, Membership.person_id == Person.id)
        .join(Triad, Triad.id == Membership.triad_id)
        .join(Group, Group.id == Triad.group_id)
        .where(Group.school_id == school_id, Group.type_key == LAB, current(Membership, now().date()))
        .order_by(Person.last_name)
    )
