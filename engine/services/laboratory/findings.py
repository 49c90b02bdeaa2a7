"""«Взять в выводы»: a row of the maps becomes a row of the findings being written; nothing is typed twice."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.fields import name
from engine.core.text import Text
from engine.services import documents
from engine.services.access import triad_of
from engine.services.cycles import open_cycles
from engine.services.errors import Conflict, NotFound
from engine.services.laboratory.deficit_map import deficit_map
from engine.services.laboratory.rights import require_lab
from engine.services.laboratory.summaries import technique_map
from engine.store.cycles import Cycle
from engine.store.people import Person

FORM, ROWS = "findings", "findings"
NOT_NOW = (
    "Выводы записывают на этапе анализа вашего цикла Лаборатории",
    "Findings are written while your cycle of the Laboratory stands at the analysis",
)


def take(person: Person, kind: str, key: str) -> Cycle:
    """Add a finding to the person's draft of the findings; returns the cycle it belongs to.

    ``kind`` is deficit (``key``: the kind of deficit the map shows) or technique (``key``: type and technique with a
    colon). Raises NotFound for what the maps do not show, Conflict when findings are not written now.
    """
    require_lab(person)
    row = _deficit(person, key) if kind == "deficit" else _technique(person, key) if kind == "technique" else None
    if row is None:
        raise NotFound("Такой строки на карте нет", "There is no such row on the map")
    triad = triad_of(person)
    cycle = next(iter(open_cycles(triad)), None) if triad else None
    if cycle is None:
        raise Conflict(*NOT_NOW)
    place = documents.place(person, cycle.id, FORM, 0)
    page = documents.open_page(person, place)
    if not page.editable:
        raise Conflict(*NOT_NOW)
    raw = [(k, v) for k, v in page.draft.raw] if page.draft else _raw(page.values.get(ROWS) or ())
    prefix = f"{name(ROWS)}-"
    taken = {int(k[len(prefix) :].partition("-")[0]) for k, _ in raw if k.startswith(prefix)}
    documents.keep_draft(person, place, [*raw, *_cells(max(taken, default=-1) + 1, row)], page.version)
    return cycle


def _cells(n: int, row: dict[str, object]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for column in ("text", "sources", "about"):
        value = row.get(column)
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one:
                found.append((f"{name(ROWS)}-{n}-{name(column)}", str(one)))
    return found


def _raw(rows: Sequence[dict[str, object]]) -> list[tuple[str, str]]:
    return [cell for n, row in enumerate(rows) for cell in _cells(n, row)]


def _deficit(person: Person, key: str) -> dict[str, object] | None:
    row = next((r for r in deficit_map(person).rows if r.key == key and r.told), None)
    if row is None:
        return None
    text = Text("Повторяется дефицит: {kind}", en="A deficit recurs: {kind}").fill({"kind": row.title})
    return {"text": str(text), "sources": ["deficits"], "about": "deficit"}


def _technique(person: Person, key: str) -> dict[str, object] | None:
    type_key, _, technique = key.partition(":")
    row = next((r for r in technique_map(person) if (r.type_key, r.key) == (type_key, technique)), None)
    if row is None:
        return None
    works = next((use.works for use in row.uses if use.works), "")
    text = Text("Приём «{title}». {works}", en="The technique “{title}”. {works}").fill(
        {"title": row.title, "works": works[:1500]}
    )
    return {"text": str(text).strip(), "sources": ["sheets"], "about": "technique"}
