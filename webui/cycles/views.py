"""The triad's pages: the cycle, its schedule, the triad."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.core.diagram import road
from engine.core.process import Process
from engine.services import cycles, journal, moves, outcomes, reading, schedule, triads, years
from engine.services.access import cycle_for, members, relations
from engine.services.agenda import clashes
from engine.services.bank import exchange
from engine.services.definitions import definition_of, ended_early
from engine.services.errors import Conflict, Invalid, Refused, UnknownAction
from webui.auth.session import me
from webui.cycles import documents
from webui.cycles.asked import answered, asked_form, drawn_asks, lesson_values
from webui.cycles.blueprint import bp
from webui.links import address, opens
from webui.parsing import whole
from webui.texts import here, say

__all__ = ["bp", "documents"]

#: Actions of another round, or the way back from a hold that is not there: no button is shown for them.
_NEVER_NOW = frozenset({"round", "not_held"})
VIEWERS = ("triad_member", "group_leader", "psychologist", "lab_member")


@bp.get("/cycles/<int:cycle_id>")
def cycle(cycle_id: int) -> ResponseReturnValue:
    """The cycle page: the road, the stage, every action with all its reasons."""
    return _cycle_page(cycle_id)


def _cycle_page(cycle_id: int, status: int = 200, tried: str = "", errors: object = None) -> ResponseReturnValue:
    person = me()
    found = cycle_for(person, cycle_id, VIEWERS)
    stand = moves.standing(found, person, whole=True)
    process = stand.definition.process
    stage = process.stage(found.stage)
    held = relations(person, found)
    lines = journal.told(found)
    verdicts = [v for v in stand.verdicts if not any(r.code in _NEVER_NOW for r in v.refusals)]
    page = render_template(
        "cycles/cycle.html",
        cycle=found,
        stand=stand,
        process=process,
        stage=stage,
        steps=road(process, found.stage, found.round),
        later=_later(process, lines),
        documents=_documents(stand, held),
        held=held,
        team=stand.view.holders("triad_member"),
        lines=lines,
        onward=[v for v in verdicts if v.action.kind == "main"],
        back=[v for v in verdicts if v.action.kind != "main"],
        address=address,
        place=lambda link: (
            address(link, found.id, found.triad.group_id)
            if link and link.kind != "run" and opens(link, held, stand.definition)
            else ""
        ),
        asked={
            v.action.key: drawn_asks(process, v.action)
            if not errors and v.action.key != tried
            else asked_form(v.action, request.form if v.action.key == tried else None)
            for v in stand.verdicts
            if v.action.asks and v.allowed
        },
        errors=errors or {},
        tried=tried,
        once=lambda: secrets.token_urlsafe(16),
        may_waive=bool(held & cycles.WAIVERS),
        carried=stand.view.values("discussion", found.round - 1).get("decisions", ())
        if found.round > 1 and found.stage in process.looped
        else (),
        measured=outcomes.measures(stand.definition),
        may_report=exchange.reported(found) and not ended_early(found),
        accepted=set(stand.view.facts.get("rules_accepted", ())),
    )
    return page, status


def _later(process: Process, lines: list[journal.Line]) -> list[tuple[str, str]]:
    """Pages of the stages the cycle has come to, with their titles."""
    passed = {line.entry.target for line in lines}
    pages = ("deficits", "plans", "decision", "handover")
    return [(s.page, s.title) for s in process.stages if s.key in passed and s.page in pages]


def _documents(stand: moves.Standing, held: set[str]) -> list[dict[str, object]]:
    """The documents of the current stage as cards: whose, in what state."""
    found: list[dict[str, object]] = []
    stage = stand.definition.process.stage(stand.cycle.stage)
    for key in (*stage.forms, *stage.also):
        form = stand.definition.form(key)
        if not reading.may_read(form, held, True, None):
            continue
        n = stand.cycle.round if form.per_round and stand.view.rounds else 0
        sheets = {s.person.id if s.person else 0: s for s in stand.view.sheets_of(key, n)}
        owners = [p for role in form.roles for p in stand.view.holders(role)] if form.filling == "each" else [None]
        for owner in owners:
            sheet = sheets.get(owner.id if owner else 0)
            asked = {p.id: p for role in form.confirm for p in stand.view.holders(role)}
            found.append(
                {
                    "form": form,
                    "round": n,
                    "owner": owner,
                    "sheet": sheet,
                    "waiting": [
                        p.name for i, p in asked.items() if sheet and sheet.submitted and i not in sheet.confirmed
                    ],
                    "later": key in stage.also,
                    "added": stand.definition.owner_title(form.owner) if form.owner else "",
                }
            )
    return found


@bp.post("/cycles/<int:cycle_id>/actions/<key>")
def act(cycle_id: int, key: str) -> ResponseReturnValue:
    """Press a button. Whatever the answer, what was typed beside it stays on the page."""
    person = me()
    found = cycle_for(person, cycle_id, VIEWERS)
    action = next((a for a in definition_of(found).process.actions if a.key == key), None)
    given: dict[str, object] = {}
    if action is not None and action.asks:
        try:
            given = answered(action, request.form)
        except Invalid as wrong:
            return _cycle_page(cycle_id, 422, key, wrong.errors)
    try:
        done = cycles.fire(
            cycle_id,
            key,
            person,
            request.form.get("seen", 0, type=whole),
            given,
            once=request.form.get("once", "")[:40],
        )
    except Refused as refused:
        flash(_("Пока нельзя: %(reason)s", reason=here(refused.refusals[0].text)), "warning")
        return _cycle_page(cycle_id, 409, key)
    except (Conflict, UnknownAction):
        flash(_("Пока вы смотрели, цикл изменился. Ниже — как он стоит сейчас; написанное вами сохранено"), "warning")
        return _cycle_page(cycle_id, 409, key)
    except Invalid as invalid:
        return _cycle_page(cycle_id, 422, key, invalid.errors)
    if action is not None and not done.repeated:
        flash(here(action.done or action.title), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.post("/cycles/<int:cycle_id>/rules")
def accept_rules(cycle_id: int) -> ResponseReturnValue:
    """Accept the ground rules."""
    cycles.accept_rules(cycle_id, me())
    flash(_("Вы приняли правила тройки"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.post("/cycles/<int:cycle_id>/waive")
def waive(cycle_id: int) -> ResponseReturnValue:
    """Lift a waivable rule, with a reason."""
    try:
        cycles.waive(cycle_id, me(), request.form.get("rule", ""), request.form.get("reason", "")[:2000])
    except Invalid as invalid:
        say(invalid)
        return _cycle_page(cycle_id, 422)
    flash(_("Ограничение снято, причина записана в журнал"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.route("/cycles/<int:cycle_id>/schedule", methods=["GET", "POST"])
def timetable(cycle_id: int) -> ResponseReturnValue:
    """The lessons: when, what, by whom, and who watches whom."""
    person = me()
    found = cycle_for(person, cycle_id, ("triad_member", "group_leader"))
    definition = definition_of(found)
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        n = request.form.get("n", 0, type=whole)
        try:
            if request.form.get("what") == "observers":
                watch = {k: request.form.get(f"watch_{k}", 0, type=whole) for k in ("A", "B", "C", "class")}
                schedule.assign_observers(person, cycle_id, n, watch)
            else:
                schedule.set_lesson(person, cycle_id, n, **lesson_values(request.form))
            return redirect(url_for("cycles.timetable", cycle_id=cycle_id, saved=n, _anchor=f"lesson-{n}"))
        except Invalid as invalid:
            errors, status = {str(n): [here(invalid.text)]}, 422
    return render_template(
        "cycles/schedule.html",
        cycle=found,
        definition=definition,
        team=members(found.triad),
        may_edit="triad_member" in relations(person, found),
        errors=errors,
        typed=request.form if status == 422 else {},
        suggest=lambda n: schedule.suggest_watch(found, n),
        plannable=schedule.PLANNABLE,
        saved=request.args.get("saved", 0, type=whole),
        watched=any(form.view == "observation" for form in definition.forms),
        clashes=clashes.of_lessons(found),
        odd_day=lambda at: years.odd_day(found.school_id, at.date()) if at else None,
    ), status


@bp.get("/triads/<int:triad_id>")
def triad(triad_id: int) -> ResponseReturnValue:
    """A triad: people, cycles so far, the next one."""
    return render_template("cycles/triad.html", page=triads.page(me(), triad_id), type_title=triads.type_title)


@bp.post("/triads/<int:triad_id>/cycles")
def start(triad_id: int) -> ResponseReturnValue:
    """Open the next cycle of the triad."""
    try:
        opened = triads.start(me(), triad_id)
    except Invalid as invalid:
        say(invalid)
        return redirect(url_for("cycles.triad", triad_id=triad_id))
    flash(_("Цикл открыт. Начните с организационной встречи"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=opened.id))


@bp.get("/cycles")
def listing() -> ResponseReturnValue:
    """The cycles a person has something to do with."""
    person = me()
    return render_template(
        "cycles/listing.html",
        standings=moves.standings(moves.cycles_of(person), person),
        finished=moves.finished_of(person),
        triad=triads.of(person),
        address=address,
    )
