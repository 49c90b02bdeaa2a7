"""The sandbox: a cycle of the type to click through as each of its people. Addresses are those of the real cycle."""

from __future__ import annotations

import itertools

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.core.diagram import road
from engine.core.fields import values_of
from engine.core.rules import Link
from engine.core.text import localise
from engine.testing.sandbox import OTHERS, Failed, Sandbox, Step
from webui.cycles.asked import as_form, asked_form
from webui.dev.bench import PREVIEW, Bench, workbench
from webui.dev.pages import process_of
from webui.dev.shell import bench_or_404
from webui.parsing import whole
from webui.texts import language

bp = Blueprint("cycles", __name__)

#: Buttons of another round, or the way back from a hold that is not there, are not shown, as on the real page.
_NEVER_NOW = frozenset({"round", "not_held"})
_LEADING = frozenset({"group_leader", "lab_member"})
_STAGES = "/cycles/<int:cycle_id>"


def _found(number: int) -> tuple[Bench, Sandbox]:
    bench = bench_or_404(number)
    if bench.definition is None:
        abort(404)
    return bench, workbench().sandbox(bench)


@bp.get(_STAGES)
def cycle(cycle_id: int) -> ResponseReturnValue:
    """The sandbox as it stands; a form on its own leads back to its frames; a broken plugin to its reason."""
    if cycle_id >= PREVIEW:
        return redirect(url_for("dev.forms", number=cycle_id % PREVIEW))
    if bench_or_404(cycle_id).definition is None:
        return redirect(url_for("dev.plugin", number=cycle_id))
    return _page(cycle_id)


def _page(number: int, status: int = 200, tried: str = "", errors: object = None) -> ResponseReturnValue:
    bench, sandbox = _found(number)
    world, process = sandbox.world, sandbox.definition.process
    stage, steps = process.stage(world.stage), road(process, world.stage, world.round)
    held = sandbox.held()
    note, bench.note = bench.note, None
    verdicts = [v for v in sandbox.verdicts() if not any(r.code in _NEVER_NOW for r in v.refusals)]
    page = render_template(
        "dev/sandbox.html",
        bench=bench,
        tab="sandbox",
        sandbox=sandbox,
        definition=sandbox.definition,
        process=process,
        stage=stage,
        steps=steps,
        road_parts=[(n, list(part)) for n, part in itertools.groupby(steps, key=lambda s: s.round)],
        people=_people(sandbox),
        me=world.people[sandbox.actor],
        held=held,
        cycle={"id": number, "seq": len(sandbox.steps)},
        documents=_documents(sandbox),
        verdicts=verdicts,
        place=lambda link: _place(number, sandbox, link),
        asked={
            v.action.key: asked_form(v.action, request.form if v.action.key == tried else None)
            for v in verdicts
            if v.action.asks
        },
        errors=errors or {},
        tried=tried,
        note=note,
        may_waive=bool(held & _LEADING),
        faults=sandbox.faults(),
        told=[effect for move, effect in world.told if move == len(world.journal)],
        lines=[_line(sandbox, step) for step in sandbox.steps],
        places=[(f"{s.stage}:{s.round}", s.title, s.round) for s in steps if s.standing != "now"],
        once=lambda: "",
        **process_of(bench),
    )
    return page, status


def _people(sandbox: Sandbox) -> list[tuple[int, str, list[str]]]:
    """Who may act: the number, the name and the roles they hold in this round."""
    roles = sandbox.world.roles()
    shown = ("lead_teacher", "observer", "group_leader", "psychologist")
    return [
        (n, sandbox.world.people[n].name, [role for role in shown if any(p.id == n for p in roles[role])])
        for n in (*sandbox.world.team, *OTHERS)
    ]


def _documents(sandbox: Sandbox) -> list[dict[str, object]]:
    """The documents of the stage as the cards of the real page."""
    view, stage = sandbox.world.view(sandbox.actor), sandbox.definition.process.stage(sandbox.world.stage)
    found: list[dict[str, object]] = []
    for key in (*stage.forms, *stage.also):
        form = sandbox.definition.form(key)
        n = view.round if form.per_round and sandbox.definition.process.loop else 0
        owners = {p.id: p for role in form.roles for p in view.holders(role)} if form.filling == "each" else {0: None}
        asked = {p.id: p for role in form.confirm for p in view.holders(role)}
        for owner_id, owner in owners.items():
            sheet = sandbox.world.sheets.get((key, n, owner_id))
            done = sheet.confirmed if sheet and sheet.submitted else frozenset(asked)
            waiting = [p.name for i, p in asked.items() if i not in done]
            card = {"form": form, "round": n, "owner": owner, "sheet": sheet, "waiting": waiting}
            found.append({**card, "later": key in stage.also})
    return found


def _place(number: int, sandbox: Sandbox, link: Link | None) -> str:
    """Where a reason can be resolved by hand in the sandbox; empty for the pages of a school it has not."""
    if link is None or link.kind not in ("form", "survey"):
        return ""
    if link.kind == "survey":
        return f"#survey-{link.key}"
    return url_for("cycles.document", cycle_id=number, form_key=link.key, round_=link.round)


def _line(sandbox: Sandbox, step: Step) -> str:
    """A step in words."""
    definition = sandbox.definition

    def title(known: dict[str, str]) -> str:
        return localise(known.get(step.key, step.key), language())

    forms, actions = {f.key: f.title for f in definition.forms}, {a.key: a.title for a in definition.process.actions}
    who = sandbox.world.people[step.actor].name
    words = {
        "press": lambda: _("«%(button)s»", button=title(actions)),
        "resolve": lambda: _("сделано то, чего ждало правило %(rule)s", rule=step.code),
        "write": lambda: _("записан документ «%(form)s»", form=title(forms)),
        "agree": lambda: _("подтверждён документ «%(form)s»", form=title(forms)),
        "answer": lambda: ngettext("ответил %(num)s человек", "ответило %(num)s человек", step.number),
        "waive": lambda: _("снято ограничение %(rule)s", rule=step.key),
        "walk": lambda: (
            _("пройдено до этапа «%(stage)s»", stage=title({s.key: s.title for s in definition.process.stages}))
            if step.key
            else _("пройдено до конца")
        ),
    }
    return f"{who} — {words[step.kind]()}"


def _do(number: int, step: Step, anchor: str = "") -> ResponseReturnValue:
    bench, sandbox = _found(number)
    try:
        sandbox.do(step)
    except Failed as failed:
        bench.note = failed
    return redirect(url_for("cycles.cycle", cycle_id=number, _anchor=anchor or None))


@bp.post(_STAGES + "/actions/<key>")
def act(cycle_id: int, key: str) -> ResponseReturnValue:
    """Press a button as the acting person; its questions are checked as on the real page."""
    _bench, sandbox = _found(cycle_id)
    action = next((a for a in sandbox.definition.process.actions if a.key == key), None)
    given: dict[str, object] = {}
    if action is not None and action.asks:
        form = asked_form(action, request.form)
        if not form.validate():
            return _page(cycle_id, 422, key, {name: f.errors for name, f in form._fields.items() if f.errors})
        given = values_of(as_form(action), form)
    try:
        sandbox.do(Step("press", key, sandbox.actor, values=given))
    except Failed as failed:
        flash(_("Пока нельзя: %(reason)s", reason=localise(failed.text, language())), "warning")
        return _page(cycle_id, 409, key)
    if action is not None:
        flash(localise(action.done or action.title, language()), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.post(_STAGES + "/resolve")
def resolve(cycle_id: int) -> ResponseReturnValue:
    """Do what a rule waits for, and say when plausible answers were not enough."""
    _bench, sandbox = _found(cycle_id)
    code, action = request.form.get("code", ""), request.form.get("action", "")
    answer = _do(cycle_id, Step("resolve", action, sandbox.actor, code=code), f"action-{action}")
    if any(r.code == code for v in sandbox.verdicts() if v.action.key == action for r in v.refusals):
        flash(
            _("Правдоподобных ответов не хватило. Сделайте сами: мастерская запомнит ответ для этого типа"), "warning"
        )
    return answer


@bp.post(_STAGES + "/waive")
def waive(cycle_id: int) -> ResponseReturnValue:
    """Lift a waivable rule for this round, as the leader."""
    _bench, sandbox = _found(cycle_id)
    if not sandbox.held() & _LEADING:
        abort(403)
    return _do(cycle_id, Step("waive", request.form.get("rule", ""), sandbox.actor))


@bp.post(_STAGES + "/surveys/<key>")
def answer(cycle_id: int, key: str) -> ResponseReturnValue:
    """So many people answer the survey of this round."""
    _bench, sandbox = _found(cycle_id)
    number = min(max(request.form.get("number", 0, type=whole), 0), 1000)
    return _do(cycle_id, Step("answer", key, sandbox.actor, number=number), f"survey-{key}")


@bp.post(_STAGES + "/person")
def person(cycle_id: int) -> ResponseReturnValue:
    """Somebody else acts from now on."""
    _bench, sandbox = _found(cycle_id)
    number = request.form.get("person", 0, type=whole)
    if number in (*sandbox.world.team, *OTHERS):
        sandbox.actor = number
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.post(_STAGES + "/back")
def back(cycle_id: int) -> ResponseReturnValue:
    """Take back the last step."""
    _bench, sandbox = _found(cycle_id)
    sandbox.back()
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.post(_STAGES + "/restart")
def restart(cycle_id: int) -> ResponseReturnValue:
    """Begin again."""
    _bench, sandbox = _found(cycle_id)
    sandbox.restart()
    flash(_("Песочница начата заново"), "success")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@bp.post(_STAGES + "/walk")
def walk(cycle_id: int) -> ResponseReturnValue:
    """Go to a stage, or to the end, as a helpful team would."""
    bench, sandbox = _found(cycle_id)
    stage, _colon, round_ = request.form.get("to", "").partition(":")
    if stage and stage not in {s.key for s in sandbox.definition.process.stages}:
        abort(404)
    try:
        sandbox.walk(stage, int(round_) if round_.isdecimal() else 0)
    except Failed as failed:
        bench.note = failed
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))
