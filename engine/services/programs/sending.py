"""Sending messages to webhooks, signed as Standard Webhooks say: claimed first, tried again, given up after many tries.

A message comes at least once; whoever receives it knows a second one by its ``webhook-id``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta

import urllib3
from sqlalchemy import delete, select

from engine.core.text import Text
from engine.services.effects import notify
from engine.services.errors import Invalid
from engine.services.host import now
from engine.services.programs.addresses import Target, resolved, taken
from engine.store.database import db
from engine.store.people import Person, SchoolRole
from engine.store.programs import Webhook, WebhookDelivery
from engine.store.unit import lock, unit_of_work

#: Minutes to wait after each try that failed; after the last one the message has failed.
PAUSES = (1, 5, 30, 120, 720)
#: After so many tries in a row without an answer a webhook is switched off.
PATIENCE = 20
ABANDONED = timedelta(minutes=15)
KEPT = timedelta(days=30)
AT_ONCE = 100
SIGN = "whsec_"
_TIMEOUT = urllib3.Timeout(connect=5, read=10)
_GONE = 410
TOLD_OFF = Text(
    "Вебхук «{title}» не отвечает и отключён: проверьте адрес и включите снова",
    en="The webhook “{title}” does not answer and is switched off: check its address and switch it on again",
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message taken for sending."""

    uid: str
    url: str
    secret: str
    body: bytes


class NoAnswer(Exception):
    """The other side did not take the message; ``status`` is what it said instead, if anything."""

    def __init__(self, told: str, status: int | None = None) -> None:
        super().__init__(told)
        self.status = status


def signature(secret: str, uid: str, moment: int, body: bytes) -> str:
    """The value of ``webhook-signature``: HMAC-SHA256 over «id.timestamp.body» with the key behind ``whsec_``."""
    key = base64.b64decode(secret.removeprefix(SIGN))
    made = hmac.new(key, b".".join((uid.encode(), str(moment).encode(), body)), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def send_due() -> int:
    """Send what is due; returns how many messages were taken. A webhook that fails waits until the next round."""
    due = db.session.execute(
        select(WebhookDelivery.id, WebhookDelivery.webhook_id)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.state.in_(("waiting", "sending")),
            WebhookDelivery.next_at <= now(),
            Webhook.off_because == "",
        )
        .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
        .limit(AT_ONCE)
    ).all()
    sent, silent = 0, set()
    for delivery_id, webhook_id in due:
        claimed = None if webhook_id in silent else _claim(delivery_id)
        if claimed is None:
            continue
        try:
            status = post(claimed)
        except NoAnswer as error:
            silent.add(webhook_id)
            _put_off(delivery_id, error)
        else:
            _done(delivery_id, status)
            sent += 1
    return sent


def _claim(delivery_id: int) -> Claimed | None:
    """Take a message for sending; None when somebody else has it or its webhook is off by now."""
    with unit_of_work():
        row = lock(WebhookDelivery, delivery_id)
        if row is None or row.state not in ("waiting", "sending") or row.next_at > now():
            return None
        webhook = db.session.get(Webhook, row.webhook_id)
        if webhook is None or webhook.off_because:
            return None
        row.state, row.tries, row.next_at = "sending", row.tries + 1, now() + ABANDONED
        body = json.dumps(row.payload, separators=(",", ":")).encode()
        return Claimed(row.uid, webhook.url, webhook.secret, body)


def post(message: Claimed) -> int:
    """Hand one message over; returns the status. Raises NoAnswer for everything but a 2xx."""
    moment = int(time.time())  # the receiver compares it with its own clock, not with the school's
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Trefoil-Webhooks/1",
        "webhook-id": message.uid,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(message.secret, message.uid, moment, message.body),
    }
    try:
        target = taken(message.url)
        headers["Host"] = target.host
        with (
            _pool(target) as pool,
            pool.urlopen(
                "POST",
                target.path,
                body=message.body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
            ) as answer,
        ):
            status = int(answer.status)
    except Invalid as closed:
        raise NoAnswer(str(closed.text)) from None
    except (OSError, urllib3.exceptions.HTTPError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from None
    if not 200 <= status < 300:
        raise NoAnswer(f"HTTP {status}", status)
    return status


def _pool(target: Target) -> urllib3.HTTPConnectionPool:
    """A connection to the address that was looked at; the certificate must be that of the name."""
    address = resolved(target)
    if not target.secure:
        return urllib3.HTTPConnectionPool(address, target.port, timeout=_TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address, target.port, timeout=_TIMEOUT, server_hostname=target.name, assert_hostname=target.name
    )


def _done(delivery_id: int, status: int) -> None:
    with unit_of_work():
        row = lock(WebhookDelivery, delivery_id)
        if row is not None:
            row.state, row.sent_at, row.status, row.error = "sent", now(), status, ""
            lock(Webhook, row.webhook_id).failures = 0


def _put_off(delivery_id: int, error: NoAnswer) -> None:
    """Wait longer after each try. Who says «gone», or nothing for many tries in a row, is told nothing any more."""
    with unit_of_work():
        row = lock(WebhookDelivery, delivery_id)
        if row is None:
            return
        row.status, row.error = error.status, str(error)[:300]
        if row.tries > len(PAUSES):
            row.state = "failed"
        else:
            row.state, row.next_at = "waiting", now() + timedelta(minutes=PAUSES[row.tries - 1])
        webhook = lock(Webhook, row.webhook_id)
        webhook.failures += 1
        if not webhook.off_because and (webhook.failures >= PATIENCE or error.status == _GONE):
            webhook.off_because = "no_answer"
            _tell_admins(webhook)


def _tell_admins(webhook: Webhook) -> None:
    held = select(SchoolRole.person_id).where(SchoolRole.role == "school_admin", SchoolRole.until.is_(None))
    admins = select(Person.id).where(
        Person.id.in_(held), Person.school_id == webhook.school_id, Person.active.is_(True)
    )
    for admin_id in db.session.scalars(admins).all():
        notify(admin_id, TOLD_OFF.fill({"title": webhook.title}), path=f"/school/webhooks/{webhook.id}")


def forget() -> int:
    """Throw messages away that are done with. Returns how many."""
    with unit_of_work():
        old = WebhookDelivery.state.in_(("sent", "failed")) & (WebhookDelivery.created_at < now() - KEPT)
        return int(getattr(db.session.execute(delete(WebhookDelivery).where(old)), "rowcount", 0))
