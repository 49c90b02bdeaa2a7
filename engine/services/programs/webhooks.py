"""The webhooks of a school, for its administrator: addresses, what each is told of, the log of what was sent."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable

from sqlalchemy import delete, select

from engine.core.text import Text
from engine.services.access import require_admin
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.services.programs.addresses import taken
from engine.services.programs.messages import EVENTS, PING, write
from engine.services.programs.sending import SIGN
from engine.store.database import db
from engine.store.people import Person, School
from engine.store.programs import Webhook, WebhookDelivery
from engine.store.unit import lock, unit_of_work

STATES = {
    "waiting": Text("Ждёт отправки", en="Waiting"),
    "sending": Text("Отправляется", en="Being sent"),
    "sent": Text("Принято", en="Taken"),
    "failed": Text("Не принято", en="Not taken"),
}
OFF = {
    "by_hand": Text("Выключен", en="Switched off"),
    "no_answer": Text("Отключён: не отвечает", en="Switched off: it does not answer"),
}
MOST = 20
_NONE = ("Такого вебхука нет", "There is no such webhook")


def of_school(admin: Person) -> list[Webhook]:
    """Every webhook of the school."""
    require_admin(admin)
    return list(db.session.scalars(select(Webhook).where(Webhook.school_id == admin.school_id).order_by(Webhook.id)))


def one(admin: Person, webhook_id: int) -> Webhook:
    """A webhook of the school. NotFound for others."""
    require_admin(admin)
    found = db.session.get(Webhook, webhook_id)
    if found is None or found.school_id != admin.school_id:
        raise NotFound(*_NONE)
    return found


def _fresh_secret() -> str:
    return SIGN + base64.b64encode(secrets.token_bytes(32)).decode()


def _checked(title: str, url: str, events: Iterable[str]) -> tuple[str, str, list[str]]:
    name, asked = " ".join(title.split()), set(events)
    chosen = [key for key in EVENTS if key in asked]
    errors: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 120:
        errors["title"] = [Text("Назовите вебхук", en="Name the webhook")]
    if not chosen:
        errors["events"] = [Text("Отметьте, о чём сообщать", en="Tick what to tell of")]
    try:
        taken(url)
    except Invalid as wrong:
        errors |= wrong.errors
    if errors:
        raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
    return name, url.strip(), chosen


def add(admin: Person, title: str, url: str, events: Iterable[str]) -> Webhook:
    """A webhook with a fresh secret. Raises Forbidden, Invalid by field."""
    require_admin(admin)
    name, address, chosen = _checked(title, url, events)
    with unit_of_work():
        lock(School, admin.school_id)  # they are counted and one is added
        if len(of_school(admin)) >= MOST:
            raise Invalid(f"Вебхуков уже {MOST}: удалите ненужные", f"There are {MOST} webhooks: remove some first")
        row = Webhook(
            school_id=admin.school_id,
            title=name,
            url=address,
            events=chosen,
            secret=_fresh_secret(),
            failures=0,
            off_because="",
            created_by=admin.id,
            created_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        return row


def change(admin: Person, webhook_id: int, title: str, url: str, events: Iterable[str]) -> None:
    """Change what a webhook is. Raises NotFound, Invalid by field."""
    one(admin, webhook_id)
    name, address, chosen = _checked(title, url, events)
    with unit_of_work():
        row = lock(Webhook, webhook_id)
        row.title, row.url, row.events = name, address, chosen


def switch(admin: Person, webhook_id: int, on: bool) -> None:
    """Switch a webhook on or off; what waited is sent once it is on again."""
    one(admin, webhook_id)
    with unit_of_work():
        row = lock(Webhook, webhook_id)
        row.off_because, row.failures = ("" if on else "by_hand"), 0


def rotate(admin: Person, webhook_id: int) -> str:
    """A new secret; the old one signs nothing from now on. Returns it."""
    one(admin, webhook_id)
    with unit_of_work():
        row = lock(Webhook, webhook_id)
        row.secret = _fresh_secret()
        return str(row.secret)


def remove(admin: Person, webhook_id: int) -> None:
    """Remove a webhook with its log."""
    one(admin, webhook_id)
    with unit_of_work():
        row = lock(Webhook, webhook_id)
        db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
        db.session.delete(row)


def ping(admin: Person, webhook_id: int) -> WebhookDelivery:
    """A trial message, sent with the next round. Raises Invalid for a webhook that is off."""
    one(admin, webhook_id)
    with unit_of_work():
        row = lock(Webhook, webhook_id)
        if row.off_because:
            raise Invalid("Сначала включите вебхук", "Switch the webhook on first")
        return write(row, PING, {})


def log(admin: Person, webhook_id: int) -> list[WebhookDelivery]:
    """The last messages of a webhook, newest first."""
    found = one(admin, webhook_id)
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == found.id)
    return list(db.session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(100)))


def again(admin: Person, delivery_id: int) -> int:
    """Send a message that is done with once more, under its old id. Returns its webhook.

    Raises NotFound for messages of other schools, Invalid for one that waits already.
    """
    require_admin(admin)
    with unit_of_work():
        row = lock(WebhookDelivery, delivery_id)
        if row is None:
            raise NotFound(*_NONE)
        webhook = one(admin, row.webhook_id)
        if row.state not in ("sent", "failed"):
            raise Invalid("Это сообщение и так ждёт отправки", "This message waits already")
        row.state, row.tries, row.next_at, row.error = "waiting", 0, now(), ""
        return webhook.id
