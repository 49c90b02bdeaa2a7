"""What a monitor asks of an installation: whether it can serve, and how much waits."""

from __future__ import annotations

import tempfile

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from engine.services.backups import making
from engine.services.host import host, now
from engine.services.setup import is_prepared
from engine.services.storage import Disk, reachable
from engine.store.database import db
from engine.store.faults import Quarantine
from engine.store.outbox import Job, Letter
from engine.store.programs import WebhookDelivery


def obstacles() -> list[str]:
    """Why people cannot be served here now: words for the log of the operator; empty when they can."""
    found = []
    try:
        if not is_prepared():
            found.append("the tables are not at the newest revision")
    except SQLAlchemyError as error:
        found.append(f"the database does not answer: {type(error).__name__}")
    finally:
        db.session.rollback()
    if isinstance(host().storage, Disk):
        try:
            with tempfile.TemporaryFile(dir=host().uploads) as probe:
                probe.write(b"1")
        except OSError as error:
            found.append(f"the folder of uploads cannot be written: {type(error).__name__}")
    elif not reachable(host().storage):
        found.append("the file storage does not answer")
    return found


def waiting() -> dict[str, int]:
    """How many letters, webhooks and exports wait to be sent or made, and how many plugins rest in quarantine.

    Raises SQLAlchemyError's OperationalError while the database is away.
    """
    counts = {
        "letters": select(func.count()).where(Letter.state == "waiting"),
        "webhooks": select(func.count()).where(WebhookDelivery.state == "waiting"),
        "exports": select(func.count()).where(Job.state == "waiting"),
        "quarantines": select(func.count()).where(Quarantine.lifted_at.is_(None)),
    }
    return {name: db.session.scalar(query) or 0 for name, query in counts.items()}


def backup_age() -> float | None:
    """Seconds since the last backup this installation knows of."""
    last = making.last()
    return None if last is None else (now() - last).total_seconds()
