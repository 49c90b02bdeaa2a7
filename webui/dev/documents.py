"""Documents of the sandbox on the page the teachers will have, under the addresses that page names.

The number of a sandbox stands where the real page has the id of a cycle. Beyond ``PREVIEW`` it means the form on its
own: it can be filled in at any time, is checked the same way, and leaves the sandbox alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import wtforms
from flask import abort, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.text import localise
from engine.core.view import CycleView, Sheet
from engine.extension import offered
from engine.services import reading
from engine.services.contents import content_hash, problems
from engine.testing.sandbox import Failed, Sandbox, Step
from webui.cycles.clock import lesson_clock
from webui.cycles.inputs import listed, starred, warnings
from webui.cycles.stencils import Stencils
from webui.cycles.typed import as_typed, confirm_copy
from webui.dev.bench import PREVIEW, Bench, workbench
from webui.dev.sandbox import bp
from webui.dev.shell import bench_or_404
from webui.rows import with_row, without_row
from webui.texts import language

_DOC = "/cycles/<int:cycle_id>/docs/<form_key>/<int:round_>"


@dataclass(frozen=True)
class Place:
    """Which document of which bench; ``owner`` 0 for a shared one."""

    bench: Bench
    sandbox: Sandbox
    cycle_id: int
    form: Form
    round: int
    owner: int

    @property
    def alone(self) -> bool:
        return self.cycle_id >= PREVIEW

    @property
    def key(self) -> tuple[str, str, int]:
        return ("alone" if self.alone else str(self.sandbox.actor), self.form.key, self.round)


def _place(cycle_id: int, form_key: str, round_: int, owner: int = 0) -> Place:
    bench = bench_or_404(cycle_id % PREVIEW)
    if bench.definition is None:
        abort(404)
    form = next((f for f in bench.definition.forms if f.key == form_key), None) or abort(404)
    rounds = bench.definition.process.rounds if form.per_round and bench.definition.process.loop else 0
    if round_ > rounds or (rounds and not round_):
        abort(404)
    alone = cycle_id >= PREVIEW
    sandbox = workbench().preview(bench, form.key) if alone else workbench().sandbox(bench)
    if alone:
        holders = [p.id for role in form.roles for p in sandbox.world.roles().get(role, ())]
        sandbox.actor = sandbox.actor if sandbox.actor in holders else next(iter(holders), 1)
    return Place(bench, sandbox, cycle_id, form, round_, (owner or sandbox.actor) if form.filling == "each" else 0)


@dataclass
class Page:
    """What the template of a document reads, with nothing behind it but the sandbox."""

    place: Place
    cycle: SimpleNamespace
    definition: GroupType
    view: CycleView
    form: Form
    bound: wtforms.Form
    stored: SimpleNamespace | None
    draft: list[tuple[str, str]] | None
    values: Mapping[str, Any]
    closed_because: str
    shows_private: bool
    choices: fields.Choices
    confirmed: frozenset[int]
    may_confirm: bool

    @property
    def editable(self) -> bool:
        return not self.closed_because


def _open(place: Place) -> Page:
    world, actor = place.sandbox.world, place.sandbox.actor
    view = world.view(actor)
    form = fields.with_subjects(place.form, offered.subjects(view))
    sheet = world.sheets.get((form.key, place.round, place.owner)) if not place.alone else None
    closed = "" if place.alone else _closed(place, view)
    draft = place.bench.drafts.get(place.key) if not closed else None
    values = sheet.values if sheet else reading.carried(world.definition, form, view, place.round)
    choices = offered.choices(world.definition, view)
    bound = fields.bind(
        form,
        values,
        posted=MultiDict(draft) if draft else None,
        round_=place.round or None,
        strict=False,
        choices=choices,
        blank_rows=not closed,
    )
    asked = any(p.id == actor for role in form.confirm for p in view.holders(role))
    return Page(
        place,
        SimpleNamespace(id=place.cycle_id, triad=SimpleNamespace(title=localise(world.definition.title, language()))),
        world.definition,
        view,
        form,
        bound,
        _stored(sheet),
        draft,
        values,
        closed,
        "triad_member" in place.sandbox.held() or not world.definition.process.private_until,
        choices,
        sheet.confirmed if sheet else frozenset(),
        bool(asked and sheet and sheet.submitted and actor not in sheet.confirmed and not closed),
    )


def _stored(sheet: Sheet | None) -> SimpleNamespace | None:
    if sheet is None:
        return None
    return SimpleNamespace(state=sheet.state, content_hash=content_hash(sheet.values), at=sheet.at)


def _closed(place: Place, view: CycleView) -> str:
    """Why the document cannot be written now, as the real page says it; empty when it can."""
    sandbox, form = place.sandbox, place.form
    if not any(p.id == sandbox.actor for role in form.roles for p in view.holders(role)):
        return reading.NOT_YOURS
    if place.owner not in (0, sandbox.actor):
        return reading.NOT_YOURS
    return reading.closed_at(sandbox.definition, form, view, place.round)


@bp.get(_DOC)
@bp.get(_DOC + "/<int:owner>")
def document(cycle_id: int, form_key: str, round_: int, owner: int = 0) -> ResponseReturnValue:
    """A document: to fill in, or to read. ``?check=`` shows what keeps the draft from being saved."""
    page = _open(_place(cycle_id, form_key, round_, owner))
    check = request.args.get("check", "")
    found: dict[str, list[str]] = {}
    if check and page.draft is not None and page.editable:
        found = problems(page.form, page.draft, round_ or None, page.choices, strict=check == "complete")
    return _render(page, found)


def _render(page: Page, errors: Mapping[str, object]) -> str:
    place, view = page.place, page.view
    plan, lesson = view.values("plan", place.round), view.round_facts(place.round)
    observing = page.form.view == "observation" and page.editable
    people = place.sandbox.world.people
    return render_template(
        f"cycles/{'observation' if observing else 'document'}.html",
        page=page,
        me=SimpleNamespace(id=place.sandbox.actor, short_name=people[place.sandbox.actor].name),
        framed=place.alone,
        errors=errors,
        typed=page.draft or (),
        theirs=None,
        base=0,
        held=f"draft {hash(tuple(page.draft))}" if page.draft else f"at {page.stored.at}" if page.stored else "",
        listed=listed(page, errors),
        starred=starred(page),
        owner="" if page.editable or not place.owner else people[place.owner].name,
        draft_words=_("Черновик песочницы: он живёт, пока открыта мастерская") if page.draft else "",
        copies=" ".join(session.get("copies", ())),
        warnings=warnings(page),
        drawn=Stencils(page.definition),
        plan=plan,
        clock=lesson_clock(plan, lesson.at, view.now),
        watch=sorted(k for k, v in lesson.facts.get("watch", {}).items() if v == place.sandbox.actor),
        name=fields.name,
    )


@bp.post(_DOC)
def save(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Save, hand in, or change the number of rows; what is typed stays whatever the answer."""
    place = _place(cycle_id, form_key, round_)
    posted = as_typed()
    if rows := request.form.get("add_row"):
        return _again(place, with_row(posted, rows), anchor=f"rows-{rows}")
    if row := request.form.get("remove_row"):
        return _again(place, without_row(posted, row), anchor=f"rows-{row.rpartition('-')[0]}")
    complete = request.form.get("what") == "complete"
    page = _open(place)
    if not page.editable:
        flash(localise(page.closed_because, language()), "warning")
        return _again(place, posted)
    bound = fields.bind(page.form, posted=posted, round_=round_ or None, strict=complete, choices=page.choices)
    if not bound.validate():
        return _again(place, posted, check="complete" if complete else "draft")
    if place.alone:
        flash(_("Всё заполнено: такой документ был бы принят") if complete else _("Черновик был бы принят"), "success")
        return _again(place, posted)
    values = fields.values_of(page.form, bound, round_ or None)
    step = Step(
        "write", form_key, place.sandbox.actor, round=round_, owner=place.owner, values=values, complete=complete
    )
    try:
        place.sandbox.do(step)
    except Failed as failed:
        place.bench.note = failed
        return _again(place, posted)
    place.bench.drafts.pop(place.key, None)
    confirm_copy()
    if not complete:
        return _again(place)
    flash(_("Документ сдан") if place.owner else _("Документ готов"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


def _again(
    place: Place, posted: MultiDict[str, str] | None = None, anchor: str = "", **query: str
) -> ResponseReturnValue:
    """Back to the page, which shows what was typed."""
    if posted is not None:
        place.bench.drafts[place.key] = list(posted.items(multi=True))
    confirm_copy()
    query |= {"_anchor": anchor} if anchor else {}
    address = url_for("cycles.document", cycle_id=place.cycle_id, form_key=place.form.key, round_=place.round, **query)
    return redirect(address, 303)


@bp.post(_DOC + "/draft")
def draft(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Autosave: what is being typed is there after a reload, the one after a save of the plugin among them."""
    place = _place(cycle_id, form_key, round_)
    kept = place.bench.drafts[place.key] = list(as_typed().items(multi=True))
    saved = datetime.now().strftime("%H:%M")  # noqa: DTZ005 - the clock on the author's wall
    return jsonify(saved=saved, held=f"draft {hash(tuple(kept))}")


@bp.post(_DOC + "/discard")
def discard(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """Throw the draft away."""
    place = _place(cycle_id, form_key, round_)
    place.bench.drafts.pop(place.key, None)
    return _again(place)


@bp.post(_DOC + "/confirm")
def confirm(cycle_id: int, form_key: str, round_: int) -> ResponseReturnValue:
    """The acting person agrees with the document as it stands."""
    place = _place(cycle_id, form_key, round_)
    if _open(place).may_confirm:
        place.sandbox.do(Step("agree", form_key, place.sandbox.actor, round=round_, owner=place.owner))
        flash(_("Вы подтвердили документ"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))
