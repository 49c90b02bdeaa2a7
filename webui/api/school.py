"""Who comes with a key; group types and groups of the school."""

from __future__ import annotations

from typing import Any

from engine.services import groups, types
from engine.services.access import members
from webui.api.door import bearer, operation
from webui.api.shapes import school as shapes
from webui.api.shapes.common import Named, PersonRef, moment, question, words


def ref(person: Any) -> PersonRef:
    """Somebody of the school."""
    return PersonRef(id=person.id, name=person.short_name)


@operation("GET", "/me", shapes.Me, tag="key", query=shapes.Nothing)
def me(query: shapes.Nothing) -> shapes.Me:
    """The key of this request: whom it acts as, its scopes and its term."""
    found = bearer()
    return shapes.Me(
        person=ref(found.person),
        school_id=found.person.school_id,
        school=found.person.school.name,
        kind="service" if found.token.kind == "service" else "personal",
        scopes=list(found.token.scopes),
        expires_at=moment(found.token.expires_at),
    )


@operation("GET", "/types", shapes.Types, tag="types", query=shapes.Nothing)
def group_types(query: shapes.Nothing) -> shapes.Types:
    """Every group type with its state in the school. For administrators."""
    return shapes.Types(items=[shapes.GroupType(**_card(card)) for card in types.cards(bearer().person)])


def _card(card: types.Card) -> dict[str, Any]:
    found = card.definition
    return {
        "key": card.key,
        "title": words(found.title if found else card.name),
        "version": found.version if found else "",
        "state": card.state or None,
        "running": card.running,
        "usable": found is not None,
        "reason": words(card.reason) if card.reason else None,
    }


@operation("GET", "/types/<key>", shapes.GroupTypeFull, tag="types", query=shapes.Nothing)
def group_type(key: str, query: shapes.Nothing) -> shapes.GroupTypeFull:
    """A group type: its process, its rules, its documents with their fields. For administrators."""
    card = types.card(bearer().person, key)
    found = card.definition
    process = found.process if found else None
    return shapes.GroupTypeFull(
        **_card(card),
        purpose=words(found.purpose) if found else None,
        rounds=process.rounds if process else 0,
        stages=[
            shapes.Stage(key=s.key, title=words(s.title), final=s.final, forms=list(s.forms))
            for s in (process.stages if process else ())
        ],
        actions=[
            shapes.Action(
                key=a.key,
                title=words(a.title),
                kind=a.kind,
                source=list(a.source),
                target=a.target or None,
                roles=list(a.roles),
                rules=[Named(key=r.key, title=words(r.title)) for r in a.rules],
            )
            for a in (process.actions if process else ())
        ],
        forms=[
            shapes.Form(
                key=f.key,
                title=words(f.title),
                filling=f.filling,
                per_round=f.per_round,
                roles=list(f.roles),
                fields=[question(section, item) for section, item in f.items()],
            )
            for f in (found.forms if found else ())
        ],
    )


@operation("GET", "/groups", shapes.Groups, tag="groups", query=shapes.Nothing)
def group_list(query: shapes.Nothing) -> shapes.Groups:
    """The groups one belongs to, leads or accompanies; every group of the school for its administrator."""
    return shapes.Groups(items=[_group(g) for g in groups.open_to(bearer().person)])


@operation("GET", "/groups/<int:group_id>", shapes.Group, tag="groups", query=shapes.Nothing)
def group(group_id: int, query: shapes.Nothing) -> shapes.Group:
    """A group with its triads and who sits in them today."""
    return _group(groups.group_for(bearer().person, group_id))


def _group(found: Any) -> shapes.Group:
    return shapes.Group(
        id=found.id,
        title=found.title,
        type=found.type_key,
        leader=ref(found.leader) if found.leader else None,
        psychologist=ref(found.psychologist) if found.psychologist else None,
        closed_on=found.closed_on,
        triads=[
            shapes.Triad(
                id=t.id,
                title=t.title,
                members=[shapes.Seat(seat=m.seat, person=ref(m.person), since=m.since) for m in members(t)],
            )
            for t in found.triads
        ],
    )
