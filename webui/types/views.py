"""The administrator's page of group types."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import contributions, definitions
from engine.services import types as service
from engine.services.errors import Invalid
from webui.auth.session import me
from webui.texts import say
from webui.types.whole import whole

bp = Blueprint("types", __name__, template_folder="templates", url_prefix="/types")


@bp.get("")
def index() -> ResponseReturnValue:
    """Every discovered type as a card."""
    return render_template("types/index.html", cards=service.cards(me()), additions=contributions.cards(me()))


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
