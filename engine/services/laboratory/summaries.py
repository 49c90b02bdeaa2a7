"""What the summaries of cycles add up to: techniques with their conditions, sections lesson by lesson, the asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from sqlalchemy import select

from engine.services import handovers
from engine.services.definitions import definition_of
from engine.services.errors import NotFound
from engine.services.feeds import coverage
from engine.services.host import host
from engine.services.laboratory.rights import FOR_LAB, groups_seen, require_lab
from engine.services.views import view_of
from engine.store.bank import Material, MiniReport, Trial
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Handover
from engine.store.people import Person

#: How many summaries the maps look at, the newest first.
LATEST = 300


def of_cycle(person: Person, cycle_id: int) -> tuple[Cycle, dict[str, Any], bool]:
    """The summary of a cycle and whether it has arrived; before that a live one, which keeps the triad's own texts for
    the triad: figures alone, no conclusions, no decision. For the Laboratory and the leader of the group."""
    groups = groups_seen(person)
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None or cycle.school_id != person.school_id:
        raise NotFound(*FOR_LAB)
    if groups is not None and cycle.triad.group_id not in {g.id for g in groups}:
        raise NotFound(*FOR_LAB)
    stored = db.session.get(Handover, cycle_id)
    if stored is not None:
        return cycle, stored.summary, True
    definition = definition_of(cycle)
    if not definition.process.loop:
        raise NotFound("У этого цикла нет сводки по урокам", "This cycle has no summary of lessons")
    live = handovers.summary(cycle, definition, view_of(cycle, definition, None))
    return cycle, {**live, "conclusions": [], "decision": {}, "bank": [], "changed": ""}, False


def _arrived(school_id: int) -> list[Handover]:
    query = select(Handover).where(Handover.school_id == school_id).order_by(Handover.at.desc()).limit(LATEST)
    return list(db.session.scalars(query))


@dataclass(slots=True)
class TechniqueUse:
    """One technique in one cycle: the lessons it was used in and what the whole cycle showed."""

    cycle_id: int
    title: str
    places: list[str]
    first: float | None
    last: float | None
    met: int
    criteria: int
    works: str
    untested: str
    changed: str


@dataclass(slots=True)
class TechniqueRow:
    """A technique of a type: its uses, and trials by others by their outcome."""

    key: str
    type_key: str
    title: str
    uses: list[TechniqueUse] = field(default_factory=list)
    trials: dict[str, int] = field(default_factory=dict)


def technique_map(person: Person) -> list[TechniqueRow]:
    """Technique × class and conditions × result, in the order of the catalogues. For the Laboratory."""
    require_lab(person)
    found: dict[tuple[str, str], TechniqueRow] = {
        (key, t.key): TechniqueRow(t.key, key, t.title)
        for key, definition in host().registry.types.items()
        if key != "lab"
        for t in definition.techniques
    }
    for row in _arrived(person.school_id):
        summary = row.summary
        lessons: dict[str, list[str]] = {}
        for use in summary.get("used", ()):
            place = ", ".join(part for part in (use["class"], use["subject"]) if part)
            lessons.setdefault(use["key"], []).append(place)
        for key, places in lessons.items():
            target = found.setdefault((row.type_key, key), TechniqueRow(key, row.type_key, key))
            target.uses.append(_use(row, summary, list(dict.fromkeys(places))))
    _count_trials(person.school_id, found)
    return [row for row in found.values() if row.uses or row.trials]


def _use(row: Handover, summary: Mapping[str, Any], places: list[str]) -> TechniqueUse:
    overall = [m for m in summary.get("overall", ()) if m is not None]
    final = [c["met"][-1] for c in summary.get("criteria", ()) if c["met"] and c["met"][-1] != ""]
    said = {c.get("key", ""): c["text"] for c in summary.get("conclusions", ())}
    return TechniqueUse(
        row.cycle_id,
        row.title,
        places,
        overall[0] if len(overall) > 1 else None,
        overall[-1] if overall else None,
        sum(met is True for met in final),
        len(final),
        said.get("technique", ""),
        said.get("untested", ""),
        summary.get("changed", ""),
    )


def _count_trials(school_id: int, found: Mapping[tuple[str, str], TechniqueRow]) -> None:
    """What others have tried, of materials and of mini-reports, by technique."""
    rows = db.session.execute(
        select(Trial.outcome, Material.type_key, Material.data, MiniReport.techniques, Cycle.type_key)
        .outerjoin(Material, Material.id == Trial.material_id)
        .outerjoin(MiniReport, MiniReport.cycle_id == Trial.cycle_id)
        .outerjoin(Cycle, Cycle.id == MiniReport.cycle_id)
        .where(Trial.school_id == school_id)
    )
    for outcome, material_type, data, techniques, cycle_type in rows:
        named = techniques if techniques is not None else (data or {}).get("techniques", ())
        for row in found.values():
            if row.type_key == (cycle_type or material_type) and {row.key, str(row.title)} & set(named):
                row.trials[outcome] = row.trials.get(outcome, 0) + 1


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """What the cycles of one type show together: ``sections`` and ``agreement`` are means by lesson."""

    title: Any
    cycles: int
    rounds: tuple[Any, ...]
    sections: tuple[tuple[Any, tuple[float | None, ...]], ...]
    agreement: tuple[tuple[Any, tuple[float | None, ...]], ...]
    criteria: tuple[tuple[str, Any, int, int], ...]
    differed: tuple[str, ...]


def figures(person: Person) -> tuple[list[TypeFigures], float | None]:
    """By type what the summaries show lesson by lesson, and the share of the staff that sits in a triad."""
    require_lab(person)
    by_type: dict[str, list[dict[str, Any]]] = {}
    for row in _arrived(person.school_id):
        by_type.setdefault(row.type_key, []).append(row.summary)
    return [_figures(summaries) for summaries in by_type.values()], coverage(person.school_id)


def _figures(summaries: list[dict[str, Any]]) -> TypeFigures:
    newest = summaries[0]
    rounds = len(newest["rounds"])
    met: dict[str, tuple[Any, list[Any]]] = {}
    for summary in summaries:
        for c in summary["criteria"]:
            last = [m for m in c["met"] if m != ""][-1:]
            met.setdefault(c["code"], (c["title"], []))[1].extend(last)
    differed = dict.fromkeys(
        f"{d['code']}, {d['round']}" for summary in summaries for d in summary.get("disagreements", ())
    )
    return TypeFigures(
        newest["type"],
        len(summaries),
        tuple(newest["rounds"]),
        _means(summaries, "sections", "title", "means", rounds),
        _means(summaries, "agreement", "question", "shares", rounds),
        tuple((code, title, sum(m is True for m in all_), len(all_)) for code, (title, all_) in met.items()),
        tuple(differed),
    )


def _means(
    summaries: list[dict[str, Any]], part: str, title: str, values: str, rounds: int
) -> tuple[tuple[Any, tuple[float | None, ...]], ...]:
    """Means over cycles, by row and lesson; rows are known by their stored title."""
    found: dict[str, tuple[Any, list[list[float]]]] = {}
    for summary in summaries:
        for row in summary[part]:
            _, cells = found.setdefault(str(row[title]), (row[title], [[] for _ in range(rounds)]))
            for cell, value in zip(cells, row[values], strict=False):
                if value is not None:
                    cell.append(value)
    return tuple((name, tuple(fmean(c) if c else None for c in cells)) for name, cells in found.values())
