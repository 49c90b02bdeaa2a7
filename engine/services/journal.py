"""The journal of a cycle: appended to inside the transaction that moves it, and read as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, select

from engine.core.snapshot import to_data
from engine.core.text import Text
from engine.services.definitions import definition_of
from engine.services.host import now
from engine.services.teams import worded
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.people import Person, short_name
from engine.store.prepared import Statement
from engine.store.reading import direct


def record(
    cycle: Cycle,
    actor: Person | None,
    action: str,
    text: str,
    *,
    source: str | None = None,
    given: Mapping[str, Any] | None = None,
    waived: list[Any] | None = None,
    once: str = "",
) -> JournalEntry:
    """Append one entry (inside a unit of work) that says where the cycle stands now; the cycle's ``seq`` grows."""
    cycle.seq += 1
    entry = JournalEntry(
        cycle_id=cycle.id,
        seq=cycle.seq,
        at=now(),
        actor_id=actor.id if actor else None,
        action=action,
        label={"text": to_data(worded(text, definition_of(cycle).team))},
        source=cycle.stage if source is None else source,
        target=cycle.stage,
        round=cycle.round,
        held=cycle.held,
        given=dict(given or {}),
        waived=waived or [],
        once=once or None,
        fingerprint=cycle.fingerprint,
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def text_of(data: Any) -> Text:
    """A label as it was stored."""
    return Text(data["ru"], en=data["en"]) if isinstance(data, dict) else Text(str(data))


class Entry(NamedTuple):
    """A line of the journal as it was written, by the names of its columns."""

    id: int
    seq: int
    at: datetime
    actor_id: int | None
    action: str
    label: dict[str, Any]
    source: str
    target: str
    round: int
    held: bool
    given: dict[str, Any]
    waived: list[Any]
    fingerprint: str


_ENTRIES = (
    select(
        *(getattr(JournalEntry, name) for name in Entry._fields), Person.last_name, Person.first_name, Person.patronymic
    )
    .outerjoin(Person, Person.id == JournalEntry.actor_id)
    .where(JournalEntry.cycle_id == bindparam("cycle"), JournalEntry.seq > bindparam("after"))
    .order_by(JournalEntry.seq)
)
_ALL, _SOME = Statement(_ENTRIES), Statement(_ENTRIES.limit(bindparam("limit", type_=Integer)))


def entries(cycle: Cycle, after: int = 0, limit: int | None = None) -> list[tuple[Entry, str]]:
    """The entries with the short name of who did it, oldest first: every one, or ``limit`` of those past ``after``."""
    given = {"cycle": cycle.id, "after": after}
    rows = direct(_ALL, **given) if limit is None else direct(_SOME, **given, limit=limit)
    return [(Entry(*row[:-3]), short_name(*row[-3:]) if row[-3] is not None else "") for row in rows]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is told: by whom, and the stage and round it was about (where the cycle stood before)."""

    entry: Entry
    who: str
    stage: str
    round: int


def told(cycle: Cycle) -> list[Line]:
    """The journal for people, newest first."""
    found = entries(cycle)
    before = [("", 1), *((entry.target, entry.round) for entry, _ in found)]
    return [Line(entry, who, *place) for (entry, who), place in zip(found, before, strict=False)][::-1]


def replay(cycle: Cycle) -> tuple[str, int, bool]:
    """(stage, round, held) as the journal tells it. Raises ValueError when a number or a link is missing."""
    stage, round_, held = "", 1, False
    for place, (entry, _) in enumerate(entries(cycle), 1):
        if entry.seq != place or (stage and entry.source != stage):
            raise ValueError(f"the journal of cycle {cycle.id} is broken at entry {entry.seq}")
        stage, round_, held = entry.target, entry.round, entry.held
    return stage, round_, held
