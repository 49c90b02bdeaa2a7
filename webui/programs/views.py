"""Keys of programs and webhooks: a person's own, and the school's for its administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services.errors import Invalid
from engine.services.programs import messages, tokens, webhooks
from engine.services.programs.scopes import OF_SCHOOL, SCOPES
from webui.auth.session import me
from webui.parsing import whole
from webui.texts import say

bp = Blueprint("programs", __name__, template_folder="templates")
Errors = Mapping[str, Sequence[str]]


@bp.route("/profile/programs", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """The person's own keys. A new one is shown on the answer to its form and nowhere else."""
    return _keys(service=False)


@bp.route("/school/programs", methods=["GET", "POST"], endpoint="school")
def of_school() -> ResponseReturnValue:
    """The keys of the school, and those of its people."""
    return _keys(service=True)


def _keys(*, service: bool) -> ResponseReturnValue:
    person, form = me(), request.form
    errors: Errors = {}
    secret, status = "", 200
    if request.method == "POST":
        days = form.get("days", 0, type=whole)
        try:
            _row, secret = tokens.make(person, form.get("title", ""), form.getlist("scopes"), days, service=service)
        except Invalid as invalid:
            errors, status = invalid.errors, 422
            say(invalid)
    page = render_template(
        "programs/school.html" if service else "programs/mine.html",
        secret=secret,
        errors=errors,
        typed=form if errors else {},
        chosen=form.getlist("scopes") if errors else [],
        offered={key: SCOPES[key] for key in OF_SCHOOL} if service else SCOPES,
        titles=SCOPES,
        days=tokens.DAYS,
        works=tokens.works,
        **(
            {"keys": tokens.of_school(person, "service"), "others": tokens.of_school(person, "personal")}
            if service
            else {"keys": [(token, person) for token in tokens.of_person(person)]}
        ),
    )
    return page, status


@bp.post("/profile/programs/<int:token_id>/revoke")
def revoke(token_id: int) -> ResponseReturnValue:
    """End a key at once."""
    row = tokens.revoke(me(), token_id)
    flash(_("Ключ отозван: программа больше ничего не откроет"), "success")
    back = "programs.mine" if row.kind == "personal" and row.person_id == me().id else "programs.school"
    return redirect(url_for(back))


@bp.route("/school/webhooks", methods=["GET", "POST"], endpoint="webhooks")
def all_webhooks() -> ResponseReturnValue:
    """The webhooks of the school; a new one shows its signing key on the answer to its form."""
    errors: Errors = {}
    made, status = None, 200
    if request.method == "POST":
        try:
            made = webhooks.add(me(), *_typed())
        except Invalid as invalid:
            errors, status = invalid.errors, 422
            say(invalid)
    page = render_template(
        "programs/webhooks.html", webhooks=webhooks.of_school(me()), made=made, **_form(errors, request.form)
    )
    return page, status


def _typed() -> tuple[str, str, list[str]]:
    return request.form.get("title", ""), request.form.get("url", ""), request.form.getlist("events")


def _form(errors: Errors, typed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "errors": errors,
        "typed": typed if errors else {},
        "chosen": request.form.getlist("events") if errors else [],
        "events": messages.EVENTS,
        "off": webhooks.OFF,
    }


@bp.get("/school/webhooks/<int:webhook_id>")
def webhook(webhook_id: int) -> ResponseReturnValue:
    """A webhook with the log of what was sent to it."""
    return _webhook(webhook_id)


def _webhook(webhook_id: int, errors: Errors | None = None, secret: str = "") -> str:
    return render_template(
        "programs/webhook.html",
        hook=webhooks.one(me(), webhook_id),
        log=webhooks.log(me(), webhook_id),
        states=webhooks.STATES,
        secret=secret,
        ping=messages.PING,
        **_form(errors or {}, request.form),
    )


@bp.post("/school/webhooks/<int:webhook_id>")
def change(webhook_id: int) -> ResponseReturnValue:
    """Change, switch, try, give a new signing key, or remove."""
    person, what = me(), request.form.get("what", "")
    here = redirect(url_for("programs.webhook", webhook_id=webhook_id))
    try:
        if what == "remove":
            webhooks.remove(person, webhook_id)
            flash(_("Вебхук удалён"), "success")
            return redirect(url_for("programs.webhooks"))
        if what == "rotate":
            return _webhook(webhook_id, secret=webhooks.rotate(person, webhook_id))
        if what in ("on", "off"):
            webhooks.switch(person, webhook_id, what == "on")
        elif what == "ping":
            webhooks.ping(person, webhook_id)
            flash(_("Пробное сообщение уйдёт в течение минуты: обновите журнал ниже"), "success")
        else:
            webhooks.change(person, webhook_id, *_typed())
            flash(_("Сохранено"), "success")
    except Invalid as invalid:
        say(invalid)
        return (_webhook(webhook_id, invalid.errors), 422) if invalid.errors else here
    return here


@bp.post("/school/webhooks/deliveries/<int:delivery_id>/again")
def again(delivery_id: int) -> ResponseReturnValue:
    """Send a message once more."""
    try:
        webhook_id = webhooks.again(me(), delivery_id)
        flash(_("Сообщение уйдёт ещё раз в течение минуты"), "success")
    except Invalid as invalid:
        say(invalid)
        return redirect(url_for("programs.webhooks"))
    return redirect(url_for("programs.webhook", webhook_id=webhook_id))
