"""The outbox: a letter is a row, claimed before it is sent, so that two senders never send one.

A letter is sent at least once and almost always exactly once: only when the machine dies between the server's word and
our note of it, the next try sends the same Message-ID again.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engine.core.text import Text, localise
from engine.services.access import require_admin
from engine.services.errors import Invalid, NotFound, ServiceError
from engine.services.host import host, now
from engine.services.outbox.mail import Mail, message
from engine.store.database import db
from engine.store.outbox import Letter
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

STATES = {
    "waiting": Text("Ждёт отправки", en="Waiting"),
    "sending": Text("Отправляется", en="Being sent"),
    "sent": Text("Отправлено", en="Sent"),
    "failed": Text("Не отправлено", en="Failed"),
}
#: Minutes to wait after each try that failed; after the last one the letter has failed.
PAUSES = (1, 5, 30, 120, 720)
#: A letter that is being sent for so long was left behind by a sender that died.
ABANDONED = timedelta(minutes=15)
AT_ONCE = 200


def write(person: Person, key: str, subject: str, body: str) -> bool:
    """A letter to a person, in the caller's unit of work; once for each ``key``. Without a mail server or an address
    there is none. Returns whether it was written."""
    if host().mail is None or not person.email or not person.active:
        return False
    known = select(Letter.id).where(Letter.person_id == person.id, Letter.key == key)
    if db.session.scalar(known) is not None:
        return False
    row = Letter(person_id=person.id, key=key, subject=subject[:200], body=body, created_at=now(), next_at=now())
    row.state, row.tries = "waiting", 0
    db.session.add(row)
    return True


def send_due() -> tuple[int, int]:
    """Send what is due. Returns how many letters went out and how many tries failed."""
    mail = host().mail
    if mail is None:
        return 0, 0
    due = db.session.scalars(
        select(Letter.id)
        .where(Letter.state.in_(("waiting", "sending")), Letter.next_at <= now())
        .order_by(Letter.next_at, Letter.id)
        .limit(AT_ONCE)
    ).all()
    sent = failed = 0
    for letter_id in due:
        claimed = _claim(letter_id)
        if claimed is None:
            continue
        try:
            _send(mail, *claimed)
        except (OSError, smtplib.SMTPException, ServiceError) as error:
            _put_off(letter_id, error)
            failed += 1
        else:
            _done(letter_id)
            sent += 1
    return sent, failed


def _claim(letter_id: int) -> tuple[str, str, str, str] | None:
    """Take a letter for sending: (address, subject, body, key of the message); None when somebody else has it."""
    with unit_of_work():
        row = lock(Letter, letter_id)
        if row is None or row.state not in ("waiting", "sending") or row.next_at > now():
            return None
        person = db.session.get(Person, row.person_id)
        row.state, row.tries, row.next_at = "sending", row.tries + 1, now() + ABANDONED
        return (person.email if person else ""), row.subject, row.body, f"letter-{row.id}-{row.created_at:%Y%m%d%H%M%S}"


def _send(mail: Mail, to: str, subject: str, body: str, key: str) -> None:
    made = message(mail, to, subject, body, key)
    with mail.connection() as server:
        server.send_message(made)


def _done(letter_id: int) -> None:
    with unit_of_work():
        row = lock(Letter, letter_id)
        if row is not None:
            row.state, row.sent_at, row.error = "sent", now(), ""


def _put_off(letter_id: int, error: Exception) -> None:
    """Wait longer after each try; a refusal for good (5xx) and a wrong address are not tried again."""
    with unit_of_work():
        row = lock(Letter, letter_id)
        if row is None:
            return
        row.error = _told(error)[:300]
        if _for_good(error) or row.tries > len(PAUSES):
            row.state = "failed"
        else:
            row.state, row.next_at = "waiting", now() + timedelta(minutes=PAUSES[row.tries - 1])


def _for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    refused = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
    return isinstance(error, ServiceError) or (refused and not isinstance(error, smtplib.SMTPAuthenticationError))


def _told(error: Exception) -> str:
    if isinstance(error, ServiceError):
        return str(error.text)
    return f"{type(error).__name__}: {error}"


def of_school(admin: Person, state: str = "") -> list[tuple[Letter, Person]]:
    """The letters of the school, newest first. For its administrator."""
    require_admin(admin)
    query = (
        select(Letter, Person)
        .join(Person, Person.id == Letter.person_id)
        .where(Person.school_id == admin.school_id)
        .order_by(Letter.id.desc())
        .limit(200)
    )
    if state in STATES:
        query = query.where(Letter.state == state)
    return [(letter, person) for letter, person in db.session.execute(query)]


def failed_count(admin: Person) -> int:
    """How many letters of the school have failed."""
    query = select(func.count()).select_from(Letter).join(Person, Person.id == Letter.person_id)
    return db.session.scalar(query.where(Person.school_id == admin.school_id, Letter.state == "failed")) or 0


def again(admin: Person, letter_id: int) -> None:
    """Try a failed letter again. Raises NotFound for letters of others, Invalid for one that has not failed."""
    require_admin(admin)
    with unit_of_work():
        row = lock(Letter, letter_id)
        person = db.session.get(Person, row.person_id) if row else None
        if row is None or person is None or person.school_id != admin.school_id:
            raise NotFound("Такого письма нет", "There is no such letter")
        if row.state != "failed":
            raise Invalid("Это письмо и так отправляется", "This letter is on its way already")
        row.state, row.tries, row.next_at = "waiting", 0, now()


def forget(before: datetime) -> int:
    """Throw letters away that were done with before a moment. Returns how many."""
    with unit_of_work():
        old = db.session.scalars(
            select(Letter).where(Letter.state.in_(("sent", "failed")), Letter.created_at < before)
        ).all()
        for row in old:
            db.session.delete(row)
        return len(old)


def say(person: Person, text: str) -> str:
    """A text in the person's language."""
    return localise(text, person.language)
