"""The administrator's people, school year and calendar."""

from __future__ import annotations

import base64

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.services import outer_accounts, second_step, years
from engine.services import people as service
from engine.services.access import colleague, school_roles
from engine.services.errors import Invalid
from engine.services.host import host, now
from engine.services.outbox import letters as outbox
from webui.auth.session import me
from webui.parsing import day, whole
from webui.texts import say

bp = Blueprint("school", __name__, template_folder="templates", url_prefix="/school")
FIELDS = ("last_name", "first_name", "patronymic", "subject", "position", "email")


def _typed() -> dict[str, str]:
    return {key: request.form.get(key, "") for key in FIELDS}


@bp.get("/people")
def people() -> ResponseReturnValue:
    """Everybody of the school."""
    search = request.args.get("q", "")
    return render_template("school/people.html", people=service.of_school(me(), search), search=search)


@bp.route("/people/new", methods=["GET", "POST"])
def add_person() -> ResponseReturnValue:
    """Add one person."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = service.add(me(), _typed())
            return redirect(url_for("school.person", person_id=made.id))
        except Invalid as invalid:
            errors = invalid.errors
    return render_template("school/person.html", person=None, typed=_typed(), errors=errors, roles=set(), link=""), (
        422 if errors else 200
    )


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
def person(person_id: int) -> ResponseReturnValue:
    """One person: name, roles, links."""
    errors: dict[str, list[str]] = {}
    found = colleague(me(), person_id)
    if request.method == "POST":
        try:
            service.change(me(), person_id, _typed())
            flash(_("Сохранено"), "success")
            return redirect(url_for("school.person", person_id=person_id))
        except Invalid as invalid:
            errors = invalid.errors
    typed = _typed() if errors else {key: getattr(found, key) for key in FIELDS}
    return render_template(
        "school/person.html",
        person=found,
        typed=typed,
        errors=errors,
        roles=school_roles(found),
        two_steps=second_step.has(found),
        link="",
    ), (422 if errors else 200)


@bp.route("/people/<int:person_id>/link", methods=["GET", "POST"])
def person_link(person_id: int) -> ResponseReturnValue:
    """A one-time link to hand over. Whoever comes back to the address finds the person: the link is shown once."""
    found = colleague(me(), person_id)
    if request.method == "GET":
        return redirect(url_for("school.person", person_id=person_id))
    token = service.link_for(me(), person_id)
    return render_template(
        "school/person.html",
        person=found,
        typed={key: getattr(found, key) for key in FIELDS},
        errors={},
        roles=school_roles(found),
        two_steps=second_step.has(found),
        link=url_for("auth.link", link_token=token, _external=True),
    )


@bp.post("/people/<int:person_id>/state")
def person_state(person_id: int) -> ResponseReturnValue:
    """Close or reopen an account, give or take a school role."""
    try:
        what, on = request.form.get("what", ""), request.form.get("on") == "1"
        if what == "active":
            service.set_active(me(), person_id, on)
        elif what == "second_step":
            second_step.reset(me(), person_id)
        elif what == "provider":
            outer_accounts.unbind_of(me(), person_id)
        else:
            service.set_role(me(), person_id, what, on)
        flash(_("Сохранено"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("school.person", person_id=person_id))


@bp.route("/people/import", methods=["GET", "POST"])
def import_people() -> ResponseReturnValue:
    """A table of people: first a preview with what is wrong in each line, then the import."""
    rows, kept, name = None, "", ""
    if request.method == "POST":
        try:
            if request.form.get("kept"):
                name, kept = request.form.get("name", ""), request.form["kept"]
                count = service.take(me(), name, base64.b64decode(kept))
                flash(ngettext("Добавлен %(num)s человек", "Добавлено %(num)s человек", count), "success")
                return redirect(url_for("school.people"))
            upload = request.files.get("table")
            content = upload.read() if upload else b""
            name = upload.filename or "" if upload else ""
            rows = service.preview(me(), name, content)
            kept = base64.b64encode(content).decode()
        except (Invalid, ValueError) as error:
            unread = Invalid("Не удалось прочитать файл", "The file cannot be read")
            say(error if isinstance(error, Invalid) else unread)
            return render_template("school/import.html", rows=None, kept="", name=""), 422
    return render_template("school/import.html", rows=rows, kept=kept, name=name)


@bp.route("/year", methods=["GET", "POST"])
def year() -> ResponseReturnValue:
    """School years and holidays."""
    if request.method == "POST":
        what = request.form.get("what")
        try:
            if what == "year":
                years.add_year(me(), day(request.form, "begins"), day(request.form, "ends"))
            elif what == "holiday":
                years.add_holiday(
                    me(), request.form.get("title", ""), day(request.form, "begins"), day(request.form, "ends")
                )
            elif what == "remove":
                years.remove_holiday(me(), request.form.get("id", 0, type=whole))
            flash(_("Сохранено"), "success")
            return redirect(url_for("school.year"))
        except Invalid as invalid:
            say(invalid)
    person = me()
    return render_template(
        "school/year.html",
        school=years.school_of(person),
        years=years.years(person),
        holidays=years.holidays(person),
        counts=years.staff_counts(person),
        today=now().date(),
        typed=request.form,
    )


@bp.post("/settings")
def settings() -> ResponseReturnValue:
    """The school's name and staff."""
    try:
        form = request.form
        staff = form.get("staff", 0, type=whole)
        years.set_school(me(), form.get("name", ""), form.get("district", ""), staff, day(request.form, "since"))
        flash(_("Сохранено"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("school.year"))


@bp.get("/letters")
def letters() -> ResponseReturnValue:
    """The outbox of the school: what went out, what has failed."""
    state = request.args.get("state", "")
    return render_template(
        "school/letters.html",
        letters=outbox.of_school(me(), state),
        states=outbox.STATES,
        state=state,
        mail=host().mail,
    )


@bp.post("/letters/<int:letter_id>/again")
def letter_again(letter_id: int) -> ResponseReturnValue:
    """Try a failed letter again."""
    try:
        outbox.again(me(), letter_id)
        flash(_("Письмо снова в очереди"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("school.letters"))
