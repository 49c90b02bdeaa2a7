"""The school bank and the events."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.services import events
from engine.services.bank import materials, search
from engine.services.bank.words import KINDS
from webui.api.door import bearer, operation
from webui.api.paging import cursor, part, place
from webui.api.school import ref
from webui.api.shapes import experience as shapes
from webui.api.shapes.common import Named, maybe, moment, words
from webui.api.shapes.school import Nothing


@operation("GET", "/bank", shapes.Materials, tag="bank", query=shapes.BankFilters)
def material_list(query: shapes.BankFilters) -> shapes.Materials:
    """Search the school bank: words in any form, filters; without words the latest changes come first."""
    wanted = {key: str(value) for key, value in query.model_dump().items()}
    found = search.find(bearer().person, wanted)
    return shapes.Materials(
        items=[shapes.MaterialLine(**_line(m)) for m in found.materials],
        total=found.total,
        page=found.page,
        pages=found.pages,
    )


def _line(material: Any) -> dict[str, Any]:
    data = material.data
    return {
        "id": material.id,
        "title": material.title,
        "kind": Named(key=material.kind, title=words(KINDS.get(material.kind, material.kind))),
        "state": material.state,
        "type": material.type_key,
        "licence": material.licence,
        "authors": [ref(a.person) for a in material.authors],
        "subject": str(data.get("subject") or ""),
        "class_name": str(data.get("class_name") or ""),
        "techniques": [str(t) for t in data.get("techniques") or ()],
        "version": material.version,
        "changed_at": moment(material.changed_at),
        "banked_at": maybe(material.banked_at),
    }


@operation("GET", "/bank/<int:material_id>", shapes.Material, tag="bank", query=Nothing)
def material(material_id: int, query: Nothing) -> shapes.Material:
    """A material with its text and the passport of its trial."""
    page = materials.page(bearer().person, material_id)
    found = page.material
    return shapes.Material(
        **_line(found),
        body=found.body,
        description={key: str(found.data.get(key) or "") for key in materials.FIELDS},
        passport=found.passport,
        files=[shapes.FileLine(id=f.id, name=f.name, media_type=f.media_type, size=f.size) for f in page.files],
    )


@operation("GET", "/events", shapes.Events, tag="events", query=shapes.EventFilters)
def event_list(query: shapes.EventFilters) -> shapes.Events:
    """The events of the school, the newest first."""
    wanted = events.Filters(query.begins, query.ends, query.level, query.person)
    after = place(query.cursor, date, int)
    rows = events.some_of_school(bearer().person, wanted, after, query.limit + 1)
    shown, following = part(rows, query.limit, lambda row: cursor(row.begins.isoformat(), row.id))
    return shapes.Events(items=[_event(row) for row in shown], next=following)


@operation("GET", "/events/<int:event_id>", shapes.Event, tag="events", query=Nothing)
def event(event_id: int, query: Nothing) -> shapes.Event:
    """An event with who took part."""
    return _event(events.event_for(bearer().person, event_id))


def _named(known: Any, key: str) -> Named:
    return Named(key=key, title=words(known.get(key, key)))


def _event(found: Any) -> shapes.Event:
    return shapes.Event(
        id=found.id,
        title=found.title,
        form=_named(events.FORMS, found.form),
        level=_named(events.LEVELS, found.level),
        begins=found.begins,
        ends=found.ends,
        place=found.place,
        organiser=found.organiser,
        note=found.note,
        participants=[
            shapes.Participation(
                id=p.id,
                person=ref(p.person) if p.person else None,
                pupil_code=p.pupil_code or None,
                class_name=p.class_name or None,
                role=_named(events.ROLES, p.role),
                result=_named(events.RESULTS, p.result),
                topic=p.topic,
            )
            for p in found.participations
        ],
    )
