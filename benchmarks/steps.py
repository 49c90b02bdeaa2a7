"""The Lesson Study cycle of the side-by-side benchmark, as plain data: what ours, the limit and every peer go through.

Eight stages, three rounds, fifteen transitions; each asks for a role and for one document. Nothing is imported: peers
run in environments of their own.
"""

from __future__ import annotations

from typing import Any, Literal

When = Literal["any", "more", "last"]
ROUNDS = 3
#: action, from, to, role, document, when
STEPS: tuple[tuple[str, str, str, str, str, When], ...] = (
    ("form_triad", "forming", "planning", "group_leader", "charter", "any"),
    ("plan", "planning", "conducting", "lead_teacher", "lesson_plan", "any"),
    ("conduct", "conducting", "surveying", "lead_teacher", "observation", "any"),
    ("survey", "surveying", "discussing", "observer", "pupils", "any"),
    ("next_round", "discussing", "planning", "group_leader", "minutes", "more"),
    ("finish_rounds", "discussing", "submitted", "group_leader", "minutes", "last"),
    ("find_deficits", "submitted", "deficits", "observer", "report", "any"),
    ("decide", "deficits", "decided", "group_leader", "gaps", "any"),
)
STAGES = ("forming", "planning", "conducting", "surveying", "discussing", "submitted", "deficits", "decided")
DOCUMENTS = tuple(dict.fromkeys(step[4] for step in STEPS))
_ROUND = (("plan", "lead"), ("conduct", "lead"), ("survey", "observer"))
#: (action, who presses it), from the first stage to the last.
SCRIPT = (
    ("form_triad", "leader"),
    *_ROUND,
    ("next_round", "leader"),
    *_ROUND,
    ("next_round", "leader"),
    *_ROUND,
    ("finish_rounds", "leader"),
    ("find_deficits", "observer"),
    ("decide", "leader"),
)
#: The stage after each press.
PATH = tuple(next(to for action, _, to, *_ in STEPS if action == pressed) for pressed, _ in SCRIPT)
#: action -> (from, to, role, document, when)
WAYS = {action: (source, target, role, document, when) for action, source, target, role, document, when in STEPS}
#: Presses that must be refused at the first stage: a wrong person, a stage not reached.
WRONG = (("form_triad", "observer"), ("conduct", "lead"))


class Refused(Exception):
    """A press that may not be made."""


def data() -> dict[str, Any]:
    """The JSON column where an engine has one: who is who, which documents are handed in."""
    roles = {"leader": "group_leader", "lead": "lead_teacher", "observer": "observer"}
    return {"triad": roles, "documents": dict.fromkeys(DOCUMENTS, True)}


def has_role(known: dict[str, Any], action: str, actor: str) -> bool:
    """Whether the one who presses has the role the action asks for."""
    return bool(known["triad"].get(actor) == WAYS[action][2])


def has_document(known: dict[str, Any], action: str) -> bool:
    """Whether the document the action asks for is there."""
    return bool(known["documents"].get(WAYS[action][3]))


def in_time(round_: int, action: str) -> bool:
    """Whether the action belongs to this round."""
    when = WAYS[action][4]
    return when == "any" or (round_ < ROUNDS) == (when == "more")


def allowed(known: dict[str, Any], round_: int, action: str, actor: str) -> bool:
    """Role, document and round together."""
    return has_role(known, action, actor) and has_document(known, action) and in_time(round_, action)
