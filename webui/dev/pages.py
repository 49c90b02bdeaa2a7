"""Pages of the workbench that only show: the plugins, one of them, its forms, its rules, the calls of its hooks."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.core.contribution import Contribution
from engine.core.diagram import asides, facts, svg
from webui.dev import shell
from webui.dev.bench import Bench, workbench
from webui.dev.shell import bench_or_404
from webui.parsing import whole
from webui.texts import language

bp = Blueprint("dev", __name__)


bp.get("/changes")(shell.changes)
bp.post("/language/<code>")(shell.language)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Every plugin found, the author's own first, each with what is wrong with it."""
    return render_template("dev/index.html", benches=list(workbench().benches.values()))


@bp.get("/types/<int:number>")
def plugin(number: int) -> ResponseReturnValue:
    """What a plugin brings, or why it does not load; its process as a picture and as text."""
    bench = bench_or_404(number)
    return render_template("dev/plugin.html", bench=bench, tab="plugin", adds=_adds(bench), **process_of(bench))


def _adds(bench: Bench) -> list[tuple[Bench, Contribution]]:
    """What a plugin adds to the types of others."""
    types = {b.plugin.key: b for b in workbench().benches.values() if b.definition}
    known = workbench().registry.contributions.items()
    return [(types[key], added[bench.plugin.key]) for key, added in known if bench.plugin.key in added and key in types]


def process_of(bench: Bench) -> dict[str, object]:
    """The process drawn, with the present stage of the sandbox, and the same as text."""
    if bench.definition is None:
        return {}
    process, stage = bench.definition.process, bench.sandbox.world.stage if bench.sandbox else ""
    return {
        "drawing": svg(process, stage, language(), bench.definition.title),
        "road": [(s.key == stage, *line) for s, line in zip(process.stages, facts(process, language()), strict=True)],
        "beside": asides(process, language()),
    }


@bp.get("/types/<int:number>/forms")
def forms(number: int) -> ResponseReturnValue:
    """The documents and surveys of a type."""
    bench = bench_or_404(number)
    if bench.definition is None:
        return redirect(url_for("dev.plugin", number=number))
    return render_template("dev/forms.html", bench=bench, tab="forms")


@bp.get("/types/<int:number>/forms/<key>")
def form(number: int, key: str) -> ResponseReturnValue:
    """A document on a phone and on a desk, side by side, as the teacher will see it."""
    bench = bench_or_404(number)
    if bench.definition is None:
        return redirect(url_for("dev.plugin", number=number))
    found = next((f for f in bench.definition.forms if f.key == key), None) or abort(404)
    rounds = bench.definition.process.rounds if found.per_round and bench.definition.process.loop else 0
    round_ = min(max(request.args.get("round", 1, type=whole), 1), rounds) if rounds else 0
    return render_template("dev/form.html", bench=bench, tab="forms", form=found, rounds=rounds, round=round_)


@bp.get("/types/<int:number>/rules")
def rules(number: int) -> ResponseReturnValue:
    """Every rule: its key, meaning and place, and what it says of the sandbox now, in both languages."""
    bench = bench_or_404(number)
    if bench.definition is None:
        return redirect(url_for("dev.plugin", number=number))
    sandbox = workbench().sandbox(bench)
    return render_template("dev/rules.html", bench=bench, tab="rules", sandbox=sandbox, asked=sandbox.asked())


@bp.get("/trace")
def trace() -> ResponseReturnValue:
    """The last calls, newest first; ``?hook=`` shows those of one hook, or of all rules, ``?faults=1`` what raised."""
    hook, faults = request.args.get("hook", ""), bool(request.args.get("faults"))
    known = [(t.call.hook.partition(" ")[0], t) for t in workbench().calls]
    shown = [t for kind, t in reversed(known) if hook in ("", kind) and (t.call.error or not faults)]
    kinds = sorted({kind for kind, _ in known})
    return render_template("dev/trace.html", calls=shown, hooks=kinds, hook=hook, faults=faults)


@bp.post("/trace/clear")
def clear_trace() -> ResponseReturnValue:
    """Forget the calls so far."""
    workbench().calls.clear()
    return redirect(url_for("dev.trace"))
