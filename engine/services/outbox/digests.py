"""The digest: what waits for a person, once a day or once a week, in the morning of a working day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from engine.core.text import Text
from engine.services.errors import Invalid
from engine.services.host import host, now
from engine.services.journal import text_of
from engine.services.outbox.letters import say, write
from engine.services.years import Calendar, calendar
from engine.store.cycles import Notice
from engine.store.database import db
from engine.store.outbox import Letter
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

CHOICES = {
    "daily": Text("раз в день", en="once a day"),
    "weekly": Text("раз в неделю", en="once a week"),
    "off": Text("не присылать", en="never"),
}
#: From which hour of a working day digests go out; a notice older than this is left to the page.
HOUR, OLDEST = 7, timedelta(days=14)
_MOST = 30
_SUBJECT = Text("Трилистник: что ждёт вас", en="Trefoil: what waits for you")
_HELLO = Text("Здравствуйте, {name}!", en="Good morning, {name}!")
_BYE = Text(
    "Как часто приходят письма, вы выбираете в своём профиле.", en="How often letters come you choose in your profile."
)
_MORE = Text("и ещё: {n}", en="and more: {n}")


def choose(person: Person, digest: str, email: str) -> None:
    """How often letters come, and where to. Raises Invalid for an unknown choice or an address that is none."""
    wanted = email.strip()
    if digest not in CHOICES:
        raise Invalid("Выберите, как часто присылать письма", "Choose how often letters come")
    plain = wanted.isprintable() and " " not in wanted and len(wanted) <= 160
    if wanted and not (plain and wanted.count("@") == 1 and all(wanted.split("@"))):
        text = Text("Проверьте адрес почты", en="Check the e-mail address")
        raise Invalid(text, text.en, {"email": [text]})
    with unit_of_work():
        row = lock(Person, person.id)
        row.digest, row.email = digest, wanted


def write_due() -> int:
    """Write the digests that are due now. Returns how many. Two at once write one: the key is the day or the week."""
    if host().mail is None or now().hour < HOUR:
        return 0
    today = now().date()
    calendars: dict[int, Calendar] = {}
    waiting = select(Notice.person_id).where(Notice.read_at.is_(None), Notice.at >= now() - OLDEST)
    rows = select(Person).where(
        Person.id.in_(waiting), Person.active.is_(True), Person.email != "", Person.digest.in_(("daily", "weekly"))
    )
    written = 0
    for person in db.session.scalars(rows.order_by(Person.id)).all():
        if person.school_id not in calendars:
            calendars[person.school_id] = calendar(person.school_id)
        key = _key(person.digest, today, calendars[person.school_id])
        if key:
            written += _write(person.id, key)
    return written


def _key(digest: str, today: date, days: Calendar) -> str:
    """What the digest of today is called; empty when today has none. A weekly one goes out on the first working day."""
    if not days.works(today):
        return ""
    if digest == "daily":
        return f"digest:{today.isoformat()}"
    monday = today - timedelta(days=today.weekday())
    if any(days.works(monday + timedelta(days=n)) for n in range(today.weekday())):
        return ""
    return f"digest:{monday.isoformat()}:week"


def _write(person_id: int, key: str) -> bool:
    with unit_of_work():
        person: Person = lock(Person, person_id)
        last: datetime | None = db.session.scalar(
            select(func.max(Letter.created_at)).where(Letter.person_id == person.id, Letter.key.like("digest:%"))
        )
        since = max(last or datetime.combine(date.min, time()), now() - OLDEST)
        notices = db.session.scalars(
            select(Notice)
            .where(Notice.person_id == person.id, Notice.read_at.is_(None), Notice.at > since)
            .order_by(Notice.id)
        ).all()
        if not notices:
            return False
        lines = [say(person, _HELLO.fill({"name": person.first_name})), ""]
        for notice in notices[:_MOST]:
            path = notice.path or (f"/cycles/{notice.cycle_id}" if notice.cycle_id else "/")
            where = f"\n  {host().address}{path}" if host().address else ""
            lines.append(f"— {say(person, text_of(notice.text['text']))}{where}")
        if len(notices) > _MOST:
            lines.append(say(person, _MORE.fill({"n": str(len(notices) - _MOST)})))
        lines += ["", say(person, _BYE)]
        return write(person, key, say(person, _SUBJECT), "\n".join(lines) + "\n")
