"""The Laboratory's pages: the board, the summary of a cycle, the maps."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import decisions
from engine.services.access import is_lab_member
from engine.services.errors import Conflict
from engine.services.laboratory import deficit_map as deficits
from engine.services.laboratory import findings, summaries
from engine.services.laboratory.board import board as the_board
from webui.auth.session import me
from webui.lab import lines
from webui.parsing import whole
from webui.results import wording
from webui.texts import say

bp = Blueprint("lab", __name__, template_folder="templates")


@bp.get("/lab")
def board() -> ResponseReturnValue:
    """Where every triad stands; ``?group=`` narrows it. A leader sees the own groups."""
    person, group = me(), request.args.get("group", 0, type=whole)
    board = the_board(person, group)
    sections, help_first = lines.sections(board)
    return render_template(
        "lab/board.html",
        sections=sections,
        help_first=help_first,
        groups=board.groups,
        chosen=group,
        lab=is_lab_member(person),
    )


@bp.get("/lab/cycles/<int:cycle_id>")
def cycle(cycle_id: int) -> ResponseReturnValue:
    """The summary of one cycle, arrived or live."""
    found, summary, arrived = summaries.of_cycle(me(), cycle_id)
    return render_template(
        "results/handover.html",
        summary=summary,
        title=found.title,
        cycle=None,
        live=not arrived,
        lab=is_lab_member(me()),
        words=wording,
        choices=decisions.CHOICES,
    )


@bp.get("/lab/deficits")
def deficit_map() -> ResponseReturnValue:
    """Kinds of deficits by group, from three teachers up."""
    return render_template("lab/deficits.html", map=deficits.deficit_map(me()), states=deficits.STATES)


@bp.get("/lab/techniques")
def techniques() -> ResponseReturnValue:
    """Techniques, where they were used, under what conditions, with what result."""
    return render_template("lab/techniques.html", rows=summaries.technique_map(me()))


@bp.get("/lab/figures")
def figures() -> ResponseReturnValue:
    """Sections and criteria over the lessons, agreement of observers and of pupils, coverage."""
    found, coverage = summaries.figures(me())
    return render_template("lab/figures.html", types=found, coverage=coverage, words=wording)


@bp.post("/lab/findings")
def take() -> ResponseReturnValue:
    """«Взять в выводы»: a row of a map becomes a row of the findings."""
    kind = request.form.get("kind", "")
    try:
        found = findings.take(me(), kind, request.form.get("key", ""))
    except Conflict as conflict:
        say(conflict)
        return redirect(url_for("lab.deficit_map" if kind == "deficit" else "lab.techniques"))
    flash(_("Строка добавлена в черновик выводов: отметьте второй источник и сохраните"), "success")
    return redirect(url_for("cycles.document", cycle_id=found.id, form_key=findings.FORM, round_=0))
