"""Presses of forms that have been carried out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import Model

#: Where a session keeps the press that its next unit carries out: the columns of a Press.
PRESS = "press"


class Press(Model):
    """One press of one form, written in the transaction of what it did: the same press again changes nothing.

    ``key`` is a hash of the page, the address and what was typed; ``leads_to`` is the page that was shown then.
    """

    __tablename__ = "press"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    leads_to: Mapped[str] = mapped_column(String(2000), default="")


class Repeated(Exception):
    """This press has been carried out already, or is being carried out by another request."""
