"""A cycle as far as its view and whose move it is are concerned: an object of the session, or a row of a list."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class Community(Protocol):
    """The group of a triad."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def type_key(self) -> str: ...
    @property
    def leader_id(self) -> int | None: ...
    @property
    def psychologist_id(self) -> int | None: ...


class Team(Protocol):
    """The triad of a cycle."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def group(self) -> Community: ...


class Going(Protocol):
    """A cycle that is looked at."""

    @property
    def id(self) -> int: ...
    @property
    def school_id(self) -> int: ...
    @property
    def type_key(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def round(self) -> int: ...
    @property
    def held(self) -> bool: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def stage_since(self) -> datetime: ...
    @property
    def period(self) -> str: ...
    @property
    def upgrades(self) -> int: ...
    @property
    def triad(self) -> Team: ...


class ListedGroup(NamedTuple):
    """A group on a list."""

    id: int
    title: str
    type_key: str
    leader_id: int | None
    psychologist_id: int | None


class ListedTriad(NamedTuple):
    """A triad on a list."""

    id: int
    title: str
    group: ListedGroup


class ListedCycle(NamedTuple):
    """A cycle on a list."""

    id: int
    school_id: int
    type_key: str
    fingerprint: str
    title: str
    stage: str
    round: int
    held: bool
    opened_at: datetime
    stage_since: datetime
    period: str
    upgrades: int
    triad: ListedTriad
