"""Cycles: listed, opened, explained, moved, their journal and what they have shown."""

from __future__ import annotations

from typing import Any

from flask import g

from engine.core.forms import Section
from engine.services import cycles, filling, journal, listings, outcomes, triads
from engine.services.access import cycle_for
from engine.services.definitions import definition_of
from engine.services.journal import text_of
from webui.api.door import bearer, operation
from webui.api.paging import cursor, part, place
from webui.api.shapes import cycles as shapes
from webui.api.shapes.common import Named, Paged, PersonRef, maybe, moment, question, refusal, words
from webui.api.shapes.school import Nothing
from webui.cycles.asked import answered, as_form
from webui.cycles.views import VIEWERS

_ASKS = Section("asks", "", ())


@operation("GET", "/cycles", shapes.Cycles, tag="cycles", query=shapes.CycleFilters)
def cycle_list(query: shapes.CycleFilters) -> shapes.Cycles:
    """The cycles open to the key, the oldest first: of the own triad, of led or accompanied groups; every cycle of
    the school for the Laboratory."""
    wanted = listings.Filters(
        open={"open": True, "closed": False, "all": None}[query.state],
        group_id=query.group,
        triad_id=query.triad,
        type_key=query.type,
        stage=query.stage,
    )
    after = place(query.cursor, int)
    rows = listings.cycles(bearer().person, wanted, after[0] if after else 0, query.limit + 1)
    shown, following = part(rows, query.limit, lambda row: cursor(row.id))
    return shapes.Cycles(items=[_cycle(row) for row in shown], next=following)


@operation("POST", "/cycles", shapes.Cycle, tag="cycles", status=201, body=shapes.Opening)
def cycle_open(body: shapes.Opening) -> shapes.Cycle:
    """Open the next cycle of a triad, as one of its members or its leader."""
    return _cycle(triads.start(bearer().person, body.triad_id, body.period))


@operation("GET", "/cycles/<int:cycle_id>", shapes.Cycle, tag="cycles", query=Nothing)
def cycle(cycle_id: int, query: Nothing) -> shapes.Cycle:
    """A cycle: where it stands."""
    return _cycle(cycle_for(bearer().person, cycle_id, VIEWERS))


def _cycle(found: Any) -> shapes.Cycle:
    process = definition_of(found).process
    return shapes.Cycle(
        id=found.id,
        title=found.title,
        triad_id=found.triad_id,
        group_id=found.triad.group_id,
        type=found.type_key,
        type_version=found.version,
        stage=Named(key=found.stage, title=words(process.stage(found.stage).title)),
        round=found.round,
        rounds=process.rounds,
        held=found.held,
        version=found.seq,
        opened_at=moment(found.opened_at),
        stage_since=moment(found.stage_since),
        closed_at=maybe(found.closed_at),
        previous_id=found.previous_id,
        period=found.period,
    )


@operation("GET", "/cycles/<int:cycle_id>/explain", shapes.Explained, tag="cycles", query=Nothing)
def cycle_explain(cycle_id: int, query: Nothing) -> shapes.Explained:
    """Every action of the present stage: allowed, or every reason why not, who can resolve it and where."""
    person = bearer().person
    found = cycle_for(person, cycle_id, VIEWERS)
    return explained(found, cycles.explain(found, person))


def explained(found: Any, verdicts: Any) -> shapes.Explained:
    """The verdicts on a cycle as a program reads them."""
    at = (found.id, found.triad.group_id)
    return shapes.Explained(
        cycle_id=found.id,
        version=found.seq,
        stage=found.stage,
        round=found.round,
        held=found.held,
        actions=[
            shapes.Verdict(
                action=v.action.key,
                title=words(v.action.title),
                kind=v.action.kind,
                target=v.action.target or None,
                allowed=v.allowed,
                refusals=[refusal(r, *at) for r in v.refusals],
                waived=[Named(key=r.code, title=words(r.title or r.text)) for r in v.waived],
                asks=[question(_ASKS, field) for field in v.action.asks],
            )
            for v in verdicts
        ],
    )


@operation("POST", "/cycles/<int:cycle_id>/fire", shapes.Fired, tag="cycles", body=shapes.Press)
def cycle_fire(cycle_id: int, body: shapes.Press) -> shapes.Fired:
    """Press a button. `409 conflict` when the cycle is not the one that was seen, `409 refused` with every reason."""
    person = bearer().person
    found = cycle_for(person, cycle_id, VIEWERS)
    g.about = (found.id, found.triad.group_id)
    action = next((a for a in definition_of(found).process.actions if a.key == body.action), None)
    given: dict[str, Any] = {}
    if action is not None and (action.asks or body.given):
        given = answered(action, filling.typed(as_form(action), body.given))
    done = cycles.fire(cycle_id, body.action, person, body.seen, given, once=body.once)
    return shapes.Fired(
        cycle_id=done.cycle_id, stage=done.stage, round=done.round, version=done.seq, repeated=done.repeated
    )


@operation("GET", "/cycles/<int:cycle_id>/journal", shapes.Journal, tag="cycles", query=Paged)
def cycle_journal(cycle_id: int, query: Paged) -> shapes.Journal:
    """What has happened to a cycle, the oldest first."""
    found = cycle_for(bearer().person, cycle_id, VIEWERS)
    after = place(query.cursor, int)
    rows = journal.entries(found, after[0] if after else 0, query.limit + 1)
    shown, following = part(rows, query.limit, lambda row: cursor(row[0].seq))
    return shapes.Journal(items=[_entry(entry, who) for entry, who in shown], next=following)


def _entry(entry: Any, who: str) -> shapes.Entry:
    reason = entry.given.get("reason")
    return shapes.Entry(
        seq=entry.seq,
        at=moment(entry.at),
        action=entry.action,
        text=words(text_of(entry.label["text"])),
        actor=PersonRef(id=entry.actor_id, name=who) if entry.actor_id else None,
        source=entry.source,
        stage=entry.target,
        round=entry.round,
        held=entry.held,
        reason=str(reason) if reason else None,
        waived=[str(w["rule"]) for w in entry.waived],
    )


@operation("GET", "/cycles/<int:cycle_id>/results", shapes.Results, tag="cycles", query=Nothing)
def cycle_results(cycle_id: int, query: Nothing) -> shapes.Results:
    """The criteria of the cycle lesson by lesson, with their measures. For its triad and its leader."""
    person = bearer().person
    found = cycle_for(person, cycle_id)
    outcome = outcomes.outcome(found, person)
    return shapes.Results(
        cycle_id=found.id,
        rounds=list(outcome.rounds),
        findings=[
            shapes.Finding(
                criterion=f.criterion.key,
                code=f.criterion.code,
                title=words(f.criterion.title),
                round=f.round,
                met=f.met,
                tests=[
                    shapes.Test(
                        title=words(m.test.title or f.criterion.title),
                        unit=m.test.unit,
                        value=m.value,
                        threshold=m.threshold,
                        at_most=m.test.at_most,
                        met=m.met,
                    )
                    for m in f.measured
                ],
            )
            for f in outcome.findings
        ],
    )
