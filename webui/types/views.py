"""The administrator's page of group types."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import contributions, definitions, faults, purges, upgrades
from engine.services import types as service
from engine.services.errors import Invalid, NotFound
from engine.services.personal.titles import TABLES
from webui.auth.session import me
from webui.texts import say
from webui.types import life
from webui.types.blueprint import bp
from webui.types.whole import whole

__all__ = ["bp", "life"]


@bp.get("")
def index() -> ResponseReturnValue:
    """Every discovered type as a card."""
    person = me()
    return render_template(
        "types/index.html",
        cards=service.cards(person),
        additions=contributions.cards(person),
        behind=upgrades.behind(person.school_id),
        stones=purges.tombstones(person),
        tables=TABLES,
    )


@bp.get("/<key>")
def detail(key: str) -> ResponseReturnValue:
    """What a type brings: the process drawn, the rules listed, the forms previewed."""
    card = service.card(me(), key)
    definition = card.definition and (definitions.offered(me().school_id, key) or card.definition)
    return render_template(
        "types/detail.html",
        card=card,
        **(whole(definition) if definition else {"d": None}),
        additions=contributions.to_type(me(), key),
    )


@bp.post("/<key>/switch")
def switch(key: str) -> ResponseReturnValue:
    """Enable, drain or disable for the school, at once in every worker; what stops running cycles is asked first."""
    form = request.form
    card = None if contributions.alone(key) else service.card(me(), key)
    if card and form.get("state") == "disabled" and card.running and not form.get("confirmed"):
        return render_template("types/disable.html", card=card)
    try:
        service.switch(me(), key, form.get("state", ""))
        flash(_("Готово: действует сразу"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("types.index"))


@bp.post("/<key>/lift")
def lift(key: str) -> ResponseReturnValue:
    """Take a plugin out of quarantine, at once in every worker."""
    card = service.card(me(), key)
    try:
        faults.lift(card.key, me())
        flash(_("Карантин снят: действует сразу"), "success")
    except NotFound as gone:  # somebody else was faster
        say(gone)
    return redirect(url_for("types.detail", key=key))
