"""One round of what falls due, for cron (``trefoil tick``) and for the worker. Any number at once do no harm."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from engine.services import definitions, files, presses
from engine.services.agenda import reminders
from engine.services.host import now
from engine.services.outbox import digests, letters
from engine.services.papers import jobs
from engine.services.personal import consents, retention
from engine.services.programs import replays, sending
from engine.store.database import db, forget_log

#: For how long letters that are done with are kept.
LETTERS_KEPT = timedelta(days=90)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a round did; ``error`` names the fault that stopped it."""

    name: str
    done: int
    error: str = ""


def run(names: Iterable[str] = ()) -> tuple[Step, ...]:
    """The steps of these names, else every one, in order. A step that fails is told and stops none of the others."""
    definitions.up_to_date()
    found = []
    for name, step in ((name, STEPS[name]) for name in names or STEPS):
        try:
            found.append(Step(name, step()))
        except Exception as error:
            db.session.rollback()
            _log.exception("the step %s of a round has failed", name)
            found.append(Step(name, 0, f"{type(error).__name__}: {error}"))
    return tuple(found)


STEPS: dict[str, Callable[[], int]] = {
    "reminders": reminders.remind,
    "digests": digests.write_due,
    "letters": lambda: letters.send_due()[0],
    "webhooks": sending.send_due,
    "exports": jobs.run_waiting,
    "old exports": jobs.sweep,
    "orphaned files": files.sweep,
    "retention": retention.apply,
    "consents": consents.expire,
    "old letters": lambda: letters.forget(now() - LETTERS_KEPT),
    "old answers": replays.forget,
    "old presses": presses.forget,
    "old webhooks": sending.forget,
    "the log": forget_log,
}
#: What somebody waits for, and the log that tells in which order pupils answered. The rest goes by days and is looked
#: for once an hour.
SOON = ("letters", "webhooks", "exports", "the log")
