"""«Мои дела»: what is next, whose move it is, since when."""

from __future__ import annotations

from datetime import timedelta
from operator import itemgetter

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.services import documents, moves, triads
from engine.services.access import is_admin
from engine.services.agenda import entries
from engine.services.bank import reviews
from engine.services.host import now
from engine.services.outbox import letters
from webui.auth.session import me
from webui.links import address
from webui.parsing import whole

#: How far «Скоро» looks ahead, and what it tells beside the lessons of one's own cycles.
SOON = timedelta(days=14)
ALSO = ("defence", "visit", "event", "measure", "step", "conference")
#: How many notices stand open; the rest fold.
NOTICES = 3
bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    """The first page of everybody who is signed in."""
    person = me()
    today = now().date()
    home = moves.home(person)
    others = [e for e in entries.of_person(person, today, today + SOON, ALSO) if e.mine][:5]
    lessons = [(facts.at, standing, facts) for standing, n in home.soon if (facts := standing.view.round_facts(n))]
    return render_template(
        "home/index.html",
        home=home,
        drafts=documents.drafts_of(person),
        triad=triads.of(person),
        reviews=reviews.asked_of(person),
        unsent=letters.failed_count(person) if is_admin(person) else 0,
        soon=sorted([*lessons, *((e.at, e, None) for e in others)], key=itemgetter(0)),
        now=now(),
        shown=NOTICES,
        address=address,
    )


@bp.post("/notices/<int:notice_id>/read")
def read(notice_id: int) -> ResponseReturnValue:
    """Put a notice away."""
    moves.read_notice(me(), notice_id)
    return redirect(url_for("home.index"))


@bp.post("/notices/read")
def read_all() -> ResponseReturnValue:
    """Put every notice away that was shown: what came meanwhile stays."""
    moves.read_notices(me(), request.form.getlist("notice", type=whole))
    return redirect(url_for("home.index"))
