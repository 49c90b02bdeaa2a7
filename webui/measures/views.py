"""«План методической работы»: readable by everybody, marked by those responsible and the Laboratory."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services.access import is_lab_member
from engine.services.errors import Invalid
from engine.services.laboratory import measures as service
from webui.auth.session import me
from webui.texts import say

bp = Blueprint("measures", __name__, template_folder="templates")


@bp.get("/plan")
def index() -> ResponseReturnValue:
    """The plan; ``?status=`` and ``?mine=1`` narrow it."""
    return _page()


def _page(open_id: int = 0, errors: dict[str, list[str]] | None = None) -> str:
    person = me()
    status, mine = request.args.get("status", ""), request.args.get("mine", "") == "1"
    return render_template(
        "measures/index.html",
        measures=service.plan(person, status, mine),
        states=service.STATES,
        chosen=status,
        mine=mine,
        lab=is_lab_member(person),
        open_id=open_id,
        errors=errors or {},
        typed=request.form,
    )


@bp.post("/plan/<int:measure_id>")
def change(measure_id: int) -> ResponseReturnValue:
    """What came of one measure."""
    form = request.form
    try:
        due = date.fromisoformat(form["due"]) if form.get("due") else None
    except ValueError:
        due = None
    try:
        service.change(me(), measure_id, form.get("status", ""), form.get("result", ""), due)
    except Invalid as invalid:
        say(invalid)
        return _page(measure_id, invalid.errors), 422
    flash(_("Сохранено"), "success")
    return redirect(url_for("measures.index") + f"#m{measure_id}")
