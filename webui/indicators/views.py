"""Indicators of the school with their formulas, and the records behind each."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.services import indicators as service
from engine.services.access import oversees
from engine.services.reports.reports import years_of
from engine.services.years import year_span
from webui.auth.session import me
from webui.parsing import iso

bp = Blueprint("indicators", __name__, template_folder="templates", url_prefix="/indicators")


def _period() -> tuple[date, date]:
    """The days asked for; the newest school year when there are none or they are upside down."""
    begins, ends = iso(request.args.get("begins", "")), iso(request.args.get("ends", ""))
    return (begins, ends) if begins and ends and begins <= ends else year_span(me())


@bp.get("")
def index() -> ResponseReturnValue:
    """Every indicator of the school for a period."""
    person = me()
    begins, ends = _period()
    return render_template(
        "indicators/index.html",
        indicators=service.of_school(person.school_id, begins, ends),
        begins=begins,
        ends=ends,
        years=years_of(person),
        opens=oversees(person),
    )


@bp.get("/<key>", endpoint="records")
def one(key: str) -> ResponseReturnValue:
    """One indicator with the records it was counted from."""
    begins, ends = _period()
    found = service.records(me(), key, begins, ends)
    return render_template("indicators/records.html", i=found, begins=begins, ends=ends)
