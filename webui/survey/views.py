"""The pupil's page behind the link, and the triad's page of a survey."""

from __future__ import annotations

import hashlib

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import surveys, tallies
from engine.services.access import relations
from engine.services.definitions import definition_of
from engine.services.errors import Conflict, Forbidden, Invalid
from engine.services.views import seen_of
from webui.auth.session import me
from webui.parsing import whole
from webui.results import wording
from webui.security import csrf
from webui.texts import here, say

bp = Blueprint("survey", __name__, template_folder="templates")
_PAGE = "/cycles/<int:cycle_id>/surveys/<key>/<int:round_>"


def _cookie(link: str) -> str:
    """Name of the cookie that says "this device has answered": holds no id, lives on the path of this survey alone."""
    return "s" + hashlib.sha256(link.encode()).hexdigest()[:12]


@bp.route("/s/<link>", methods=["GET", "POST"])
@csrf.exempt
def answer(link: str) -> ResponseReturnValue:
    """The survey: no account, no name, works without scripts. The one-time token stands in for the CSRF token."""
    if _cookie(link) in request.cookies:
        return render_template("survey/done.html", again=True)
    try:
        if request.method == "GET":
            return _sheet_of_questions(link)
        surveys.answer(link, request.form.get("token", ""), request.form)
    except (Conflict, Invalid) as again:
        return _sheet_of_questions(link, here(again.text), 409 if isinstance(again, Conflict) else 422)
    except Forbidden as closed:
        return _closed(here(closed.text))
    response = redirect(url_for("survey.thanks", link=link))
    response.set_cookie(_cookie(link), "1", max_age=7 * 24 * 3600, path=f"/s/{link}", httponly=True, samesite="Lax")
    return response


def _sheet_of_questions(link: str, say: str = "", status: int = 200) -> ResponseReturnValue:
    """The questions with whatever was answered; ``say`` tells why the sheet was not taken."""
    try:
        page = surveys.open_page(link)
    except Forbidden as closed:  # while the pupil was answering
        return _closed(here(closed.text))
    return render_template("survey/answer.html", page=page, given=request.form, say=say), status


def _closed(text: str) -> ResponseReturnValue:
    return render_template("survey/closed.html", text=text), 410


@bp.get("/s/<link>/thanks")
def thanks(link: str) -> ResponseReturnValue:
    """Thank you."""
    return render_template("survey/done.html", again=False)


@bp.get(_PAGE)
def manage(cycle_id: int, key: str, round_: int) -> ResponseReturnValue:
    """QR, link, counter; results once it is closed."""
    return _manage(cycle_id, key, round_)


def _manage(cycle_id: int, key: str, round_: int, status: int = 200, errors: object = None) -> ResponseReturnValue:
    cycle, run, survey = surveys.run_for(me(), cycle_id, key, round_)
    sheets, counts = surveys.paper_of(run)
    definition = definition_of(cycle)
    page = render_template(
        "survey/manage.html",
        cycle=cycle,
        run=run,
        survey=survey,
        page=surveys.Page(run, survey, ""),
        tally=surveys.tally_of(run),
        where=wording.round_inside(definition.process, run.round) if run.round else "",
        texts=surveys.texts(run, survey),
        bands=surveys.BANDS,
        qr=_qr(run.link),
        address=url_for("survey.answer", link=run.link, _external=True),
        sheets=sheets,
        held_back=tallies.held_back(run.answered, sheets),
        counts=counts,
        errors=errors or {},
        typed=request.form,
        member="triad_member" in relations(me(), cycle),
    )
    return page, status


def _qr(link: str) -> str:
    """The QR code as a data address of an SVG picture."""
    return segno.make(url_for("survey.answer", link=link, _external=True), error="m").svg_data_uri(scale=6)


@bp.post(_PAGE)
def settings(cycle_id: int, key: str, round_: int) -> ResponseReturnValue:
    """Age, how many were present, why a check-in was not held."""
    try:
        surveys.set_run(
            me(),
            cycle_id,
            key,
            round_,
            band=request.form.get("band", ""),
            present=request.form.get("present", None, type=whole),
            skipped_because=request.form.get("skipped_because", ""),
        )
        flash(_("Сохранено"), "success")
    except Invalid as invalid:
        say(invalid)
        return _manage(cycle_id, key, round_, 422)
    return redirect(url_for("survey.manage", cycle_id=cycle_id, key=key, round_=round_))


@bp.post(_PAGE + "/paper")
def paper(cycle_id: int, key: str, round_: int) -> ResponseReturnValue:
    """Answers on paper, entered as a summary."""
    counts: dict[str, dict[str, int]] = {}
    for name in request.form:
        if name.startswith("n-"):
            question, _dash, option = name[2:].partition("-")
            counts.setdefault(question, {})[option] = request.form.get(name, 0, type=whole) or 0
    try:
        surveys.set_paper(me(), cycle_id, key, round_, request.form.get("sheets", 0, type=whole), counts)
        flash(_("Сводка сохранена"), "success")
    except Invalid as invalid:
        say(invalid)
        return _manage(cycle_id, key, round_, 422, invalid.errors)
    return redirect(url_for("survey.manage", cycle_id=cycle_id, key=key, round_=round_))


@bp.get(_PAGE + "/sheet")
def sheet(cycle_id: int, key: str, round_: int) -> ResponseReturnValue:
    """A page to print: the QR code for the board, and the paper blank."""
    cycle, run, survey = surveys.run_for(me(), cycle_id, key, round_)
    definition = definition_of(cycle)
    lesson = next((r for r in seen_of(cycle, definition, me()).rounds if r.n == run.round), None)
    return render_template(
        "survey/sheet.html",
        cycle=cycle,
        run=run,
        survey=survey,
        page=surveys.Page(run, survey, ""),
        lesson=lesson,
        where=wording.round_name(definition.process, run.round) if lesson else "",
        qr=_qr(run.link),
        address=url_for("survey.answer", link=run.link, _external=True),
    )
