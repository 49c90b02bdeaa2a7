"""What a cycle has shown; the leader's pages; the summary for the Laboratory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import decisions, handovers, moves, outcomes, thresholds
from engine.services.access import cycle_for, led_groups, relations
from engine.services.definitions import offered
from engine.services.editions import Editions
from engine.services.errors import Invalid
from engine.services.papers import cycle as papers
from engine.services.views import view_of
from webui.auth.session import me
from webui.links import address
from webui.results import wording
from webui.results.charts import chart

bp = Blueprint("results", __name__, template_folder="templates")


@bp.get("/cycles/<int:cycle_id>/results")
def results(cycle_id: int) -> ResponseReturnValue:
    """Criteria and figures lesson by lesson, as a chart and as a table."""
    found = cycle_for(me(), cycle_id)
    outcome = outcomes.outcome(found, me())
    member = "triad_member" in relations(me(), found)
    return render_template(
        "results/results.html",
        cycle=found,
        outcome=outcome,
        measured=outcomes.measures(outcome.definition),
        chart=chart,
        words=wording,
        names_deficits=member and outcome.definition.process.has_page("deficits"),
    )


@bp.get("/cycles/<int:cycle_id>/package")
def package(cycle_id: int) -> ResponseReturnValue:
    """The package of a cycle for its leader: every document with its state."""
    found = cycle_for(me(), cycle_id)
    editions = Editions(found)
    view = view_of(found, editions.definition, me())
    old = [(editions.find(s.form)[1], s) for s in papers.retired(editions.definition, view) if s.submitted]
    return render_template("results/package.html", cycle=found, definition=editions.definition, view=view, old=old)


@bp.get("/leader")
def leader() -> ResponseReturnValue:
    """The groups a person leads: each cycle, where it stands, whose move it is."""
    person = me()
    groups = led_groups(person)
    known = moves.standings(moves.cycles_of(person), person)
    standings = {g.id: [s for s in known if s.cycle.triad.group.id == g.id] for g in groups}
    return render_template("results/leader.html", groups=groups, standings=standings, address=address)


@bp.route("/groups/<int:group_id>/thresholds", methods=["GET", "POST"], endpoint="thresholds")
def set_thresholds(group_id: int) -> ResponseReturnValue:
    """Thresholds of the criteria for one group: all of them on one form."""
    person = me()
    group, lines = thresholds.group_for(person, group_id), thresholds.lines(person, group_id)
    errors: Mapping[str, Sequence[str]] = {}
    if request.method == "POST":
        values, errors = _typed(lines)
        try:
            if not errors:
                thresholds.set_thresholds(person, group_id, values)
                flash(_("Пороги сохранены"), "success")
                return redirect(url_for("results.thresholds", group_id=group_id))
        except Invalid as invalid:
            errors = invalid.errors
        flash(_("Ничего не сохранено: проверьте отмеченные пороги"), "warning")
    page = render_template(
        "results/thresholds.html",
        group=group,
        lines=lines,
        definition=offered(group.school_id, group.type_key),
        errors=errors,
        typed=request.form,
        words=wording,
    )
    return page, 422 if errors else 200


def _typed(lines: Sequence[thresholds.Line]) -> tuple[dict[str, float | None], dict[str, list[str]]]:
    """The values of the form and, for those that are no numbers, what is wrong."""
    values: dict[str, float | None] = {}
    errors: dict[str, list[str]] = {}
    for line in lines:
        if line.key in request.form:
            try:
                values[line.key] = wording.typed(line.test, request.form[line.key])
            except ValueError:
                errors[line.key] = [_("Введите число")]
    return values, errors


@bp.get("/cycles/<int:cycle_id>/handover")
def handover(cycle_id: int) -> ResponseReturnValue:
    """Exactly what goes to the Laboratory."""
    cycle, summary, done = handovers.preview(me(), cycle_id)
    return _summary(summary, cycle.title, cycle=cycle, done=done)


@bp.get("/lab/handovers", endpoint="handovers")
def summaries() -> ResponseReturnValue:
    """Every summary that has arrived."""
    return render_template("results/handovers.html", handovers=handovers.arrived(me()))


@bp.get("/lab/handovers/<int:cycle_id>")
def summary(cycle_id: int) -> ResponseReturnValue:
    """One summary."""
    found = handovers.one(me(), cycle_id)
    return _summary(found.summary, found.title)


def _summary(summary: dict[str, Any], title: str, cycle: object = None, done: bool = True) -> str:
    """The page of a summary; with ``cycle`` for those who hand it over."""
    return render_template(
        "results/handover.html",
        summary=summary,
        title=title,
        cycle=cycle,
        done=done,
        words=wording,
        choices=decisions.CHOICES,
    )
