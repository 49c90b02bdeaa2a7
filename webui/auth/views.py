"""Signing in and out, one-time links, the own profile, the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.core.text import localise
from engine.services import accounts, demo, outer_accounts, second_step
from engine.services import sessions as service
from engine.services.errors import Invalid
from engine.services.guessing import TooManyTries
from engine.services.host import host
from engine.services.outbox import digests
from webui.auth.again import PREFIX, own_path, page
from webui.auth.known import known, remember
from webui.auth.session import arrive, begin, device, end, half, me, token
from webui.provider.client import provider
from webui.teams import LANGUAGES, speak
from webui.texts import language as current_language

bp = Blueprint("auth", __name__, template_folder="templates")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Login and password; in the demo, also a list of people to step in as."""
    error, status = "", 200
    if request.method == "POST":
        try:
            login, password = (request.form.get(key, "") for key in ("login", "password"))
            person, made = accounts.sign_in(login, password, device(), known())
            return arrive(made, person, own_path(request.args.get("next", "")))
        except TooManyTries as wait:
            error, status = localise(wait.text, current_language()), 429
        except Invalid as wrong:
            error, status = localise(wrong.text, current_language()), 422
    return sign_in_page(error, status)


def sign_in_page(error: str = "", status: int = 200) -> ResponseReturnValue:
    """The page of signing in, with what went wrong."""
    people = demo.people() if host().demo else []
    sent = own_path(request.args.get("next", "")) != url_for("home.index")
    return render_template(
        "auth/sign_in.html", error=error, people=people, login=request.form.get("login", ""), sent=sent
    ), status


@bp.post("/sign-in/again")
def again() -> ResponseReturnValue:
    """Sign in on the page that keeps a form, and send the form on."""
    target = own_path(request.form.get(f"{PREFIX}target", ""))
    name, password = (request.form.get(f"{PREFIX}{key}", "") for key in ("login", "password"))
    try:
        if f"{PREFIX}code" in request.form and (person := half()) is not None:
            made, _paper = accounts.prove(token(), request.form[f"{PREFIX}code"], known().get(person.id, ""))
        else:
            person, made = accounts.sign_in(name, password, device(), known())
    except (TooManyTries, Invalid) as wrong:
        status = 429 if isinstance(wrong, TooManyTries) else 422
        return page(target, sign_in=True, status=status, error=localise(wrong.text, current_language()))
    begin(made)
    if me(optional=True) is None:
        return page(target, sign_in=True, status=401)
    remember(person.id)
    return page(target, sign_in=False, status=200, resend=True)


@bp.post("/sign-in/as/<int:person_id>")
def step_in(person_id: int) -> ResponseReturnValue:
    """Step into somebody's role in the demo school."""
    if not host().demo:
        abort(404)
    begin(accounts.step_in(person_id, device()))
    return redirect(url_for("home.index"))


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    end()
    return redirect(url_for("auth.sign_in"))


@bp.post("/sign-out/everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the person."""
    service.revoke_all(me())
    end()
    return redirect(url_for("auth.sign_in"))


@bp.post("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Choose the language of the interface."""
    if code in LANGUAGES:
        speak(code)
    return redirect(own_path(request.form.get("back", "")))


@bp.route("/profile", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """The own password and the list of devices."""
    person, errors, status = me(), {}, 200
    if request.method == "POST":
        try:
            accounts.change_password(person, request.form.get("old", ""), request.form.get("password", ""), token())
            flash(_("Пароль изменён, другие устройства отключены"), "success")
            return redirect(url_for("auth.profile"))
        except Invalid as wrong:
            errors, status = wrong.errors, 422
    return _profile(person, errors), status


def _profile(person: Any, errors: Mapping[str, Sequence[str]], typed: Mapping[str, str] | None = None) -> str:
    mine = provider()
    return render_template(
        "auth/profile.html",
        errors=errors,
        sessions=service.sessions(person, token()),
        digests=digests.CHOICES,
        mail=host().mail,
        typed=typed or {},
        two_steps=second_step.has(person),
        papers=second_step.papers_left(person),
        bound=bool(mine) and outer_accounts.is_bound(person, mine.issuer),
    )


@bp.post("/profile/letters")
def letters() -> ResponseReturnValue:
    """How often letters come, and where to."""
    person = me()
    try:
        digests.choose(person, request.form.get("digest", ""), request.form.get("email", ""))
    except Invalid as wrong:
        return _profile(person, wrong.errors, request.form), 422
    flash(_("Сохранено"), "success")
    return redirect(url_for("auth.profile"))


@bp.route("/link/<link_token>", methods=["GET", "POST"])
def link(link_token: str) -> ResponseReturnValue:
    """A one-time link: the first administrator, an invitation, a new password."""
    found = accounts.link_of(link_token)
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        form = request.form
        try:
            if found.purpose == "first_admin":
                made = accounts.first_admin(
                    link_token,
                    school=form.get("school", ""),
                    district=form.get("district", ""),
                    last_name=form.get("last_name", ""),
                    first_name=form.get("first_name", ""),
                    patronymic=form.get("patronymic", ""),
                    login=form.get("login", ""),
                    password=form.get("password", ""),
                    device=device(),
                )
            else:
                made = accounts.use_link(link_token, form.get("login", ""), form.get("password", ""), device())
            begin(made)
            if (person := me(optional=True)) is not None:
                remember(person.id)
                flash(_("Добро пожаловать!"), "success")
                if second_step.obliged(person):
                    flash(_("При следующем входе понадобится второй шаг: настройте его заранее в профиле"), "warning")
            return redirect(url_for("home.index"))
        except Invalid as wrong:
            errors, status = wrong.errors or {"": [localise(wrong.text, current_language())]}, 422
    return render_template(
        "auth/link.html", purpose=found.purpose, owner=accounts.owner_of(found), errors=errors, typed=request.form
    ), status
