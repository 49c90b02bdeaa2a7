"""The calendar: a month and what comes next; the feed behind a secret address."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from engine.services.agenda import entries, feed
from engine.services.host import now
from engine.services.years import days_off, years
from webui.auth.session import me
from webui.parsing import iso

bp = Blueprint("agenda", __name__, template_folder="templates")


def _month(given: str) -> date:
    """The first day of the month asked for (2026-10); of this month when there is none."""
    return iso(f"{given}-01") or now().date().replace(day=1)


@bp.get("/calendar")
def index() -> ResponseReturnValue:
    """A month of one's own calendar: as a grid on a wide screen, as a list on any."""
    first = _month(request.args.get("month", ""))
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    found = entries.of_person(me(), weeks[0][0], weeks[-1][-1])
    mine = request.args.get("mine") == "1"
    if mine:
        found = [e for e in found if e.mine or e.kind in ("holiday", "year")]
    listed = [e for e in found if e.at.date() < _next(first) and e.ends.date() >= first and e.kind != "holiday"]
    return render_template(
        "agenda/index.html",
        first=first,
        title=format_date(first, "LLLL y"),
        weeks=weeks,
        days={day: [e for e in found if e.at.date() <= day <= e.ends.date()] for week in weeks for day in week},
        off={day for week in weeks for day in week if day.weekday() > 4 or day in days_off(day.year)},
        listed=listed,
        holidays=[e for e in found if e.kind == "holiday"],
        before=_within(first - timedelta(days=1)),
        after=_within(_next(first)),
        this=f"{now():%Y-%m}",
        today=now().date(),
        mine=mine,
        kinds=entries.KINDS,
        link=feed.link_of(me()),
        fresh=session.pop("calendar", ""),
    )


def _within(month: date) -> str:
    """The month as an address; empty outside the school years, where there is nothing to see."""
    known = years(me())
    if not known:
        return f"{month:%Y-%m}"
    first, last = min(y.begins for y in known).replace(day=1), max(y.ends for y in known)
    return f"{month:%Y-%m}" if first <= month <= _next(last.replace(day=1)) else ""


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


@bp.post("/calendar/link")
def link() -> ResponseReturnValue:
    """Make the secret address, make it anew, or withdraw it. It is shown once, on the next page."""
    if request.form.get("what") == "withdraw":
        feed.withdraw(me())
        flash(_("Адрес отозван: по нему календарь больше не открыть"), "success")
    else:
        session["calendar"] = url_for("agenda.subscribe", token=feed.make(me()), _external=True)
    return redirect(url_for("agenda.index", _anchor="feed"))


@bp.get("/calendar/<token>.ics")
def subscribe(token: str) -> ResponseReturnValue:
    """The feed for a phone. Nobody signs in: the address is the secret."""
    return Response(feed.open_feed(token), content_type=feed.MEDIA_TYPE)
