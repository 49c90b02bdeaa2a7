"""The district (РПОС): materials of other schools, invitations, exchange files, the coordinator's picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services.bank.words import FIELD_TITLES, KINDS
from engine.services.district import exchange as files
from engine.services.district import invitations as inviting
from engine.services.district import overview as picture
from engine.services.district import publications as sharing
from engine.services.district import schools
from engine.services.errors import Conflict, Invalid
from engine.services.host import now
from engine.services.years import year_span
from webui.auth.session import me
from webui.downloads import attachment
from webui.parsing import iso, moment, whole
from webui.texts import say

bp = Blueprint("district", __name__, template_folder="templates", url_prefix="/district")


@bp.get("")
def index() -> ResponseReturnValue:
    """The district of the own school: who is in it, what there is to do."""
    person = me()
    found = schools.district_of(person)
    begins, ends = iso(request.args.get("begins", "")), iso(request.args.get("ends", ""))
    if not (begins and ends and begins <= ends):
        begins, ends = year_span(person)
    coordinator = schools.is_coordinator(person)
    return render_template(
        "district/index.html",
        district=found,
        schools=schools.schools_of(found),
        parts=picture.overview(person, begins, ends) if coordinator else None,
        begins=begins,
        ends=ends,
        invitations=[i for i in inviting.listing(person) if i.invitation.at >= now()][:3],
        fresh=sharing.listing(person, {})[:5],
        kinds=KINDS,
        speaks=schools.speaks(person),
    )


@bp.get("/materials")
def materials() -> ResponseReturnValue:
    """What schools have given to the district."""
    wanted = {key: request.args.get(key, "") for key in ("q", "kind", "taken")}
    return render_template(
        "district/materials.html",
        rows=sharing.listing(me(), wanted),
        foreign=[] if any(wanted.values()) else sharing.foreign(me()),
        wanted=wanted,
        kinds=KINDS,
    )


@bp.get("/materials/<int:publication_id>")
def material(publication_id: int) -> ResponseReturnValue:
    """One material of another school, or that it was withdrawn."""
    return _material(publication_id)


def _material(publication_id: int, errors: Mapping[str, Sequence[str]] | None = None, status: int = 200) -> Any:
    shown = sharing.one(me(), publication_id)
    page = render_template(
        "district/material.html",
        shown=shown,
        m=shown.publication.material,
        kinds=KINDS,
        titles=FIELD_TITLES,
        errors=errors or {},
        speaks=schools.speaks(me()),
    )
    return page, status


@bp.get("/materials/<int:publication_id>/files/<int:file_id>")
def file(publication_id: int, file_id: int) -> ResponseReturnValue:
    """A file of a published material, always as an attachment."""
    row, content = sharing.read_file(me(), publication_id, file_id)
    return attachment(content, row.media_type, row.name, row.sha256)


@bp.post("/materials/<int:publication_id>")
def change(publication_id: int) -> ResponseReturnValue:
    """Take a material, or withdraw the school's own."""
    try:
        if request.form.get("what") == "withdraw":
            sharing.withdraw(me(), publication_id, request.form.get("reason", ""))
            flash(_("Материал отозван"), "success")
            return redirect(url_for("district.materials"))
        sharing.take(me(), publication_id)
        flash(_("Материал взят в копилку школы"), "success")
    except Conflict as conflict:
        say(conflict)
    except Invalid as invalid:
        return _material(publication_id, invalid.errors, 422)
    return redirect(url_for("district.material", publication_id=publication_id))


@bp.get("/foreign/<int:material_id>")
def foreign(material_id: int) -> ResponseReturnValue:
    """A material that came in an exchange file."""
    found = sharing.one_foreign(me(), material_id)
    return render_template("district/foreign.html", m=found, kinds=KINDS, titles=FIELD_TITLES)


@bp.post("/publish/<int:material_id>")
def publish(material_id: int) -> ResponseReturnValue:
    """A material of the own bank: an author's consent, a request for it, the publication itself."""
    what = request.form.get("what")
    try:
        if what in ("agree", "disagree"):
            sharing.agree(me(), material_id, what == "agree")
            flash(_("Вы согласились") if what == "agree" else _("Согласие отозвано"), "success")
        elif what == "ask":
            flash(_("Спросили авторов: %(n)s", n=sharing.ask(me(), material_id)), "success")
        else:
            sharing.publish(me(), material_id)
            flash(_("Материал передан в РПОС"), "success")
    except Conflict as conflict:
        say(conflict)
    return redirect(url_for("bank.material", material_id=material_id))


@bp.route("/invitations", methods=["GET", "POST"])
def invitations() -> ResponseReturnValue:
    """Open lessons and visits: those to come, a new one of the own school."""
    errors: Mapping[str, Sequence[str]] = {}
    if request.method == "POST":
        form = request.form
        seats = form.get("seats", "").strip()
        values = {
            **form,
            "at": moment(f"{form.get('date', '')}T{form.get('time', '')}"),
            "seats": form.get("seats", -1, type=whole) if seats else None,
            "pupils": "pupils" in form,
        }
        try:
            inviting.invite(me(), values)
            flash(_("Приглашение увидят школы РПОС"), "success")
            return redirect(url_for("district.invitations"))
        except Invalid as invalid:
            errors = invalid.errors
            say(invalid)
    return render_template(
        "district/invitations.html",
        rows=inviting.listing(me()),
        kinds=inviting.KINDS,
        states=inviting.STATES,
        errors=errors,
        typed=request.form,
        speaks=schools.speaks(me()),
        now=now(),
    ), (422 if errors else 200)


@bp.post("/invitations/<int:invitation_id>")
def reply(invitation_id: int) -> ResponseReturnValue:
    """The answer of the own school, or the host's word on the invitation."""
    form = request.form
    try:
        if state := form.get("state"):
            inviting.set_state(me(), invitation_id, state)
        else:
            teachers, pupils = (form.get(key, -1, type=whole) if form.get(key) else 0 for key in ("teachers", "pupils"))
            inviting.answer(me(), invitation_id, teachers, pupils, form.get("note", ""))
        flash(_("Сохранено"), "success")
    except Conflict as conflict:
        say(conflict)
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("district.invitations"))


@bp.route("/exchange", methods=["GET", "POST"])
def exchange() -> ResponseReturnValue:
    """Exchange files between installations: our key, their keys, a file out, a file in."""
    errors: Mapping[str, Sequence[str]] = {}
    if request.method == "POST":
        try:
            if request.form.get("what") == "peer":
                files.add_peer(me(), request.form.get("name", ""), request.form.get("key", ""))
                flash(_("Ключ внесён"), "success")
            else:
                given = request.files.get("file")
                taken, withdrawn = files.take(me(), given.read(files.MOST_BYTES + 1) if given else b"")
                flash(_("Принято материалов: %(n)s, отозвано: %(m)s", n=taken, m=withdrawn), "success")
            return redirect(url_for("district.exchange"))
        except Conflict as conflict:
            say(conflict)
            return redirect(url_for("district.exchange"))
        except Invalid as invalid:
            errors = invalid.errors or {"file": [invalid.text]}
    return render_template(
        "district/exchange.html", peers=files.peers(me()), key=files.own_key(), errors=errors, typed=request.form
    ), (422 if errors else 200)


@bp.get("/exchange/published.json")
def export() -> ResponseReturnValue:
    """The signed file of what the school has published."""
    name = f"trefoil-{now():%Y-%m-%d}.json"
    return send_file(BytesIO(files.make(me())), "application/json", as_attachment=True, download_name=name)
