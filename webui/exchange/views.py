"""«Обмен опытом»: what is new for me, mini-reports, and what one takes to try."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services.bank import exchange, trials, words
from engine.services.bank.access import material_for
from engine.services.errors import Conflict, Invalid
from webui.auth.session import me
from webui.bank.forms import lines
from webui.parsing import day
from webui.texts import say

bp = Blueprint("exchange", __name__, template_folder="templates")


@bp.get("/exchange")
def index() -> ResponseReturnValue:
    """«Новое для меня»."""
    person = me()
    return render_template(
        "exchange/index.html", feed=exchange.feed(person), own=exchange.own_reports(person), outcomes=words.OUTCOMES
    )


@bp.post("/exchange/seen")
def seen() -> ResponseReturnValue:
    """Everything shown is read."""
    exchange.looked(me())
    return redirect(url_for("exchange.index"))


@bp.get("/exchange/<int:cycle_id>")
def report(cycle_id: int) -> ResponseReturnValue:
    """A mini-report."""
    person = me()
    return render_template(
        "exchange/report.html",
        found=exchange.one(person, cycle_id),
        tried=trials.of(person, cycle_id=cycle_id),
        outcomes=words.OUTCOMES,
    )


@bp.route("/exchange/<int:cycle_id>/edit", methods=["GET", "POST"])
def edit(cycle_id: int) -> ResponseReturnValue:
    """The triad writes its mini-report."""
    person, form = me(), request.form
    cycle, stored, values = exchange.draft(person, cycle_id)
    errors: Any = {}
    other: Any = None
    status, base = 200, stored.at.isoformat() if stored is not None else ""
    if request.method == "POST":
        values = {
            **{key: form.get(key, "") for key in exchange.LIMITS},
            "techniques": lines(form.get("techniques", "")),
            "shown_on": None,
        }
        try:
            values["shown_on"] = day(form, "shown_on")
            began = stored.at if stored is not None and form.get("base") == stored.at.isoformat() else None
            exchange.publish(person, cycle_id, values, began)
            flash(_("Мини-отчёт предложен коллегам"), "success")
            return redirect(url_for("exchange.report", cycle_id=cycle_id))
        except Conflict as conflict:
            say(conflict)
            other, base, status = conflict.details["values"], conflict.details["at"].isoformat(), 409
        except Invalid as invalid:
            say(invalid)
            errors, status = invalid.errors, 422
    page = render_template(
        "exchange/edit.html", cycle=cycle, stored=stored, values=values, errors=errors, base=base, other=other
    )
    return page, status


@bp.route("/bank/<int:material_id>/try", methods=["GET", "POST"], endpoint="try_material")
def try_material(material_id: int) -> ResponseReturnValue:
    """Take a material to a class of one's own."""
    title = material_for(me(), material_id).title
    return _take(title, url_for("bank.material", material_id=material_id), material_id=material_id)


@bp.route("/exchange/<int:cycle_id>/try", methods=["GET", "POST"], endpoint="try_report")
def try_report(cycle_id: int) -> ResponseReturnValue:
    """Take the technique of a mini-report to a class of one's own."""
    title = exchange.one(me(), cycle_id).report.title
    return _take(title, url_for("exchange.report", cycle_id=cycle_id), cycle_id=cycle_id)


def _take(title: str, back: str, **what: int) -> ResponseReturnValue:
    form, errors = request.form, {}
    if request.method == "POST":
        try:
            trials.take(
                me(),
                class_name=form.get("class_name", ""),
                subject=form.get("subject", ""),
                planned_on=day(form, "planned_on"),
                **what,
            )
            flash(_("Записано в «Мои пробы». После урока расскажите, что получилось"), "success")
            return redirect(url_for("exchange.mine"))
        except Invalid as invalid:
            say(invalid)
            errors = invalid.errors or {"": [invalid.text]}
    page = render_template("exchange/take.html", title=title, back=back, errors=errors, typed=form)
    return page, 422 if errors else 200


@bp.get("/trials", endpoint="mine")
def my_trials() -> ResponseReturnValue:
    """«Мои пробы»."""
    return render_template("exchange/trials.html", rows=trials.mine(me()), outcomes=words.OUTCOMES)


@bp.route("/trials/<int:trial_id>", methods=["GET", "POST"])
def trial(trial_id: int) -> ResponseReturnValue:
    """Tell what came of a trial."""
    person, form = me(), request.form
    found, title = trials.one(person, trial_id)
    errors: Any = {}
    if request.method == "POST":
        try:
            done_on = day(form, "done_on")
            trials.tell(person, trial_id, form.get("outcome", ""), form.get("result", ""), done_on)
            flash(_("Спасибо! Авторы увидят результат"), "success")
            return redirect(url_for("exchange.mine"))
        except Invalid as invalid:
            say(invalid)
            errors = invalid.errors
    page = render_template(
        "exchange/trial.html", trial=found, title=title, errors=errors, typed=form, outcomes=words.OUTCOMES
    )
    return page, 422 if errors else 200
