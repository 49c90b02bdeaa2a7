"""Events and who took part in them."""

from __future__ import annotations

import base64

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.services import certificates, intake
from engine.services import events as service
from engine.services.access import oversees
from engine.services.directory import colleagues
from engine.services.errors import Invalid
from webui.auth.session import me
from webui.downloads import attachment
from webui.parsing import day, iso, whole
from webui.texts import say

bp = Blueprint("events", __name__, template_folder="templates", url_prefix="/events")
WORDS = {"forms": service.FORMS, "levels": service.LEVELS, "roles": service.ROLES, "results": service.RESULTS}
FIELDS = ("title", "form", "level", "begins", "ends", "place", "organiser", "note")


@bp.get("")
def index() -> ResponseReturnValue:
    """The events of the school; filtered by days, level and whether one took part."""
    person, args = me(), request.args
    filters = service.Filters(
        begins=iso(args.get("begins", "")),
        ends=iso(args.get("ends", "")),
        level=args.get("level", ""),
        person_id=person.id if args.get("mine") else None,
    )
    found = service.of_school(person, filters)
    return render_template("events/index.html", events=found, args=args, may_manage=oversees(person), **WORDS)


def _values() -> dict[str, object]:
    form = request.form
    return {**form.to_dict(), "begins": day(form, "begins"), "ends": day(form, "ends")}


@bp.route("/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Write an event down."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = service.add(me(), _values())
            flash(_("Записано"), "success")
            return redirect(url_for("events.event", event_id=made.id))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    page = render_template("events/edit.html", event=None, typed=request.form, errors=errors, **WORDS)
    return page, 422 if errors else 200


@bp.route("/<int:event_id>/edit", methods=["GET", "POST"])
def edit(event_id: int) -> ResponseReturnValue:
    """Correct an event or remove it."""
    person, errors = me(), {}
    found = service.event_for(person, event_id)
    if request.method == "POST":
        try:
            if "remove" in request.form:
                service.remove(person, event_id)
                flash(_("Удалено"), "success")
                return redirect(url_for("events.index"))
            service.change(person, event_id, _values())
            flash(_("Сохранено"), "success")
            return redirect(url_for("events.event", event_id=event_id))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
            status = 422
        typed = request.form.to_dict()
    else:
        typed = {key: str(getattr(found, key) or "") for key in FIELDS}
        status = 200
    return render_template("events/edit.html", event=found, typed=typed, errors=errors, **WORDS), status


@bp.route("/<int:event_id>", methods=["GET", "POST"])
def event(event_id: int) -> ResponseReturnValue:
    """One event with its participants; whoever took part writes it down here."""
    person, errors = me(), {}
    if request.method == "POST":
        try:
            form = request.form
            ids = {"person_id": form.get("person_id", type=whole)}
            service.take_part(person, event_id, {**form, **ids, "consent_on": day(form, "consent_on")})
            flash(_("Участник записан"), "success")
            return redirect(url_for("events.event", event_id=event_id))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    found = service.event_for(person, event_id)
    manage = oversees(person)
    page = render_template(
        "events/event.html",
        event=found,
        typed=request.form,
        errors=errors,
        may_manage=manage,
        may_change=service.may_change(person, found),
        people=colleagues(person) if manage else [person],
        documents=certificates.of_event(person, found),
        **WORDS,
    )
    return page, 422 if errors else 200


@bp.post("/participations/<int:participation_id>/remove")
def leave(participation_id: int) -> ResponseReturnValue:
    """Remove a participant."""
    event_id = service.leave(me(), participation_id)
    flash(_("Удалено"), "success")
    return redirect(url_for("events.event", event_id=event_id))


@bp.route("/participations/<int:participation_id>/document", methods=["GET", "POST"])
def document(participation_id: int) -> ResponseReturnValue:
    """The certificate or diploma of a participation: to fetch, and to put there."""
    if request.method == "GET":
        row, content = certificates.read(me(), participation_id)
        return attachment(content, row.media_type, row.name, row.sha256)
    given = request.files.get("file")
    try:
        certificates.attach(
            me(), participation_id, given.filename or "" if given else "", given.read() if given else b""
        )
        flash(_("Документ приложен"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("events.event", event_id=request.form.get("event", 0, type=whole)))


@bp.route("/import", methods=["GET", "POST"])
def import_table() -> ResponseReturnValue:
    """A table of participations: first what was read, then the import."""
    if request.method == "GET":
        return render_template("events/import.html", rows=None, kept="", name="")
    person = me()
    try:
        if request.form.get("kept"):
            content = base64.b64decode(request.form["kept"])
            count = intake.take(person, request.form.get("name", ""), content)
            flash(ngettext("Добавлено %(num)s участие", "Добавлено %(num)s участий", count), "success")
            return redirect(url_for("events.index"))
        upload = request.files.get("table")
        name, content = (upload.filename or "", upload.read()) if upload else ("", b"")
        rows = intake.preview(person, name, content)
    except (Invalid, ValueError) as error:
        say(error if isinstance(error, Invalid) else Invalid("Не удалось прочитать файл", "The file cannot be read"))
        return render_template("events/import.html", rows=None, kept="", name=""), 422
    kept = base64.b64encode(content).decode()
    return render_template("events/import.html", rows=rows, kept=kept, name=name, **WORDS)
