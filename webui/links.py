"""Addresses of the places a refusal or a task points to. One table, checked against the URL map by a test."""

from __future__ import annotations

from collections.abc import Set

from flask import request

from engine.core.definition import GroupType
from engine.core.rules import Link

_PLACES = {
    "form": "/cycles/{cycle}/docs/{key}/{round}",
    "survey": "/cycles/{cycle}/surveys/{key}/{round}",
    "rules": "/cycles/{cycle}#rules",
    "schedule": "/cycles/{cycle}/schedule#lesson-{round}",
    "observers": "/cycles/{cycle}/schedule#lesson-{round}",
    "deficits": "/cycles/{cycle}/deficits",
    "plans": "/cycles/{cycle}/plans",
    "decision": "/cycles/{cycle}/decision",
    "package": "/cycles/{cycle}/package",
    "results": "/cycles/{cycle}/results",
    "handover": "/cycles/{cycle}/handover",
    "people": "/groups/{group}",
    "types": "/types",
    "action": "/cycles/{cycle}#action-{key}",
    "run": "/cycles/{cycle}",
}


_TEAM = frozenset({"triad_member", "group_leader"})
#: Who may open a place, where it is not everybody who sees the cycle.
_OPEN_TO = {
    "survey": frozenset({"triad_member"}),
    "types": frozenset({"school_admin"}),
    "people": _TEAM | {"school_admin"},
    **dict.fromkeys(
        ("schedule", "observers", "deficits", "plans", "decision", "package", "results", "handover"), _TEAM
    ),
}


def opens(link: Link, held: Set[str], definition: GroupType) -> bool:
    """Whether somebody with the relations ``held`` to the cycle finds anything at ``link``."""
    if link.kind == "form":
        form = next((f for f in definition.forms if f.key == link.key), None)
        return form is not None and bool(held & {*_TEAM, *form.roles, *form.readers})
    return link.kind not in _OPEN_TO or bool(held & _OPEN_TO[link.kind])


def address(link: Link | None, cycle_id: int, group_id: int = 0) -> str:
    """The path of ``link`` for a cycle."""
    if link is None:
        link = Link("run")
    pattern = _PLACES.get(link.kind, _PLACES["run"])
    return request.script_root + pattern.format(cycle=cycle_id, group=group_id, key=link.key, round=link.round)
