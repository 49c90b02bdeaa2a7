"""«Мои дела»: what is next, whose move it is, since when."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.services import documents, moves, triads
from engine.services.bank import reviews
from engine.services.host import now
from webui.auth.session import me
from webui.links import address

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The first page of everybody who is signed in."""
    person = me()
    return render_template(
        "home/index.html",
        home=moves.home(person),
        drafts=documents.drafts_of(person),
        triad=triads.of(person),
        reviews=reviews.waiting_for(person),
        now=now(),
        address=address,
    )


@bp.post("/notices/<int:notice_id>/read")
def read(notice_id: int) -> ResponseReturnValue:
    """Put a notice away."""
    moves.read_notice(me(), notice_id)
    return redirect(url_for("home.index"))
