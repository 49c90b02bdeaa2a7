"""The end of the year: reports of leaders, their slides, the conference."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.services.errors import Conflict, Invalid
from engine.services.papers.making import PPTX, deck, year_in_figures
from engine.services.reports import conference as service
from engine.services.reports import reports as reporting
from webui.auth.session import me
from webui.parsing import day, whole
from webui.texts import language, say

bp = Blueprint("reports", __name__, template_folder="templates")


@bp.get("/reports")
def index() -> ResponseReturnValue:
    """The reports of a year: every group with the state of its own."""
    person = me()
    years = reporting.years_of(person)
    wanted = request.args.get("year", type=whole)
    year = next((y for y in years if y.id == wanted), years[0] if years else None)
    rows = reporting.listing(person, year) if year else []
    return render_template("reports/index.html", rows=rows, year=year, years=years, states=reporting.STATES)


@bp.route("/reports/<int:group_id>/<int:year_id>", methods=["GET", "POST"])
def report(group_id: int, year_id: int) -> ResponseReturnValue:
    """One report: to read, and for its leader to put otherwise."""
    person = me()
    errors: dict[str, list[str]] = {}
    status, typed = 200, {}
    if request.method == "POST":
        typed = {key[5:]: text for key, text in request.form.items() if key.startswith("text-")}
        try:
            reporting.save(person, group_id, year_id, request.form.get("base", 0, type=whole), typed)
            if "submit" in request.form:
                reporting.submit(person, group_id, year_id)
                flash(_("Отчёт сдан в Лабораторию"), "success")
            else:
                flash(_("Сохранено"), "success")
            return redirect(url_for("reports.report", group_id=group_id, year_id=year_id))
        except Conflict as conflict:
            say(conflict)
            status = 409
        except Invalid as invalid:
            errors, status = invalid.errors, 422
            say(invalid)
    page = reporting.page(person, group_id, year_id)
    return render_template(
        "reports/report.html", page=page, states=reporting.STATES, typed=typed, errors=errors
    ), status


@bp.post("/reports/<int:group_id>/<int:year_id>/answer")
def answer(group_id: int, year_id: int) -> ResponseReturnValue:
    """The Laboratory accepts a report or sends it back."""
    try:
        if request.form.get("answer") == "accept":
            reporting.accept(me(), group_id, year_id)
            flash(_("Отчёт принят"), "success")
        else:
            reporting.send_back(me(), group_id, year_id, request.form.get("remarks", ""))
            flash(_("Отчёт возвращён на доработку"), "success")
    except Invalid as invalid:
        say(invalid)
        page = reporting.page(me(), group_id, year_id)
        return render_template(
            "reports/report.html", page=page, states=reporting.STATES, typed={}, errors=invalid.errors
        ), 422
    return redirect(url_for("reports.report", group_id=group_id, year_id=year_id))


@bp.get("/reports/<int:group_id>/<int:year_id>/deck.pptx")
def slides(group_id: int, year_id: int) -> ResponseReturnValue:
    """The slides of the report."""
    page = reporting.page(me(), group_id, year_id)
    name = f"{page.group.title}, {page.year.title.replace('/', '–')}.pptx"
    return send_file(BytesIO(deck(page.facts)), PPTX, as_attachment=True, download_name=name)


@bp.get("/conference/<int:year_id>/figures.pptx")
def figures(year_id: int) -> ResponseReturnValue:
    """«Год ПОС в цифрах»: the slides of the opening talk."""
    content = year_in_figures(me(), year_id, language())
    return send_file(BytesIO(content), PPTX, as_attachment=True, download_name=f"{_('Год ПОС в цифрах')}.pptx")


@bp.get("/conference", endpoint="conference_now")
def latest() -> ResponseReturnValue:
    """The conference of the newest school year."""
    years = reporting.years_of(me())
    if not years:
        return render_template("reports/no_year.html")
    return conference(years[0].id)


@bp.route("/conference/<int:year_id>", methods=["GET", "POST"])
def conference(year_id: int) -> ResponseReturnValue:
    """Programme, resolution and the draft plan of the next year."""
    person = me()
    errors: dict[str, list[str]] = {}
    status = 200
    form = request.form if request.method == "POST" else None
    if form is not None:
        try:
            if form.get("what") == "again":
                service.draft_again(person, year_id)
                flash(_("Черновик снова следует отчётам"), "success")
                return redirect(url_for("reports.conference", year_id=year_id))
            if not {"add_programme", "add_plan"} & set(form):
                service.save(person, year_id, form.get("base", 0, type=whole), **_typed(form))
                flash(_("Сохранено"), "success")
                return redirect(url_for("reports.conference", year_id=year_id))
        except Conflict as conflict:
            say(conflict)
            status = 409
        except Invalid as invalid:
            errors, status = invalid.errors, 422
            say(invalid)
    page = service.page(person, year_id)
    return render_template(
        "reports/conference.html",
        page=page,
        typed=_again(form) if form is not None else None,
        errors=errors,
        reports=reporting.listing(person, page.year),
        states=reporting.STATES,
    ), status


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """The conference as it comes from the page."""
    return {
        "held_on": day(form, "held_on"),
        "place": form.get("place", ""),
        "programme": _rows(form, "programme", service.PROGRAMME),
        "resolution": form.get("resolution", "").splitlines(),
        "plan": _rows(form, "plan", service.PLAN),
    }


def _rows(form: MultiDict[str, str], name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    numbers = sorted({int(k.split("-")[1]) for k in form if k.startswith(f"{name}-") and k.split("-")[1].isdecimal()})
    return [{c: form.get(f"{name}-{n}-{c}", "").strip() for c in columns} for n in numbers]


def _again(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, to be shown again; with one more row where somebody asked for it."""
    programme = _rows(form, "programme", service.PROGRAMME)
    plan = _rows(form, "plan", service.PLAN)
    programme += [{}] if "add_programme" in form else []
    plan += [{}] if "add_plan" in form else []
    return {
        "held_on": form.get("held_on", ""),
        "place": form.get("place", ""),
        "programme": programme,
        "resolution": form.get("resolution", ""),
        "plan": plan,
    }
