"""Personal data: what is held on me, erasure with its act, terms of keeping, the register of consents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services.directory import colleagues
from engine.services.errors import Conflict, Invalid
from engine.services.personal import acts as destruction
from engine.services.personal import consents as register
from engine.services.personal import erasure
from engine.services.personal import retention as keeping
from engine.services.personal.titles import TABLES
from webui.auth.session import me
from webui.parsing import day, whole
from webui.texts import say

bp = Blueprint("personal", __name__, template_folder="templates")


@bp.get("/me/data")
def mine() -> ResponseReturnValue:
    """What is held on me: take it with me, ask to have it erased."""
    return render_template("personal/mine.html")


@bp.post("/me/data/erase")
def ask() -> ResponseReturnValue:
    """Ask the administrators to erase my data."""
    erasure.ask(me())
    flash(_("Просьба передана администратору. Ответ — в течение 10 рабочих дней"), "success")
    return redirect(url_for("personal.mine"))


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What is kept, why, who sees it, for how long."""
    person = me(optional=True)
    terms = keeping.terms(person.school_id) if person else {k: c.days for k, c in keeping.CLASSES.items()}
    return render_template("personal/privacy.html", terms=terms, classes=keeping.CLASSES)


@bp.route("/school/people/<int:person_id>/erase", methods=["GET", "POST"])
def erase(person_id: int) -> ResponseReturnValue:
    """What an erasure would do; then, with the surname typed, it."""
    errors: Mapping[str, Sequence[str]] = {}
    status = 200
    if request.method == "POST":
        form = request.form
        chosen = tuple(form.getlist("destroy", type=whole))
        try:
            act = erasure.erase(
                me(), person_id, typed=form.get("typed", ""), basis=form.get("basis", ""), destroy=chosen
            )
            flash(_("Данные удалены, акт № %(n)s составлен", n=act.number), "success")
            return redirect(url_for("personal.acts"))
        except Invalid as invalid:
            errors, status = invalid.errors, 422
        except Conflict as conflict:
            say(conflict)
            status = 409
    seen = erasure.preview(me(), person_id)
    return render_template("personal/erase.html", seen=seen, tables=TABLES, errors=errors, typed=request.form), status


@bp.get("/school/acts")
def acts() -> ResponseReturnValue:
    """The acts of destruction."""
    return render_template("personal/acts.html", acts=destruction.listing(me()), kinds=destruction.KINDS, tables=TABLES)


@bp.route("/school/retention", methods=["GET", "POST"])
def retention() -> ResponseReturnValue:
    """How long each class of data is kept, and what the next round would destroy."""
    errors: Mapping[str, Sequence[str]] = {}
    if request.method == "POST":
        try:
            keeping.set_terms(me(), {k: request.form.get(k, type=whole) for k in keeping.CLASSES})
            flash(_("Сроки сохранены"), "success")
            return redirect(url_for("personal.retention"))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    return render_template(
        "personal/retention.html",
        classes=keeping.CLASSES,
        terms=keeping.terms(me().school_id),
        due=keeping.due(me()),
        errors=errors,
        typed=request.form,
    ), (422 if errors else 200)


@bp.route("/school/consents", methods=["GET", "POST"])
def consents() -> ResponseReturnValue:
    """The register of consents, and a new one."""
    errors: Mapping[str, Sequence[str]] = {}
    if request.method == "POST":
        form = request.form
        ids = {key: form.get(key, type=whole) for key in ("person_id", "material_id")}
        try:
            values = {**form, **ids, "given_on": day(form, "given_on"), "until": day(form, "until")}
            register.add(me(), values)
            flash(_("Согласие записано"), "success")
            return redirect(url_for("personal.consents"))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    purpose = request.args.get("purpose", "")
    rows = register.listing(me(), purpose, in_force=request.args.get("now") == "1")
    people = colleagues(me())
    return render_template(
        "personal/consents.html",
        rows=rows,
        purpose=purpose,
        purposes=register.PURPOSES,
        subjects=register.SUBJECTS,
        stands=register.stands,
        people=people,
        names={p.id: p.short_name for p in people},
        errors=errors,
        typed=request.form,
    ), (422 if errors else 200)


@bp.post("/school/consents/<int:consent_id>/revoke")
def revoke(consent_id: int) -> ResponseReturnValue:
    """A consent was taken back; videos that lived by it leave the bank."""
    try:
        gone = register.revoke(me(), consent_id)
        flash(_("Согласие отозвано"), "success")
        for title in gone:
            flash(_("Убрано из банка: «%(title)s»", title=title), "warning")
    except Conflict as conflict:
        say(conflict)
    return redirect(url_for("personal.consents"))
