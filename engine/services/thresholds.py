"""Thresholds of criteria: a group's leader may set them for the group, and go back to the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.core.criteria import Criterion, Test
from engine.core.text import Text
from engine.services.access import is_lab_member
from engine.services.definitions import offered
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.groups import Group, Threshold
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

#: The least and the greatest threshold of a unit.
LIMITS = {"score": (0.0, 3.0), "share": (0.0, 1.0), "gap": (-1.0, 1.0), "marks": (0.0, 100.0), "count": (0.0, 100.0)}


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold: the default, and the group's own value where it differs."""

    key: str
    criterion: Criterion
    test: Test
    own: float | None

    @property
    def value(self) -> float:
        return self.test.threshold if self.own is None else self.own

    @property
    def limits(self) -> tuple[float, float]:
        return LIMITS[self.test.unit]


def group_for(person: Person, group_id: int) -> Group:
    """A group whose thresholds the person may set. NotFound outside the school, Forbidden for others in it."""
    group = db.session.get(Group, group_id)
    if group is None or group.school_id != person.school_id:
        raise NotFound("Такого ПОС нет", "There is no such group")
    if group.leader_id != person.id and not is_lab_member(person):
        raise Forbidden("Пороги меняет руководитель ПОС", "The group leader sets the thresholds")
    return group


def lines(person: Person, group_id: int) -> list[Line]:
    """Every threshold of the group's type."""
    group = group_for(person, group_id)
    definition = offered(group.school_id, group.type_key)
    rows = db.session.scalars(select(Threshold).where(Threshold.group_id == group.id))
    own = {row.key: row.value for row in rows}
    return [
        Line(key := c.threshold_key(place), c, test, own.get(key))
        for c in (definition.criteria if definition else ())
        for place, test in enumerate(c.tests)
        if test.unit != "flag"
    ]


def set_thresholds(person: Person, group_id: int, values: Mapping[str, float | None]) -> None:
    """Set the thresholds named in ``values``, all or none of them; with None one goes back to the default.

    Raises Invalid, with the keys at fault, outside the range of a unit.
    """
    with unit_of_work():
        lock(Group, group_id)
        known = {line.key: line for line in lines(person, group_id)}
        if not values.keys() <= known.keys():
            raise NotFound("Такого порога нет", "There is no such threshold")
        text = Text("Порог вне шкалы", en="The threshold is outside the scale")
        outside = [k for k, v in values.items() if v is not None and not known[k].limits[0] <= v <= known[k].limits[1]]
        if outside:
            raise Invalid(text, text.en, {key: [text] for key in outside})
        rows = {r.key: r for r in db.session.scalars(select(Threshold).where(Threshold.group_id == group_id))}
        for key, value in values.items():
            row = rows.get(key)
            if value is None or value == known[key].test.threshold:
                if row is not None:
                    db.session.delete(row)
            elif row is None or row.value != value:
                row = row or Threshold(group_id=group_id, key=key)
                row.value, row.changed_at, row.changed_by = value, now(), person.id
                db.session.add(row)
