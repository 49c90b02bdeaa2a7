"""A request told twice is carried out once: its answer is written in the transaction of what it did, and told again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from engine.core.text import Text
from engine.services.errors import Invalid
from engine.services.host import now
from engine.services.programs.tokens import Bearer
from engine.store.database import db
from engine.store.programs import ApiAnswer, ApiToken
from engine.store.unit import lock, unit_of_work

KEPT = timedelta(hours=48)
LONGEST = 100
OTHER = Text(
    "С этим Idempotency-Key уже был другой запрос. Возьмите новый ключ",
    en="This Idempotency-Key came with another request. Take a new key",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program is answered; ``repeated`` when nothing was carried out now."""

    status: int
    body: str
    repeated: bool = False


def once(bearer: Bearer, key: str, content_hash: str, carry_out: Callable[[], Answer]) -> Answer:
    """The answer kept under ``key``, else that of ``carry_out``, kept with whatever it has written.

    Whoever comes second waits for the first and is told the same. What ``carry_out`` raises goes through and nothing
    is kept: the program mends its request, or waits, and may come again with the same key. Raises Invalid when the key
    came with another request (by ``content_hash``), or is too long.
    """
    if len(key) > LONGEST:
        text = Text(f"Idempotency-Key — до {LONGEST} знаков", en=f"An Idempotency-Key has at most {LONGEST} characters")
        raise Invalid(text, text.en)
    with unit_of_work():
        lock(ApiToken, bearer.token.id)
        known = db.session.scalar(select(ApiAnswer).where(ApiAnswer.token_id == bearer.token.id, ApiAnswer.key == key))
        if known is not None:
            if known.content_hash != content_hash:
                raise Invalid(OTHER, OTHER.en)
            return Answer(known.status, known.body, repeated=True)
        made = carry_out()
        db.session.add(
            ApiAnswer(
                token_id=bearer.token.id,
                person_id=bearer.person.id,
                key=key,
                content_hash=content_hash,
                status=made.status,
                body=made.body,
                created_at=now(),
            )
        )
        return made


def forget() -> int:
    """Throw answers away that nobody will ask for again. Returns how many."""
    with unit_of_work():
        gone = db.session.execute(delete(ApiAnswer).where(ApiAnswer.created_at < now() - KEPT))
        return int(getattr(gone, "rowcount", 0))
