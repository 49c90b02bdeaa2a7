"""Signing in by the identity provider of the region, and binding one's account there to the one here."""

from __future__ import annotations

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import outer_accounts, watch
from engine.services.errors import NotFound
from engine.services.host import host
from webui.auth.again import own_path
from webui.auth.session import arrive, device, me
from webui.auth.views import sign_in_page
from webui.provider import client
from webui.texts import here

bp = Blueprint("provider", __name__, template_folder="templates")
#: In the cookie: what the way to the provider was for, and what came back to be confirmed.
_WAY, _BROUGHT = "provider_way", "provider_brought"


@bp.get("/sign-in/provider")
def enter() -> ResponseReturnValue:
    """Off to the provider, to sign in."""
    return _leave({"next": own_path(request.args.get("next", ""))})


@bp.get("/profile/provider/start")
def start() -> ResponseReturnValue:
    """Off to the provider, to bind an account there. Nothing is bound before a press on the page that follows."""
    return _leave({"person": me().id})


def _leave(way: dict[str, object]) -> ResponseReturnValue:
    if client.provider() is None:
        abort(404)
    try:
        answer = client.leave(url_for("provider.back", _external=not host().address))
    except (client.Refusal, *client.Unreachable, ValueError, RuntimeError) as error:
        return _failed(error)
    session[_WAY] = way
    return answer


@bp.get("/sign-in/provider/back")
def back() -> ResponseReturnValue:
    """The provider sends people here with its answer."""
    mine = client.provider()
    if mine is None:
        abort(404)
    way = session.pop(_WAY, None)
    try:
        found = client.claims()
    except (client.Refusal, client.Forged, *client.Unreachable, ValueError, RuntimeError, KeyError) as error:
        return _failed(error)
    if not isinstance(way, dict):
        return _failed(client.Refusal("mismatching_state"))
    if "person" in way:
        person = me(optional=True)
        if person is None or person.id != way["person"]:
            return redirect(url_for("auth.sign_in", next=url_for("auth.profile")))
        name = str(found.get("name") or found.get("preferred_username") or "")[:120]
        session[_BROUGHT] = {"person": person.id, "outer_id": found["sub"], "name": name}
        return redirect(url_for("provider.bind"))
    try:
        person, token = outer_accounts.enter(mine.issuer, found["sub"], device(), two_steps=client.two_steps(found))
    except NotFound as unknown:
        return sign_in_page(here(unknown.text), 403)
    return arrive(token, person, str(way.get("next", "")))


@bp.route("/profile/provider", methods=["GET", "POST"])
def bind() -> ResponseReturnValue:
    """The account the provider has vouched for: a press binds it."""
    mine, brought = client.provider(), session.get(_BROUGHT)
    if mine is None:
        abort(404)
    if not isinstance(brought, dict) or brought.get("person") != me().id:
        return redirect(url_for("auth.profile"))
    if request.method == "GET":
        return render_template("provider/bind.html", name=brought["name"])
    outer_accounts.bind(me(), mine.issuer, brought["outer_id"])
    session.pop(_BROUGHT)
    flash(_("Теперь можно входить через «%(label)s»", label=mine.label), "success")
    return redirect(url_for("auth.profile"))


@bp.post("/profile/provider/remove")
def remove() -> ResponseReturnValue:
    """No longer sign in by the provider."""
    mine = client.provider()
    if mine is None:
        abort(404)
    outer_accounts.unbind(me(), mine.issuer)
    flash(_("Вход через «%(label)s» отключён", label=mine.label), "success")
    return redirect(url_for("auth.profile"))


def _failed(error: Exception) -> ResponseReturnValue:
    """The page of signing in with what went wrong; whoever is signed in goes back to the profile."""
    mine = client.provider()
    label = mine.label if mine else ""
    code = str(getattr(error, "error", "") or "")
    code = code if re.fullmatch(r"[a-z_]{1,40}", code) else ""
    watch.tell("provider_failed", error=type(error).__name__, code=code or None)
    if isinstance(error, client.Unreachable):
        text, status = _("«%(label)s» сейчас не отвечает. Войдите с паролем или повторите позже", label=label), 503
    elif code == "access_denied":
        text, status = _("«%(label)s»: вход отменён или не разрешён", label=label), 403
    elif code == "mismatching_state":
        text, status = _("Вход через «%(label)s» начат не здесь или слишком давно. Начните ещё раз", label=label), 400
    elif isinstance(error, client.Refusal) and code:
        text, status = _("«%(label)s» ответил ошибкой %(code)s. Войдите с паролем", label=label, code=code), 502
    else:
        text, status = _("Ответ «%(label)s» не прошёл проверку. Войдите с паролем", label=label), 502
    if me(optional=True) is not None:
        flash(text, "warning")
        return redirect(url_for("auth.profile"))
    return sign_in_page(text, status)
