"""What slows guessing down: wrong tries are counted by account and step of signing in, never by address.

A browser in which the person has signed in before is counted apart, so that whoever guesses from elsewhere cannot keep
the person out, however long they go on.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from engine.services.errors import ServiceError
from engine.services.host import now
from engine.store.database import db
from engine.store.people import FailedSignIn
from engine.store.unit import unit_of_work

PASSWORD, CODE = "password", "code"
FREE_TRIES = 5
LONGEST = 900
_REMEMBERED = timedelta(hours=1)


class TooManyTries(ServiceError):
    """This account must wait; neighbours behind the same address need not."""

    code = "too_many"


def check(who: str, step: str = PASSWORD, browser: str = "") -> None:
    """Raises TooManyTries while ``who`` has to wait. ``browser`` names a browser the person has signed in with."""
    count, last = db.session.execute(
        select(func.count(), func.max(FailedSignIn.at)).where(
            FailedSignIn.login == who,
            FailedSignIn.step == step,
            FailedSignIn.browser == browser,
            FailedSignIn.at > now() - _REMEMBERED,
        )
    ).one()
    if count < FREE_TRIES or last is None:
        return
    pause = min(LONGEST, 2 ** (count - FREE_TRIES + 2))
    wait = int((last + timedelta(seconds=pause) - now()).total_seconds())
    if wait > 0:
        raise TooManyTries(f"Слишком много неверных попыток. Подождите {wait} с", f"Too many tries. Wait {wait} s")


def failed(who: str, step: str = PASSWORD, browser: str = "") -> None:
    """Keep a wrong try for an hour."""
    with unit_of_work():
        db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < now() - _REMEMBERED))
        db.session.add(FailedSignIn(login=who, step=step, browser=browser, at=now()))


def forget(who: str, step: str = PASSWORD, browser: str | None = None) -> None:
    """A right try forgets the wrong ones of its browser; without ``browser``, of every one. Inside a unit of work."""
    query = delete(FailedSignIn).where(FailedSignIn.login == who, FailedSignIn.step == step)
    db.session.execute(query if browser is None else query.where(FailedSignIn.browser == browser))
