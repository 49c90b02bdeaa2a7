"""What programs are told by themselves: a message is written in the transaction of what it tells.

A message names things by id and code. It carries no name, no title and no word that a person has written.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select

from engine.core.text import Text
from engine.services.host import host, now
from engine.services.keeping import Written
from engine.store.bank import Material
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.programs import Webhook, WebhookDelivery

EVENTS = {
    "cycle.opened": Text("Цикл открыт", en="A cycle is opened"),
    "cycle.fired": Text("В цикле нажали кнопку", en="A button of a cycle was pressed"),
    "cycle.closed": Text("Цикл закончен", en="A cycle is finished"),
    "submission.submitted": Text("Документ цикла сдан", en="A document of a cycle is handed in"),
    "type.switched": Text("Тип группы включён, выводится или отключён", en="A group type is switched"),
    "material.published": Text("Материал включён в банк", en="A material is put into the bank"),
}
#: Sent on request, to see that the other side answers.
PING = "ping"


def tell(school_id: int, event: str, data: dict[str, Any]) -> None:
    """Write ``event`` for every webhook of the school that asks for it, inside the unit of work that makes it true."""
    webhooks = select(Webhook).where(Webhook.school_id == school_id, Webhook.off_because == "")
    for webhook in db.session.scalars(webhooks.order_by(Webhook.id)):
        if event in webhook.events:
            write(webhook, event, data)


def write(webhook: Webhook, event: str, data: dict[str, Any]) -> WebhookDelivery:
    """One message to one webhook, to be sent with the next round."""
    moment = now()
    row = WebhookDelivery(
        webhook_id=webhook.id,
        uid=f"msg_{secrets.token_hex(12)}",
        event=event,
        payload={
            "type": event,
            "timestamp": moment.replace(tzinfo=host().clock.zone).isoformat(),
            "data": {"school_id": webhook.school_id, **data},
        },
        state="waiting",
        tries=0,
        created_at=moment,
        next_at=moment,
    )
    db.session.add(row)
    return row


def of_cycle(event: str, cycle: Cycle, by: Person, **more: Any) -> None:
    """Tell of a cycle where it stands now."""
    told = {
        "cycle_id": cycle.id,
        "triad_id": cycle.triad_id,
        "group_id": cycle.triad.group_id,
        "type": cycle.type_key,
        "stage": cycle.stage,
        "round": cycle.round,
        "held": cycle.held,
        "version": cycle.seq,
        "actor_id": by.id,
    }
    tell(cycle.school_id, event, {**told, **more})


def of_submission(cycle: Cycle, stored: Written, by: Person) -> None:
    """Tell that a document was handed in."""
    more = {"form": stored.form_key, "of_round": stored.round, "owner_id": stored.person_id}
    of_cycle("submission.submitted", cycle, by, **more, submission_version=stored.version)


def of_material(material: Material, by: Person) -> None:
    """Tell that a material is in the bank."""
    told = {"material_id": material.id, "kind": material.kind, "type": material.type_key, "group_id": material.group_id}
    tell(material.school_id, "material.published", {**told, "actor_id": by.id})


def of_type(by: Person, key: str, state: str) -> None:
    """Tell of a switch."""
    tell(by.school_id, "type.switched", {"type": key, "state": state, "actor_id": by.id})
