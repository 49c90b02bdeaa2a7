"""The Laboratory's pages: the board, the summary of a cycle, the maps."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.services import decisions
from engine.services.access import is_lab_member
from engine.services.laboratory import deficit_map as deficits
from engine.services.laboratory import summaries
from engine.services.laboratory.board import board as the_board
from webui.auth.session import me
from webui.results import wording

bp = Blueprint("lab", __name__, template_folder="templates")


@bp.get("/lab")
def board() -> ResponseReturnValue:
    """Where every triad stands; ``?group=`` narrows it. A leader sees the own groups."""
    person, group = me(), request.args.get("group", 0, type=int)
    return render_template(
        "lab/board.html", board=the_board(person, group), chosen=group, lab=is_lab_member(person), words=wording
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
