"""Peer visits: planned, moved, held."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import visits as service
from engine.services.directory import colleagues
from engine.services.errors import Invalid
from engine.services.host import now
from engine.services.years import term_of
from webui.auth.session import me
from webui.parsing import moment, whole
from webui.texts import say

bp = Blueprint("visits", __name__, template_folder="templates", url_prefix="/visits")
WORDS = {"kinds": service.KINDS, "states": service.STATES}


@bp.get("")
def index() -> ResponseReturnValue:
    """The visits of the school; filtered by state and by whether they are mine."""
    person, args = me(), request.args
    status = args.get("status", "")
    found = service.of_school(person, status=status if status in service.STATES else "", mine=bool(args.get("mine")))
    begins, ends = term_of(person)
    made = service.made_by(person, begins, ends)
    return render_template("visits/index.html", visits=found, args=args, made=made, advised=service.ADVISED, **WORDS)


@bp.route("/new", methods=["GET", "POST"])
def plan() -> ResponseReturnValue:
    """Plan a visit."""
    person = me()
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        form = request.form
        ids = {key: form.get(key, type=whole) for key in ("host_id", "guest_id")}
        try:
            made = service.plan(person, {**form, **ids, "at": moment(form.get("at", ""))})
            flash(_("Взаимопосещение запланировано, коллега узнает об этом"), "success")
            return redirect(url_for("visits.visit", visit_id=made.id))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    others = [p for p in colleagues(person) if p.id != person.id]
    page = render_template("visits/plan.html", people=others, typed=request.form, errors=errors, **WORDS)
    return page, 422 if errors else 200


@bp.route("/<int:visit_id>", methods=["GET", "POST"])
def visit(visit_id: int) -> ResponseReturnValue:
    """One visit: the sheet of the guest, or another day."""
    person = me()
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            if request.form.get("what") == "move":
                service.move(person, visit_id, moment(request.form.get("at", "")))
                flash(_("Перенесено"), "success")
            else:
                service.hold(person, visit_id, request.form)
                flash(_("Записано"), "success")
            return redirect(url_for("visits.visit", visit_id=visit_id))
        except Invalid as invalid:
            errors = invalid.errors or {"": []}
            say(invalid)
    shown = service.one(person, visit_id)
    page = render_template(
        "visits/visit.html", shown=shown, visit=shown.visit, typed=request.form, errors=errors, now=now(), **WORDS
    )
    return page, 422 if errors else 200
