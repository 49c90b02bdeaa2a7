"""Pages of documents: open, autosave, save, hand in, confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.core.fields import name, soft_warnings
from engine.core.forms import Field, Rows
from engine.core.text import localise
from engine.services import documents
from engine.services.contents import problems
from engine.services.documents import Page, Place
from engine.services.errors import Conflict, Forbidden, Invalid
from engine.services.host import now
from webui.auth.session import me
from webui.cycles.blueprint import bp
from webui.cycles.clock import lesson_clock
from webui.parsing import whole
from webui.rows import with_row, without_row
from webui.texts import language, say

_DOC = "/cycles/<int:cycle_id>/docs/<form_key>/<int:round_>"
_COPY = re.compile(r"[a-z0-9]{1,12}\.[0-9]{1,9}")


def _posted() -> MultiDict[str, str]:
    """The fields of the document as typed, without the buttons of the page."""
    return MultiDict([(k, v) for k, v in request.form.items(multi=True) if k.startswith("q_")])


@bp.get(_DOC)
@bp.get(_DOC + "/<int:owner>")
def document(cycle_id: int, form_key: str, round_: int, owner: int | None = None) -> ResponseReturnValue:
    """A document: to fill in, or to read. ``?check=`` shows what keeps the draft from being saved."""
    place = documents.place(me(), cycle_id, form_key, round_, owner)
    page = documents.open_page(me(), place)
    check = request.args.get("check", "")
    if not check or page.draft is None or not page.editable:
        return _render(page)
    return _render(
        page,
        problems(page.form, page.draft.raw, place.round or None, page.choices, strict=check == "complete"),
    )


@bp.post(_DOC)
def save(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Save, hand in, or change the number of rows. Nothing typed is lost, whatever the answer.

    The answer is always another address: a reload must not send an old text over a newer draft.
    """
    person = me()
    place = documents.place(person, cycle_id, form_key, round_)
    posted, base = _posted(), request.form.get("base", 0, type=whole)
    if rows := request.form.get("add_row"):
        return _keep_and_reopen(place, with_row(posted, rows), base, rows)
    if row := request.form.get("remove_row"):
        return _keep_and_reopen(place, without_row(posted, row), base, row.rpartition("-")[0])
    complete = request.form.get("what") == "complete"
    try:
        documents.save(person, place, posted, base, complete=complete)
    except Invalid as invalid:
        if not invalid.errors:
            say(invalid)
        return _again(place, check="complete" if complete else "draft")
    except Conflict:
        return _again(place)
    except Forbidden as closed:
        say(closed)
        page = documents.open_page(person, place)
        if page.draft and page.draft.raw == [list(pair) for pair in posted.items(multi=True)]:
            return _again(place)
        return _render(page, typed=list(posted.items(multi=True))), 409
    _confirm_copy()
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
    _confirm_copy()
    address = url_for("cycles.document", cycle_id=place.cycle_id, form_key=place.form, round_=place.round, **query)
    return redirect(address, 303)


def _confirm_copy() -> None:
    """The browser may drop its copy of what was just sent: the next page tells it so."""
    if (copy := request.form.get("copy", "")) and _COPY.fullmatch(copy):
        session["copies"] = [*session.get("copies", ()), copy][-12:]


def _held(draft: Any, stored: Any = None) -> str:
    """Which text the server holds; a browser that typed after this very one may put its words back by itself."""
    if draft:
        return f"draft {draft.updated_at.isoformat()}"
    return f"version {stored.version}" if stored else ""


@bp.post(_DOC + "/draft")
def draft(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Autosave: keep what is being typed. Answers with the time it was kept and the soft warnings."""
    person = me()
    place = documents.place(person, cycle_id, form_key, round_)
    posted = _posted()
    kept = documents.keep_draft(person, place, list(posted.items(multi=True)), request.form.get("base", 0, type=whole))
    return jsonify(saved=kept.updated_at.strftime("%H:%M"), held=_held(kept))


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
    documents.keep_draft(me(), place, list(posted.items(multi=True)), base)
    _confirm_copy()
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
        typed=typed or (page.draft.raw if page.draft else ()),
        theirs=page.stored.values if crossed and page.stored else None,
        base=page.stored.version if crossed and page.stored else page.version,
        held=_held(page.draft, page.stored),
        listed=_listed(page, errors or {}),
        starred=_starred(page),
        owner="" if page.editable else _owner(page),
        draft_words=_draft_words(page.draft.updated_at) if page.draft and page.editable else "",
        copies=" ".join(session.get("copies", ())),
        warnings=_warnings(page),
        plan=plan,
        clock=lesson_clock(plan, lesson.at, page.view.now),
        watch=sorted(k for k, v in lesson.facts.get("watch", {}).items() if v == me().id),
        name=name,
    )


def _inputs(page: Page) -> Iterator[tuple[str, str, Any]]:
    """Every input of the page in its order: where it is, its label, the input or table itself."""
    for section, item in page.form.items(page.place.round or None):
        title = localise(item.title, language())
        if isinstance(item, Rows):
            table = page.bound[name(item.key)]
            yield f"rows-{item.key}", title, table
            for number, row in enumerate(table, 1):
                for column in item.columns:
                    cell = row.form[name(column.key)]
                    yield cell.id, f"{title}, {number}: {localise(column.title, language())}", cell
        elif isinstance(item, Field):
            yield name(item.key), title, page.bound[name(item.key)]
        else:
            titles = section.subject_titles or section.subjects or ("",)
            for subject, of in zip(section.subjects or ("",), titles, strict=False):
                bound = page.bound[name(item.key, subject)]
                yield bound.id, f"{item.code} {title}" + (f": {localise(of, language())}" if of else ""), bound


def _listed(page: Page, errors: Mapping[str, object]) -> list[tuple[str, str]]:
    """Every input that was refused, as a place to go to and its label."""
    return [(anchor, label) for anchor, label, bound in _inputs(page) if bound.name in errors]


def _starred(page: Page) -> bool:
    tables = any(isinstance(item, Rows) and item.least for _section, item in page.form.items(page.place.round or None))
    return page.editable and (tables or any(bound.flags.wanted for _anchor, _label, bound in _inputs(page)))


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
