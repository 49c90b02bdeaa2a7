"""The roles the host can fill, the facts it can feed to a process, and the effects it can carry out."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.definition import GroupType

#: How many people a team has at most.
SEATS = 8

#: Role → how many people of a triad may hold it at once (0: any number). Codes follow the field's usage.
ROLES: dict[str, int] = {
    "lead_teacher": 1,
    "observer": 2,
    "triad_member": 3,
    "group_leader": 1,
    "psychologist": 1,
    "lab_member": 0,
    "school_admin": 0,
}

#: Feed → what the host puts into ``CycleView.facts`` under that name.
FEEDS: dict[str, str] = {
    "handovers": "summaries handed to the Laboratory in the period: list of {key, title, received: bool}",
    "deficits": "deficits of the cycle: list of {id, person_id, group, level, status, confirmed: bool, actions: int}",
    "plans": "routes and remedy plans of the cycle: list of {kind, person_id, status, deficits: list of ids}",
    "decision": "positions and the decision: {positions: {person_id: code}, chosen: code or ''}",
    "rules_accepted": "ids of the members who accepted the ground rules",
    "alerts_unread": "how many messages to the psychologist wait unread",
    "alerts": "how many messages to the psychologist were sent in the cycle",
    "leaders": "the leaders of the groups of the school: list of {id, name, group, accepted: the year report is}",
    "bases": "what a measure may answer: list of {key, title}, kinds of deficits of the map and findings of the cycle",
    "staff": "the people who work at the school: list of {key, title}",
    "coverage": "share (0 to 1) of the staff that sits in a triad",
    "full_packages": "share (0 to 1) of the finished cycles handed over with a full package",
    "closed_deficits": "share (0 to 1) of the deficits of the period that are closed",
    "bank_per_cycle": "materials in the bank made from the finished cycles of the period, per such cycle",
}

#: Effect → what the host does in the transaction of the action that names it.
EFFECTS: dict[str, str] = {
    "handover": "the summary of the cycle goes to the Laboratory",
    "decision": "the decision of the triad is carried out: the next cycle, or a request to move",
    "measures": "the measures of the plan are followed to their results",
    "agree_plan": "the plan of the triad counts as agreed",
}

#: Kinds of places a refusal may lead to; the pages know the address of each.
LINKS = frozenset(
    {
        "form",
        "survey",
        "rules",
        "schedule",
        "observers",
        "deficits",
        "plans",
        "decision",
        "package",
        "results",
        "handover",
        "people",
        "types",
        "action",
        "run",
    }
)

#: Sources of answers that are known only while a run goes on; ``offered.choices`` gives them.
SOURCES = frozenset({"techniques", "team", "not_lead", "observers", "handovers", "leaders", "bases", "staff"})


def holders(definition: GroupType) -> Mapping[str, int]:
    """Role → how many people of a team of this type can hold it at once (0: any number)."""
    return {**ROLES, "triad_member": definition.team, "observer": definition.team - bool(definition.process.loop)}


def absent(definition: GroupType) -> frozenset[str]:
    """Roles that nobody holds in a run of this type: one person watches nobody, and who leads goes by rounds."""
    found = {"school_admin"}  # keeps the school's lists, presses nothing in a run
    if not definition.process.loop:
        found.add("lead_teacher")
    elif definition.team < 2:
        found.add("observer")
    if definition.key != "lab":
        found.add("lab_member")
    return frozenset(found)
