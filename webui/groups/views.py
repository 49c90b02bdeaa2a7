"""Groups and triads: made, seated, led."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.services import groups as service
from engine.services import people, types
from engine.services.access import is_admin, members
from engine.services.errors import Invalid, NotFound
from engine.services.teams import size_of
from webui.auth.session import me
from webui.parsing import whole
from webui.teams import speak_of
from webui.texts import say

bp = Blueprint("groups", __name__, template_folder="templates", url_prefix="/groups")


@bp.get("")
def index() -> ResponseReturnValue:
    """Every group of the school."""
    person = me()
    return render_template(
        "groups/index.html",
        groups=service.of_school(person),
        types=[card for card in types.cards(person) if card.state == "enabled" and card.definition],
        titles={card.key: card.definition.title for card in types.cards(person) if card.definition},
        members=members,
        people=[p for p, _roles in people.of_school(person) if p.active],
        typed=request.form,
    )


@bp.post("/new")
def add() -> ResponseReturnValue:
    """Make a group with two triads."""
    try:
        made = service.add(
            me(),
            request.form.get("type_key", ""),
            request.form.get("title", ""),
            request.form.get("leader_id", None, type=whole),
            request.form.get("psychologist_id", None, type=whole),
        )
        speak_of(size_of(made))
        flash(_("ПОС создан. Посадите людей в тройки"), "success")
        return redirect(url_for("groups.group", group_id=made.id))
    except Invalid as invalid:
        say(invalid)
        return index()


@bp.get("/<int:group_id>")
def group(group_id: int) -> ResponseReturnValue:
    """A group with its triads."""
    return _page(group_id)


def _page(group_id: int, chosen: Mapping[int, Mapping[int, int | None]] | None = None) -> str:
    """The page; ``chosen`` is triad → place → who was chosen there and not taken."""
    person = me()
    found = service.group_for(person, group_id)
    admin = is_admin(person)
    return render_template(
        "groups/group.html",
        group=found,
        members=members,
        places=service.places,
        admin=admin,
        chosen=chosen or {},
        free=service.free_people(person) if admin else [],
        people=[p for p, _roles in people.of_school(person) if p.active] if admin else [],
    )


@bp.post("/<int:group_id>/edit")
def edit(group_id: int) -> ResponseReturnValue:
    """Title, leader, psychologist; the titles of the triads."""
    form = request.form
    try:
        if form.get("triad_id"):
            service.rename_triad(me(), form.get("triad_id", 0, type=whole), form.get("title", ""))
        else:
            service.edit(
                me(),
                group_id,
                form.get("title", ""),
                form.get("leader_id", None, type=whole),
                form.get("psychologist_id", None, type=whole),
            )
        flash(_("Сохранено"), "success")
    except Invalid as invalid:
        say(invalid)
    return redirect(url_for("groups.group", group_id=group_id))


@bp.post("/<int:group_id>/seats")
def seats(group_id: int) -> ResponseReturnValue:
    """Who sits in the seats of a triad; whoever leaves an open cycle is named and confirmed first."""
    form = request.form
    triad_id = form.get("triad_id", 0, type=whole)
    found = service.group_for(me(), group_id)
    triad = next((t for t in found.triads if t.id == triad_id), None)
    if triad is None:
        raise NotFound("Такой тройки нет", "There is no such triad")
    wanted = {
        place: form.get(f"seat_{place}", None, type=whole) for place in service.places(triad) if f"seat_{place}" in form
    }
    try:
        leaving = service.to_confirm(me(), triad_id, wanted)
        names = ",".join(f"{old.id}-{new.id if new else ''}" for old, new in leaving)
        if names != form.get("confirmed", ""):
            return render_template(
                "groups/replace.html", group=found, triad=triad, leaving=leaving, names=names, wanted=wanted
            )
        service.seat_all(me(), triad_id, wanted)
        flash(_("Состав сохранён"), "success")
    except Invalid as invalid:
        say(invalid)
        return _page(group_id, {triad_id: wanted}), 422
    return redirect(url_for("groups.group", group_id=group_id))
