"""The life of a type for its administrator: settings, running cycles moved to a new version and back, the purge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from engine.core.fields import name
from engine.services import purges, settings, upgrades
from engine.services import types as service
from engine.services.errors import Conflict, Invalid
from engine.services.papers import jobs
from engine.services.personal.titles import TABLES
from webui.auth.session import me
from webui.parsing import whole
from webui.texts import language, say
from webui.types.blueprint import bp


@bp.get("/<key>/upgrades")
def upgrade(key: str) -> ResponseReturnValue:
    """The dry run as a table, and what was carried out before."""
    card = service.card(me(), key)
    try:
        seen, closed = upgrades.preview(me().school_id, key), ""
    except Invalid as invalid:
        seen, closed = None, invalid.text
    past = upgrades.history(me().school_id, key)
    return render_template("types/upgrades.html", card=card, seen=seen, closed=closed, past=past)


@bp.post("/<key>/upgrades")
def carry_out(key: str) -> ResponseReturnValue:
    """Upgrade the chosen cycles; each of the others is told why it stayed."""
    person = me()
    service.card(person, key)
    chosen = [int(i) for i in request.form.getlist("cycle") if i.isascii() and i.isdecimal() and len(i) < 10]
    try:
        done = upgrades.apply(person, person.school_id, key, request.form.get("seen", ""), chosen)
    except (Conflict, Invalid) as refused:
        say(refused)
        return redirect(url_for("types.upgrade", key=key))
    moved = sum(d.upgrade_id is not None for d in done)
    flash(ngettext("Переведён %(num)s цикл", "Переведено циклов: %(num)s", moved), "success" if moved else "warning")
    for one in done:
        if one.upgrade_id is None:
            flash(f"{one.cycle.title}: {'; '.join(_said(r) for r in one.reasons)}", "warning")
    return redirect(url_for("types.upgrade", key=key))


def _said(text: str) -> str:
    return getattr(text, "en", "") if language() == "en" else str(text)


@bp.post("/<key>/upgrades/<int:upgrade_id>/undo")
def take_back(key: str, upgrade_id: int) -> ResponseReturnValue:
    """Take one upgrade back exactly."""
    try:
        upgrades.undo(me(), me().school_id, upgrade_id)
        flash(_("Возвращено: цикл стоит там же и в том же виде, что до перехода"), "success")
    except Conflict as conflict:
        say(conflict)
    return redirect(url_for("types.upgrade", key=key))


@bp.get("/<key>/settings")
def settings_page(key: str) -> ResponseReturnValue:
    """What is set, and every earlier version."""
    return _settings(key)


def _settings(
    key: str, posted: MultiDict[str, str] | None = None, errors: Mapping[str, Sequence[str]] | None = None
) -> ResponseReturnValue:
    page = settings.page(me(), key, posted)
    made = render_template(
        "types/settings.html",
        card=service.card(me(), key),
        page=page,
        errors=errors or {},
        past=settings.history(me(), key),
        name=name,
    )
    return made, 422 if errors else 200


@bp.post("/<key>/settings")
def set_up(key: str) -> ResponseReturnValue:
    """Set them; they hold at once."""
    posted = MultiDict([(k, v) for k, v in request.form.items(multi=True) if k.startswith("q_")])
    try:
        settings.save(me(), key, posted, request.form.get("seen", 0, type=whole))
    except Invalid as invalid:
        return _settings(key, posted, invalid.errors)
    except Conflict as conflict:
        say(conflict)
        return redirect(url_for("types.settings_page", key=key))
    flash(_("Настройки сохранены и уже действуют"), "success")
    return redirect(url_for("types.settings_page", key=key))


@bp.get("/<key>/purge")
def purge_page(key: str) -> ResponseReturnValue:
    """What would be deleted, the export before it, and the word that confirms it."""
    return _purge(key)


def _purge(key: str, errors: Mapping[str, Sequence[str]] | None = None) -> ResponseReturnValue:
    person = me()
    seen = purges.preview(person, key)
    made = render_template(
        "types/purge.html", seen=seen, waiting=purges.waiting(person, key), tables=TABLES, errors=errors or {}
    )
    return made, 422 if errors else 200


@bp.post("/<key>/purge")
def purge(key: str) -> ResponseReturnValue:
    """Delete everything of the type."""
    try:
        purges.purge(me(), key, request.form.get("typed", ""))
    except Invalid as invalid:
        return _purge(key, invalid.errors)
    except Conflict as conflict:
        say(conflict)
        return redirect(url_for("types.purge_page", key=key))
    flash(_("Данные типа удалены. Запись об этом осталась внизу страницы"), "success")
    return redirect(url_for("types.index"))


@bp.post("/<key>/purge/export")
def purge_export(key: str) -> ResponseReturnValue:
    """Ask for the export that goes before a purge."""
    job = jobs.ask(me(), purges.EXPORT, {"type": key}, language())
    return redirect(url_for("papers.job", job_id=job.id))
