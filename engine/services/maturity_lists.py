"""Which teams have assessed themselves: lists without a figure of any team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.core.text import Text
from engine.services.access import led_groups, triad_of
from engine.services.host import now
from engine.services.laboratory.rights import require_lab
from engine.services.laboratory.small import SMALL, beside_total
from engine.services.maturity import results_of, runs_of, year_of
from engine.services.maturity_words import BANDS, HALVES
from engine.store.database import db
from engine.store.groups import Group, Triad
from engine.store.people import Person, SchoolYear


@dataclass(frozen=True, slots=True)
class Listed:
    """A triad on the list: which self-assessments of the year took place. No figures."""

    triad: Triad
    held: Mapping[str, bool]
    opens: bool


def _listed(triads: list[Triad], year: SchoolYear | None, opens: bool) -> list[Listed]:
    runs = list(db.session.scalars(runs_of([t.id for t in triads], year.id))) if year else []
    results = results_of(runs)
    held = {(r.triad_id, r.half) for r in runs if r.id in results}
    return [Listed(t, {half: (t.id, half) in held for half in HALVES}, opens) for t in triads]


def teams(person: Person) -> list[Listed]:
    """The own triad and those of led groups, each with a page of its own."""
    mine = triad_of(person)
    led = [t for group in led_groups(person) for t in group.triads]
    found = {t.id: t for t in ([mine] if mine else []) + led}
    return _listed(list(found.values()), year_of(person.school_id, now().date()), True)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the Laboratory sees: whose self-assessment took place, and how many triads are in which band, from three up.

    ``bands`` is None while fewer than three triads have a result in that half.
    """

    teams: tuple[Listed, ...]
    bands: Mapping[str, tuple[tuple[Text, int | None], ...] | None]


def overview(person: Person) -> Overview:
    """For the Laboratory alone: that it took place, never a figure of a team."""
    require_lab(person)
    year = year_of(person.school_id, now().date())
    query = select(Triad).join(Group).where(Group.school_id == person.school_id, Group.closed_on.is_(None))
    triads = list(db.session.scalars(query.order_by(Group.id, Triad.id)))
    runs = list(db.session.scalars(runs_of([t.id for t in triads], year.id))) if year else []
    results = results_of(runs)
    bands: dict[str, tuple[tuple[Text, int | None], ...] | None] = {}
    for half in HALVES:
        there = [str(r.band) for r in results.values() if r.half == half]
        counts = beside_total([there.count(str(title)) for _, title in BANDS])
        bands[half] = tuple(zip((title for _, title in BANDS), counts, strict=True)) if len(there) >= SMALL else None
    return Overview(tuple(_listed(triads, year, False)), bands)
