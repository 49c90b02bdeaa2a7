"""The second step of signing in: the code, and setting it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.services import accounts, second_step
from engine.services.errors import Invalid
from engine.services.guessing import TooManyTries
from webui.auth.again import own_path
from webui.auth.known import known, remember
from webui.auth.session import arrive, begin, half, me, token
from webui.texts import here

bp = Blueprint("second_step", __name__, template_folder="templates")


@bp.route("/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """The code that finishes signing in."""
    target = own_path(request.args.get("next", ""))
    person = half()
    if person is None:
        return redirect(target)
    if not second_step.has(person):
        return redirect(url_for("second_step.setup", next=target))
    errors: Mapping[str, Sequence[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            made, paper = accounts.prove(token(), request.form.get("code", ""), known().get(person.id, ""))
            answer = arrive(made, person, target)
            if paper:
                left = second_step.papers_left(person)
                flash(ngettext("Остался %(num)s запасной код.", "Осталось %(num)s запасных кодов.", left), "warning")
            return answer
        except (Invalid, TooManyTries) as wrong:
            errors, status = _errors(wrong)
    return render_template("second_step/code.html", errors=errors), status


@bp.route("/profile/second-step", methods=["GET", "POST"])
def setup() -> ResponseReturnValue:
    """Set the second step up; once it is, new codes for paper, or giving it up."""
    person = half() or me()
    waiting = me(optional=True) is None
    if waiting and second_step.has(person):
        return redirect(url_for("second_step.code", next=request.args.get("next")))
    errors: Mapping[str, Sequence[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            return _change(request.form.get("what", "enrol"))
        except (Invalid, TooManyTries) as wrong:
            errors, status = _errors(wrong)
    obliged = second_step.obliged(person)
    if second_step.has(person):
        papers = second_step.papers_left(person)
        return render_template("second_step/manage.html", errors=errors, obliged=obliged, papers=papers), status
    offer = second_step.offered(person, request.form.get("offer", ""))
    return render_template(
        "second_step/setup.html",
        errors=errors,
        obliged=obliged,
        waiting=waiting,
        password=not waiting and bool(person.password_hash),
        offer=offer,
        picture=segno.make(offer.address, error="m").svg_data_uri(scale=5),
    ), status


def _change(what: str) -> ResponseReturnValue:
    form = request.form
    if what == "remove":
        person = me()
        answer = arrive(accounts.give_up_second_step(token(), form.get("code", "")), person, url_for("auth.profile"))
        flash(_("Второй шаг отключён, другие устройства тоже"), "success")
        return answer
    if what == "papers":
        person = me()
        second_step.check(person, form.get("code", ""), known().get(person.id, ""))
        codes = second_step.fresh_papers(person)
    else:
        made, codes = accounts.enrol(token(), form.get("offer", ""), form.get("code", ""), form.get("password", ""))
        begin(made)
        remember(me().id)
    target = own_path(request.args.get("next", "")) if request.args.get("next") else url_for("auth.profile")
    return render_template("second_step/papers.html", codes=codes, target=target)


def _errors(wrong: Invalid | TooManyTries) -> tuple[Mapping[str, Sequence[str]], int]:
    if isinstance(wrong, Invalid):
        return wrong.errors or {"code": [here(wrong.text)]}, 422
    return {"code": [here(wrong.text)]}, 429
