"""Which definition a cycle moves by: the pinned snapshot, with the rule code of the installed plugin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import g, has_request_context
from sqlalchemy import Integer, String, bindparam, cast, null, select, union_all
from sqlalchemy.exc import IntegrityError

from engine.core.definition import GroupType
from engine.core.snapshot import dumps, loads
from engine.extension.registry import Registry
from engine.services.declared import published
from engine.services.errors import NotFound
from engine.services.host import host, now
from engine.store.cycles import Cycle, DefinitionSnapshot
from engine.store.database import db
from engine.store.faults import Quarantine
from engine.store.groups import TypeSwitch
from engine.store.prepared import Read, Statement
from engine.store.reading import direct

#: States in which nothing of a type goes on.
STILL = frozenset({"disabled", "purged"})
#: Who can bring back the code of a rule whose plugin is gone.
KEEPERS = ("school_admin",)
SWITCHES = Statement(select(TypeSwitch.type_key, TypeSwitch.state).where(TypeSwitch.school_id == bindparam("school")))
_held = select(Quarantine.plugin).where(Quarantine.lifted_at.is_(None))
_QUARANTINED = Statement(_held)
#: What other processes may have changed meanwhile: the newest type that a school has published, the quarantines.
_MEANWHILE = Statement(
    union_all(
        select(published.NEWEST.label("newest"), cast(null(), String).label("plugin")),
        _held.with_only_columns(cast(null(), Integer), Quarantine.plugin),
    )
)
#: (fingerprint, what code there is for its rules) → the definition; the second is kept, so that its id stays its own.
_cache: dict[tuple[str, int], tuple[GroupType | None, GroupType]] = {}


def installed(key: str) -> GroupType | None:
    """The installed, usable type; None when it is absent or quarantined."""
    return host().registry.type(key)


def open_to(school_id: int, key: str) -> GroupType | None:
    """The installed type, where the school may use it: another school's own type is not there for it."""
    plugin = host().registry.plugin(key)
    return plugin.group_type if plugin is not None and plugin.school in (0, school_id) else None


def offered(school_id: int, key: str) -> GroupType | None:
    """The type as the school's next cycle would have it: with every contribution switched on there."""
    return offered_by(school_id, key, switches(school_id)) if open_to(school_id, key) is not None else None


def offered_by(school_id: int, key: str, states: Mapping[str, str]) -> GroupType | None:
    """The same where the states of the school's types are known already."""
    if open_to(school_id, key) is None:
        return None
    return host().registry.type_with(key, {known for known, state in states.items() if state == "enabled"})


def definition_of(cycle: Cycle) -> GroupType:
    """The definition the cycle is pinned to. Readable for ever, whatever is installed today."""
    return pinned(cycle.fingerprint, cycle.type_key)


def pinned(fingerprint: str, type_key: str, registry: Registry | None = None) -> GroupType:
    """A definition by fingerprint; ``registry`` is given by whoever has asked for it already. Raises NotFound when it
    was never stored."""
    registry = registry or host().registry
    current = registry.type(type_key)
    if current is not None and current.fingerprint == fingerprint:
        return current
    code = registry.whole(type_key)
    key = (fingerprint, id(code))
    if key not in _cache:
        snapshot = db.session.get(DefinitionSnapshot, fingerprint)
        if snapshot is None:
            raise NotFound("Описание типа группы не найдено", "The definition of the group type is not found")
        rules = {**(code.rules if code else {}), **published.rules_of(type_key, snapshot.version)}
        _cache[key] = (code, loads(snapshot.data, rules, KEEPERS))
    return _cache[key][1]


def pin(definition: GroupType) -> str:
    """Store the definition once (inside a unit of work) and return its fingerprint."""
    own = installed(definition.key)
    base = own if own is not None and own.fingerprint != definition.fingerprint else None
    if base is not None:
        pin(base)  # by which a later change of the type without a new version is seen
    if db.session.get(DefinitionSnapshot, definition.fingerprint) is None:
        snapshot = DefinitionSnapshot(
            fingerprint=definition.fingerprint,
            type_key=definition.key,
            version=definition.version,
            data=dumps(definition),
            base=base.fingerprint if base else "",
            seen_at=now(),
        )
        with suppress(IntegrityError), db.session.begin_nested():  # two first cycles of a type at once
            db.session.add(snapshot)
    return definition.fingerprint


def check_versions(keys: set[str] | None = None) -> None:
    """Quarantine every installed type (or those of ``keys``) whose version was pinned before with other content."""
    registry = host().registry
    pinned_before = select(DefinitionSnapshot).where(DefinitionSnapshot.base == "")
    if keys is not None:
        pinned_before = pinned_before.where(DefinitionSnapshot.type_key.in_(keys))
    known = db.session.scalars(pinned_before).all()
    for snapshot in known:
        current = registry.type(snapshot.type_key)
        if current and current.version == snapshot.version and current.fingerprint != snapshot.fingerprint:
            registry.check_version(snapshot.type_key, snapshot.version, json.loads(snapshot.data))


def ended_early(cycle: Cycle) -> bool:
    """Whether the cycle was left by a side exit of its process: it stays readable and does not count as carried out."""
    return cycle.closed_at is not None and definition_of(cycle).process.side_exit(cycle.stage)


def hands_over(definition: GroupType) -> bool:
    """Whether the summary of a finished cycle of this type goes to the Laboratory."""
    return any("handover" in action.effects for action in definition.process.actions)


def up_to_date() -> None:
    """Take in the types that schools have published meanwhile. Asked for once a request, and before every job; what is
    in quarantine is read with it."""
    rows = direct(_MEANWHILE)
    g.quarantined = frozenset(plugin for _newest, plugin in rows if plugin is not None)
    if renewed := published.refresh(max(newest or 0 for newest, _plugin in rows)):
        check_versions(renewed)


def switches(school_id: int) -> Mapping[str, str]:
    """The state of every type a school has ever switched.

    Read anew in each request, so every worker obeys at once; and once in a request, so that no page is half enabled. A
    unit of work reads under its own locks.
    """
    known = _of_request()
    if school_id not in known:
        known[school_id] = dict(direct(SWITCHES, school=school_id))
    return known[school_id]


def _of_request() -> dict[int, Mapping[str, str]]:
    if not has_request_context() or db.session.info.get("unit"):
        return {}
    found: dict[int, Mapping[str, str]] = g.setdefault("switches", {})
    return found


def forget_switches() -> None:
    """The request has just changed a state: it reads them anew."""
    if has_request_context():
        g.pop("switches", None)


def may_open(school_id: int, type_key: str) -> bool:
    """Whether new cycles of the type may be opened in the school."""
    ready = open_to(school_id, type_key) is not None and type_key not in quarantined()
    return ready and switches(school_id).get(type_key) == "enabled"


def quarantined(read: Read = direct) -> frozenset[str]:
    """Keys of the plugins in quarantine: read once in each request (or job), so every process obeys within one. None
    where no application runs."""
    try:
        kept: dict[str, Any] = g._get_current_object().__dict__  # every rule asks for it: without the calls of a proxy
    except RuntimeError:
        return frozenset()
    found: frozenset[str] | None = kept.get("quarantined")
    if found is None:
        found = kept["quarantined"] = frozenset(plugin for (plugin,) in read(_QUARANTINED))
    return found


def forget_quarantined() -> None:
    """Read them anew: something has changed in this very request."""
    g.pop("quarantined", None)


def readable_only(school_id: int, type_key: str) -> bool:
    """Whether the type's cycles stand still in the school: disabled by the administrator, or purged."""
    return switches(school_id).get(type_key) in STILL
