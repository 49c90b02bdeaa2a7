"""After the lessons: deficits, plans, the decision; moves between groups; closed notes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import closing, decisions, groups, notes, outcomes
from engine.services import deficits as service
from engine.services import plans as planning
from engine.services import transfers as moving
from engine.services.access import colleague, cycle_at, members, relations
from engine.services.errors import Conflict, Invalid
from webui.auth.session import me
from webui.growth.rows import CELLS, posted_steps
from webui.parsing import day, whole
from webui.results import wording
from webui.texts import here, number, say

bp = Blueprint("growth", __name__, template_folder="templates")
WORDS = {"groups": service.GROUPS, "levels": service.LEVELS, "states": service.STATES, "visibility": service.VISIBILITY}


@bp.route("/cycles/<int:cycle_id>/deficits", methods=["GET", "POST"])
def deficits(cycle_id: int) -> ResponseReturnValue:
    """«Карта дефицитов»: what we want to learn ourselves."""
    found = cycle_at(me(), cycle_id, "deficits")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        form = request.form
        try:
            service.propose(
                me(),
                cycle_id,
                about=form.get("about", type=whole),
                group=form.get("group", ""),
                text=form.get("text", ""),
                evidence=form.get("evidence", ""),
                level=form.get("level", 0, type=whole),
                visibility=form.get("visibility", "leader"),
                source={"indicator": form.get("indicator", ""), "round": form.get("round", 0, type=whole)},
            )
            flash(_("Записано"), "success")
            return redirect(url_for("growth.deficits", cycle_id=cycle_id))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    outcome = outcomes.outcome(found, me())
    seen = service.of_cycle(me(), found)
    return render_template(
        "growth/deficits.html",
        cycle=found,
        deficits=seen,
        risen=closing.risen(seen, outcome, found.id),
        team=members(found.triad),
        hints=outcome.hints,
        indicators=outcome.definition.indicators,
        errors=errors,
        typed=request.form if request.method == "POST" else _started(outcome),
        member="triad_member" in relations(me(), found),
        **WORDS,
    ), (422 if errors else 200)


def _started(outcome: outcomes.Outcome) -> dict[str, str]:
    """A new deficit that begins from a figure of the results page: ``?indicator=…&round=…``."""
    key, n = request.args.get("indicator", ""), request.args.get("round", 0, type=whole)
    indicator = outcome.definition.indicators.get(key)
    if indicator is None or n not in outcome.rounds:
        return {}
    mean = next((i.mean for i in outcome.overall[n - 1].indicators if i.key == key), None)
    hint = next((h for h in outcome.definition.hints if h.indicator == key), None)
    figure = f"{wording.round_name(outcome.definition.process, n)}: {indicator.code} = {number(mean, 1)}"
    return {
        "indicator": key,
        "round": str(n),
        "group": hint.group if hint else "methodical",
        "text": here(hint.text) if hint else "",
        "evidence": figure,
    }


@bp.post("/deficits/<int:deficit_id>/status")
def deficit_status(deficit_id: int) -> ResponseReturnValue:
    """The teacher says how a deficit stands; «Устранён» asks for evidence."""
    form, errors = request.form, False
    try:
        service.set_status(me(), deficit_id, form.get("status", ""), form.get("closing", ""))
        flash(_("Сохранено"), "success")
    except (Invalid, Conflict) as refused:
        say(refused)
        errors = True
    cycle_id = form.get("cycle_id", 0, type=whole)
    place = url_for("growth.deficits", cycle_id=cycle_id) if cycle_id else url_for("growth.mine")
    return redirect(f"{place}#{'close-' if errors else 'd'}{deficit_id}")


@bp.post("/deficits/<int:deficit_id>/answer")
def answer_deficit(deficit_id: int) -> ResponseReturnValue:
    """The teacher confirms or declines."""
    if request.form.get("answer") == "confirm":
        service.confirm(me(), deficit_id)
    else:
        service.decline(me(), deficit_id)
    return redirect(url_for("growth.deficits", cycle_id=request.form.get("cycle_id", 0, type=whole)))


@bp.post("/deficits/<int:deficit_id>/change")
def change_deficit(deficit_id: int) -> ResponseReturnValue:
    """The teacher rewords a deficit or says how it stands."""
    form = request.form
    try:
        service.change(
            me(),
            deficit_id,
            text=form.get("text", ""),
            evidence=form.get("evidence", ""),
            level=form.get("level", 0, type=whole),
            visibility=form.get("visibility", ""),
            status=form.get("status", ""),
            closing=form.get("closing", ""),
        )
        flash(_("Сохранено"), "success")
    except Invalid as invalid:
        say(invalid)
        return _mine(deficit_id, invalid.errors), 422
    return redirect(url_for("growth.mine"))


@bp.get("/deficits")
def mine() -> ResponseReturnValue:
    """One's own deficits over time."""
    return _mine()


def _mine(open_id: int = 0, errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "growth/mine.html",
        deficits=service.of_person(me()),
        open_id=open_id,
        typed=request.form,
        errors=errors or {},
        **WORDS,
    )


@bp.get("/cycles/<int:cycle_id>/plans")
def plans(cycle_id: int) -> ResponseReturnValue:
    """The plan of the triad and the routes one may read."""
    found = cycle_at(me(), cycle_id, "plans")
    return render_template(
        "growth/plans.html",
        cycle=found,
        plans=planning.of_cycle(me(), found),
        team=members(found.triad),
        states=planning.STATES,
        member="triad_member" in relations(me(), found),
    )


@bp.route("/cycles/<int:cycle_id>/plans/<kind>/<int:owner>", methods=["GET", "POST"])
def plan(cycle_id: int, kind: str, owner: int) -> ResponseReturnValue:
    """One plan: to write by its owner, to read by the others it is open to."""
    person = me()
    found, stored = planning.plan_for(person, cycle_id, kind, owner)
    editable = "triad_member" in relations(person, found) and owner in (0, person.id)
    steps: list[dict[str, Any]] = [{key: getattr(s, key) for key in CELLS} for s in (stored.steps if stored else ())]
    typed: dict[str, Any] = {}
    base, status = stored.version if stored else 0, 200
    if request.method == "POST":
        typed, steps = dict(request.form), posted_steps(request.form)
        base = request.form.get("base", 0, type=whole)
        if "add_row" in request.form:
            steps.append({})
        else:
            mentor = request.form.get("mentor_id", type=whole)
            try:
                values = {**typed, "begins": day(typed, "begins"), "ends": day(typed, "ends"), "mentor_id": mentor}
                planning.save(person, cycle_id, kind, base, values, steps)
                flash(_("План сохранён"), "success")
                return redirect(url_for("growth.plan", cycle_id=cycle_id, kind=kind, owner=owner))
            except Conflict as conflict:
                say(conflict)
                base, status = conflict.details["version"], 409
            except (Invalid, ValueError) as error:
                say(error if isinstance(error, Invalid) else Invalid("Проверьте даты", "Check the dates"))
                status = 422
    return render_template(
        "growth/plan.html",
        cycle=found,
        plan=stored,
        kind=kind,
        owner=colleague(person, owner) if owner else None,
        steps=steps or [{}, {}],
        typed=typed,
        base=base,
        editable=editable,
        forms=planning.FORMS,
        places=planning.PLACES,
        deficits=planning.choosable(person, found, kind) if editable else [],
        states=planning.STATES,
        mentors=_mentors(found),
        ticks=stored.steps if stored and planning.writes(person, stored, relations(person, found)) else [],
        may_judge=stored is not None and (person.id == stored.mentor_id or "group_leader" in relations(person, found)),
    ), status


@bp.post("/plans/steps/<int:step_id>")
def tick_step(step_id: int) -> ResponseReturnValue:
    """Mark one step as done, with its result, without opening the whole plan."""
    plan = planning.tick(me(), step_id, "done" in request.form, request.form.get("result", ""))
    flash(_("Сохранено"), "success")
    return redirect(url_for("growth.plan", cycle_id=plan.cycle_id, kind=plan.kind, owner=plan.owner) + "#steps")


def _mentors(cycle: Any) -> list[Any]:
    group = cycle.triad.group
    people = {m.person_id: m.person for t in group.triads for m in members(t)}
    if group.leader:
        people[group.leader.id] = group.leader
    return list(people.values())


@bp.post("/plans/<int:plan_id>/state")
def plan_state(plan_id: int) -> ResponseReturnValue:
    """Agree on a plan, start it, finish it."""
    planning.set_state(me(), plan_id, request.form.get("status", ""), request.form.get("conclusion", ""))
    flash(_("Сохранено"), "success")
    return redirect(url_for("growth.plans", cycle_id=request.form.get("cycle_id", 0, type=whole)))


@bp.route("/cycles/<int:cycle_id>/decision", methods=["GET", "POST"])
def decision(cycle_id: int) -> ResponseReturnValue:
    """Positions of each, and the decision of the triad."""
    person = me()
    found = cycle_at(person, cycle_id, "decision")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        form = request.form
        try:
            if form.get("what") == "position":
                decisions.state_position(person, cycle_id, form.get("choice", ""), form.get("reason", ""))
            else:
                decisions.decide(
                    person,
                    cycle_id,
                    choice=form.get("choice", ""),
                    grounds=form.get("grounds", ""),
                    dissent=form.get("dissent", ""),
                    next_question=form.get("next_question", ""),
                    what_changes=form.get("what_changes", ""),
                    next_steps=form.get("next_steps", ""),
                    target_group_id=form.get("target_group_id", None, type=whole),
                    movers=form.getlist("movers", type=whole),
                )
            flash(_("Записано"), "success")
            return redirect(url_for("growth.decision", cycle_id=cycle_id))
        except Invalid as invalid:
            errors = invalid.errors or {"choice": [here(invalid.text)]}
            say(invalid)
    return render_template(
        "growth/decision.html",
        cycle=found,
        team=members(found.triad),
        positions=decisions.positions(found),
        made=decisions.decision_of(found),
        choices=decisions.CHOICES,
        errors=errors,
        typed=request.form,
        suggestion=decisions.suggestion(outcomes.outcome(found, person)),
        targets=[g for g in groups.of_school(person) if g.id != found.triad.group_id],
        member="triad_member" in relations(person, found) and found.stage == "decision",
    ), (422 if errors else 200)


@bp.get("/transfers")
def transfers() -> ResponseReturnValue:
    """Requests to move that wait for a leader."""
    person = me()
    titles = {g.id: g.title for g in groups.of_school(person)}
    rows = [(row, [colleague(person, i) for i in row.people]) for row in moving.waiting_for(person)]
    return render_template("growth/transfers.html", rows=rows, titles=titles)


@bp.post("/transfers/<int:transfer_id>")
def answer_transfer(transfer_id: int) -> ResponseReturnValue:
    """A leader agrees or declines."""
    try:
        if request.form.get("answer") == "agree":
            moving.agree(me(), transfer_id)
        else:
            moving.decline(me(), transfer_id, request.form.get("reason", ""))
        flash(_("Записано"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("growth.transfers"))


@bp.get("/notes", endpoint="notes")
def closed_notes() -> ResponseReturnValue:
    """Messages to the psychologist."""
    return render_template("growth/notes.html", notes=notes.for_person(me()))


@bp.post("/notes/<int:note_id>/read")
def read_note(note_id: int) -> ResponseReturnValue:
    """The psychologist has read a message."""
    notes.mark_read(me(), note_id)
    return redirect(url_for("growth.notes"))
