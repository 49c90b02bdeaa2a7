"""The calendar as an iCalendar feed behind a secret address, for the calendar of a phone (RFC 5545)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.core.text import Text, localise
from engine.services.agenda.entries import KINDS, Entry, of_person
from engine.services.errors import NotFound
from engine.services.host import host, now
from engine.store.database import db
from engine.store.outbox import CalendarLink
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

if TYPE_CHECKING:  # a quarter of a second of start-up, for the few requests that ask for a feed
    from icalendar import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: How far back and ahead the feed goes, in days.
BACK, AHEAD = 60, 400
NAME = Text("Трилистник", en="Trefoil")
_NONE = ("Такого календаря нет", "There is no such calendar")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make(person: Person) -> str:
    """A new secret address; the one before dies. It is told once and cannot be read again."""
    token = secrets.token_urlsafe(24)
    with unit_of_work():
        lock(Person, person.id)
        row = db.session.get(CalendarLink, person.id)
        if row is None:
            row = CalendarLink(person_id=person.id)
            db.session.add(row)
        row.token_hash, row.created_at = _digest(token), now()
    return token


def withdraw(person: Person) -> None:
    """The address leads nowhere from now on."""
    with unit_of_work():
        row = db.session.get(CalendarLink, person.id)
        if row is not None:
            db.session.delete(row)


def link_of(person: Person) -> CalendarLink | None:
    """When the address was made; None when there is none."""
    return db.session.get(CalendarLink, person.id)


def open_feed(token: str) -> bytes:
    """The feed behind an address. NotFound for a wrong or withdrawn one, and when the account is closed."""
    row = db.session.scalars(db.select(CalendarLink).where(CalendarLink.token_hash == _digest(token))).first()
    person = db.session.get(Person, row.person_id) if row else None
    if person is None or not person.active:
        raise NotFound(*_NONE)
    return feed(person)


def feed(person: Person) -> bytes:
    """The own entries of a person: lessons, visits, defences, events they take part in, terms."""
    from icalendar import Calendar

    today = now().date()
    calendar = Calendar()
    calendar.add("prodid", "-//Trefoil//trefoil-plc//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", localise(NAME, person.language))
    calendar.add("refresh-interval", timedelta(hours=6), {"VALUE": "DURATION"})
    for entry in of_person(person, today - timedelta(days=BACK), today + timedelta(days=AHEAD)):
        if entry.mine or entry.kind in ("holiday", "year"):
            calendar.add_component(_event(entry, person))
    return bytes(calendar.to_ical())


def _event(entry: Entry, person: Person) -> Event:
    from icalendar import Event

    language = person.language
    event = Event()
    event.add("uid", f"{entry.uid}-{_digest(f'{person.school_id}')[:12]}@trefoil")
    event.add("summary", f"{localise(KINDS[entry.kind], language)}: {localise(entry.title, language)}")
    if entry.all_day:
        event.add("dtstart", entry.at.date())
        event.add("dtend", entry.ends.date() + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        zone = host().clock.zone
        event.add("dtstart", entry.at.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")))
        event.add("dtend", entry.ends.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")))
    # A constant moment: the same calendar has the same bytes, so that a phone is told of changes alone.
    event.add("dtstamp", entry.at.replace(tzinfo=ZoneInfo("UTC")))
    if entry.place:
        event.add("location", entry.place)
    if host().address and entry.path:
        event.add("url", f"{host().address}{entry.path}")
    return event
