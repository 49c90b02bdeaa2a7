"""Shapes of what a school is made of: who comes with a key, group types, groups."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from webui.api.shapes.common import In, Moment, Named, Out, PersonRef, Question, Words


class Nothing(In):
    """No parameters."""


class Me(Out):
    """The key of this request: whom it acts as, and what for."""

    person: PersonRef
    school_id: int
    school: str
    kind: Literal["personal", "service"]
    scopes: list[str]
    expires_at: Moment


class GroupType(Out):
    """A group type in the school. `state` is null for one that was never switched on."""

    key: str
    title: Words
    version: str = Field(description="Empty when the plugin is not installed or in quarantine")
    state: Literal["enabled", "draining", "disabled", "purged"] | None
    running: int = Field(description="Cycles under way")
    usable: bool
    reason: Words | None = Field(description="Why it cannot be used")


class Types(Out):
    """Every group type the school knows of."""

    items: list[GroupType]


class Stage(Out):
    """A stage of the process."""

    key: str
    title: Words
    final: bool
    forms: list[str]


class Action(Out):
    """An action of the process: from which stages, where to, by whom, under which rules."""

    key: str
    title: Words
    kind: str
    source: list[str]
    target: str | None
    roles: list[str]
    rules: list[Named]


class Form(Out):
    """A document: who fills it in, and its fields."""

    key: str
    title: Words
    filling: Literal["shared", "each"]
    per_round: bool
    roles: list[str]
    fields: list[Question]


class GroupTypeFull(GroupType):
    """A group type with its process and its documents."""

    purpose: Words | None
    rounds: int
    stages: list[Stage]
    actions: list[Action]
    forms: list[Form]


class Seat(Out):
    """Who sits in a triad, on which place, since when."""

    seat: int
    person: PersonRef
    since: date


class Triad(Out):
    """Three teachers who work together."""

    id: int
    title: str
    members: list[Seat]


class Group(Out):
    """A professional learning community with its triads as they sit today."""

    id: int
    title: str
    type: str
    leader: PersonRef | None
    psychologist: PersonRef | None
    closed_on: date | None
    triads: list[Triad]


class Groups(Out):
    """The groups open to the key."""

    items: list[Group]
