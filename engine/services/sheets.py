"""The documents of a cycle as a list: what is stored and open to somebody, and what is to be written now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.core.forms import Form
from engine.services import reading
from engine.services.access import relations
from engine.services.definitions import definition_of
from engine.services.documents import Page
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Line:
    """A document: its form, round (0: once per cycle), owner (0: shared); ``stored`` is None before the first save."""

    form: Form
    round: int
    owner: int
    stored: Submission | None


def of_cycle(person: Person, cycle: Cycle) -> list[Line]:
    """Every stored document the person may read, in the order of the forms; then what waits to be begun."""
    definition, held = definition_of(cycle), relations(person, cycle)
    order = {form.key: n for n, form in enumerate(definition.forms)}
    rows = db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id)).all()
    lines = []
    for row in sorted(rows, key=lambda r: (order.get(r.form_key, len(order)), r.round, r.owner)):
        if row.form_key in order:
            form = definition.form(row.form_key)
            if reading.may_read(form, held, row.owner in (0, person.id), row):
                lines.append(Line(form, row.round, row.owner, row))
    begun = {(line.form.key, line.round) for line in lines if line.owner in (0, person.id)}
    for key in dict.fromkeys(definition.process.stage(cycle.stage).forms):
        form = definition.form(key)
        n = cycle.round if form.per_round and cycle.rounds else 0
        if (key, n) not in begun and held & {*form.roles} and reading.may_read(form, held, True, None):
            lines.append(Line(form, n, person.id if form.filling == "each" else 0, None))
    return lines


def shown(page: Page) -> dict[str, Any]:
    """The answers of an opened document, without what its reader may not see."""
    return page.values if page.shows_private else reading.without_private(page.form, page.values)
