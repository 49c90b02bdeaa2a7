"""What a cycle has shown; the leader's pages; the summary for the Laboratory."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import handovers, moves, outcomes, thresholds
from engine.services.access import cycle_for, led_groups
from engine.services.definitions import definition_of
from engine.services.errors import Invalid
from engine.services.views import view_of
from webui.auth.session import me
from webui.links import address
from webui.results import wording
from webui.results.charts import chart
from webui.school.views import say

bp = Blueprint("results", __name__, template_folder="templates")


@bp.get("/cycles/<int:cycle_id>/results")
def results(cycle_id: int) -> ResponseReturnValue:
    """Criteria and figures lesson by lesson, as a chart and as a table."""
    found = cycle_for(me(), cycle_id)
    return render_template(
        "results/results.html", cycle=found, outcome=outcomes.outcome(found, me()), chart=chart, words=wording
    )


@bp.get("/cycles/<int:cycle_id>/package")
def package(cycle_id: int) -> ResponseReturnValue:
    """The package of a cycle for its leader: every document with its state."""
    found = cycle_for(me(), cycle_id)
    definition = definition_of(found)
    view = view_of(found, definition, me())
    return render_template("results/package.html", cycle=found, definition=definition, view=view)


@bp.get("/leader")
def leader() -> ResponseReturnValue:
    """The groups a person leads: each cycle, where it stands, whose move it is."""
    person = me()
    groups = led_groups(person)
    standings = {
        g.id: [moves.standing(c, person) for c in moves.cycles_of(person) if c.triad.group_id == g.id] for g in groups
    }
    return render_template("results/leader.html", groups=groups, standings=standings, address=address)


@bp.route("/groups/<int:group_id>/thresholds", methods=["GET", "POST"], endpoint="thresholds")
def set_thresholds(group_id: int) -> ResponseReturnValue:
    """Thresholds of the criteria for one group."""
    if request.method == "POST":
        raw = request.form.get("value", "").strip().replace(",", ".")
        try:
            value = float(raw) / (100 if request.form.get("percent") else 1) if raw else None
            thresholds.set_threshold(me(), group_id, request.form.get("key", ""), value)
            flash(_("Порог сохранён"), "success")
            return redirect(url_for("results.thresholds", group_id=group_id))
        except ValueError:
            flash(_("Введите число"), "warning")
        except Invalid as invalid:
            say(invalid)
    person = me()
    return render_template(
        "results/thresholds.html",
        group=thresholds.group_for(person, group_id),
        lines=thresholds.lines(person, group_id),
    )


@bp.get("/cycles/<int:cycle_id>/handover")
def handover(cycle_id: int) -> ResponseReturnValue:
    """Exactly what goes to the Laboratory."""
    cycle, summary, done = handovers.preview(me(), cycle_id)
    return render_template("results/handover.html", cycle=cycle, summary=summary, done=done, title=cycle.title)


@bp.get("/lab/handovers", endpoint="handovers")
def summaries() -> ResponseReturnValue:
    """Every summary that has arrived."""
    return render_template("results/handovers.html", handovers=handovers.arrived(me()))


@bp.get("/lab/handovers/<int:cycle_id>")
def summary(cycle_id: int) -> ResponseReturnValue:
    """One summary."""
    found = handovers.one(me(), cycle_id)
    return render_template("results/handover.html", cycle=None, summary=found.summary, done=True, title=found.title)
