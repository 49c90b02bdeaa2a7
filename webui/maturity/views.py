"""«Зрелость команды»: the triad's own talk about how it works together."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import maturity as service
from engine.services import maturity_lists as lists
from engine.services.access import is_lab_member
from engine.services.errors import Conflict, Forbidden, Invalid
from engine.services.maturity_words import HALVES, ITEMS
from webui.auth.session import me
from webui.parsing import whole
from webui.texts import say

bp = Blueprint("maturity", __name__, template_folder="templates")


@bp.get("/maturity")
def index() -> ResponseReturnValue:
    """The own triad and those of led groups; for the Laboratory, that the self-assessments took place."""
    person = me()
    overview = lists.overview(person) if is_lab_member(person) else None
    return render_template("maturity/index.html", teams=lists.teams(person), overview=overview, halves=HALVES)


@bp.get("/maturity/<int:triad_id>")
def team(triad_id: int) -> ResponseReturnValue:
    """One triad in this school year: begin, answer, the result, the point of growth."""
    return _team(triad_id)


def _team(triad_id: int, errors: dict[str, list[str]] | None = None) -> str:
    page = service.page(me(), triad_id)
    return render_template(
        "maturity/team.html", page=page, items=ITEMS, halves=HALVES, errors=errors or {}, typed=request.form
    )


@bp.post("/maturity/<int:triad_id>/open")
def begin(triad_id: int) -> ResponseReturnValue:
    """Begin the self-assessment of this half."""
    try:
        service.open_run(me(), triad_id)
        flash(_("Самооценка открыта: отвечает каждый сам"), "success")
    except (Invalid, Forbidden) as refused:
        say(refused)
    return redirect(url_for("maturity.team", triad_id=triad_id))


@bp.post("/maturity/runs/<int:run_id>/answers")
def answer(run_id: int) -> ResponseReturnValue:
    """One anonymous sheet."""
    triad_id = service.triad_of(me(), run_id)
    scores = {key: request.form.get(key, -1, type=whole) for key in ITEMS}
    try:
        service.answer(me(), run_id, scores)
        flash(_("Спасибо. Результат появится, когда ответят все"), "success")
    except Invalid as invalid:
        say(invalid)
        return _team(triad_id, invalid.errors), 422
    except Conflict as conflict:
        say(conflict)
    return redirect(url_for("maturity.team", triad_id=triad_id))


@bp.post("/maturity/runs/<int:run_id>/growth")
def growth(run_id: int) -> ResponseReturnValue:
    """The triad states its point of growth."""
    triad_id = service.triad_of(me(), run_id)
    try:
        service.state_growth(me(), run_id, request.form.get("item", ""), request.form.get("words", ""))
        flash(_("Точка роста записана"), "success")
    except Invalid as invalid:
        say(invalid)
        return _team(triad_id, invalid.errors), 422
    except Conflict as conflict:
        say(conflict)
    return redirect(url_for("maturity.team", triad_id=triad_id))
