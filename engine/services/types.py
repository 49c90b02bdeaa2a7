"""Group types as an administrator sees them: what is installed, what each brings, what is quarantined, the switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.core.definition import GroupType
from engine.core.lint import Finding
from engine.core.text import Text
from engine.services import contributions, faults
from engine.services.access import require_admin
from engine.services.definitions import forget_switches, open_to, switches
from engine.services.errors import Invalid, NotFound
from engine.services.host import host, now
from engine.services.programs import messages
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.faults import Fault, Quarantine
from engine.store.groups import TypeSwitch
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

ABSENT = Text(
    "Плагин не установлен: циклы можно читать", en="The plugin is not installed: its cycles can still be read"
)
STATES = ("enabled", "draining", "disabled")


@dataclass(frozen=True, slots=True)
class Card:
    """A plugin on the page of types. ``state`` is empty for a type the school never enabled.

    ``findings`` are of the lint, ``faults`` what it did wrong at run time, ``quarantine`` that it is closed for them.
    """

    key: str
    name: str
    origin: str
    definition: GroupType | None
    state: str
    running: int
    reason: str
    detail: str
    findings: Sequence[Finding] = ()
    faults: Sequence[Fault] = ()
    quarantine: Quarantine | None = None
    changes: Sequence[Text] = ()


def cards(admin: Person) -> Sequence[Card]:
    """Every discovered plugin, and every type the school still has cycles of though it is gone."""
    require_admin(admin)
    states = switches(admin.school_id)
    running = dict(
        db.session.execute(
            select(Cycle.type_key, func.count())
            .where(Cycle.school_id == admin.school_id, Cycle.closed_at.is_(None))
            .group_by(Cycle.type_key)
        ).all()
    )
    failed, rested = faults.of_plugins(), faults.quarantines()
    found = [
        Card(
            p.group_type.key if p.group_type else p.name,
            p.name,
            p.origin,
            p.group_type,
            states.get(p.group_type.key if p.group_type else p.name, ""),
            running.get(p.group_type.key if p.group_type else p.name, 0),
            p.reason,
            p.detail,
            p.findings,
            failed.get(p.key, ()),
            rested.get(p.key),
            p.changes,
        )
        for p in host().registry.plugins
        if p.school in (0, admin.school_id)
        # one that only adds has a card of its own; among the types it stands while something is wrong with it
        and (not contributions.only_adds(p) or p.key in failed or p.key in rested)
    ]
    known = {card.key for card in found}
    return found + [
        Card(key, key, "", None, states[key], running.get(key, 0), ABSENT, "")
        for key in states
        if key not in known and (running.get(key) or not contributions.known(key))
    ]


def card(admin: Person, key: str) -> Card:
    """One plugin. NotFound when nothing of that name was discovered."""
    for found in cards(admin):
        if found.key == key:
            return found
    raise NotFound("Такого типа нет", "There is no such type")


def switch(admin: Person, key: str, state: str) -> None:
    """Enable, drain (no new cycles, running ones go on) or disable (read only) a type for the school, at once."""
    require_admin(admin)
    if state not in STATES:
        raise Invalid("Такого состояния нет", "There is no such state")
    if state == "enabled" and not (open_to(admin.school_id, key) or contributions.known(key)):
        raise Invalid("Тип не установлен или в карантине", "The type is not installed or is quarantined")
    with unit_of_work():
        lock(School, admin.school_id)
        if state != "enabled" and switches(admin.school_id).get(key) == "purged":
            raise Invalid("Данные этого типа удалены: его можно только включить", "The type was purged: enable it")
        row = db.session.scalar(
            select(TypeSwitch).where(TypeSwitch.school_id == admin.school_id, TypeSwitch.type_key == key)
        )
        if row is None:
            row = TypeSwitch(school_id=admin.school_id, type_key=key)
            db.session.add(row)
        row.state, row.changed_at, row.changed_by = state, now(), admin.id
        messages.of_type(admin, key, state)
    forget_switches()
