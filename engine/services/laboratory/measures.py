"""The approved plan of methodical work: its measures, followed by those responsible to their results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.text import Text
from engine.services.access import is_lab_member
from engine.services.effects import host_effect
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.reports import Measure
from engine.store.unit import lock, unit_of_work

STATES = {
    "planned": Text("Запланировано", en="Planned"),
    "done": Text("Выполнено", en="Done"),
    "moved": Text("Перенесено", en="Moved"),
    "dropped": Text("Снято", en="Dropped"),
}


@host_effect("measures")
def follow(cycle: Cycle, definition: GroupType, person: Person) -> None:
    """The measures of the plan that is approved now, inside the action's unit of work.

    A plan approved again keeps what came of the measures it still names; others that nobody has touched go, and what
    has a result stays as dropped from the plan.
    """
    view = view_of(cycle, definition, person)
    bases = {b["key"]: str(b["title"]) for b in view.facts.get("bases", ())}
    staff = {p["key"]: p["title"] for p in view.facts.get("staff", ())}
    known: dict[str, list[Measure]] = {}
    for measure in db.session.scalars(select(Measure).where(Measure.cycle_id == cycle.id).order_by(Measure.row)):
        known.setdefault(measure.text, []).append(measure)
        measure.row = -measure.id  # rows change places: first all of them step aside
    db.session.flush()
    place = 0
    for place, row in enumerate(view.values("plan", 0).get("measures") or (), 1):
        words = str(row["measure"])
        same = known.get(words) or [
            Measure(cycle_id=cycle.id, school_id=cycle.school_id, status="planned", text=words, result="")
        ]
        measure = same.pop(0)
        measure.row = place
        _copy(measure, row, bases, staff)
        db.session.add(measure)
    db.session.flush()
    for measure in (left for same in known.values() for left in same):
        if measure.status == "planned" and not measure.result:
            db.session.delete(measure)
        else:
            place += 1
            measure.row, measure.status = place, "dropped" if measure.status != "done" else "done"


def _copy(measure: Measure, row: Mapping[str, Any], bases: Mapping[str, str], staff: Mapping[str, str]) -> None:
    measure.basis = str(row.get("basis") or "")
    named = [bases.get(measure.basis, ""), str(row.get("basis_text") or "")]
    measure.basis_text = "; ".join(part for part in named if part)
    measure.owner_id = int(row["owner_id"]) if row.get("owner_id") in staff else None
    measure.owner = ", ".join(
        part for part in (staff.get(str(row.get("owner_id")), ""), str(row.get("owner") or "")) if part
    )
    measure.expected = str(row.get("expected") or "")
    if measure.status == "planned":
        measure.due = date.fromisoformat(str(row["due"]))
    measure.changed_at = now()


def plan(person: Person, status: str = "", mine: bool = False) -> list[Measure]:
    """The measures of the school, the nearest first; for everybody who works there. ``status`` and ``mine`` narrow."""
    query = select(Measure).where(Measure.school_id == person.school_id)
    if status in STATES:
        query = query.where(Measure.status == status)
    if mine:
        query = query.where(Measure.owner_id == person.id)
    return list(db.session.scalars(query.order_by(Measure.due, Measure.id).limit(500)))


def change(person: Person, measure_id: int, status: str, result: str = "", due: date | None = None) -> None:
    """Say what came of a measure: the person responsible or the Laboratory.

    «Выполнено», «Перенесено» and «Снято» are said in words; moving needs a later day. Raises NotFound, Forbidden,
    Invalid (``errors`` by field).
    """
    with unit_of_work():
        measure: Measure | None = lock(Measure, measure_id)
        if measure is None or measure.school_id != person.school_id:
            raise NotFound("Такого мероприятия нет", "There is no such measure")
        if not changes(person, measure):
            raise Forbidden("Отмечает ответственный или Лаборатория", "Those responsible or the Laboratory mark it")
        errors: dict[str, list[str]] = {}
        if status not in STATES:
            errors["status"] = [Text("Выберите состояние", en="Choose the state")]
        if status in ("done", "moved", "dropped") and not result.strip():
            errors["result"] = [
                Text("Напишите, что получилось или почему", en="Say what came of it, or why"),
            ]
        if status == "moved" and (due is None or due <= measure.due):
            errors["due"] = [Text("Укажите новый, более поздний срок", en="Give a new, later date")]
        if errors:
            raise Invalid("Проверьте поля", "Check the fields", errors)
        measure.status, measure.result, measure.changed_at = status, result.strip()[:4000], now()
        measure.done_on = now().date() if status == "done" else None
        if status == "moved" and due is not None:
            measure.due = due


def changes(person: Person, measure: Measure) -> bool:
    """Whether the person marks this measure."""
    return measure.owner_id == person.id or is_lab_member(person)
