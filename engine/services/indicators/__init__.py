"""Indicators of effectiveness (domain brief §4.5): each with its formula and the records it is counted from.

A period is two days, both included. A figure is never stored: it is the length of a list that can be opened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.services.access import is_lab_member, oversees, own_cycles
from engine.services.directory import only_school
from engine.services.errors import Forbidden, NotFound
from engine.services.host import now
from engine.services.indicators import life, triads
from engine.services.indicators.scope import Indicator, Record, Scope, staff_on
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import Person, SchoolYear

__all__ = [
    "KEYS",
    "Indicator",
    "Record",
    "of_group",
    "of_school",
    "of_year",
    "plain",
    "records",
    "staff_on",
]


def of_school(school_id: int, begins: date, ends: date, keys: Collection[str] | None = None) -> tuple[Indicator, ...]:
    """The indicators of a school for a period: those of ``keys``, in their order, or every one."""
    scope = Scope(school_id, begins, ends)
    return _all(scope) if keys is None else tuple(_INDICATORS[key](scope) for key in keys)


def of_group(group: Group, begins: date, ends: date) -> tuple[Indicator, ...]:
    """The same for one group: its triads, and whoever sat in them in the period."""
    return _all(Scope(group.school_id, begins, ends, group.id))


def _all(scope: Scope) -> tuple[Indicator, ...]:
    return tuple(compute(scope) for compute in _INDICATORS.values())


def of_year(school_id: int | None = None, title: str = "") -> tuple[Indicator, ...]:
    """Every indicator of a school year, for the command line of the installation: of the only school or the named one,
    of the named year, else of the present or newest one. Raises NotFound, Invalid when a school has to be named."""
    school = only_school(school_id)
    years = db.session.scalars(
        select(SchoolYear).where(SchoolYear.school_id == school.id).order_by(SchoolYear.begins.desc())
    ).all()
    today = now().date()
    named = [y for y in years if y.title == title] if title else [y for y in years if y.begins <= today <= y.ends]
    chosen = named or ([] if title else list(years))
    if not chosen:
        raise NotFound("Такого учебного года нет", "There is no such school year")
    return of_school(school.id, chosen[0].begins, chosen[0].ends)


def plain(indicator: Indicator) -> dict[str, Any]:
    """An indicator as data for programs: without its records."""
    return {
        "title": str(indicator.title),
        "value": indicator.value,
        "unit": indicator.unit,
        "numerator": indicator.numerator,
        "denominator": indicator.denominator,
        "breakdown": indicator.breakdown,
    }


def records(person: Person, key: str, begins: date, ends: date) -> Indicator:
    """One indicator of the person's school with its records. Raises NotFound, Forbidden."""
    compute = _INDICATORS.get(key)
    if compute is None:
        raise NotFound("Такого показателя нет", "There is no such indicator")
    if not oversees(person):
        raise Forbidden(
            "Записи за показателем видят Лаборатория, руководители ПОС и администратор",
            "The records behind an indicator are open to the Laboratory, leaders and the administrator",
        )
    found = compute(Scope(person.school_id, begins, ends))
    own, lab = own_cycles(person), is_lab_member(person)
    return replace(found, records=tuple(_opened(r, own, lab) for r in found.records))


def _opened(record: Record, own: set[int], lab: bool) -> Record:
    """The record with an address its reader may open: the cycle for its triad and leader, its summary for the
    Laboratory, none for others."""
    head, _, number = record.path.rpartition("/")
    if head != "/cycles" or int(number) in own:
        return record
    return replace(record, path=f"/lab{record.path}" if lab else "")


_INDICATORS: dict[str, Callable[[Scope], Indicator]] = {
    "staff_in_triads": triads.staff_in_triads,
    "lessons_held": triads.lessons_held,
    "cycles_finished": triads.cycles_finished,
    "cycle_completeness": triads.cycle_completeness,
    "bank_works": life.bank_works,
    "teacher_participations": life.teacher_participations,
    "winners": life.winners,
    "pupil_participations": life.pupil_participations,
    "teachers_presented": life.teachers_presented,
    "deficits_closed": triads.deficits_closed,
    "route_completion": triads.route_completion,
    "visits_held": life.visits_held,
    "techniques_transferred": life.techniques_transferred,
}
KEYS = tuple(_INDICATORS)
