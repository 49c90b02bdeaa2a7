"""Shapes of what a school has gathered: materials of the bank, events."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from webui.api.shapes.common import Id, In, Moment, Named, Out, Paged, PersonRef

Label = Annotated[str, Field(max_length=120)]


class BankFilters(In):
    """What is looked for: every word of `q` must occur, in any Russian form."""

    q: Annotated[str, Field(max_length=200)] = ""
    state: Literal["in_bank", "draft", "review", "rework", "recommended", "archived", "all"] = "in_bank"
    kind: Annotated[str, Field(max_length=24)] = ""
    type: Annotated[str, Field(max_length=40)] = ""
    technique: Label = ""
    subject: Label = ""
    grade: Annotated[str, Field(max_length=2)] = ""
    page: Annotated[int, Field(ge=1, le=99_999)] = 1


class MaterialLine(Out):
    """A work of the school bank."""

    id: int
    title: str
    kind: Named
    state: str
    type: str
    licence: str
    authors: list[PersonRef]
    subject: str
    class_name: str
    techniques: list[str]
    version: int
    changed_at: Moment
    banked_at: Moment | None


class Materials(Out):
    """A page of the bank, the best match first; `pages` is how many there are."""

    items: list[MaterialLine]
    total: int
    page: int
    pages: int


class FileLine(Out):
    """A file of a material; it is fetched on its page."""

    id: int
    name: str
    media_type: str
    size: int


class Material(MaterialLine):
    """A work with its text, what describes it, and the passport of its trial."""

    body: str
    description: dict[str, str]
    passport: dict[str, JsonValue]
    files: list[FileLine]


class EventFilters(Paged):
    """Which events: of these days, of a level, with somebody."""

    begins: date | None = None
    ends: date | None = None
    level: Annotated[str, Field(max_length=24)] = ""
    person: Id | None = None


class Participation(Out):
    """Who took part, as what, with what result. A pupil is a code and a class here, whatever the school has written."""

    id: int
    person: PersonRef | None
    pupil_code: str | None
    class_name: str | None
    role: Named
    result: Named
    topic: str


class Event(Out):
    """Something that took place, with its participants."""

    id: int
    title: str
    form: Named
    level: Named
    begins: date
    ends: date | None
    place: str
    organiser: str
    note: str
    participants: list[Participation]


class Events(Out):
    """A part of the events, the newest first."""

    items: list[Event]
    next: str | None
