"""Who may be asked to review a material: one of the own group, one of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.core.text import Text
from engine.services.bank.access import laboratory, seated_in
from engine.services.errors import Invalid
from engine.store.bank import Material
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked for a review, with the group they come from."""

    person: Person
    group: Group


def candidates(material: Material, seat: str) -> list[Candidate]:
    """Who may be asked. No author reviews their own material.

    ``own``: the leader of the own group; where the leader is an author, colleagues of the group; where there are none
    (or no group), the Laboratory. ``other``: leaders and members of the other groups.
    """
    authors = {a.person_id for a in material.authors}
    group = db.session.get(Group, material.group_id) if material.group_id else None
    found: list[Candidate] = []
    if seat == "own":
        if group is not None and group.leader is not None and group.leader.active and group.leader_id not in authors:
            return [Candidate(group.leader, group)]
        if group is not None:
            found = _people(seated_in(group.id, material.school_id, same=True), authors)
        return found or _people(laboratory(material.school_id), authors)
    leaders = (
        select(Person, Group)
        .join(Group, Group.leader_id == Person.id)
        .where(Group.school_id == material.school_id, Group.id != (group.id if group else 0), Person.active.is_(True))
        .where(Group.closed_on.is_(None))
        .order_by(Group.id)
    )
    inside = {group.leader_id} if group is not None else set()
    seated = seated_in(group.id if group else 0, material.school_id, same=False)
    for one in (*_people(leaders, authors | inside), *_people(seated, authors | inside)):
        if all(one.person.id != known.person.id for known in found):
            found.append(one)
    return sorted(found, key=lambda c: (c.group.id, c.person.last_name))


def _people(query: Any, without: set[Any]) -> list[Candidate]:
    rows = db.session.execute(query).all()
    return [Candidate(person, group) for person, group in rows if person.id not in without]


def chosen_for(material: Material, seat: str, wanted: int | None) -> Candidate:
    """The person asked for the seat; for the own seat nobody needs to be named where there is no choice. Invalid."""
    found = candidates(material, seat)
    chosen = next((c for c in found if c.person.id == wanted), None)
    if chosen is None and wanted is None and seat == "own" and len(found) == 1:
        chosen = found[0]
    if chosen is None:
        text = Text(
            "Выберите эксперта другого ПОС" if seat == "other" else "Выберите эксперта своего ПОС",
            en="Choose an expert of another group" if seat == "other" else "Choose a reviewer of the own group",
        )
        raise Invalid(text, text.en, {seat: [text]})
    return chosen
