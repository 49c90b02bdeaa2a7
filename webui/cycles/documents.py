"""Pages of documents: open, autosave, save, hand in, confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from werkzeug.datastructures import MultiDict

from engine.core.fields import name
from engine.services import documents
from engine.services.contents import problems
from engine.services.documents import Page, Place
from engine.services.errors import Conflict, Forbidden, Invalid
from engine.services.host import now
from webui.auth.session import me
from webui.cycles.blueprint import bp
from webui.cycles.clock import lesson_clock
from webui.cycles.inputs import listed, starred, warnings
from webui.cycles.stencils import Stencils
from webui.cycles.typed import as_typed, confirm_copy, pairs
from webui.parsing import whole
from webui.rows import with_row, without_row
from webui.teams import speak_of
from webui.teams import told as _
from webui.texts import say

_DOC = "/cycles/<int:cycle_id>/docs/<form_key>/<int:round_>"
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def _made() -> str:
    """The definition the page was made by: a cycle may go on with another one while somebody types."""
    made = request.form.get("made", "")
    return made if _FINGERPRINT.fullmatch(made) else ""


def _place(cycle_id: int, form_key: str, round_: int, owner: int | None = None) -> Place:
    """The document of the address; from here on the page speaks of its team."""
    place, definition = documents.find(me(), cycle_id, form_key, round_, owner)
    speak_of(definition.team)
    return place


@bp.get(_DOC)
@bp.get(_DOC + "/<int:owner>")
def document(cycle_id: int, form_key: str, round_: int, owner: int | None = None) -> ResponseReturnValue:
    """A document: to fill in, or to read. ``?check=`` shows what keeps the draft from being saved."""
    person = me()
    place = _place(cycle_id, form_key, round_, owner)
    page = documents.open_page(person, place)
    check = request.args.get("check", "")
    if not check or page.draft is None or not page.editable:
        return _render(page)
    return _render(
        page,
        problems(page.form, page.raw, place.round or None, page.choices, strict=check == "complete"),
    )


@bp.post(_DOC)
def save(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Save, hand in, or change the number of rows. Nothing typed is lost, whatever the answer.

    The answer is always another address: a reload must not send an old text over a newer draft.
    """
    person, posted = me(), request.form
    place = _place(cycle_id, form_key, round_)
    base, made = posted.get("base", 0, type=whole), _made()
    if rows := posted.get("add_row"):
        return _keep_and_reopen(place, with_row(as_typed(), rows), base, rows)
    if row := posted.get("remove_row"):
        return _keep_and_reopen(place, without_row(as_typed(), row), base, row.rpartition("-")[0])
    complete = posted.get("what") == "complete"
    try:
        documents.save(person, place, posted, base, complete=complete, made=made)
    except Invalid as invalid:
        if not invalid.errors:
            say(invalid)
        return _again(place, check="complete" if complete else "draft")
    except Conflict as conflict:
        if "theirs" not in conflict.details:
            say(conflict)
        return _again(place)
    except Forbidden as closed:
        say(closed)
        page, typed = documents.open_page(person, place), pairs()
        if page.draft and page.raw == [list(pair) for pair in typed]:
            return _again(place)
        return _render(page, typed=typed), 409
    confirm_copy()
    flash(_done(place, complete), "success")
    if complete:
        return redirect(url_for("cycles.cycle", cycle_id=cycle_id))
    return redirect(url_for("cycles.document", cycle_id=cycle_id, form_key=form_key, round_=round_))


def _done(place: Place, complete: bool) -> str:
    if place.owner:
        return _("Документ сдан") if complete else _("Сохранено как черновик: его видите только вы")
    return _("Документ готов") if complete else _("Сохранено как черновик: его видит вся тройка")


def _again(place: Place, **query: str) -> ResponseReturnValue:
    """Back to the page, which shows the draft that was kept."""
    confirm_copy()
    address = url_for("cycles.document", cycle_id=place.cycle_id, form_key=place.form, round_=place.round, **query)
    return redirect(address, 303)


def _held(drafted: datetime | None, stored: Any = None) -> str:
    """Which text the server holds; a browser that typed after this very one may put its words back by itself."""
    if drafted:
        return f"draft {drafted.isoformat()}"
    return f"version {stored.version}" if stored else ""


@bp.post(_DOC + "/draft")
def draft(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Autosave: keep what is being typed. Answers with the time it was kept and the soft warnings."""
    base = request.form.get("base", 0, type=whole)
    place = Place(cycle_id, form_key, round_)
    kept = documents.keep_draft(me(), place, pairs(), base, _made(), by_address=True)
    return jsonify(saved=kept.strftime("%H:%M"), held=_held(kept))


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
        say(conflict)
        return redirect(url_for("cycles.document", cycle_id=cycle_id, form_key=form_key, round_=round_))
    flash(_("Вы подтвердили документ"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


def _keep_and_reopen(place: Place, posted: MultiDict[str, str], base: int, anchor: str) -> ResponseReturnValue:
    documents.keep_draft(me(), place, list(posted.items(multi=True)), base, _made())
    confirm_copy()
    return redirect(
        url_for(
            "cycles.document",
            cycle_id=place.cycle_id,
            form_key=place.form,
            round_=place.round,
            _anchor=f"rows-{anchor}",
        )
    )


def _render(page: Page, errors: Mapping[str, object] | None = None, typed: object = None) -> str:
    crossed = page.editable and page.draft and page.stored and page.draft.base != page.stored.version
    view = page.form.view if page.form.view in ("observation",) and page.editable else ""
    plan = page.view.values("plan", page.place.round)
    lesson = page.view.round_facts(page.place.round)
    return render_template(
        f"cycles/{view}.html" if view else "cycles/document.html",
        page=page,
        errors=errors or {},
        typed=typed or page.raw,
        theirs=page.values if crossed and page.stored else None,
        base=page.stored.version if crossed and page.stored else page.version,
        held=_held(page.draft.updated_at if page.draft else None, page.stored),
        listed=listed(page, errors) if errors else (),
        starred=starred(page),
        owner="" if page.editable else _owner(page),
        draft_words=_draft_words(page.draft.updated_at) if page.draft and page.editable else "",
        copies=" ".join(session.get("copies", ())),
        warnings=warnings(page),
        drawn=Stencils(page.definition),
        plan=plan,
        clock=lesson_clock(plan, lesson.at, page.view.now),
        watch=sorted(k for k, v in lesson.facts.get("watch", {}).items() if v == me().id),
        name=name,
    )


def _owner(page: Page) -> str:
    """Whose sheet it is; empty for a shared document."""
    sheets = page.view.sheets_of(page.form.key, page.place.round)
    return next((s.person.name for s in sheets if s.person and s.person.id == page.place.owner), "")


def _draft_words(moment: datetime) -> str:
    clock = moment.strftime("%H:%M")
    if moment.date() == now().date():
        return _("Вы продолжаете сегодняшний черновик (%(time)s)", time=clock)
    day = format_date(moment, "d MMMM" if moment.year == now().year else "d MMMM y")
    return _("Вы продолжаете черновик от %(day)s, %(time)s", day=day, time=clock)
