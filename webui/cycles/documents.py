"""Pages of documents: open, autosave, save, hand in, confirm."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.core.fields import name, soft_warnings
from engine.core.forms import Field, Rows
from engine.core.text import localise
from engine.services import documents
from engine.services.documents import Page, Place
from engine.services.errors import Conflict, Forbidden, Invalid
from webui.auth.session import me
from webui.cycles.blueprint import bp
from webui.texts import language

_DOC = "/cycles/<int:cycle_id>/docs/<form_key>/<int:round_>"


def _posted() -> MultiDict[str, str]:
    """The fields of the document as typed, without the buttons of the page."""
    return MultiDict([(k, v) for k, v in request.form.items(multi=True) if k.startswith("q_")])


@bp.get(_DOC)
@bp.get(_DOC + "/<int:owner>")
def document(cycle_id: int, form_key: str, round_: int, owner: int | None = None) -> ResponseReturnValue:
    """A document: to fill in, or to read."""
    place = documents.place(me(), cycle_id, form_key, round_, owner)
    return _render(documents.open_page(me(), place))


@bp.post(_DOC)
def save(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Save, hand in, or change the number of rows. Nothing typed is lost, whatever the answer."""
    person = me()
    place = documents.place(person, cycle_id, form_key, round_)
    posted, base = _posted(), request.form.get("base", 0, type=int)
    if rows := request.form.get("add_row"):
        return _keep_and_reopen(place, _with_row(posted, rows), base, rows)
    if row := request.form.get("remove_row"):
        return _keep_and_reopen(place, _without_row(posted, row), base, row.rpartition("-")[0])
    complete = request.form.get("what") == "complete"
    try:
        documents.save(person, place, posted, base, complete=complete)
    except Invalid as invalid:
        page = documents.open_page(person, place, posted, strict=complete)
        page.bound.validate()
        flash(localise(invalid.text, language()), "warning")
        return _render(page, errors=invalid.errors), 422
    except Conflict as conflict:
        page = documents.open_page(person, place, posted)
        flash(localise(conflict.text, language()), "warning")
        return _render(page, theirs=conflict.details["theirs"], base=conflict.details["version"]), 409
    except Forbidden as closed:
        flash(localise(closed.text, language()), "warning")
        page = documents.open_page(person, place, posted)
        return _render(page), 409
    flash(_("Документ сдан") if complete else _("Сохранено"), "success")
    if complete:
        return redirect(url_for("cycles.cycle", cycle_id=cycle_id))
    return redirect(url_for("cycles.document", cycle_id=cycle_id, form_key=form_key, round_=round_))


@bp.post(_DOC + "/draft")
def draft(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Autosave: keep what is being typed. Answers with the time it was kept and the soft warnings."""
    person = me()
    place = documents.place(person, cycle_id, form_key, round_)
    posted = _posted()
    kept = documents.keep_draft(person, place, list(posted.items(multi=True)), request.form.get("base", 0, type=int))
    return jsonify(saved=kept.updated_at.strftime("%H:%M"))


@bp.post(_DOC + "/discard")
def discard(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Throw one's own draft away."""
    documents.discard_draft(me(), documents.place(me(), cycle_id, form_key, round_))
    return redirect(url_for("cycles.document", cycle_id=cycle_id, form_key=form_key, round_=round_))


@bp.post(_DOC + "/confirm")
def confirm(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Agree with the document as it was shown."""
    try:
        documents.confirm(me(), documents.place(me(), cycle_id, form_key, round_), request.form.get("hash", ""))
    except Conflict as conflict:
        flash(localise(conflict.text, language()), "warning")
        return redirect(url_for("cycles.document", cycle_id=cycle_id, form_key=form_key, round_=round_))
    flash(_("Вы подтвердили документ"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


def _keep_and_reopen(place: Place, posted: MultiDict[str, str], base: int, anchor: str) -> ResponseReturnValue:
    documents.keep_draft(me(), place, list(posted.items(multi=True)), base)
    return redirect(
        url_for(
            "cycles.document",
            cycle_id=place.cycle_id,
            form_key=place.form,
            round_=place.round,
            _anchor=f"rows-{anchor}",
        )
    )


def _row_numbers(posted: MultiDict[str, str], rows: str) -> set[int]:
    prefix = f"{name(rows)}-"
    return {int(n) for key in posted if key.startswith(prefix) and (n := key[len(prefix) :].split("-")[0]).isdecimal()}


def _with_row(posted: MultiDict[str, str], rows: str) -> MultiDict[str, str]:
    number = max(_row_numbers(posted, rows), default=-1) + 1
    posted.add(f"{name(rows)}-{number}-q_new", "")
    return posted


def _without_row(posted: MultiDict[str, str], row: str) -> MultiDict[str, str]:
    rows, _dash, number = row.rpartition("-")
    prefix = f"{name(rows)}-{number}-"
    return MultiDict([(k, v) for k, v in posted.items(multi=True) if not k.startswith(prefix)])


def _render(page: Page, errors: object = None, theirs: object = None, base: int | None = None) -> str:
    view = page.form.view if page.form.view in ("observation",) and page.editable else ""
    return render_template(
        f"cycles/{view}.html" if view else "cycles/document.html",
        page=page,
        errors=errors or {},
        theirs=theirs,
        base=page.version if base is None else base,
        warnings=_warnings(page),
        plan=page.view.values("plan", page.place.round),
        watch=[k for k, v in page.view.round_facts(page.place.round).facts.get("watch", {}).items() if v == me().id],
        name=name,
    )


def _warnings(page: Page) -> dict[str, list[str]]:
    """Soft warnings by input name, for texts as they stand."""
    found: dict[str, list[str]] = {}
    known = {w.key: w for w in page.definition.warnings}
    for _section, item in page.form.items(page.place.round or None):
        fields = item.columns if isinstance(item, Rows) else (item,) if isinstance(item, Field) else ()
        for field in fields:
            if not field.soft:
                continue
            words = [known[k] for k in field.soft if k in known]
            bound = page.bound[name(item.key)]
            places = [e.form[name(field.key)] for e in bound] if isinstance(item, Rows) else [bound]
            for place in places:
                text = place.data if isinstance(place.data, str) else "\n".join(place.data or ())
                if hints := soft_warnings(words, text):
                    found[place.name] = hints
    return found
